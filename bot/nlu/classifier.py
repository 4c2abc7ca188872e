"""Intents: one linear margin each, made probabilities by a curve; what stays in doubt is read with the encoder too.

Reading needs NumPy and SciPy's sparse arrays, no scikit-learn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from bot.nlu.calibration import Calibration, probabilities
from bot.nlu.encoder import Vectors, encoder
from bot.nlu.english import joint, latins
from bot.nlu.features import Floats, Idf, Ints, Vocabulary, Weighed, weigh
from bot.nlu.fold import is_unspaced
from bot.nlu.grams import Block, Grams
from bot.nlu.hybrid import Hybrid
from bot.nlu.thresholds import Thresholds

Weights = npt.NDArray[np.float32]
Encode = Callable[[Sequence[str]], Vectors]

_KNOWN_WEIGHT = 2.0
_STEEP = 4.0


@dataclass(frozen=True, slots=True)
class Classifier:
    """`coefficients` (n_grams, n_intents), `intercepts` (n_intents,); below `familiar` lie 3 % of held-out texts by `familiarity`.
    `english` is a second stage of two encoders, for texts in Latin letters; only beside `hybrid`."""

    intents: tuple[str, ...]
    vocabulary: Vocabulary
    idf: Idf
    coefficients: Weights
    intercepts: Weights
    calibration: Calibration
    thresholds: Thresholds
    familiar: float = 0.0
    hybrid: Hybrid | None = None
    english: Hybrid | None = None

    def without_encoder(self) -> Classifier:
        """What was learned of single intents with the second stage does not hold without it."""
        if self.hybrid is None:
            return self
        return replace(self, hybrid=None, english=None, thresholds=Thresholds(self.thresholds.common))

    def confidences(self, texts: Sequence[str], found: Sequence[Grams]) -> tuple[Floats, Floats]:
        """(n_texts, n_intents), all 0 for a text of which nothing is known; and (n_texts,) how likely none of the intents is meant."""
        weighed = weigh(self.vocabulary.count(found), self.idf, self.vocabulary.block_of)
        margins = margins_of(weighed, self.coefficients, self.intercepts)
        given = probabilities(margins, self.calibration.curve)
        given[weighed.known == 0] = 0
        familiar = familiarity(margins, weighed.known)
        strange = 1 / (1 + np.exp(_STEEP * (familiar - self.familiar)))
        for hybrid, encode, mine in self._stages(texts):
            how = hybrid.words.strangeness
            strange[mine] = how.out_of_scope(how.score_of_first(familiar[mine]))
            self._again(hybrid, encode, mine, texts, weighed, familiar, given, strange)
        return given, strange

    def _stages(self, texts: Sequence[str]) -> Iterator[tuple[Hybrid, Encode, Ints]]:
        """Each second stage with the places of the texts that it is for."""
        reads = encoder()
        if self.hybrid is None or reads is None:
            return
        latin = latins(texts) if self.english is not None else np.zeros(len(texts), dtype=bool)
        if self.english is not None and latin.any():
            yield self.english, lambda some: joint(some, reads.vectors(some)), np.flatnonzero(latin)
        if not latin.all():
            yield self.hybrid, reads.vectors, np.flatnonzero(~latin)

    def _again(
        self,
        hybrid: Hybrid,
        encode: Encode,
        mine: Ints,
        texts: Sequence[str],
        weighed: Weighed,
        familiar: Floats,
        given: Floats,
        strange: Floats,
    ) -> None:
        """What the first stage is not sure enough of, in place."""
        doubtful = mine[given[mine].max(axis=1) < hybrid.words.enough]
        # Of a text without a letter or digit there is nothing to encode.
        doubtful = doubtful[[any(map(str.isalnum, texts[i])) for i in doubtful.tolist()]]
        if len(doubtful):
            part = Weighed(weighed.matrix[doubtful], weighed.known[doubtful])
            vectors = encode([texts[i] for i in doubtful.tolist()])
            foreign = np.array([not self._has_script_of(texts[i]) for i in doubtful.tolist()])
            given[doubtful], strange[doubtful] = hybrid.read(part, vectors, familiar[doubtful], foreign)

    def _has_script_of(self, text: str) -> bool:
        block = Block.CHARACTERS if is_unspaced(text) else Block.WORDS
        return bool(self.vocabulary.blocks[block])


def familiarity(margins: Floats, known: Floats) -> Floats:
    """(n_texts,) the lower, the stranger. How much of a text is known says more than it does by the margins alone: of CLINC150's
    validation 75 % of what is out of scope are below 3 % of the others instead of 65, with 10 examples an intent 53 instead of 19."""
    given: Floats = margins.max(axis=1) + _KNOWN_WEIGHT * known
    return given


def margins_of(weighed: Weighed, coefficients: Weights, intercepts: Weights) -> Floats:
    """(n_texts, n_intents). What is not known must not speak for the intent that has the most examples."""
    margins: Floats = weighed.matrix @ coefficients + weighed.known[:, None] * intercepts
    return margins
