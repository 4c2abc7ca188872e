"""What a tagger looks at in a token: itself, its neighbours, its look, and which patterns and phrases it lies in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.nlu.fold import is_unspaced, lower
from bot.nlu.match import Match
from bot.nlu.tokens import Ends, tokens_within

_AFFIXES = (2, 3)
# A figure of two digits is an hour or a number of things; what is longer says something by its length only.
_SPELLED_DIGITS = 2
_EDGE = "\N{START OF TEXT}"


def clues_of(text: str, tokens: Sequence[Ends], found: Iterable[Match]) -> list[list[str]]:
    """For each token its clues. `text` is narrow."""
    words = [_EDGE, _EDGE, *(_word(text[start:end]) for start, end in tokens), _EDGE, _EDGE]
    clues = [
        [*_around(words, i + 2), *_look(text, start, end)] for i, (start, end) in enumerate(tokens)
    ]  # fmt: skip
    for match in found:
        for i in tokens_within(tokens, match.start, match.end):
            start, end = tokens[i]
            clues[i].append(f"{match.source:d}{'^' if start <= match.start else '.'}{match.name}")
            if end >= match.end:
                clues[i].append(f"{match.source:d}${match.name}")
    return clues


def _around(words: Sequence[str], i: int) -> list[str]:
    before, last, word, then, after = words[i - 2 : i + 3]
    return [
        "",
        f"0{word}",
        f"-{last}",
        f"+{then}",
        f"={before}",
        f"*{after}",
        f"<{last} {word}",
        f">{word} {then}",
        f"({before} {last}",
        f"){then} {after}",
        f"|{last} {word} {then}",
    ]


def _look(text: str, start: int, end: int) -> list[str]:
    word = text[start:end]
    look = [f"s{_shape(word)}"]
    if start and not text[start - 1].isspace():
        look.append("glued")
    if word.isalpha() and not is_unspaced(word):
        small = lower(word)
        for length in _AFFIXES:
            look += [f"[{small[:length]}", f"]{small[-length:]}"]
    return look


def _word(word: str) -> str:
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
