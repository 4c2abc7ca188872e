"""The states that a conversation has come through, as stories see them: one before each action that was decided.

Only what some story mentions is in a state: other slots and entities must not keep a story from being followed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from bot.project.domain import LISTEN, Domain, Slot, SlotType
from bot.project.story import Checkpoint, Intended, Plain, SlotsWere

# More than any policy looks back.
STATES_KEPT = 20


class State(msgspec.Struct, frozen=True, array_like=True):
    """`intent` and `entities` only where the customer has just spoken; `slots` are pairs of name and feature, sorted. `action` followed."""

    previous: str
    intent: str | None
    entities: tuple[str, ...]
    slots: tuple[tuple[str, str], ...]
    loop: str | None
    action: str = ""

    @property
    def key(self) -> tuple[Any, ...]:
        return self.previous, self.intent, self.entities, self.slots, self.loop


@dataclass(frozen=True, slots=True)
class Told:
    """The slots and entities that stories mention."""

    slots: frozenset[str] = frozenset()
    entities: frozenset[str] = frozenset()

    @classmethod
    def of(cls, steps: Iterable[Plain], domain: Domain) -> Told:
        slots: set[str] = set()
        entities: set[str] = set()
        for step in steps:
            if isinstance(step, SlotsWere | Checkpoint):
                slots.update(need.name for need in step.slots)
            elif isinstance(step, Intended):
                entities.update(need.entity for need in step.entities)
                entities.update(span.entity for span in step.spans)
        influencing = {name for name, slot in domain.slots.items() if slot.influence_conversation}
        return cls(frozenset(slots & influencing), frozenset(entities))


def state_of(
    domain: Domain, told: Told, previous: str, message: Mapping[str, Any], slots: Mapping[str, Any], loop: str | None
) -> State:
    """`message` is a `latest_message`; it counts where the bot was listening."""
    intent, entities = (None, ()) if previous != LISTEN else _meant(domain, told, message)
    known = ((name, _feature(domain.slots[name], slots.get(name))) for name in sorted(told.slots))
    return State(previous, intent, entities, tuple((name, value) for name, value in known if value is not None), loop)


def _meant(domain: Domain, told: Told, message: Mapping[str, Any]) -> tuple[str | None, tuple[str, ...]]:
    """Of a retrieval intent only the part that stories name; entities as far as the intent lets them through."""
    full = message.get("intent", {}).get("name")
    if full is None:
        return None, ()
    name = str(full).partition("/")[0]
    intent = domain.intents.get(name)
    found = {
        _entity(each)
        for each in message.get("entities", ())
        if each["entity"] in told.entities and (intent is None or intent.lets(each["entity"]))
    }
    return name, tuple(sorted(found))


def _entity(found: Mapping[str, Any]) -> str:
    return "#".join(str(found[part]) for part in ("entity", "role", "group") if found.get(part))


def _feature(slot: Slot, value: Any) -> str | None:
    """As Rasa features slots: of a text or a list only whether it is there."""
    if value is None or value == []:
        return None
    match slot.type:
        case SlotType.TEXT | SlotType.LIST:
            return "set"
        case SlotType.ANY:
            return None
        case SlotType.CATEGORICAL:
            known = {str(each).lower() for each in slot.values}
            return str(value).lower() if str(value).lower() in known else "__other__"
        case SlotType.BOOL | SlotType.FLOAT:
            return str(value).lower()


def goes_on(states: Sequence[State], state: State, action: str) -> bool:
    """Whether a form just runs on: after its last run there was nothing but listening."""
    if state.loop != action or state.previous != LISTEN:
        return False
    between = itertools.takewhile(lambda each: each.action == LISTEN, reversed(states))
    at = len(states) - sum(1 for _ in between)
    return at > 0 and states[at - 1].action == action


def appended(states: Sequence[State], state: State, action: str) -> list[State]:
    """The states with one more. A form that goes on stands there once, as in Rasa."""
    kept = list(states)
    if goes_on(kept, state, action):
        while kept[-1].action == LISTEN:
            kept.pop()
        return kept
    return [*kept, msgspec.structs.replace(state, action=action)][-STATES_KEPT:]
