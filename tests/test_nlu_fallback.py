from __future__ import annotations

import pytest

from bot.nlu.data import NluConfig
from bot.nlu.fallback import with_fallback
from bot.nlu.reading import Guess


@pytest.mark.parametrize(
    ("top", "second", "fires"),
    [
        (0.9, 0.05, False),
        (0.3, 0.1, False),
        (0.29, 0.0, True),
        (0.5, 0.45, True),
        (0.45, 0.34, False),
        (0.0, 0.0, True),
    ],
)
def test_fires_below_the_threshold_or_too_near_to_the_second(top: float, second: float, fires: bool) -> None:
    ranking = (Guess("a", top), Guess("b", second))
    result = with_fallback(ranking, NluConfig())
    assert result == ((Guess("nlu_fallback", 1 - top), *ranking) if fires else ranking)


def test_the_project_sets_the_thresholds() -> None:
    ranking = (Guess("a", 0.6), Guess("b", 0.3))
    assert with_fallback(ranking, NluConfig(fallback_threshold=0.7))[0].name == "nlu_fallback"
    assert with_fallback(ranking, NluConfig(ambiguity_threshold=0.4))[0].name == "nlu_fallback"
    assert with_fallback(ranking, NluConfig(fallback_threshold=0.6, ambiguity_threshold=0.2)) == ranking


def test_a_single_intent_has_no_rival() -> None:
    assert with_fallback((Guess("a", 1.0),), NluConfig()) == (Guess("a", 1.0),)
