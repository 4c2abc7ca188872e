"""The confusion matrix, of the intents that are confused most. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bot.evaluation.evaluation import Evaluation


def confused_most(evaluation: Evaluation, most: int) -> list[str]:
    """The intents of which most texts are read wrongly, by their names."""
    wrong: Counter[str] = Counter()
    for each in evaluation.judged:
        if not each.right:
            wrong.update((each.meant, each.read))
    ranked = sorted((each.name for each in evaluation.intents), key=lambda name: (-wrong[name], name))
    return sorted(ranked[:most])


def matrix_of(evaluation: Evaluation, names: Sequence[str]) -> list[list[int]]:
    """Rows are meant, columns read."""
    counted = Counter((each.meant, each.read) for each in evaluation.judged)
    return [[counted[meant, read] for read in names] for meant in names]
