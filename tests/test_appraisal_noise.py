"""bot/appraisal/noise.py: who is no worse passes nearly always, who is clearly worse never does."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bot.appraisal.noise import difference, saving, together
from models.model_report import ReportDifference


def found(lost: int, gained: int, texts: int) -> ReportDifference:
    same = texts - lost - gained
    live, candidate = [True] * lost + [False] * gained, [False] * lost + [True] * gained
    result = difference(live + [True] * same, candidate + [True] * same)
    assert result is not None
    return result


def refused(live: float, candidate: float, texts: int, alike: float, times: int) -> float:
    """Of so many pairs of models with these accuracies, the share that is refused; `alike` of all texts both read in the same way."""
    rng = np.random.default_rng(11)
    count = 0
    for _ in range(times):
        together = rng.random(texts) < alike
        easy = rng.random(texts)
        own = rng.random(texts)
        was = easy < live
        now = np.where(together, easy, own) < candidate
        result = difference(was.tolist(), now.tolist())
        assert result is not None
        count += result.worse
    return count / times


@pytest.mark.parametrize("texts", [12, 60, 426])
@pytest.mark.parametrize("accuracy", [0.7, 0.95])
def test_models_that_are_as_good_are_refused_in_one_of_twenty_at_most(texts: int, accuracy: float) -> None:
    assert refused(accuracy, accuracy, texts, 0.5, 300) <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / 300)


def test_models_that_are_clearly_worse_are_refused() -> None:
    assert refused(0.95, 0.85, 426, 0.8, 60) == 1.0
    assert refused(0.95, 0.6, 60, 0.8, 60) > 0.95


def test_one_that_is_better_passes() -> None:
    assert refused(0.85, 0.95, 426, 0.8, 100) == 0.0


@pytest.mark.parametrize(
    ("lost", "gained", "texts", "worse"),
    [(0, 0, 12, False), (3, 0, 12, False), (4, 0, 12, False), (5, 0, 12, True), (5, 1, 12, False), (10, 2, 426, True),
     (40, 40, 426, False), (0, 12, 12, False), (12, 0, 12, True)],
)  # fmt: skip
def test_few_texts_are_counted_and_not_only_resampled(lost: int, gained: int, texts: int, worse: bool) -> None:
    assert found(lost, gained, texts).worse is worse


@pytest.mark.parametrize(("texts", "accuracy"), [(12, 0.85), (100, 0.95), (100, 0.85)])
def test_several_intents_together_refuse_who_is_no_worse_in_one_of_twenty_at_most(texts: int, accuracy: float) -> None:
    rng, times = np.random.default_rng(9), 150
    count = 0
    for _ in range(times):
        was = rng.random((9, texts)) < accuracy
        now = rng.random((9, texts)) < accuracy
        pairs = zip(was.tolist(), now.tolist(), strict=True)
        differences = {f"{n}": made for n, pair in enumerate(pairs) if (made := difference(*pair))}
        count += any(each.worse for each in together(differences).values())
    assert count / times <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / times)


def test_one_intent_that_is_lost_among_others_that_are_not_is_seen() -> None:
    others = {f"{n}": found(0, 0, 12) for n in range(8)}
    assert {name for name, each in together({**others, "refund": found(5, 0, 12)}).items() if each.worse} == {"refund"}
    noisy = {f"{n}": found(4, 4, 100) for n in range(8)}
    assert not any(each.worse for each in together({**noisy, "refund": found(5, 0, 100)}).values())
    assert together({**noisy, "refund": found(12, 1, 100)})["refund"].worse
    assert together({}) == {}


def test_who_hands_everything_over_is_dearer_though_nothing_is_misread() -> None:
    found = saving([0.0] * 57 + [6.0] * 3, [3.0] * 60)
    assert found is not None
    assert found.worse
    assert found.difference == pytest.approx(-(57 * 3 - 3 * 3) / 60)
    assert (found.lost, found.gained) == (57, 3)


def test_what_costs_as_much_is_refused_in_one_of_a_hundred_at_most() -> None:
    rng, times = np.random.default_rng(5), 300
    costs = np.array([0.0, 1.0, 3.0, 4.0, 6.0])

    def drawn() -> list[float]:
        return [float(each) for each in rng.choice(costs, 200, p=[0.9, 0.04, 0.01, 0.01, 0.04])]

    refused = sum(found.worse for _ in range(times) if (found := saving(drawn(), drawn())))
    assert refused / times <= 0.01 + 2 * math.sqrt(0.01 * 0.99 / times)


def test_counting_is_the_binomial_tail() -> None:
    tail = sum(math.comb(9, n) for n in range(7, 10)) / 2**9
    assert found(7, 2, 50).by_counting == pytest.approx(tail)


def test_the_same_pairs_give_the_same_answer_and_the_interval_holds_the_difference() -> None:
    one = found(9, 4, 200)
    assert one == found(9, 4, 200)
    assert one.difference == pytest.approx(-5 / 200)
    assert one.low <= one.difference <= one.high


def test_without_texts_there_is_nothing_to_say() -> None:
    assert difference([], []) is None
