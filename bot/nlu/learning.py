"""Learns a classifier: LinearSVC, one intent against the rest.

Only here and in hybrid_learning.py is scikit-learn imported: a start of the bot does not pay for it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.svm import LinearSVC

from bot.nlu import encoder as multilingual
from bot.nlu import english
from bot.nlu.calibration import Calibration, calibrate, folds, probabilities
from bot.nlu.classifier import Classifier, Weights, familiarity, margins_of
from bot.nlu.doubted import Doubted, doubted
from bot.nlu.encoder import Vectors, encoder
from bot.nlu.english import joint, latins
from bot.nlu.features import Counts, Floats, Idf, Ints, Vocabulary, Weighed, weigh
from bot.nlu.grams import Grams
from bot.nlu.hybrid import Fitted, Hybrid, nearness
from bot.nlu.hybrid_learning import FEW_EXAMPLES, REJECTED, TEXTS_LEAST, HeldOut, finished, fit
from bot.nlu.intent_names import Said, said_names
from bot.nlu.thresholds import Guessed, thresholds_of
from bot.nlu.zones import USUAL, Costs

C, TOLERANCE = 1.0, 1e-2
WORKERS = 2
_FOLDS = 5
# Above this one fold measures the curve well enough, and five would take minutes.
_MANY_EXAMPLES = 5_000
# Of as many examples an n-gram that only one of them has says nothing (CLINC150, validation: 93.4 % with them, 93.5 without), and
# they are half of all. Never more coefficients than these: 15 million are 60 MB in the model, and four times that in learning.
_MOST_COEFFICIENTS = 15_000_000


def learn(
    texts: Sequence[str],
    found: Sequence[Grams],
    intents: Sequence[str],
    progress: Callable[[float], None],
    costs: Costs = USUAL,
    with_english: bool = False,
) -> tuple[Classifier, list[Doubted]]:
    """`found` are the n-grams of `texts`. With the encoder installed the second stage is learned too; `with_english`: and one for texts
    in Latin letters, where its encoder is installed. The examples that are doubted are told beside it."""
    names = tuple(sorted(set(intents)))
    places = {name: i for i, name in enumerate(names)}
    labels = np.array([places[intent] for intent in intents], dtype=np.int64)
    least = 2 if len(texts) > _MANY_EXAMPLES else 1
    vocabulary = Vocabulary.of(found, _MOST_COEFFICIENTS // len(names), least)
    seconds = _seconds(texts, names, labels, vocabulary, with_english, lambda share: progress(share / 2))
    learner = _Learner(vocabulary.count(found), labels, len(names), vocabulary.block_of, seconds)
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
    hybrids = [
        finished(fit, learner.seen(calibration, second), second.name)
        for fit, second in zip(fitted, seconds, strict=True)
    ]
    hybrid, other = (*hybrids, None, None)[:2]
    given = learner.given(calibration, hybrids)
    thresholds = thresholds_of(Guessed.of(given, labels[learner.measured]), names, costs)
    progress(1.0)
    classifier = Classifier(
        names, vocabulary, idf, coefficients, intercepts, calibration, thresholds, learner.familiar(), hybrid,
        other if hybrid is not None else None,
    )  # fmt: skip
    return classifier, doubted(given, np.flatnonzero(learner.measured), labels, names)


@dataclass(frozen=True, slots=True)
class _Second:
    """What a second stage is learned from: `vectors` (n, size) by the encoder `name`, the texts that it is `for` (n,) when they are read;
    of held-out texts `margins` (n, n_intents) and nearness `near` (n,) are gathered."""

    name: str
    vectors: Vectors
    said: Said | None
    mine: npt.NDArray[np.bool_]
    margins: Floats
    near: Floats


def _seconds(
    texts: Sequence[str],
    names: Sequence[str],
    labels: Ints,
    vocabulary: Vocabulary,
    with_english: bool,
    progress: Callable[[float], None],
) -> list[_Second]:
    """None without the encoder; then the one for Latin letters where it is wanted and there are such texts."""
    reads = encoder()
    if reads is None or len(names) < 2:
        return []
    latin = latins(texts) if with_english and english.installed() else np.zeros(len(texts), dtype=bool)
    half = 0.5 if latin.any() else 1.0
    vectors = reads.vectors(texts, lambda share: progress(share * half))

    def second(
        name: str, vectors: Vectors, encode: Callable[[Sequence[str]], Vectors], mine: npt.NDArray[np.bool_]
    ) -> _Second:
        said = said_names(names, vectors, labels, vocabulary, encode) if few(labels, len(names)) else None
        return _Second(name, vectors, said, mine, np.zeros((len(labels), len(names))), np.zeros(len(labels)))

    found = [second(multilingual.installed() or "", vectors, reads.vectors, ~latin)]
    if latin.any():
        wide = joint(texts, vectors, lambda share: progress(half + share * half))
        found.append(second(english.installed() or "", wide, lambda some: joint(some, reads.vectors(some)), latin))
    return found


class _Learner:
    """Both stages, on all examples or without those of one fold. What is said of held-out texts is gathered."""

    def __init__(
        self,
        counts: Counts,
        labels: Ints,
        n_intents: int,
        block_of: Ints,
        seconds: Sequence[_Second],
    ) -> None:
        self._counts = counts
        self._labels = labels
        self._n_intents = n_intents
        self._block_of = block_of
        self._seconds = seconds
        self._all = np.ones(len(labels), dtype=bool)
        self._least = int(_frequency(counts.matrix).min(initial=len(labels)))
        self._folds = folds(labels, _FOLDS)
        self.rounds = 1 if len(labels) > _MANY_EXAMPLES else _FOLDS
        self._first = np.zeros((len(labels), n_intents))
        self._known = np.zeros(len(labels))

    def first(self) -> tuple[Idf, Weights, Weights]:
        idf, weighed = self._weighed(self._counts, self._all)
        return idf, *_fit(weighed.matrix, self._labels, self._n_intents)

    def second(self) -> list[Fitted | None]:
        idf, weighed = self._weighed(self._counts, self._all)
        return [self._second_of(second, idf, weighed, self._all) for second in self._seconds]

    def held_out(self, fold: int) -> None:
        away = self._folds == fold
        if not away.any():
            return
        # What would not be a column without the held-out texts must be as unknown as it is in texts to come: else the curve is
        # learned on margins that are too good (calibration error on CLINC150 3.8 instead of 2.0 %).
        gone = _frequency(self._counts.matrix[~away]) < self._least
        counts = self._counts.without(gone, self._block_of)
        idf, weighed = self._weighed(counts, ~away)
        coefficients, intercepts = _fit(weighed.matrix[~away], self._labels[~away], self._n_intents)
        part = Weighed(weighed.matrix[away], weighed.known[away])
        self._first[away] = margins_of(part, coefficients, intercepts)
        self._known[away] = part.known
        del coefficients
        for second in self._seconds:
            fitted = self._second_of(second, idf, weighed, ~away)
            if fitted is not None:
                second.margins[away] = fitted.margins(part, second.vectors[away])
                second.near[away] = nearness(second.vectors[away], fitted.prototypes)

    def _weighed(self, counts: Counts, kept: npt.NDArray[np.bool_]) -> tuple[Idf, Weighed]:
        idf = Idf.of(counts.matrix[kept], self._block_of)
        return idf, weigh(counts, idf, self._block_of)

    def _second_of(self, second: _Second, idf: Idf, weighed: Weighed, kept: npt.NDArray[np.bool_]) -> Fitted | None:
        labels = self._labels[kept]
        if len(np.unique(labels)) < 2:
            return None
        matrix, vectors, said = weighed.matrix[kept], second.vectors[kept], second.said
        if said is not None:
            matrix = sparse.vstack([matrix, weigh(said.counts, idf, self._block_of).matrix], format="csr")
            vectors, labels = np.vstack([vectors, said.vectors]), np.concatenate([labels, said.labels])
        return fit(matrix, vectors, labels, self._n_intents, few(self._labels, self._n_intents))

    @property
    def measured(self) -> npt.NDArray[np.bool_]:
        measured: npt.NDArray[np.bool_] = (self._folds >= 0) & (self._folds < self.rounds)
        return measured

    def calibration(self) -> Calibration:
        measured = self.measured
        return calibrate(self._first[measured], self._labels[measured], self._folds[measured])

    def familiar(self) -> float:
        """Below this the first stage finds texts as strange as 3 % of what is held out; 0, which is typical, of few texts."""
        measured = self.measured
        if int(measured.sum()) < TEXTS_LEAST:
            return 0.0
        return float(np.quantile(familiarity(self._first[measured], self._known[measured]), REJECTED))

    def seen(self, calibration: Calibration, second: _Second) -> HeldOut:
        """Of the texts that it is for; of all where those are too few."""
        measured = self.measured & second.mine
        if int(measured.sum()) < TEXTS_LEAST:
            measured = self.measured
        labels, first = self._labels[measured], self._first[measured]
        return HeldOut(
            margins=second.margins[measured],
            near=second.near[measured],
            labels=labels,
            folds=self._folds[measured],
            first_confidences=probabilities(first, calibration.curve).max(axis=1) if len(labels) else np.zeros(0),
            known=self._known[measured],
            familiar=familiarity(first, self._known[measured]),
            first_right=(first.argmax(axis=1) == labels).astype(np.float64),
        )

    def given(self, calibration: Calibration, hybrids: Sequence[Hybrid | None]) -> Floats:
        """(n_measured, n_intents) as texts are read: what the first stage is not sure enough of is left to the second."""
        measured = self.measured
        first, known = self._first[measured], self._known[measured]
        given = probabilities(first, calibration.curve)
        for second, hybrid in zip(self._seconds, hybrids, strict=True):
            if hybrid is None:
                continue
            doubtful = second.mine[measured] & (given.max(axis=1) < hybrid.words.enough)
            if doubtful.any():
                given[doubtful], _ = hybrid.judged(
                    second.margins[measured][doubtful],
                    second.near[measured][doubtful],
                    familiarity(first, known)[doubtful],
                    known[doubtful],
                    np.zeros(int(doubtful.sum()), dtype=bool),
                )
        return given


def few(labels: Ints, n_intents: int) -> bool:
    return len(labels) < FEW_EXAMPLES * n_intents


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
