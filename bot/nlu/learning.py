"""Learns a classifier: LinearSVC, one intent against the rest.

Only here and in hybrid_learning.py is scikit-learn imported: a start of the bot does not pay for it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.svm import LinearSVC

from bot.nlu.calibration import Calibration, calibrate, folds, probabilities
from bot.nlu.classifier import Classifier, Weights, familiarity, margins_of
from bot.nlu.encoder import Vectors, encoder, installed
from bot.nlu.features import Counts, Idf, Ints, Vocabulary, Weighed, weigh
from bot.nlu.grams import Grams
from bot.nlu.hybrid import Fitted, nearness
from bot.nlu.hybrid_learning import FEW_EXAMPLES, REJECTED, TEXTS_LEAST, HeldOut, finished, fit

C, TOLERANCE = 1.0, 1e-2
WORKERS = 2
_FOLDS = 5
# Above this one fold measures the curve well enough, and five would take minutes.
_MANY_EXAMPLES = 5_000
# Of as many examples an n-gram that only one of them has says nothing (CLINC150, validation: 93.4 % with them, 93.5 without), and
# they are half of all. Never more coefficients than these: 15 million are 60 MB in the model, and four times that in learning.
_MOST_COEFFICIENTS = 15_000_000


def learn(
    texts: Sequence[str], found: Sequence[Grams], intents: Sequence[str], progress: Callable[[float], None]
) -> Classifier:
    """`found` are the n-grams of `texts`. With the encoder installed the second stage is learned too."""
    names = tuple(sorted(set(intents)))
    places = {name: i for i, name in enumerate(names)}
    labels = np.array([places[intent] for intent in intents], dtype=np.int64)
    least = 2 if len(texts) > _MANY_EXAMPLES else 1
    vocabulary = Vocabulary.of(found, _MOST_COEFFICIENTS // len(names), least)
    learner = _Learner(
        vocabulary.count(found), labels, len(names), vocabulary.block_of, _vectors(texts, len(names), progress)
    )
    # The fits let go of Python's lock: two cores work on two of them.
    with ThreadPoolExecutor(WORKERS) as pool:
        jobs = [pool.submit(learner.held_out, fold) for fold in range(learner.rounds)]
        last = pool.submit(learner.second)
        idf, coefficients, intercepts = learner.first()
        for done, job in enumerate(jobs, 1):
            job.result()
            progress(0.5 + done / (learner.rounds + 1) / 2)
        fitted = last.result()
    calibration = learner.calibration()
    hybrid = finished(fitted, learner.seen(calibration), installed() or "")
    progress(1.0)
    return Classifier(names, vocabulary, idf, coefficients, intercepts, calibration, learner.familiar(), hybrid)


def _vectors(texts: Sequence[str], n_intents: int, progress: Callable[[float], None]) -> Vectors | None:
    reads = encoder()
    if reads is None or n_intents < 2:
        return None
    return reads.vectors(texts, lambda share: progress(share / 2))


class _Learner:
    """Both stages, on all examples or without those of one fold. What is said of held-out texts is gathered."""

    def __init__(self, counts: Counts, labels: Ints, n_intents: int, block_of: Ints, vectors: Vectors | None) -> None:
        self._counts = counts
        self._labels = labels
        self._n_intents = n_intents
        self._block_of = block_of
        self._vectors = vectors
        self._all = np.ones(len(labels), dtype=bool)
        self._least = int(_frequency(counts.matrix).min(initial=len(labels)))
        self._folds = folds(labels, _FOLDS)
        self.rounds = 1 if len(labels) > _MANY_EXAMPLES else _FOLDS
        self._first = np.zeros((len(labels), n_intents))
        self._second = np.zeros((len(labels), n_intents))
        self._near = np.zeros(len(labels))
        self._known = np.zeros(len(labels))

    def first(self) -> tuple[Idf, Weights, Weights]:
        idf, weighed = self._weighed(self._counts, self._all)
        return idf, *_fit(weighed.matrix, self._labels, self._n_intents)

    def second(self) -> Fitted | None:
        _, weighed = self._weighed(self._counts, self._all)
        return self._second_of(weighed, self._all)

    def held_out(self, fold: int) -> None:
        away = self._folds == fold
        if not away.any():
            return
        # What would not be a column without the held-out texts must be as unknown as it is in texts to come: else the curve is
        # learned on margins that are too good (calibration error on CLINC150 3.8 instead of 2.0 %).
        gone = _frequency(self._counts.matrix[~away]) < self._least
        counts = self._counts.without(gone, self._block_of)
        _, weighed = self._weighed(counts, ~away)
        coefficients, intercepts = _fit(weighed.matrix[~away], self._labels[~away], self._n_intents)
        part = Weighed(weighed.matrix[away], weighed.known[away])
        self._first[away] = margins_of(part, coefficients, intercepts)
        self._known[away] = part.known
        del coefficients
        fitted = self._second_of(weighed, ~away)
        if fitted is not None and self._vectors is not None:
            self._second[away] = fitted.margins(part, self._vectors[away])
            self._near[away] = nearness(self._vectors[away], fitted.prototypes)

    def _weighed(self, counts: Counts, kept: npt.NDArray[np.bool_]) -> tuple[Idf, Weighed]:
        idf = Idf.of(counts.matrix[kept], self._block_of)
        return idf, weigh(counts, idf, self._block_of)

    def _second_of(self, weighed: Weighed, kept: npt.NDArray[np.bool_]) -> Fitted | None:
        if self._vectors is None or len(np.unique(self._labels[kept])) < 2:
            return None
        few = len(self._labels) < FEW_EXAMPLES * self._n_intents
        return fit(weighed.matrix[kept], self._vectors[kept], self._labels[kept], self._n_intents, few)

    @property
    def _measured(self) -> npt.NDArray[np.bool_]:
        measured: npt.NDArray[np.bool_] = (self._folds >= 0) & (self._folds < self.rounds)
        return measured

    def calibration(self) -> Calibration:
        measured = self._measured
        return calibrate(self._first[measured], self._labels[measured], self._folds[measured])

    def familiar(self) -> float:
        """Below this the first stage finds texts as strange as 3 % of what is held out; 0, which is typical, of few texts."""
        measured = self._measured
        if int(measured.sum()) < TEXTS_LEAST:
            return 0.0
        return float(np.quantile(familiarity(self._first[measured], self._known[measured]), REJECTED))

    def seen(self, calibration: Calibration) -> HeldOut:
        measured = self._measured
        labels, first = self._labels[measured], self._first[measured]
        return HeldOut(
            margins=self._second[measured],
            near=self._near[measured],
            labels=labels,
            folds=self._folds[measured],
            first_confidences=probabilities(first, calibration.curve).max(axis=1) if len(labels) else np.zeros(0),
            known=self._known[measured],
            familiar=familiarity(first, self._known[measured]),
            first_right=(first.argmax(axis=1) == labels).astype(np.float64),
        )


def _frequency(matrix: sparse.csr_array) -> Ints:
    """(n_grams,) how many texts have each."""
    counted: Ints = np.bincount(matrix.indices, minlength=matrix.shape[1])
    return counted


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
