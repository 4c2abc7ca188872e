"""What a tagger looks at in a token: itself, its neighbours, its look, and which patterns and phrases it lies in."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from typing import TypeGuard

from bot.nlu.fold import is_unspaced, lower
from bot.nlu.match import Match
from bot.nlu.tokens import Ends, tokens_within

_AFFIXES = (2, 3)
# A figure of two digits is an hour or a number of things; what is longer says something by its length only.
_SPELLED_DIGITS = 2
# Sign of the clue, and which words beside the token it is of.
_WINDOWS = (
    ("0", 0, 1),
    ("-", -1, 0),
    ("+", 1, 2),
    ("=", -2, -1),
    ("*", 2, 3),
    ("<", -1, 1),
    (">", 0, 2),
    ("(", -2, 0),
    (")", 1, 3),
    ("|", -1, 2),
)
_EDGE = "\N{START OF TEXT}"


def clues_of(
    text: str, tokens: Sequence[Ends], found: Iterable[Match], strange: Container[int] = ()
) -> list[list[str]]:
    """For each token its clues. `text` is narrow; the words of `strange` tokens are as if never seen before."""
    words: list[str | None] = [
        None if i in strange else word_of(text[start:end]) for i, (start, end) in enumerate(tokens)
    ]  # fmt: skip
    words = [_EDGE, _EDGE, *words, _EDGE, _EDGE]
    clues = [
        [*_around(words, i + 2), *_look(text, start, end), *([] if i in strange else _affixes(text[start:end]))]
        for i, (start, end) in enumerate(tokens)
    ]
    for match in found:
        for i in tokens_within(tokens, match.start, match.end):
            start, end = tokens[i]
            clues[i].append(f"{match.source:d}{'^' if start <= match.start else '.'}{match.name}")
            if end >= match.end:
                clues[i].append(f"{match.source:d}${match.name}")
    return clues


def _around(words: Sequence[str | None], i: int) -> list[str]:
    return [
        "",
        *(f"{sign}{' '.join(part)}" for sign, first, last in _WINDOWS if _known(part := words[i + first : i + last])),
    ]


def _known(words: Sequence[str | None]) -> TypeGuard[Sequence[str]]:
    return None not in words


def _look(text: str, start: int, end: int) -> list[str]:
    look = [f"s{_shape(text[start:end])}"]
    return [*look, "glued"] if start and not text[start - 1].isspace() else look


def _affixes(word: str) -> Iterator[str]:
    if word.isalpha() and not is_unspaced(word):
        small = lower(word)
        for length in _AFFIXES:
            yield f"[{small[:length]}"
            yield f"]{small[-length:]}"


def word_of(word: str) -> str:
    if word.isdigit() and len(word) > _SPELLED_DIGITS:
        return "0" * len(word)
    return lower(word)


def _shape(word: str) -> str:
    if word.isdigit():
        return f"d{min(len(word), 12)}"
    if is_unspaced(word):
        return "u"
    if not word.isalpha():
        return word
    return "XX" if word.isupper() else "Xx" if word[0].isupper() else "x"
