"""A reading: what was understood of one text. Spans are Python code points, end exclusive, as in Rasa."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec

FALLBACK_INTENT = "nlu_fallback"


class Guess(msgspec.Struct, frozen=True):
    """One intent with its probability (0 to 1)."""

    name: str
    confidence: float


class Entity(msgspec.Struct, frozen=True, omit_defaults=True):
    """One entity; the field names are Rasa's (`latest_message.entities`)."""

    entity: str
    value: Any
    start: int
    end: int
    role: str | None = None
    group: str | None = None
    confidence_entity: float | None = None
    extractor: str | None = None
    additional_info: dict[str, Any] | None = None
    processors: list[str] = []


class Zone(StrEnum):
    """What a reading is good for."""

    ANSWER = "answer"
    ASK_BACK = "ask_back"
    HAND_OFF = "hand_off"


class Reading(msgspec.Struct, frozen=True):
    """`ranking` is best first; where the fallback fired it begins with `nlu_fallback` and the real ranking follows.

    `out_of_scope` is how likely no intent is meant (0 to 1). `retrieval`: the keys of each retrieval intent, best first.
    `clauses`: where the text means two things, both, in its order; all else is of the text as a whole.
    """

    text: str
    intent: Guess
    ranking: tuple[Guess, ...]
    entities: tuple[Entity, ...] = ()
    model: str = ""
    out_of_scope: float = 0.0
    zone: Zone = Zone.ANSWER
    retrieval: dict[str, tuple[Guess, ...]] = {}
    clauses: tuple[Clause, ...] = ()

    def full(self, intent: str) -> str:
        """Of a retrieval intent its best key, else the intent itself."""
        keys = self.retrieval.get(intent)
        return keys[0].name if keys else intent


class Clause(msgspec.Struct, frozen=True):
    """A part of a text, read by itself; it begins at `start`. Entities are left to the whole."""

    start: int
    reading: Reading
