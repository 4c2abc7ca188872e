"""What one model makes of everything that two of them are compared on. It is kept, the model is not: two at once would take the memory of
both."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.apart import apart
from bot.appraisal.learned import Learned
from bot.appraisal.talks import runs_actions
from bot.evaluation.crossing import read_all
from bot.nlu.calibration import Calibration
from bot.nlu.reading import Reading
from bot.nlu.thresholds import Thresholds
from bot.project import Project
from bot.project_tests import TestResult, run_tests
from bot.registry import Model
from bot.turn import Bot
from models.sealed import KeyRing

Progress = Callable[[float], None]
# Of the time that a model takes, the part for reading.
_READING = 0.4


@dataclass(frozen=True, slots=True)
class Sitting:
    """`readings` by text; `known`: its intents without keys."""

    version: str
    readings: Mapping[str, Reading]
    talks: Sequence[TestResult]
    known: frozenset[str]
    learned: Learned
    thresholds: Thresholds
    crossed: Calibration


def sit(model: Model, project: Project, texts: Sequence[str], limit_seconds: float, progress: Progress) -> Sitting:
    """`limit_seconds` of a turn. Raises ProjectError where the project's actions cannot be imported."""
    interpreter = model.interpreter
    distinct = list(dict.fromkeys(texts))
    readings = dict(zip(distinct, read_all(interpreter, distinct), strict=True))
    progress(_READING)
    talks = asyncio.run(_talked(model, project, limit_seconds, progress)) if project.tests else []
    progress(1.0)
    return Sitting(
        model.version,
        readings,
        talks,
        frozenset(name.partition("/")[0] for name in interpreter.classifier.intents),
        Learned.of(model.manifest.learned),
        interpreter.thresholds,
        interpreter.calibration,
    )


async def _talked(model: Model, project: Project, limit_seconds: float, progress: Progress) -> list[TestResult]:
    bot = Bot(project, model.interpreter, KeyRing.generated(), limit_seconds, policy=model.policy)
    done = 0

    def held(_: TestResult) -> None:
        nonlocal done
        done += 1
        progress(_READING + (1 - _READING) * done / len(project.tests))

    try:
        with apart(project.folder):
            bot.settle()
            return await run_tests(bot, project, progress=held, acting=runs_actions(project))
    finally:
        await bot.close()
