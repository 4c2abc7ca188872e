"""Where a conversation stands just before an action, and whether a rule applies there. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from bot.dialogue.rulebook import Need, Pattern, Rulebook
from bot.dialogue.slot_features import feature
from bot.parse_data import full_intent
from bot.project.domain import Domain
from bot.project.story import EntityNeed, Intended

_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Moment:
    """The conversation just before an action ran. `slots` is a copy."""

    previous: str
    loop: str | None
    slots: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Situation:
    """`moments` are those of this turn, the present one last; `message` is what was said, `before` what was done in the turn before."""

    moments: Sequence[Moment]
    message: Mapping[str, Any]
    before: Sequence[str] = ()
    first_turn: bool = False


def intent_of(message: Mapping[str, Any]) -> str | None:
    """Of a retrieval intent such as `faq/price` only `faq`."""
    name = (message.get("intent") or {}).get("name")
    return None if name is None else str(name).partition("/")[0]


def meanings(message: Mapping[str, Any]) -> tuple[str, ...]:
    """A retrieval intent counts under its full name and under its short one."""
    full = full_intent(message)
    return tuple(dict.fromkeys(name for name in (full, intent_of(message)) if name))


def best(domain: Domain, rules: Rulebook, situation: Situation, rejected: AbstractSet[str] = _NONE) -> Pattern | None:
    """The strictest rule that applies."""
    for pattern in rules.candidates(situation.moments[-1].previous, meanings(situation.message)):
        if pattern.action not in rejected and _applies(domain, situation, pattern):
            return pattern
    return None


def _applies(domain: Domain, situation: Situation, pattern: Pattern) -> bool:
    moments = situation.moments
    if len(pattern.needs) > len(moments) or (pattern.conversation_start and not situation.first_turn):
        return False
    if pattern.after and tuple(situation.before[-len(pattern.after) :]) != pattern.after:
        return False
    if pattern.intended is not None and not _meant(domain, situation.message, pattern.intended):
        return False
    states = moments[len(moments) - len(pattern.needs) :]
    return all(_holds(domain, need, state) for need, state in zip(pattern.needs, states, strict=True))


def _holds(domain: Domain, need: Need, state: Moment) -> bool:
    if need.previous is not None and need.previous != state.previous:
        return False
    if need.loop_known and need.loop != state.loop:
        return False
    return all(feature(domain.slots[name], state.slots.get(name)) == seen for name, seen in need.slots)


def _meant(domain: Domain, message: Mapping[str, Any], intended: Intended) -> bool:
    intent = domain.intents.get(intent_of(message) or "")
    found = [each for each in message.get("entities", ()) if intent is None or intent.lets(each["entity"])]
    return all(any(_is(need, entity) for entity in found) for need in intended.entities)


def _is(need: EntityNeed, entity: Mapping[str, Any]) -> bool:
    """As policies see it: that it is there, not what it is."""
    return (
        entity["entity"] == need.entity
        and (need.role is None or entity.get("role") == need.role)
        and (need.group is None or entity.get("group") == need.group)
    )
