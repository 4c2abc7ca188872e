"""Learns the second stage. Its curve, its limit of strangeness and when the first stage is enough come from held-out texts."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from math import sqrt

import msgspec
import numpy as np
from scipy import sparse
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from bot.nlu.calibration import calibrate
from bot.nlu.encoder import SIZE, Vectors
from bot.nlu.features import Floats, Ints
from bot.nlu.hybrid import Fitted, Hybrid, HybridWords, Strangeness, Weights

C, TOLERANCE = 0.5, 0.1
# How much an encoder's 512 numbers weigh beside n-grams; of two encoders each keeps nearly the weight that it has alone. Chosen on
# CLINC150's validation parts and xSID.
ENCODER_WEIGHT = 2.0
FEW_C, FEW_ROUNDS = 30.0, 100
# Below so many examples an intent, a logistic regression on the encoder alone adds 0.5 to 3 points; above it adds none.
FEW_EXAMPLES = 30
_NOTHING = np.zeros((0, 0), dtype=np.float32), np.zeros(0, dtype=np.float32)
PROTOTYPES = 8
REJECTED = 0.03
UNKNOWN = 0.03
KNOWN_LEAST = 0.05
# Fewer held-out texts say too little of what is strange.
TEXTS_LEAST = 40
# The first stage ends a reading where it was right at least so often among texts that it was as sure of.
PRECISION = 0.995
# And at most so many of them: the second stage is right more often, and tells better what is out of scope, but takes six times as
# long. CLINC150's validation part: 96.07 % right with 0.60 to 0.70, 96.03 with 0.72 to 0.75; with 0.72 more than half of the texts end.
ENDED = 0.72


def fit(matrix: sparse.csr_array, vectors: Vectors, labels: Ints, n_intents: int, few_examples: bool) -> Fitted:
    """`labels` from 0. `few_examples` is said of the whole data, also where a part is held out: the curve is learned for such margins."""
    weight = ENCODER_WEIGHT * sqrt(vectors.shape[1] / SIZE)
    # Not float32: scikit-learn would keep a copy beside it, 100 MB of 15,000 examples.
    weighed = sparse.csr_array(weight * vectors.astype(np.float64))
    both = sparse.hstack([matrix, weighed], format="csr", dtype=np.float64)
    del weighed
    machine = LinearSVC(C=C, tol=TOLERANCE, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        machine.fit(both, labels)
    coefficients, intercepts = _full(machine, n_intents)
    few, few_intercepts = _few(vectors, labels, n_intents) if few_examples else _NOTHING
    grams = matrix.shape[1]
    return Fitted(
        np.ascontiguousarray(coefficients[:grams]),
        np.ascontiguousarray(weight * coefficients[grams:], dtype=np.float32),
        intercepts,
        _prototypes(vectors, labels),
        few,
        few_intercepts,
    )


def _few(vectors: Vectors, labels: Ints, n_intents: int) -> tuple[Weights, Weights]:
    machine = LogisticRegression(C=FEW_C, max_iter=FEW_ROUNDS, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        machine.fit(1.5 * vectors, labels)
    few, intercepts = _full(machine, n_intents)
    return 1.5 * few, intercepts


def _full(machine: LinearSVC | LogisticRegression, n_intents: int) -> tuple[Weights, Weights]:
    """(n_features, n_intents), (n_intents,). An intent that is not among the labels gets margins below all others."""
    coefficients, intercepts = machine.coef_, machine.intercept_
    if len(machine.classes_) == 2:
        coefficients, intercepts = np.vstack([-coefficients, coefficients]), np.hstack([-intercepts, intercepts])
    full = np.zeros((coefficients.shape[1], n_intents), dtype=np.float32)
    shifts = np.full(n_intents, -2.0, dtype=np.float32)
    full[:, machine.classes_] = coefficients.T
    shifts[machine.classes_] = intercepts
    return full, shifts


def _prototypes(vectors: Vectors, labels: Ints) -> Vectors:
    """Up to eight centres for each intent, of length 1."""
    found = []
    for label in np.unique(labels):
        own = np.unique(vectors[labels == label], axis=0)
        if len(own) > PROTOTYPES:
            own = KMeans(PROTOTYPES, n_init=1, max_iter=20, random_state=0).fit(own).cluster_centers_.astype(np.float32)
        found.append(own / np.maximum(np.linalg.norm(own, axis=1, keepdims=True), 1e-6))
    return np.ascontiguousarray(np.vstack(found), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Of texts that the model had not seen: margins (n, n_intents), nearness (n,), and what the first stage said with which confidence;
    how much of them is known (n,), and how familiar that makes them (n,)."""

    margins: Floats
    near: Floats
    labels: Ints
    folds: Ints
    first_confidences: Floats
    first_right: Floats
    known: Floats
    familiar: Floats


def finished(fitted: Fitted | None, held_out: HeldOut, encoder: str) -> Hybrid | None:
    if fitted is None or len(held_out.labels) < TEXTS_LEAST:
        return None
    words = HybridWords(
        encoder,
        calibrate(held_out.margins, held_out.labels, held_out.folds),
        _strangeness(held_out),
        enough(held_out.first_confidences, held_out.first_right),
        max(KNOWN_LEAST, float(np.quantile(held_out.known, UNKNOWN))),
    )
    return Hybrid(words, fitted)


def _strangeness(held_out: HeldOut) -> Strangeness:
    best, near, familiar = held_out.margins.max(axis=1), held_out.near, held_out.familiar
    mean, deviation = zip(
        *((float(each.mean()), float(each.std()) or 1.0) for each in (best, near, familiar)), strict=True
    )
    lie = Strangeness(mean[0], deviation[0], mean[1], deviation[1], mean[2], deviation[2], 0.0)
    limit = float(np.quantile(lie.score(best, near, familiar), REJECTED))
    return msgspec.structs.replace(lie, limit=limit)


def enough(confidences: Floats, right: Floats) -> float:
    """The lowest confidence from which on PRECISION of the texts were right, and which at most ENDED of them had; above 1, that is
    never, where there is none."""
    order = np.argsort(-confidences, kind="stable")
    share = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(share >= PRECISION)
    good = good[good < ENDED * len(order)]
    # Ten texts prove nothing about the two hundredth.
    if not len(good) or good[-1] < 20:
        return 2.0
    return float(confidences[order[good[-1]]])
