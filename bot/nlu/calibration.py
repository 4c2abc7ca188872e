"""Turns margins into probabilities that mean something: one temperature, learned on examples the margins were not trained on.

Guo et al. 2017, "On Calibration of Modern Neural Networks": temperature scaling and the expected calibration error.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from bot.nlu.features import Floats, Ints

# Under 2 an example that was trained on, word for word, would fall below the fallback's threshold in a small project.
_COLDEST, _HOTTEST = 2.0, 60.0
_BINS = 15


class Calibration(msgspec.Struct, frozen=True):
    """Measured by cross-validation over `examples` texts; `error` is the expected calibration error (0 to 1)."""

    temperature: float
    accuracy: float | None
    error: float | None
    examples: int


def folds(labels: Ints, count: int) -> Ints:
    """(n,) the fold that holds each example out; -1 for the only example of an intent, which is always trained on."""
    order = np.random.default_rng(0).permutation(len(labels))
    taken: dict[int, int] = {}
    total = np.bincount(labels)
    places = np.full(len(labels), -1, dtype=np.int64)
    for i in order:
        label = int(labels[i])
        if total[label] > 1:
            # Starting at the label spreads intents of few examples over the folds.
            places[i] = (label + taken.setdefault(label, 0)) % count
            taken[label] += 1
    return places


def probabilities(margins: npt.NDArray[np.floating], temperature: float) -> Floats:
    """(n_texts, n_intents)"""
    scaled: Floats = softmax(margins.astype(np.float64) * temperature, axis=1)
    return scaled


def calibrate(margins: Floats, labels: Ints, held_out: Ints) -> Calibration:
    """`margins` (n, n_intents) of models that had not seen the row; `held_out` (n,) the fold of each row."""
    if not len(labels):
        return Calibration((_COLDEST * _HOTTEST) ** 0.5, None, None, 0)
    confidences = np.zeros(len(labels))
    for fold in np.unique(held_out):
        of_fold = held_out == fold
        # The temperature that is measured has not seen the fold either.
        others = ~of_fold if (~of_fold).any() else of_fold
        confidences[of_fold] = probabilities(margins[of_fold], _temperature(margins[others], labels[others])).max(
            axis=1
        )
    right = margins.argmax(axis=1) == labels
    return Calibration(
        _temperature(margins, labels), float(right.mean()), expected_error(confidences, right), len(labels)
    )


def expected_error(confidences: Sequence[float] | Floats, right: Sequence[bool] | npt.NDArray[np.bool_]) -> float:
    """Mean distance between confidence and accuracy, over 15 bins of equal width."""
    given, hits = np.asarray(confidences), np.asarray(right)
    bins = np.minimum((given * _BINS).astype(np.int64), _BINS - 1)
    return float(sum(abs((given[bins == b] - hits[bins == b]).sum()) for b in np.unique(bins)) / len(given))


def _temperature(margins: Floats, labels: Ints) -> float:
    rows = np.arange(len(labels))

    def loss(exponent: float) -> float:
        return -float(log_softmax(margins * np.exp(exponent), axis=1)[rows, labels].mean())

    found = minimize_scalar(loss, bounds=(np.log(_COLDEST), np.log(_HOTTEST)), method="bounded")
    return float(np.exp(found.x))
