"""What may be wrong with training data: said as one types, and as a list over all of it. Pure but for what it is given."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from models.example_list import Listed
from models.examples import folded
from models.script import UNSPACED
from models.sensitive import find

# Below this an intent is hardly learned; ten is what Rasa's own guide asks for as well.
FEW = 10
# An intent of so many times the examples of a usual one pulls towards itself what is in doubt.
MANY_TIMES = 10
# Each kind shows so many examples at most; how many there are is said.
SHOWN = 50
_TOKEN = re.compile(rf"[{UNSPACED}]|[^\W\d_{UNSPACED}]+|\d+")


class Flaw(StrEnum):
    TWICE = "twice"
    HELD_OUT = "held_out"
    SENSITIVE = "sensitive"
    FEW = "few"
    MANY = "many"


@dataclass(frozen=True, slots=True)
class Finding:
    """`intents` are those that it is about; `count` how many examples, of which some are in `examples`."""

    kind: Flaw
    intents: tuple[str, ...]
    count: int
    examples: tuple[Listed, ...] = ()


def loosely(text: str) -> str:
    """The same for texts of the same words, in whatever order and with whatever numbers; empty where there are none."""
    words = {"0" if each.isdigit() else each for each in _TOKEN.findall(folded(text))}
    return " ".join(sorted(words)) if len(words) > 1 else ""


def findings(lines: Iterable[Listed], held_out: Collection[str], intents: Collection[str]) -> list[Finding]:
    """The gravest first. `held_out` are texts that no training may see; `intents` those that the project has."""
    counts: Counter[str] = Counter()
    by_mark: dict[str, list[Listed]] = {}
    leaks, private = [], []
    loose = {loosely(each) for each in held_out} - {""}
    exact = {folded(each) for each in held_out}
    for each in lines:
        counts[each.intent] += 1
        by_mark.setdefault(each.mark, []).append(each)
        if folded(each.text) in exact or loosely(each.text) in loose:
            leaks.append(each)
        if find(each.text):
            private.append(each)
    twice = [same for same in by_mark.values() if len({each.intent for each in same}) > 1]
    found = [_twice(same) for same in twice[:SHOWN]]
    found += [
        _gathered(kind, examples) for kind, examples in ((Flaw.SENSITIVE, private), (Flaw.HELD_OUT, leaks)) if examples
    ]
    return [*found, *_sizes(counts, intents)]


def _twice(same: Sequence[Listed]) -> Finding:
    return Finding(Flaw.TWICE, tuple(sorted({each.intent for each in same})), len(same), tuple(same))


def _gathered(kind: Flaw, examples: Sequence[Listed]) -> Finding:
    return Finding(kind, tuple(sorted({each.intent for each in examples})), len(examples), tuple(examples[:SHOWN]))


def _sizes(counts: Mapping[str, int], intents: Collection[str]) -> list[Finding]:
    known = {name: counts.get(name, 0) for name in {*counts, *intents}}
    few = [Finding(Flaw.FEW, (name,), count) for name, count in known.items() if count < FEW]
    usual = median(counts.values()) if counts else 0
    many = [
        Finding(Flaw.MANY, (name,), count)
        for name, count in counts.items()
        if len(counts) > 2 and count > MANY_TIMES * usual
    ]
    return sorted(few, key=lambda each: (each.count, each.intents)) + sorted(many, key=lambda each: -each.count)
