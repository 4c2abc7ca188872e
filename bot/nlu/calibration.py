"""Turns margins into probabilities that mean something, by a curve learned on examples that the margins were not trained on.

p(intent) is proportional to sigmoid(a * margin + b) ** c. A plain temperature (Guo et al. 2017, "On Calibration of Modern Neural
Networks", where the expected calibration error is from too) makes margins against the rest too doubtful below and too sure
above: it left an error of 4 to 8 % in cross-validation of four data sets, the curve leaves 1 to 3 %.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from bot.nlu.features import Floats, Ints

# Towards this a few examples are drawn, and stay there where there are none: typical of the data sets that were tried.
_TYPICAL = np.array([1.0, 2.0, 1.7])
_BOUNDS = ((-1.0, 3.0), (-4.0, 8.0), (-1.0, 4.0))
_BINS = 15


class Curve(msgspec.Struct, frozen=True):
    """a and c by their logarithms, so that they are positive."""

    log_a: float
    b: float
    log_c: float


class Calibration(msgspec.Struct, frozen=True):
    """Measured by cross-validation over `examples` texts; `error` is the expected calibration error (0 to 1)."""

    curve: Curve
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


def probabilities(margins: npt.NDArray[np.floating], curve: Curve) -> Floats:
    """(n_texts, n_intents)"""
    scaled: Floats = np.exp(_log_softmax(_bent(margins.astype(np.float64), (curve.log_a, curve.b, curve.log_c))))
    return scaled


def calibrate(margins: Floats, labels: Ints, held_out: Ints) -> Calibration:
    """`margins` (n, n_intents) of models that had not seen the row; `held_out` (n,) the fold of each row."""
    if not len(labels):
        return Calibration(Curve(*_TYPICAL.tolist()), None, None, 0)
    confidences = np.zeros(len(labels))
    for fold in np.unique(held_out):
        of_fold = held_out == fold
        # The curve that is measured has not seen the fold either.
        others = ~of_fold if (~of_fold).any() else of_fold
        confidences[of_fold] = probabilities(margins[of_fold], _curve(margins[others], labels[others])).max(axis=1)
    right = margins.argmax(axis=1) == labels
    return Calibration(_curve(margins, labels), float(right.mean()), expected_error(confidences, right), len(labels))


def expected_error(confidences: Sequence[float] | Floats, right: Sequence[bool] | npt.NDArray[np.bool_]) -> float:
    """Mean distance between confidence and accuracy, over 15 bins of equal width."""
    given, hits = np.asarray(confidences), np.asarray(right)
    bins = np.minimum((given * _BINS).astype(np.int64), _BINS - 1)
    return float(sum(abs((given[bins == b] - hits[bins == b]).sum()) for b in np.unique(bins)) / len(given))


def _bent(margins: Floats, curve: Sequence[float] | Floats) -> Floats:
    log_a, b, log_c = curve
    bent: Floats = -np.logaddexp(0, -(np.exp(log_a) * margins + b)) * np.exp(log_c)
    return bent


def _log_softmax(values: Floats) -> Floats:
    """By rows. scipy.special has it too, and costs every start of the bot a third of a second."""
    below: Floats = values - values.max(axis=1, keepdims=True)
    shares: Floats = below - np.log(np.exp(below).sum(axis=1, keepdims=True))
    return shares


def loss(curve: Floats, margins: Floats, labels: Ints) -> tuple[float, Floats]:
    """How badly a curve (log_a, b, log_c) fits, and the slope of that, (3,). With the slope the best curve is found in half the time."""
    rows, count = np.arange(len(labels)), len(labels)
    log_a, _, log_c = curve
    bent = _bent(margins, curve)
    shares = _log_softmax(bent)
    fit = -float(shares[rows, labels].mean()) + float(np.square(curve - _TYPICAL).sum()) / count
    wrong: Floats = np.exp(shares)
    wrong[rows, labels] -= 1
    # Of log(sigmoid(x)) the slope is 1 - sigmoid(x).
    steep = wrong * -np.expm1(bent * np.exp(-log_c)) * np.exp(log_c)
    slope = np.array([(steep * margins).sum() * np.exp(log_a), steep.sum(), (wrong * bent).sum()])
    return fit, (slope + 2 * (curve - _TYPICAL)) / count


def _curve(margins: Floats, labels: Ints) -> Curve:
    # Only training needs it: it costs every start of the bot a quarter of a second.
    from scipy.optimize import minimize

    found = minimize(loss, _TYPICAL, args=(margins, labels), jac=True, method="L-BFGS-B", bounds=_BOUNDS)
    return Curve(*found.x.tolist())
