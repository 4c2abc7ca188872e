"""decide(): what the bot does next. Pure: no clock, no chance, nothing outside its arguments.

The order is that of Rasa's policies: a form that is on goes first; only when it had no use for what was said do
rules answer, then stories from memory, then what was learned from them, and then the form asks again.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum

from bot.dialogue.history import State
from bot.dialogue.rulebook import Pattern, Rulebook
from bot.dialogue.situation import Moment, Situation, best
from bot.dialogue.stories import Advice, Stories
from bot.dialogue.tracker import Tracker
from bot.nlu.reading import FALLBACK_INTENT, Zone
from bot.project.domain import DEFAULT_FALLBACK, HANDOFF_INTENT, LISTEN, RESTART, SESSION_START, Domain

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
class Decision:
    """`by` which policy; `rule` is the rule's or story's name. `miss`: the bot did not know what to do with what was said.

    `resumes`: a form is come back to after an interruption. `by_text`: a story has what was said word for word.
    """

    action: str
    rule: str | None = None
    miss: bool = False
    by: By = By.RULE
    confidence: float = 1.0
    resumes: bool = False
    by_text: bool = False


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
    if now.previous == LISTEN:
        told = stories.word_for_word(domain, tracker)
        if told is not None and told.action not in rejected:
            return Decision(told.action, told.story, by=By.MEMORY, by_text=True)
    situation = Situation(moments, tracker.latest_message, tracker.spoken_before, tracker.turns <= 1)
    pattern = best(domain, rules, situation, rejected)
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


def in_doubt(tracker: Tracker) -> bool:
    """Whether asking back costs the customer less than the best guess. A wish for a person is not held up by a question."""
    return tracker.latest_message.get("zone") == Zone.ASK_BACK and tracker.intent != HANDOFF_INTENT
