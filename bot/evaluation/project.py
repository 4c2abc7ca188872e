"""The evaluations of one project: its examples by cross-validation, and a test set that training never sees."""

from __future__ import annotations

from collections.abc import Callable

from bot.evaluation.crossing import crossed, read_all
from bot.evaluation.evaluation import About, Evaluation, Kind, evaluated
from bot.nlu.data import TrainingData
from bot.nlu.interpreter import Interpreter
from bot.nlu.measure import spaced_language
from bot.nlu.thresholds import Thresholds
from bot.project import Project


def cross_validated(project: Project, model: Interpreter, folds: int, progress: Callable[[float], None]) -> Evaluation:
    """`model` is the one that the whole project makes: its thresholds are shown. Raises Untrainable."""
    found = crossed(project.training, project.nlu_config, folds, progress)
    what = about(Kind.CROSS_VALIDATION, project, model.version, model.thresholds, folds=folds, alone=found.alone)
    return evaluated(what, found.examples, found.readings)


def tested(project: Project, model: Interpreter, data: TrainingData, source: str) -> Evaluation:
    """Of at least one example."""
    readings = read_all(model, [each.text for each in data.examples])
    what = about(Kind.TEST_SET, project, model.version, model.thresholds, source=source)
    return evaluated(what, data.examples, readings)


def about(
    kind: Kind, project: Project, version: str, thresholds: Thresholds, source: str = "", folds: int = 0, alone: int = 0
) -> About:
    return About(
        kind=kind,
        project=project.name,
        model=version,
        costs=project.nlu_config.costs,
        thresholds=thresholds,
        spaced=spaced_language(project.nlu_config.language),
        source=source,
        folds=folds,
        alone=alone,
    )
