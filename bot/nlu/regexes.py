"""Regular expressions of a project, made to work beside Chinese, and left out where they could hang."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from bot.nlu.errors import UnusablePattern
from bot.nlu.fold import UNSPACED
from bot.nlu.match import Match, Source
from bot.nlu.probe import slow_ones

# Python's \b never fires between 单 and A, for both are word characters (rasa issue 7421).
_LATIN = "[^\\W" + UNSPACED + "]"
_BOUNDARY = rf"(?:\b|(?<={_LATIN})(?=[{UNSPACED}])|(?<=[{UNSPACED}])(?={_LATIN}))"


class RegexFinder:
    """Patterns by name. `find` takes narrow text."""

    def __init__(self, regexes: Mapping[str, Iterable[str]], *, case_sensitive: bool) -> None:
        flags = 0 if case_sensitive else re.IGNORECASE
        self._lines = tuple((name, line) for name, lines in regexes.items() for line in lines)
        self._patterns = tuple((name, _compiled(name, line, flags)) for name, line in self._lines)

    def find(self, text: str) -> Iterator[Match]:
        """All non-empty finds, overlapping ones of different patterns too."""
        for name, pattern in self._patterns:
            for found in pattern.finditer(text):
                if found.end() > found.start():
                    yield Match(name, found.start(), found.end(), found.group(), Source.REGEX)

    def slow(self) -> frozenset[tuple[str, str]]:
        """Names and lines of those that take longer on a long text than a conversation can wait. Raises Untrainable where the patterns
        cannot be tried."""
        return frozenset(self._lines[i] for i in slow_ones([(each.pattern, each.flags) for _, each in self._patterns]))


def _compiled(name: str, line: str, flags: int) -> re.Pattern[str]:
    try:
        return re.compile(with_boundaries(line), flags)
    except (re.error, OverflowError, RecursionError):
        raise UnusablePattern(
            f"A regular expression of '{name}' cannot be read; check its brackets and repeats."
        ) from None


def with_boundaries(pattern: str) -> str:
    r"""`\b` also between a Latin letter or digit and a character of a script without spaces."""
    written: list[str] = []
    set_began = -1
    for i, part in enumerate(parts := re.findall(r"\\.|.", pattern, re.DOTALL)):
        if set_began < 0:
            set_began = i if part == "[" else -1
            written.append(_BOUNDARY if part == r"\b" else part)
        else:
            # A "]" that comes first in a set is one of its characters.
            first = i == set_began + 1 or (i == set_began + 2 and parts[i - 1] == "^")
            set_began = -1 if part == "]" and not first else set_began
            written.append(part)
    return "".join(written)
