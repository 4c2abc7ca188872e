"""The states that a conversation has come through, as stories see them: one before each action that was decided.

Only what some story mentions is in a state: other slots and entities must not keep a story from being followed.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from bot.dialogue.slot_features import feature
from bot.project.domain import LISTEN, Domain
from bot.project.story import Checkpoint, Intended, Plain, Said, SlotsWere

# More than any policy looks back.
STATES_KEPT = 20
# Before what is told word for word, in place of an intent's name.
_WORDS = "text: "


class State(msgspec.Struct, frozen=True, array_like=True):
    """`intent` and `entities` only where the customer has just spoken; `slots` are pairs of name and feature, sorted. `action` followed.

    `turn` is the tracker's, so that what is taken back is found.
    """

    previous: str
    intent: str | None
    entities: tuple[str, ...]
    slots: tuple[tuple[str, str], ...]
    loop: str | None
    action: str = ""
    turn: int = 0

    @property
    def key(self) -> tuple[Any, ...]:
        return self.previous, self.intent, self.entities, self.slots, self.loop


@dataclass(frozen=True, slots=True)
class Told:
    """The slots and entities that stories mention, the texts that they tell word for word, and those that the bot says in them."""

    slots: frozenset[str] = frozenset()
    entities: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()
    said: frozenset[str] = frozenset()

    @classmethod
    def of(cls, steps: Iterable[Plain], domain: Domain) -> Told:
        slots: set[str] = set()
        entities: set[str] = set()
        texts: set[str] = set()
        said: set[str] = set()
        for step in steps:
            if isinstance(step, SlotsWere | Checkpoint):
                slots.update(need.name for need in step.slots)
            elif isinstance(step, Intended):
                entities.update(need.entity for need in step.entities)
                entities.update(span.entity for span in step.spans)
                texts.update([plain(step.text)] if step.intent is None and step.text else ())
            elif isinstance(step, Said):
                said.add(step.text)
        influencing = {name for name, slot in domain.slots.items() if slot.influence_conversation}
        return cls(frozenset(slots & influencing), frozenset(entities), frozenset(texts), frozenset(said))


def plain(text: str) -> str:
    """Texts that are the same word for word, whatever their width, case and spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def state_of(
    domain: Domain,
    told: Told,
    previous: str,
    message: Mapping[str, Any],
    slots: Mapping[str, Any],
    loop: str | None,
    by_text: bool = False,
) -> State:
    """`message` is a `latest_message`; it counts where the bot was listening, `by_text` as its words."""
    intent, entities = (None, ()) if previous != LISTEN else _meant(domain, told, message)
    if by_text and previous == LISTEN:
        intent = f"{_WORDS}{plain(message.get('text') or '')}"
    known = ((name, feature(domain.slots[name], slots.get(name))) for name in sorted(told.slots))
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
