"""Run by probe.py, alone: reads [[pattern, flags], …] from stdin, writes the places of the slow ones.

For every repeat of a pattern a text is made that goes round in it until the end and then fails there.
"""

from __future__ import annotations

import json
import re
import signal
import sys
import time
from collections.abc import Iterator
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

_CPU_SECONDS = 0.2
# Of all; what has not been tried by then counts as slow.
_ALL_SECONDS = 60
_CHARACTERS = 2_000  # READ_CHARACTERS of fold.py; a test compares
_PLAIN = ("0", "a", "A", " ", "-", ".", "a0", "a ", "0-", "a.", "我", "a@")
_ENDS = ("", "\0", "!\n")
_MANY = 8


class _TooSlow(Exception):
    pass


def _ring(*_: object) -> None:
    raise _TooSlow


def sample(items: Any) -> str:
    """One text that the parsed pattern matches, more or less."""
    return "".join(_sample(*item) for item in items)


def _sample(op: Any, av: Any) -> str:
    if op is ops.LITERAL:
        return chr(av)
    if op in (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT):
        return sample(av[2]) * int(min(max(av[0], 1), 50))
    if op is ops.SUBPATTERN:
        return sample(av[3])
    if op is ops.ATOMIC_GROUP:
        return sample(av)
    if op is ops.BRANCH:
        return sample(av[1][0])
    if op is ops.IN:
        return _member(av)
    return "a" if op in (ops.ANY, ops.NOT_LITERAL) else ""


def _member(members: Any) -> str:
    op, av = members[0]
    if op is ops.LITERAL:
        return chr(av)
    if op is ops.RANGE:
        return chr(av[0])
    if op is ops.CATEGORY:
        return "0" if av is ops.CATEGORY_DIGIT else " " if av is ops.CATEGORY_SPACE else "a"
    return "a"


def rounds(items: Any, before: str) -> Iterator[tuple[str, str]]:
    """(what leads to a repeat, what goes round in it), for every repeat without a small upper bound."""
    for op, av in items:
        if op in (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT):
            if av[1] > _MANY:
                yield from ((before, unit) for unit in _alternatives(av[2]))
            yield from rounds(av[2], before)
        elif op is ops.SUBPATTERN:
            yield from rounds(av[3], before)
        elif op is ops.ATOMIC_GROUP:
            yield from rounds(av, before)
        elif op is ops.BRANCH:
            for branch in av[1]:
                yield from rounds(branch, before)
        elif op in (ops.ASSERT, ops.ASSERT_NOT):
            yield from rounds(av[1], before)
        before += _sample(op, av)


def _alternatives(body: Any) -> Iterator[str]:
    yield sample(body)
    for op, av in body:
        inner = av[3] if op is ops.SUBPATTERN else [(op, av)]
        for inner_op, inner_av in inner:
            if inner_op is ops.BRANCH:
                yield from map(sample, inner_av[1])


def texts(pattern: str, flags: int) -> Iterator[str]:
    parsed = parser.parse(pattern, flags)
    found = dict.fromkeys([*(("", plain) for plain in _PLAIN), *rounds(parsed, "")])
    for before, unit in found:
        if unit:
            for end in _ENDS:
                yield (before + unit * (_CHARACTERS // len(unit)))[: _CHARACTERS - len(end)] + end


def is_slow(pattern: str, flags: int) -> bool:
    compiled = re.compile(pattern, flags)
    for text in texts(pattern, flags):
        # CPU time, so that a busy machine does not make a good pattern a slow one.
        signal.setitimer(signal.ITIMER_PROF, _CPU_SECONDS)
        try:
            for _ in compiled.finditer(text):
                pass
        except _TooSlow:
            return True
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    return False


def main() -> None:
    signal.signal(signal.SIGPROF, _ring)
    patterns = json.load(sys.stdin)
    until = time.monotonic() + _ALL_SECONDS
    slow = [i for i, (pattern, flags) in enumerate(patterns) if time.monotonic() > until or is_slow(pattern, flags)]
    json.dump(slow, sys.stdout)


if __name__ == "__main__":
    main()
