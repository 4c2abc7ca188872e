"""Examples that are perhaps under the wrong intent: models that have not seen them are sure of another one.

As in confident learning (Northcutt, Jiang and Chuang 2021), with one limit for all intents, since each example is looked at by a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.nlu.features import Floats, Ints

# How sure the other intent has to be, how many times as likely as the own, and how many are told at most.
SURE = 0.6
TIMES = 4.0
MOST = 300


@dataclass(frozen=True, slots=True)
class Doubted:
    """The example at `place`; the intent that it was read as, and how sure that was."""

    place: int
    read: str
    confidence: float


def doubted(given: Floats, places: Ints, labels: Ints, names: Sequence[str]) -> list[Doubted]:
    """The surest first. `given` (n, n_intents) is what was read of the examples at `places` (n,); `labels` are of all examples."""
    if not len(given):
        return []
    best = given.argmax(axis=1)
    sure, own = given.max(axis=1), given[np.arange(len(given)), labels[places]]
    wrong = np.flatnonzero((best != labels[places]) & (sure >= SURE) & (sure >= TIMES * own))
    order = wrong[np.argsort(-sure[wrong], kind="stable")][:MOST]
    return [Doubted(int(places[i]), names[best[i]], round(float(sure[i]), 4)) for i in order]
