"""The second stage of a reading: n-grams and the encoder's numbers side by side, for what n-grams alone leave in doubt.

A first stage that is sure ends the reading: two of three messages are never encoded. Where the encoder is missing, the
first stage stands alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import numpy as np
import numpy.typing as npt

from bot.nlu.calibration import Calibration, probabilities
from bot.nlu.encoder import Vectors
from bot.nlu.features import Floats, Weighed

# Chosen on CLINC150's validation parts and xSID: how much, of few examples, the logistic regression on the encoder alone says beside
# the margins.
FEW_WEIGHT = 0.5

Weights = npt.NDArray[np.float32]


class Strangeness(msgspec.Struct, frozen=True):
    """How margins, nearness (cosine to the nearest prototype) and the first stage's familiarity lie for texts that have an intent;
    below `limit` lie 3 % of them."""

    margin_mean: float
    margin_deviation: float
    near_mean: float
    near_deviation: float
    familiar_mean: float
    familiar_deviation: float
    limit: float

    def score(self, margins: Floats, near: Floats, familiar: Floats | None) -> Floats:
        """(n_texts,) the lower, the stranger. From the best margins, cosines and familiarity, each (n_texts,); without the last the
        others stand for it."""
        two: Floats = (margins - self.margin_mean) / self.margin_deviation + (
            near - self.near_mean
        ) / self.near_deviation
        return 1.5 * two if familiar is None else two + self._by_familiarity(familiar)

    def score_of_first(self, familiar: Floats) -> Floats:
        """(n_texts,) the same of texts that the first stage is sure of: what it says stands for all three."""
        return 3 * self._by_familiarity(familiar)

    def _by_familiarity(self, familiar: Floats) -> Floats:
        scaled: Floats = (familiar - self.familiar_mean) / self.familiar_deviation
        return scaled

    def out_of_scope(self, scores: Floats) -> Floats:
        """(n_texts,) from 0 to 1; one half where 3 % of the texts in scope look as strange."""
        given: Floats = 1 / (1 + np.exp(np.clip(2 * (scores - self.limit), -50, 50)))
        return given


class HybridWords(msgspec.Struct, frozen=True):
    """What is no array: the encoder's version, the curve, from which confidence on the first stage is enough, and the share of a
    text's n-grams that nearly all texts in scope have known."""

    encoder: str
    calibration: Calibration
    strangeness: Strangeness
    enough: float
    known: float


@dataclass(frozen=True, slots=True)
class Fitted:
    """`coefficients` (n_grams, n_intents), `encoded` (size, n_intents), `intercepts` (n_intents,), `prototypes` (n, size);
    `few` (size, n_intents) and `few_intercepts`, both empty where there are many examples. `size` is that of the vectors."""

    coefficients: Weights
    encoded: Weights
    intercepts: Weights
    prototypes: Vectors
    few: Weights
    few_intercepts: Weights

    def margins(self, weighed: Weighed, vectors: Vectors) -> Floats:
        """(n_texts, n_intents)"""
        margins = weighed.matrix @ self.coefficients + vectors @ self.encoded + self.intercepts
        if self.few.size:
            margins = margins + FEW_WEIGHT * log_shares(vectors @ self.few + self.few_intercepts)
        return np.asarray(margins, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Hybrid:
    """The second stage of one model."""

    words: HybridWords
    fitted: Fitted

    def read(
        self, weighed: Weighed, vectors: Vectors, familiar: Floats, foreign: npt.NDArray[np.bool_]
    ) -> tuple[Floats, Floats]:
        """(n_texts, n_intents) confidences, and (n_texts,) how likely none of the intents is meant.

        `familiar` (n_texts,) are as the first stage finds them. `foreign` texts are in a script that training has none of: that
        nothing of them is known says nothing.
        """
        near = nearness(vectors, self.fitted.prototypes)
        return self.judged(self.fitted.margins(weighed, vectors), near, familiar, weighed.known, foreign)

    def judged(
        self, margins: Floats, near: Floats, familiar: Floats, known: Floats, foreign: npt.NDArray[np.bool_]
    ) -> tuple[Floats, Floats]:
        """The same of margins (n_texts, n_intents), of cosines `near` and of the shares `known`, each (n_texts,)."""
        best, how = margins.max(axis=1), self.words.strangeness
        strange = how.out_of_scope(np.where(foreign, how.score(best, near, None), how.score(best, near, familiar)))
        kept = np.where(foreign, 1.0, np.minimum(1.0, np.square(known / self.words.known)))
        strange = np.maximum(strange, 1 - kept)
        # What looks stranger than nearly all that has an intent is no intent of ours, however it compares among them.
        meant = np.minimum(kept, 1 - np.maximum(0, 2 * strange - 1))
        return probabilities(margins, self.words.calibration.curve) * meant[:, None], strange


def nearness(vectors: Vectors, prototypes: Vectors) -> Floats:
    """(n_texts,) cosine to the nearest prototype of any intent."""
    near: Floats = (vectors @ prototypes.T).max(axis=1).astype(np.float64)
    return near


def log_shares(scores: npt.NDArray[np.floating]) -> Floats:
    below: Floats = scores.astype(np.float64) - scores.max(axis=1, keepdims=True)
    shares: Floats = below - np.log(np.exp(below).sum(axis=1, keepdims=True))
    return shares
