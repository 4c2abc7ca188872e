"""The expected wait: the cost of one place, measured, times the places."""

from __future__ import annotations

import pytest

from handoff.expecting import PLACE_SECONDS_LEAST, PLACE_SECONDS_MOST, Wait, expected


def test_too_few_say_nothing() -> None:
    assert expected(2, [1.0, 1.0, 1.0]) == Wait(120, 60, 240) == expected(2, [])


def test_half_of_those_before_waited_within_the_range() -> None:
    assert expected(1, [20, 30, 40, 50, 60]) == Wait(40, 30, 50)
    assert expected(3, [60, 20, 50, 30, 40]) == Wait(120, 90, 150)


@pytest.mark.parametrize(("cost", "place"), [(0.0, PLACE_SECONDS_LEAST), (1e9, PLACE_SECONDS_MOST), (33.0, 33.0)])
def test_a_place_costs_neither_nothing_nor_a_day(cost: float, place: float) -> None:
    assert expected(1, [cost] * 5) == Wait(round(place), round(place), round(place))
