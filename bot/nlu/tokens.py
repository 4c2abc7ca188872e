"""The pieces that are tagged: a word, a run of digits, any other sign, and one character of a script without spaces."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from bot.nlu.fold import UNSPACED

_TOKEN = re.compile(rf"[{UNSPACED}]|\d+|[^\W\d_{UNSPACED}]+|\S")

Ends = tuple[int, int]


def tokens_of(text: str) -> list[Ends]:
    """Start and end of each, in code points. Letters and digits are parted, so that an entity can end between them."""
    return [match.span() for match in _TOKEN.finditer(text)]


def tokens_within(tokens: Sequence[Ends], start: int, end: int) -> list[int]:
    """The places of those that overlap it. By halves: a long text may have thousands of both."""
    first = bisect_right(tokens, start, key=lambda ends: ends[1])
    return list(range(first, bisect_left(tokens, end, key=lambda ends: ends[0])))
