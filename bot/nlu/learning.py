"""Learns a classifier: LinearSVC, one intent against the rest.

Only here is scikit-learn imported: a start of the bot does not pay for it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence

import numpy as np
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.svm import LinearSVC

from bot.nlu.calibration import Calibration, calibrate, folds
from bot.nlu.classifier import Classifier, Weights, margins_of
from bot.nlu.features import Counts, Idf, Ints, Vocabulary, weigh
from bot.nlu.grams import Grams

C, TOLERANCE = 1.0, 1e-2
_FOLDS = 5
# Above this one fold measures the curve well enough, and five would take minutes.
_MANY_EXAMPLES = 5_000


def learn(texts: Sequence[Grams], intents: Sequence[str], progress: Callable[[float], None]) -> Classifier:
    names = tuple(sorted(set(intents)))
    places = {name: i for i, name in enumerate(names)}
    labels = np.array([places[intent] for intent in intents], dtype=np.int64)
    vocabulary = Vocabulary.of(texts)
    counts = vocabulary.count(texts)
    calibration = _calibrate(counts, labels, len(names), vocabulary.block_of, progress)
    idf = Idf.of(counts.matrix, vocabulary.block_of)
    coefficients, intercepts = _fit(weigh(counts, idf, vocabulary.block_of).matrix, labels, len(names))
    progress(1.0)
    return Classifier(names, vocabulary, idf, coefficients, intercepts, calibration)


def _calibrate(
    counts: Counts, labels: Ints, n_intents: int, block_of: Ints, progress: Callable[[float], None]
) -> Calibration:
    held_out = folds(labels, _FOLDS)
    rounds = 1 if len(labels) > _MANY_EXAMPLES else _FOLDS
    margins = np.zeros((len(labels), n_intents))
    for fold in range(rounds):
        away = held_out == fold
        if away.any():
            # Columns that only held-out texts have get the weight of the unknown, and no coefficient.
            idf = Idf.of(counts.matrix[~away], block_of)
            weighed = weigh(counts, idf, block_of)
            coefficients, intercepts = _fit(weighed.matrix[~away], labels[~away], n_intents)
            margins[away] = margins_of(weighed, coefficients, intercepts)[away]
        progress((fold + 1) / (rounds + 1))
    measured = (held_out >= 0) & (held_out < rounds)
    return calibrate(margins[measured], labels[measured], held_out[measured])


def _fit(matrix: sparse.csr_array, labels: Ints, n_intents: int) -> tuple[Weights, Weights]:
    if n_intents == 1:
        return np.zeros((matrix.shape[1], 1), dtype=np.float32), np.zeros(1, dtype=np.float32)
    machine = LinearSVC(C=C, tol=TOLERANCE, random_state=0)
    with warnings.catch_warnings():
        # Contradicting examples need more rounds than are worth it; the margins are good long before.
        warnings.simplefilter("ignore", ConvergenceWarning)
        machine.fit(matrix, labels)
    coefficients, intercepts = machine.coef_, machine.intercept_
    if n_intents == 2:
        coefficients, intercepts = np.vstack([-coefficients, coefficients]), np.hstack([-intercepts, intercepts])
    return np.ascontiguousarray(coefficients.T, dtype=np.float32), intercepts.astype(np.float32)
