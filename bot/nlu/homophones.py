"""What a Chinese text was meant to be where a character was taken for another of the same sound, by how common words are. Pure.

For a language that training has nothing of: else the n-grams of training say it better. A noisy channel over the best way to cut
a text into words; jieba's dictionary has 350,000 of them with how often each was met.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from itertools import islice
from typing import Any

# By how much more likely (in nats) the text must be with another character. Chosen on xSID's Chinese validation part.
AHEAD = 4.0
# Longer words are made of shorter ones nearly always.
LONGEST = 4
# What of a long message is looked at.
MOST_LOOSE = 50
# Seldom met by themselves or in words: nobody means them by mistake.
_COMMON = 500
_TOTAL = 60_101_967
_IDEOGRAPHS = range(0x4E00, 0xA000)
_KANA = re.compile("[\u3040-\u30ff]")


def meant(text: str) -> str:
    """`text` (simplified) itself where nothing of it seems mistyped, or where it is Japanese. One character is replaced at most."""
    if _KANA.search(text):
        return text
    _, loose = _cut(text)
    best, most = text, AHEAD
    for place in islice(loose, MOST_LOOSE):
        start, end = max(0, place - LONGEST + 1), place + LONGEST
        before, after, typed = text[start:place], text[place + 1 : end], likelihood(text[start:end])
        for other in sounding().get(sound(text[place]), ()):
            ahead = likelihood(before + other + after) - typed
            if ahead > most:
                best, most = text[:place] + other + text[place + 1 :], ahead
    return best


def likelihood(text: str) -> float:
    """The logarithm of how likely the best cut is. What is not Chinese costs nothing."""
    return _cut(text)[0]


def _cut(text: str) -> tuple[float, list[int]]:
    """That, and the places of the characters that stand alone in it."""
    best, start_of = [0.0], [0]
    for end in range(1, len(text) + 1):
        found = [
            (best[start] + score, start)
            for start in range(max(0, end - LONGEST), end)
            if (score := _word(text[start:end])) is not None
        ]
        score, start = max(found)
        best.append(score)
        start_of.append(start)
    loose, end = [], len(text)
    while end:
        start = start_of[end]
        if end - start == 1 and _is_ideograph(text[start]):
            loose.append(start)
        end = start
    return best[-1], loose[::-1]


@lru_cache(maxsize=65_536)
def _word(word: str) -> float | None:
    if len(word) == 1:
        return _frequency(word) if _is_ideograph(word) else 0.0
    return _frequency(word) if all(map(_is_ideograph, word)) and _dictionary().has_word(word) else None


def _frequency(word: str) -> float:
    return math.log(_dictionary().suggest_freq(word) / _TOTAL)


def _is_ideograph(character: str) -> bool:
    return ord(character) in _IDEOGRAPHS


@lru_cache(maxsize=65_536)
def sound(character: str) -> str:
    """A Chinese character's most usual sound, without the tone; empty for others."""
    # With the first Chinese text: 0.3 s.
    from pypinyin import Style, pinyin

    heard = pinyin(character, style=Style.NORMAL, errors="ignore")
    return heard[0][0] if heard else ""


@cache
def sounding() -> Mapping[str, list[str]]:
    """The common characters by their sound. With the first text that needs them: 0.3 s."""
    found: dict[str, list[str]] = {}
    for character in map(chr, _IDEOGRAPHS):
        if _dictionary().has_word(character) and _dictionary().suggest_freq(character) >= _COMMON:
            found.setdefault(sound(character), []).append(character)
    return found


@cache
def _dictionary() -> Any:
    import rjieba

    return rjieba
