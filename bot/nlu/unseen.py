"""Characters that nobody sees: what is copied from a web page brings them along, and no pattern or n-gram expects them.

Joiners (U+200C, U+200D) stay: they make one picture of several, and are spelling in some languages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import msgspec

from bot.nlu.reading import Clause, Entity, Reading

# Soft hyphen, zero-width space, direction marks, word joiner, byte order mark.
_UNSEEN = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]+")


@dataclass(frozen=True, slots=True)
class Seen:
    """`text[i]` stands at `places[i]` of the original; None: nothing was left out."""

    original: str
    text: str
    places: tuple[int, ...] | None = None

    @classmethod
    def of(cls, original: str) -> Seen:
        if original.isascii() or not _UNSEEN.search(original):
            return cls(original, original)
        places = tuple(i for i, character in enumerate(original) if not _UNSEEN.match(character))
        return cls(original, "".join(original[i] for i in places), places)

    def restored(self, reading: Reading) -> Reading:
        """The reading of `text` as one of the original, with the places of that."""
        if self.places is None:
            return reading
        return msgspec.structs.replace(
            reading,
            text=self.original,
            entities=tuple(map(self._entity, reading.entities)),
            clauses=tuple(map(self._clause, reading.clauses)),
        )

    def _entity(self, entity: Entity) -> Entity:
        start, end = self._span(entity.start, entity.end)
        return msgspec.structs.replace(entity, start=start, end=end)

    def _clause(self, clause: Clause) -> Clause:
        start, end = self._span(clause.start, clause.start + len(clause.reading.text))
        return Clause(start, msgspec.structs.replace(clause.reading, text=self.original[start:end]))

    def _span(self, start: int, end: int) -> tuple[int, int]:
        assert self.places is not None
        return self.places[start], self.places[end - 1] + 1
