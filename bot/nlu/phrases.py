"""Finds fixed phrases: the lines of lookup tables and annotated values. One pass, whatever their number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from bot.nlu.fold import is_unspaced, lower, narrow, simplified
from bot.nlu.match import Match, Source


class Phrase(msgspec.Struct, frozen=True):
    """`text` stands for `value` of `name`."""

    text: str
    name: str
    value: str
    source: Source
    role: str | None = None
    group: str | None = None


class PhraseFinder:
    """A word boundary is asked for only where a phrase begins or ends with a Latin letter or digit, and only next to such."""

    def __init__(self, phrases: Iterable[Phrase], *, case_sensitive: bool, word_boundaries: bool) -> None:
        self._case_sensitive = case_sensitive
        self._word_boundaries = word_boundaries
        self._phrases: dict[str, list[Phrase]] = {}
        for phrase in phrases:
            if text := self._fold(phrase.text.strip()):
                self._phrases.setdefault(text, []).append(phrase)
        self._lengths: dict[str, tuple[int, ...]] = {}
        for text in sorted(self._phrases, key=len, reverse=True):
            lengths = self._lengths.get(text[0], ())
            if len(text) not in lengths:
                self._lengths[text[0]] = (*lengths, len(text))

    def find(self, text: str) -> Iterator[Match]:
        """`text` is narrow; all finds, overlapping ones too."""
        folded = self._fold(text)
        for start, first in enumerate(folded):
            for length in self._lengths.get(first, ()):
                end = start + length
                for phrase in self._phrases.get(folded[start:end], ()):
                    if self._stands_alone(folded, start, end):
                        value = text[start:end] if phrase.source is Source.LOOKUP else phrase.value
                        yield Match(phrase.name, start, end, value, phrase.source, phrase.role, phrase.group)

    def _fold(self, text: str) -> str:
        folded = simplified(narrow(text))
        return folded if self._case_sensitive else lower(folded)

    def _stands_alone(self, text: str, start: int, end: int) -> bool:
        if not self._word_boundaries:
            return True
        begins = start == 0 or not (_spaced(text[start]) and _spaced(text[start - 1]))
        ends = end >= len(text) or not (_spaced(text[end - 1]) and _spaced(text[end]))
        return begins and ends


def _spaced(character: str) -> bool:
    return (character.isalnum() or character == "_") and not is_unspaced(character)
