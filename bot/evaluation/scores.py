"""What is counted of each intent, of each pair of intents that are confused, and of each entity. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from bot.nlu.data import Example
from bot.nlu.measure import Judged
from bot.nlu.reading import Entity
from bot.nlu.thresholds import Thresholds

PAIRS_MOST = 20
TEXTS_MOST = 5


class Score(msgspec.Struct, frozen=True):
    """Of one intent or entity: `meant` times it was meant, `read` times it was read, `right` times both; what follows is 0 where there is
    nothing to divide by."""

    name: str
    meant: int
    read: int
    right: int
    precision: float
    recall: float
    f1: float
    threshold: float | None = None

    @classmethod
    def of(cls, name: str, meant: int, read: int, right: int, threshold: float | None = None) -> Score:
        f1 = 2 * right / (meant + read) if meant + read else 0.0
        return cls(
            name, meant, read, right, right / read if read else 0.0, right / meant if meant else 0.0, f1, threshold
        )


class Confused(msgspec.Struct, frozen=True):
    """`count` texts of the intent `meant` were read as `read`; `texts` are the first of them."""

    meant: str
    read: str
    count: int
    texts: tuple[str, ...]


def intents_of(judged: Sequence[Judged], thresholds: Thresholds) -> tuple[Score, ...]:
    """The weakest first."""
    meant, read = Counter(each.meant for each in judged), Counter(each.read for each in judged)
    right = Counter(each.meant for each in judged if each.right)
    scores = (Score.of(name, meant[name], read[name], right[name], thresholds.of(name)) for name in {*meant, *read})
    return _weakest_first(scores)


def confused_of(judged: Sequence[Judged]) -> tuple[Confused, ...]:
    """The most frequent first."""
    texts: dict[tuple[str, str], list[str]] = defaultdict(list)
    for each in judged:
        if not each.right:
            texts[each.meant, each.read].append(each.text)
    ranked = sorted(texts.items(), key=lambda each: (-len(each[1]), each[0]))
    return tuple(Confused(*pair, len(own), tuple(own[:TEXTS_MOST])) for pair, own in ranked[:PAIRS_MOST])


def entities_of(pairs: Iterable[tuple[Example, tuple[Entity, ...]]]) -> tuple[Score, ...]:
    """The weakest first; right are those of the same span, name, role and group. Only names that the examples annotate: what a
    pattern finds beside them was never asked for."""
    held = list(pairs)
    annotated = {span.entity for example, _ in held for span in example.entities}
    meant: Counter[str] = Counter()
    read: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for example, found in held:
        due, got = set(map(_key, example.entities)), {_key(each) for each in found if each.entity in annotated}
        for counted, keys in ((meant, due), (read, got), (right, due & got)):
            counted.update(key[0] for key in keys)
    return _weakest_first(Score.of(name, meant[name], read[name], right[name]) for name in annotated)


def total(scores: Sequence[Score], name: str = "") -> Score:
    """Micro-averaged."""
    return Score.of(
        name, sum(each.meant for each in scores), sum(each.read for each in scores), sum(each.right for each in scores)
    )


def _key(each: Any) -> tuple[Any, ...]:
    return each.entity, each.start, each.end, each.role, each.group


def _weakest_first(scores: Iterable[Score]) -> tuple[Score, ...]:
    return tuple(sorted(scores, key=lambda each: (each.f1, -each.meant, each.name)))
