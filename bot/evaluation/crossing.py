"""Cross-validation: every example is read once by a model that has not seen it, and neither has its curve or its thresholds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from bot.nlu.calibration import folds
from bot.nlu.data import Example, NluConfig, TrainingData
from bot.nlu.errors import Untrainable
from bot.nlu.interpreter import Interpreter
from bot.nlu.reading import Reading
from bot.nlu.sample import sample

BATCH = 64


@dataclass(frozen=True, slots=True)
class Crossed:
    """`alone`: examples that are the only one of their intent, which every model needs."""

    examples: tuple[Example, ...]
    readings: tuple[Reading, ...]
    alone: int


def crossed(data: TrainingData, config: NluConfig, count: int, progress: Callable[[float], None]) -> Crossed:
    """By `count` folds, in each of which every intent has its share. Of more examples than training learns from, those it does.
    Raises Untrainable where nothing can be held out."""
    chosen = tuple(data.examples[i] for i in sample([each.intent for each in data.examples]))
    _, labels = np.unique([each.intent for each in chosen], return_inverse=True)
    places = folds(labels.astype(np.int64), count) if chosen else np.zeros(0, dtype=np.int64)
    held = [fold for fold in range(count) if (places == fold).any()]
    if not held:
        raise Untrainable("No intent has two examples, so none can be held out; add examples.")
    readings: dict[int, Reading] = {}
    for done, fold in enumerate(held):
        kept = tuple(each for each, place in zip(chosen, places, strict=True) if place != fold)
        model = Interpreter.train(replace(data, examples=kept), config, _part(progress, done, len(held)))
        away = np.flatnonzero(places == fold).tolist()
        readings.update(zip(away, read_all(model, [chosen[i].text for i in away]), strict=True))
        progress((done + 1) / len(held))
    order = sorted(readings)
    return Crossed(tuple(chosen[i] for i in order), tuple(readings[i] for i in order), int((places < 0).sum()))


def read_all(model: Interpreter, texts: list[str]) -> list[Reading]:
    return [reading for at in range(0, len(texts), BATCH) for reading in model.read(texts[at : at + BATCH])]


def _part(progress: Callable[[float], None], done: int, of: int) -> Callable[[str, float], None]:
    def step(stage: str, share: float) -> None:
        if stage == "intents":
            progress((done + share) / of)

    return step
