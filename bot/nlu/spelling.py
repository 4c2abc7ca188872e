"""Mistyped words become known ones before a text is understood; entities are still read from what was typed. Pure.

A noisy channel: a word that training has not is replaced by one at one slip of the fingers (a letter left out, doubled, swapped
with the next or hit beside its key) that is far more likely there; a Chinese character by one that sounds the same and makes
n-grams of training where the typed one makes none, or, where training has no Chinese, common words (homophones.py). How likely
an English word is anyhow, the encoder's vocabulary tells: without it half of all words that training has not would be taken
for typos of those that it has.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from itertools import islice

import numpy as np

from bot.nlu.encoder import encoder
from bot.nlu.features import Idf, Vocabulary
from bot.nlu.fold import READ_CHARACTERS, is_unspaced, simplified
from bot.nlu.grams import Block
from bot.nlu.homophones import meant, sound

# All chosen on CLINC150's validation part (10-shot) and held-out quarters of CrossWOZ and xSID. In nats: what a pair of words
# that training has adds, how likely a word must be at least, and by how much more likely than what was typed.
PAIR, LEAST, AHEAD = 3.0, -12.0, 8.0
# Without the encoder a word must be frequent in training, or beside the same word there.
LEAST_TRAINED = -8.0
# What a letter too many costs: people leave out more than they add.
ADDED = -2.0
_TRAINED_SHARE = 0.5
# By how many n-grams more than the typed one another character of the same sound must fit.
FITS = 2
# A long message is read in bounded time: so many characters that fit nothing are looked at, and who types so many words that
# nobody knows does not mistype ours.
MOST_UNFIT, MOST_STRANGE = 50, 4

_WORD = re.compile(r"\w+")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


class Spelling:
    """What a model's vocabulary says of how words are written. Made with the first text that is read."""

    def __init__(self, vocabulary: Vocabulary, idf: Idf, with_encoder: bool) -> None:
        self._vocabulary = vocabulary
        self._idf = idf
        self._with_encoder = with_encoder

    def corrected(self, text: str) -> str:
        """`text` itself where nothing of it seems mistyped."""
        read = text[:READ_CHARACTERS]
        return self._by_sound(read) if is_unspaced(read) else self._by_slip(read)

    def warm(self) -> None:
        """Makes what the first text would wait for."""
        self._likelier(["helo"], 0)
        if self._characters:
            self._sounding.get(sound("好"))

    def _by_slip(self, text: str) -> str:
        words = list(_WORD.finditer(text))
        plain = [match.group().lower() for match in words]
        strange = [i for i, word in enumerate(plain) if self._is_strange(word, text[: words[i].start()])]
        if not 0 < len(strange) <= MOST_STRANGE:
            return text
        for i in reversed(strange):
            better = self._likelier(plain, i)
            if better is not None:
                plain[i] = better
                text = text[: words[i].start()] + better + text[words[i].end() :]
        return text

    def _is_strange(self, word: str, before: str) -> bool:
        # What follows an apostrophe is an ending.
        return (
            len(word) > 1
            and word.isascii()
            and word.isalpha()
            and word not in self._vocabulary.words
            and before[-1:] not in ("'", "’")
        )

    def _likelier(self, words: list[str], place: int) -> str | None:
        before, after = (words[place - 1] if place else ""), (words[place + 1] if place + 1 < len(words) else "")
        pairs, trained = self._vocabulary.words, self._trained
        others = _likely_pieces() if self._with_encoder else {}
        typed = trained.get(words[place], others.get(words[place]))
        best, least = None, LEAST if self._with_encoder else LEAST_TRAINED
        if typed is not None:
            least = max(least, typed + AHEAD)
        for word, cost in _slips(words[place]):
            score = trained.get(word)
            if score is None and (score := others.get(word)) is None:
                continue
            score += cost + PAIR * (f"{before} {word}" in pairs) + PAIR * (f"{word} {after}" in pairs)
            if score > least:
                best, least = word, score
        return best

    @cached_property
    def _trained(self) -> Mapping[str, float]:
        """Words of training by the logarithm of how likely they are."""
        pieces = _pieces() if self._with_encoder else {}
        trained = self._frequency(Block.WORDS)
        total = sum(trained.values())
        share = _TRAINED_SHARE if pieces else 1.0
        return {
            word: math.log(share * count / max(1, total) + (1 - share) * pieces.get(word, 0.0))
            for word, count in trained.items()
        }

    def _frequency(self, block: Block) -> dict[str, float]:
        """How many texts of training have each word."""
        start = sum(map(len, self._vocabulary.blocks[:block]))
        texts = np.exp(self._idf.unknown[block] - 1)
        return {
            gram: float(texts / np.exp(self._idf.columns[start + i] - 1) - 1)
            for i, gram in enumerate(self._vocabulary.blocks[block])
            if gram.isascii() and gram.isalpha()
        }

    def _by_sound(self, text: str) -> str:
        if not self._characters:
            # Without the encoder nothing of it will be understood.
            return meant(simplified(text)) if self._with_encoder else text
        text = simplified(text)
        best, most, place = "", FITS - 1, 0
        unfit = (i for i, each in enumerate(text) if not each.isascii() and not self._fits(text, i, each))
        for i in islice(unfit, MOST_UNFIT):
            for other in self._sounding.get(sound(text[i]), ()):
                fits = self._fits(text, i, other)
                if fits > most:
                    best, most, place = other, fits, i
        return text[:place] + best + text[place + 1 :] if best else text

    def _fits(self, text: str, place: int, character: str) -> int:
        """How many n-grams of training the text has around a place, were this character there."""
        around = text[max(0, place - 2) : place] + character + text[place + 1 : place + 3]
        at = min(2, place)
        known = self._characters
        return sum(
            around[start : start + length] in known
            for length in (2, 3)
            for start in range(max(0, at - length + 1), min(at, len(around) - length) + 1)
        )

    @cached_property
    def _characters(self) -> frozenset[str]:
        return frozenset(self._vocabulary.blocks[Block.CHARACTERS])

    @cached_property
    def _sounding(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for gram in self._vocabulary.blocks[Block.CHARACTERS]:
            if len(gram) == 1 and not gram.isascii() and (heard := sound(gram)):
                found.setdefault(heard, []).append(gram)
        return found


def _slips(word: str) -> Iterator[tuple[str, float]]:
    """What may have been meant, and what that costs."""
    beside = _neighbours()
    for i in range(len(word) + 1):
        before, after = word[:i], word[i:]
        for letter in _LETTERS:
            yield before + letter + after, 0.0
        if not after:
            continue
        for letter in beside[after[0]]:
            yield before + letter + after[1:], 0.0
        yield before + after[1:], ADDED
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:], 0.0


@cache
def _neighbours() -> Mapping[str, str]:
    """The keys that touch each: a row lies half a key to the right of the one above it."""
    at = {key: (x + y / 2, y) for y, row in enumerate(_ROWS) for x, key in enumerate(row)}
    return {
        key: "".join(other for other, (u, v) in at.items() if other != key and abs(u - x) <= 1 and abs(v - y) <= 1)
        for key, (x, y) in at.items()
    }


@cache
def _pieces() -> Mapping[str, float]:
    known = encoder()
    return {} if known is None else known.words()


@cache
def _likely_pieces() -> Mapping[str, float]:
    """Of words that training has not; the same for all models."""
    return {word: math.log((1 - _TRAINED_SHARE) * share) for word, share in _pieces().items()}
