"""Intents: one linear margin each, made probabilities by a curve. Reading needs NumPy and SciPy's sparse arrays, no scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.nlu.calibration import Calibration, probabilities
from bot.nlu.features import Floats, Idf, Vocabulary, Weighed, weigh
from bot.nlu.grams import Grams

Weights = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Classifier:
    """`coefficients` (n_grams, n_intents), `intercepts` (n_intents,)."""

    intents: tuple[str, ...]
    vocabulary: Vocabulary
    idf: Idf
    coefficients: Weights
    intercepts: Weights
    calibration: Calibration

    def confidences(self, texts: Sequence[Grams]) -> Floats:
        """(n_texts, n_intents); all 0 for a text of which no n-gram is known."""
        counts = self.vocabulary.count(texts)
        weighed = weigh(counts, self.idf, self.vocabulary.block_of)
        margins = margins_of(weighed, self.coefficients, self.intercepts)
        given = probabilities(margins, self.calibration.curve)
        given[weighed.known == 0] = 0
        return given


def margins_of(weighed: Weighed, coefficients: Weights, intercepts: Weights) -> Floats:
    """(n_texts, n_intents). What is not known must not speak for the intent that has the most examples."""
    margins: Floats = weighed.matrix @ coefficients + weighed.known[:, None] * intercepts
    return margins
