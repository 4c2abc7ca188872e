"""Messages that mean two things: "Where is my parcel, and can I get an invoice?" Pure.

A message is cut where a clause can end, and what lies before and behind the cut is read by itself. The cut counts where both
parts are clearer than the whole: context around one question makes the whole clearer than its parts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice
from math import inf, log

from msgspec import structs

from bot.nlu.fold import READ_CHARACTERS, is_unspaced
from bot.nlu.reading import FALLBACK_INTENT, Clause, Guess, Reading

Read = Callable[[Sequence[str]], list[Reading]]

# Beyond this a message is a story: its first clauses are tried.
CUTS_MOST = 8
# Of these, by the first stage, as many are read with the encoder too.
CUTS_TRIED = 1
# Below this score by the first stage the encoder is not asked: it would not come above 0.
HOPELESS = -3.0
# What parts lose of which the first stage thinks that they mean the same: another cut is likelier.
SAME = 3.0
# A part has at least this many characters, or half as many words.
PART_LEAST = 3
_CJK = "\u3400-\u9fff"
# Where somebody says that there is more.
_MORE = "also|besides|additionally|另外|还有|顺便|同时|而且|并且"
_CUT = re.compile(
    # Not within a number or an address.
    r"[ \t]?(?:[!?;。！？；，、\n…]|,(?!\d)|\.(?![A-Za-z0-9_]))+\s*"
    rf"|\s(?:and|plus|but|then|so|or)\b\s*|\s?\b(?:{_MORE})\b\s*|(?:{_MORE}|然后|以及)"
    rf"|(?<=[{_CJK}])\s(?=[{_CJK}])",
    re.IGNORECASE,
)
_SAYS_MORE = re.compile(_MORE, re.IGNORECASE)
_SURE = 1e-4
# Logistic regression on pairs and single texts of CLINC150's validation part, and of CrossWOZ's and xSID's training parts held
# out; a pair of two texts is told from one text where the sum is above 0.
_WEAKER, _CLEARER, _WHOLE, _LENGTH, _MORE_SAID, _SHIFT = 0.86, 0.40, -0.62, 1.87, 3.19, -6.2


@dataclass(frozen=True, slots=True)
class Cut:
    """`text[:end]` and `text[start:]` are the parts; what is between joins them. `more`: it says that more comes."""

    end: int
    start: int
    more: bool = False
    shorter: int = 0


def cuts(text: str) -> list[Cut]:
    """Where the text may be two, in its order."""
    return list(islice(_cuts(text[:READ_CHARACTERS]), CUTS_MOST))


def _cuts(text: str) -> Iterator[Cut]:
    joints: list[tuple[int, int]] = []
    for found in _CUT.finditer(text):
        if joints and joints[-1][1] == found.start():
            joints[-1] = joints[-1][0], found.end()
        else:
            joints.append(found.span())
    for end, start in joints:
        shorter = min(_length(text[:end]), _length(text[start:]))
        if shorter >= PART_LEAST:
            yield Cut(end, start, _SAYS_MORE.search(text, end, start) is not None, shorter)


def _length(part: str) -> int:
    return len(part.strip()) if is_unspaced(part) else 2 * len(part.split())


def with_clauses(readings: Sequence[Reading], read: Read, glance: Read) -> list[Reading]:
    """The same, with their clauses where two things are meant. `glance` is the cheaper reading, which chooses where to cut."""
    tries = [Try(at, cut) for at, reading in enumerate(readings) for cut in cuts(reading.text)]
    glanced = _scored(readings, tries, glance)
    chosen: list[Try] = []
    for _, of_text in groupby(sorted(glanced, key=lambda each: each.at), key=lambda each: each.at):
        best = sorted(of_text, key=lambda each: (-each.score, not each.cut.more, -each.cut.shorter))[:CUTS_TRIED]
        chosen += [each for each in best if each.score > HOPELESS or each.blind]
    found = {
        each.at: each
        for each in sorted(_scored(readings, chosen, read), key=lambda each: each.score)
        if each.score > 0 and each.clear
    }
    return [
        structs.replace(reading, clauses=found[at].clauses) if at in found else reading
        for at, reading in enumerate(readings)
    ]


def _scored(readings: Sequence[Reading], tries: Sequence[Try], read: Read) -> list[Try]:
    texts = [part for each in tries for part in each.parts(readings[each.at].text)]
    parts = read(texts)
    return [
        replace(each, clauses=(Clause(0, first), Clause(each.cut.start, second))).scored(readings[each.at])
        for each, first, second in zip(tries, parts[::2], parts[1::2], strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Try:
    """One cut of the text at this place of the batch."""

    at: int
    cut: Cut
    clauses: tuple[Clause, ...] = ()
    score: float = -inf

    def parts(self, text: str) -> tuple[str, str]:
        return text[: self.cut.end], text[self.cut.start :]

    def scored(self, whole: Reading) -> Try:
        first, second = (_best(each.reading) for each in self.clauses)
        same = SAME if first.name == second.name else 0.0
        return replace(self, score=two(self.cut, first.confidence, second.confidence, _best(whole).confidence) - same)

    @property
    def blind(self) -> bool:
        """Nothing of either part is known, as of a script that training has nothing of: that says nothing about the cut."""
        return not any(_best(each.reading).confidence for each in self.clauses)

    @property
    def clear(self) -> bool:
        first, second = (each.reading for each in self.clauses)
        names = {each.full(each.intent.name) for each in (first, second)}
        return len(names) == 2 and FALLBACK_INTENT not in names


def _best(reading: Reading) -> Guess:
    return reading.ranking[reading.intent.name == FALLBACK_INTENT]


def two(cut: Cut, first: float, second: float, whole: float) -> float:
    """Above 0: two things are meant. From the confidences of the best intents of both parts and of the whole text."""
    weaker, clearer = sorted((first, second))
    return (
        _WEAKER * _logit(weaker)
        + _CLEARER * _logit(clearer)
        + _WHOLE * _logit(whole)
        + _LENGTH * log(cut.shorter)
        + _MORE_SAID * cut.more
        + _SHIFT
    )


def _logit(share: float) -> float:
    share = min(max(share, _SURE), 1 - _SURE)
    return log(share / (1 - share))
