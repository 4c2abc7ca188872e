"""The n-grams of a text, in blocks. Each block is weighed by itself, so that short texts of one script are not outweighed.

A text in a script without spaces has only characters: word boundaries inside of it cost a point of accuracy when measured.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from enum import IntEnum
from functools import lru_cache
from itertools import pairwise

from bot.nlu.fold import READ_CHARACTERS, fold, is_unspaced


class Block(IntEnum):
    WORDS = 0
    WORD_PARTS = 1
    CHARACTERS = 2
    PATTERNS = 3


# Chosen on CLINC150 10-shot validation and by cross-validation on CrossWOZ and xSID training parts; that of the patterns is a guess.
WEIGHTS = (0.7, 1.0, 1.4, 0.5)

# A picture is a word of its own: 👍 can be an example of an intent.
_WORD = re.compile("\\w+|[\u2600-\u27bf\U0001f000-\U0001faff]")
_LATIN_WORD = re.compile("[a-z]{3,}")
_PARTS = range(2, 6)
_CHARACTERS = range(1, 4)

Grams = tuple[list[str], list[str], list[str], list[str]]


def grams(text: str, patterns: tuple[str, ...], borrowed: Container[str] = ()) -> Grams:
    """One list a block; `patterns` are the names of the regexes and lookups that were found in the text.

    `borrowed` are Latin words that count in a Chinese text too (我要refund). It is for reading: in training they cost two points
    on xSID, where they are names of songs.
    """
    folded = fold(text[:READ_CHARACTERS])
    if is_unspaced(folded):
        words = [word for word in _LATIN_WORD.findall(folded) if word in borrowed]
        parts = [part for word in words for part in _parts(word)]
        return words, parts, list(_sliding(folded, _CHARACTERS)), list(patterns)
    words = _WORD.findall(folded)
    pairs = [f"{first} {second}" for first, second in pairwise(words)]
    parts = [part for word in words for part in _parts(word)]
    return words + pairs, parts, [], list(patterns)


@lru_cache(maxsize=20_000)
def _parts(word: str) -> tuple[str, ...]:
    """`char_wb`: n-grams of the word between two spaces; the word as a whole where it is shorter than n."""
    padded = f" {word} "
    shorter = len(padded) < max(_PARTS)
    return (*_sliding(padded, _PARTS), *([padded] if shorter else ()))


def _sliding(text: str, lengths: range) -> Iterator[str]:
    for length in lengths:
        for start in range(len(text) - length + 1):
            yield text[start : start + length]
