from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.calibration import calibrate, expected_error, folds, probabilities


def test_folds_spread_each_intent_and_never_hold_out_an_only_example() -> None:
    labels = np.array([0] * 20 + [1] * 2 + [2])
    places = folds(labels, 5)
    assert np.bincount(places[:20], minlength=5).tolist() == [4] * 5
    assert len(set(places[20:22])) == 2
    assert places[22] == -1
    assert (folds(labels, 5) == places).all()


def test_the_temperature_makes_confidence_equal_accuracy() -> None:
    random = np.random.default_rng(1)
    margins = random.normal(size=(4_000, 4)) / 8
    # Labels drawn from the softmax at temperature 8 ask for just that.
    labels = np.array([random.choice(4, p=row) for row in probabilities(margins, 8.0)])
    calibration = calibrate(margins, labels, np.arange(4_000) % 5)
    assert calibration.temperature == pytest.approx(8.0, rel=0.1)
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
    assert calibration.temperature > 1


def test_probabilities_sum_to_one_however_large_the_margins() -> None:
    given = probabilities(np.array([[1e4, -1e4, 0.0]]), 60.0)
    assert given.sum() == pytest.approx(1)
    assert given.argmax() == 0
