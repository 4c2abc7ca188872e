from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import approx_fprime

from bot.nlu.calibration import Curve, calibrate, expected_error, folds, loss, probabilities


def test_folds_spread_each_intent_and_never_hold_out_an_only_example() -> None:
    labels = np.array([0] * 20 + [1] * 2 + [2])
    places = folds(labels, 5)
    assert np.bincount(places[:20], minlength=5).tolist() == [4] * 5
    assert len(set(places[20:22])) == 2
    assert places[22] == -1
    assert (folds(labels, 5) == places).all()


def test_the_curve_makes_confidence_equal_accuracy() -> None:
    random = np.random.default_rng(1)
    margins = random.normal(size=(4_000, 4)) / 2
    curve = Curve(1.5, 1.0, 1.0)
    labels = np.array([random.choice(4, p=row) for row in probabilities(margins, curve)])
    calibration = calibrate(margins, labels, np.arange(4_000) % 5)
    assert probabilities(margins, calibration.curve) == pytest.approx(probabilities(margins, curve), abs=0.05)
    assert calibration.error is not None
    assert calibration.error < 0.05
    assert calibration.examples == 4_000


def test_error_of_what_is_too_sure() -> None:
    assert expected_error([0.9] * 10, [True] * 9 + [False]) == pytest.approx(0.0)
    assert expected_error([1.0] * 10, [True] * 5 + [False] * 5) == pytest.approx(0.5)
    assert expected_error([0.9, 0.1], [False, True]) == pytest.approx(0.9)


def test_nothing_to_measure_says_so() -> None:
    calibration = calibrate(np.zeros((0, 3)), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    assert (calibration.accuracy, calibration.error, calibration.examples) == (None, None, 0)
    assert probabilities(np.array([[1.0, -1.0, -1.0]]), calibration.curve)[0, 0] > 0.9


def test_probabilities_sum_to_one_however_large_the_margins() -> None:
    given = probabilities(np.array([[1e4, -1e4, 0.0]]), Curve(3.0, 0.0, 4.0))
    assert given.sum() == pytest.approx(1)
    assert given.argmax() == 0


@pytest.mark.parametrize("curve", [(1.0, 2.0, 1.7), (-0.9, -3.0, 0.4), (2.5, 6.0, -0.5)])
def test_the_slope_is_that_of_the_loss(curve: tuple[float, float, float]) -> None:
    chance = np.random.default_rng(1)
    labels = chance.integers(0, 7, 60)
    margins = chance.normal(-1, 0.5, (60, 7))
    margins[np.arange(60), labels] += chance.normal(1, 0.6, 60)
    at = np.array(curve)
    slope = approx_fprime(at, lambda near: loss(near, margins, labels)[0], 1e-7)
    assert loss(at, margins, labels)[1] == pytest.approx(slope, rel=1e-4, abs=1e-5)
