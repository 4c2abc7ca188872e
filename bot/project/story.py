"""Rules, stories and test conversations as steps. Plain values; reading them is in story_reading.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.nlu.data import Span


@dataclass(frozen=True, slots=True)
class EntityNeed:
    """An entity that must have been found; `value` None means any value."""

    entity: str
    value: Any = None
    role: str | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Intended:
    """What the customer meant. `text` and `spans` are given in test conversations (and end-to-end stories)."""

    intent: str | None
    entities: tuple[EntityNeed, ...] = ()
    text: str | None = None
    spans: tuple[Span, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Done:
    """An action that runs."""

    action: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class SlotNeed:
    """`any_value`: only named; else `value`, where None means not set."""

    name: str
    value: Any = None
    any_value: bool = False


@dataclass(frozen=True, slots=True)
class SlotsWere:
    slots: tuple[SlotNeed, ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class LoopIs:
    """`name` None: no form is on."""

    name: str | None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Said:
    """A free text of the bot, in test conversations."""

    text: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Checkpoint:
    name: str
    slots: tuple[SlotNeed, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Anything:
    """`...`: whatever came before."""

    line: int = 0


Plain = Intended | Done | SlotsWere | LoopIs | Said | Checkpoint | Anything


@dataclass(frozen=True, slots=True)
class Either:
    """`or`: one of these."""

    steps: tuple[Plain, ...]
    line: int = 0


Step = Plain | Either


@dataclass(frozen=True, slots=True)
class Story:
    """A story or a test conversation."""

    name: str
    steps: tuple[Step, ...]
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Rule:
    """`condition` must hold before the first step. `waits` False: what comes after is left to other rules."""

    name: str
    steps: tuple[Step, ...]
    file: str
    line: int
    condition: tuple[SlotsWere | LoopIs, ...] = ()
    conversation_start: bool = False
    waits: bool = True
