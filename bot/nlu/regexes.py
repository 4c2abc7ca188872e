"""Regular expressions of a project, made to work beside Chinese, and refused where they could hang."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from bot.nlu.errors import Untrainable
from bot.nlu.fold import UNSPACED
from bot.nlu.match import Match, Source
from bot.nlu.probe import first_slow

# Python's \b never fires between 单 and A, for both are word characters (rasa issue 7421).
_LATIN = "[^\\W" + UNSPACED + "]"
_BOUNDARY = rf"(?:\b|(?<={_LATIN})(?=[{UNSPACED}])|(?<=[{UNSPACED}])(?={_LATIN}))"


class RegexFinder:
    """Patterns by name. `find` takes narrow text."""

    def __init__(self, regexes: Mapping[str, Iterable[str]], *, case_sensitive: bool) -> None:
        flags = 0 if case_sensitive else re.IGNORECASE
        self._patterns = tuple(
            (name, _compiled(name, line, flags)) for name, lines in regexes.items() for line in lines
        )

    def find(self, text: str) -> Iterator[Match]:
        """All non-empty finds, overlapping ones of different patterns too."""
        for name, pattern in self._patterns:
            for found in pattern.finditer(text):
                if found.end() > found.start():
                    yield Match(name, found.start(), found.end(), found.group(), Source.REGEX)

    def check_speed(self) -> None:
        """Untrainable for a pattern that takes longer on a long text than a conversation can wait."""
        slow = first_slow([(pattern.pattern, pattern.flags) for _, pattern in self._patterns])
        if slow is not None:
            raise Untrainable(
                f"A regular expression of '{self._patterns[slow][0]}' takes too long on long texts; "
                "write it without a repeat inside of a repeat, and with upper bounds such as {1,20}."
            )


def _compiled(name: str, line: str, flags: int) -> re.Pattern[str]:
    try:
        return re.compile(with_boundaries(line), flags)
    except (re.error, OverflowError, RecursionError):
        raise Untrainable(f"A regular expression of '{name}' cannot be read; check its brackets and repeats.") from None


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
