"""Rasa's FallbackClassifier: better no intent than a doubtful one."""

from __future__ import annotations

from bot.nlu.data import NluConfig
from bot.nlu.reading import FALLBACK_INTENT, Guess


def with_fallback(ranking: tuple[Guess, ...], config: NluConfig) -> tuple[Guess, ...]:
    """`nlu_fallback` with 1 - top comes first where the top is below the threshold or too near to the second."""
    top = ranking[0].confidence
    second = ranking[1].confidence if len(ranking) > 1 else 0.0
    if top >= config.fallback_threshold and top - second >= config.ambiguity_threshold:
        return ranking
    return Guess(FALLBACK_INTENT, 1 - top), *ranking
