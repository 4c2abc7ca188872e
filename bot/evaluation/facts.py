"""The figures of an evaluation in words: the same in the terminal and in the report. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from bot.evaluation.evaluation import Evaluation, Kind
from bot.evaluation.scores import Score
from bot.evaluation.words import Words


def title(evaluation: Evaluation, words: Words) -> str:
    about = evaluation.about
    return words.kinds[about.kind].format(about.folds if about.kind is Kind.CROSS_VALIDATION else about.source).strip()


def facts(evaluation: Evaluation, words: Words) -> Iterator[tuple[str, str]]:
    """Name and value."""
    found, costs = evaluation.measured, evaluation.about.costs
    languages = ", ".join(f"{language} {share:.1%}" for language, share in found.languages.items())
    yield words.texts, f"{found.examples}"
    yield words.accuracy, f"{found.accuracy:.1%} ({languages})"
    yield words.macro_f1, f"{found.macro_f1:.1%}"
    yield words.calibration_error, f"{evaluation.calibration_error:.1%}"
    yield words.surest, f"{evaluation.surest:.1%}"
    for zone, each in evaluation.zones.items():
        right = f"{each.right:.1%}" if each.share else "–"
        yield words.zones[zone], words.right_share.format(share=f"{each.share:.1%}", right=right)
    yield words.fallback, f"{found.fallback:.1%}"
    yield words.two, f"{found.two:.1%}"
    said = words.cost_said.format(
        cost=evaluation.cost,
        always=evaluation.answered_always,
        wrong=costs.wrong,
        asked=costs.asked,
        person=costs.handed,
    )
    yield words.cost, said


def threshold_of(score: Score, evaluation: Evaluation, words: Words) -> str:
    """With a mark where it is the intent's own."""
    own = score.name in evaluation.about.thresholds.own
    return f"{evaluation.about.thresholds.of(score.name):.2f}{words.own if own else ''}"
