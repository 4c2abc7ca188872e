"""decide(): what the bot does next. Pure: no clock, no chance, nothing outside its arguments.

The order is that of Rasa's policies: a form that is on goes first; only when it had no use for what was said do
rules answer, then stories from memory, then what was learned from them, and then the form asks again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.dialogue.history import State
from bot.dialogue.rulebook import Need, Pattern, Rulebook
from bot.dialogue.stories import Advice, Stories
from bot.dialogue.tracker import Tracker
from bot.nlu.reading import FALLBACK_INTENT, Zone
from bot.project.domain import DEFAULT_FALLBACK, HANDOFF_INTENT, LISTEN, RESTART, SESSION_START, Domain
from bot.project.story import EntityNeed, Intended

_DEFAULTS = {"restart": RESTART, "back": "action_back", "session_start": SESSION_START}
HANDOFF = "action_handoff"
_NONE: frozenset[str] = frozenset()
_NO_STORIES = Stories()


class By(StrEnum):
    """Who decided."""

    FOLLOWUP = "followup"
    LOOP = "loop"
    RULE = "rule"
    MEMORY = "memory"
    LEARNED = "learned"
    FALLBACK = "fallback"


@dataclass(frozen=True, slots=True)
class Moment:
    """The conversation just before an action ran. `slots` is a copy."""

    previous: str
    loop: str | None
    slots: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Decision:
    """`by` which policy; `rule` is the rule's or story's name. `miss`: the bot did not know what to do with what was said.

    `resumes`: a form is come back to after an interruption.
    """

    action: str
    rule: str | None = None
    miss: bool = False
    by: By = By.RULE
    confidence: float = 1.0
    resumes: bool = False


def decide(
    domain: Domain,
    rules: Rulebook,
    tracker: Tracker,
    moments: Sequence[Moment],
    rejected: AbstractSet[str] = _NONE,
    stories: Stories = _NO_STORIES,
) -> Decision:
    """`moments` are the states of this turn, the present one last. `rejected` actions are not proposed again in this turn."""
    if tracker.followup_action is not None:
        return Decision(tracker.followup_action, by=By.FOLLOWUP)
    now = moments[-1]
    loop = tracker.loop
    if loop is not None and not loop.rejected:
        default = _DEFAULTS.get(tracker.intent or "") if now.previous == LISTEN else None
        if default is not None and default not in rejected:
            return Decision(default)
        return Decision(LISTEN if now.previous == loop.name else loop.name, by=By.LOOP)
    if now.previous == DEFAULT_FALLBACK:
        # As in Rasa, where this action takes back what was said: neither a rule nor the form goes on from there.
        return Decision(LISTEN)
    pattern = _best(domain, rules, tracker, moments, rejected)
    if pattern is not None:
        return _follow(tracker, now, pattern)
    return _without_rule(domain, tracker, now, rejected, stories)


def _follow(tracker: Tracker, now: Moment, pattern: Pattern) -> Decision:
    """A rule that knows nothing of the form that is on ends with the form asking again, not with silence."""
    loop = tracker.loop_name
    about_loop = pattern.needs[-1].loop_known and pattern.needs[-1].loop == loop
    if pattern.action == LISTEN and loop is not None and not about_loop:
        return Decision(loop, pattern.rule)
    miss = now.previous == LISTEN and (tracker.intent == FALLBACK_INTENT or pattern.action == DEFAULT_FALLBACK)
    return Decision(pattern.action, pattern.rule, miss, resumes=now.previous == LISTEN and pattern.action == loop)


def _without_rule(
    domain: Domain, tracker: Tracker, now: Moment, rejected: AbstractSet[str], stories: Stories
) -> Decision:
    listening = now.previous == LISTEN
    default = _DEFAULTS.get(tracker.intent or "") if listening else None
    if default is not None and default not in rejected:
        return Decision(default)
    state = stories.state(domain, tracker, now.previous)
    advice = stories.advise([*tracker.states, state])
    if advice is not None and advice.action not in rejected and not _other_form(domain, tracker, advice):
        resumes = listening and advice.action == state.loop and _resumes(tracker, state, stories)
        return Decision(advice.action, advice.story, by=By(advice.by), confidence=advice.confidence, resumes=resumes)
    if listening and tracker.intent == HANDOFF_INTENT and HANDOFF not in rejected:
        return Decision(HANDOFF)
    if listening and tracker.loop_name is not None and tracker.loop_name not in rejected:
        # It was interrupted a turn ago, and no story says how that goes on: what was said now may be its answer.
        return Decision(tracker.loop_name, by=By.LOOP)
    if listening:
        return Decision(stories.policies.fallback_action, miss=True, by=By.FALLBACK)
    return Decision(LISTEN if tracker.loop_name is None else tracker.loop_name, by=By.LOOP)


def _resumes(tracker: Tracker, state: State, stories: Stories) -> bool:
    return bool(tracker.spoken_before) and stories.memory.resumes(tracker.spoken_before[-1], state)


def _other_form(domain: Domain, tracker: Tracker, advice: Advice) -> bool:
    """What was only learned does not start a form while another is on."""
    return advice.by == By.LEARNED and tracker.loop_name not in (None, advice.action) and advice.action in domain.forms


def _best(
    domain: Domain, rules: Rulebook, tracker: Tracker, moments: Sequence[Moment], rejected: AbstractSet[str]
) -> Pattern | None:
    for pattern in rules.candidates(moments[-1].previous, meanings(tracker)):
        if pattern.action not in rejected and _applies(domain, tracker, moments, pattern):
            return pattern
    return None


def meanings(tracker: Tracker) -> tuple[str, ...]:
    """A retrieval intent counts under its full name and under its short one."""
    full = tracker.latest_message.get("intent", {}).get("name")
    return tuple(dict.fromkeys(name for name in (full, tracker.intent) if name))


def in_doubt(tracker: Tracker) -> bool:
    """Whether asking back costs the customer less than the best guess. A wish for a person is not held up by a question."""
    return tracker.latest_message.get("zone") == Zone.ASK_BACK and tracker.intent != HANDOFF_INTENT


def _applies(domain: Domain, tracker: Tracker, moments: Sequence[Moment], pattern: Pattern) -> bool:
    if len(pattern.needs) > len(moments) or (pattern.conversation_start and tracker.turns > 1):
        return False
    if pattern.after and tuple(tracker.spoken_before[-len(pattern.after) :]) != pattern.after:
        return False
    if pattern.intended is not None and not _meant(domain, tracker, pattern.intended):
        return False
    states = moments[len(moments) - len(pattern.needs) :]
    return all(_holds(need, state) for need, state in zip(pattern.needs, states, strict=True))


def _holds(need: Need, state: Moment) -> bool:
    if need.previous is not None and need.previous != state.previous:
        return False
    if need.loop_known and need.loop != state.loop:
        return False
    return all(slot.met_by(state.slots.get(slot.name)) for slot in need.slots)


def _meant(domain: Domain, tracker: Tracker, intended: Intended) -> bool:
    intent = domain.intents.get(tracker.intent or "")
    found = [
        entity
        for entity in tracker.latest_message.get("entities", ())
        if intent is None or intent.lets(entity["entity"])
    ]
    return all(any(_is(need, entity) for entity in found) for need in intended.entities)


def _is(need: EntityNeed, entity: Mapping[str, Any]) -> bool:
    return (
        entity["entity"] == need.entity
        and (need.value is None or entity["value"] == need.value)
        and (need.role is None or entity.get("role") == need.role)
        and (need.group is None or entity.get("group") == need.group)
    )
