"""What a regex or phrase found in a text, and which of the finds stay."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import assert_never


class Source(IntEnum):
    """The smaller wins where two finds are equally long."""

    REGEX = 0
    LOOKUP = 1
    TAGGED = 2
    PHRASE = 3
    QUANTITY = 4

    @property
    def extractor(self) -> str:
        """As Rasa calls it: actions of projects look at the name."""
        match self:
            case Source.REGEX | Source.LOOKUP:
                return "RegexEntityExtractor"
            case Source.TAGGED:
                return "DIETClassifier"
            case Source.PHRASE:
                return "PhraseEntityExtractor"
            case Source.QUANTITY:
                return "DucklingEntityExtractor"
            case never:
                assert_never(never)


@dataclass(frozen=True, slots=True)
class Match:
    """`text[start:end]`, named as the regex, lookup or annotated entity that found it."""

    name: str
    start: int
    end: int
    value: str
    source: Source
    role: str | None = None
    group: str | None = None
    confidence: float | None = None

    @property
    def length(self) -> int:
        return self.end - self.start


def resolve(matches: Iterable[Match]) -> list[Match]:
    """The longest first, then in the order of Source, then the leftmost; what overlaps a chosen one goes.

    On one and the same span different entities stay: only the dialogue knows whether 13800138000 was asked for as phone or number.
    """
    chosen: dict[tuple[int, int, str], Match] = {}
    for match in sorted(matches, key=lambda m: (-m.length, m.source, m.start, m.name)):
        overlapping = [other for other in chosen.values() if match.start < other.end and other.start < match.end]
        if all((other.start, other.end) == (match.start, match.end) for other in overlapping):
            chosen.setdefault((match.start, match.end, match.name), match)
    return sorted(chosen.values(), key=lambda m: (m.start, m.source, m.name))
