"""Tags tokens with entities, roles and groups: a linear-chain CRF (Lafferty et al. 2001), decoded in NumPy.

Learning is in `sequences.py`; here are only its weights, which are plain numbers.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from bot.nlu.errors import ModelRefused

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

OUTSIDE = "O"
# A way that no annotation can take. Not infinite: infinities make NaN when they are subtracted.
_NEVER = -1e4
# Taken off what speaks for "no entity": annotated texts repeat their values, and customers say ones that nobody knows.
# Chosen on texts whose values were left out of training; above 2 F1 falls again.
_OUTSIDE_COST = 2.0
# Tokens times labels squared: 2,000 tokens of 100 labels are 0.1 s; with more labels fewer tokens are tagged.
_MOST_STEPS = 20_000_000


class Label(msgspec.Struct, frozen=True, array_like=True):
    """`part`: Begin, Inside, Last, Unit (the whole) of an entity, or Outside of all."""

    part: str
    entity: str = ""
    role: str | None = None
    group: str | None = None

    @property
    def is_nothing(self) -> bool:
        return self.part == OUTSIDE and self.role is None and self.group is None

    def may_follow(self, before: Label) -> bool:
        if self.part in "IL":
            return before.part in "BI" and _meaning(before) == _meaning(self)
        return before.part in "OLU"


class TaggerWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`clues` name the rows of the weights, `labels` their columns."""

    labels: tuple[Label, ...] = ()
    clues: tuple[str, ...] = ()


class Tagged(msgspec.Struct, frozen=True):
    """Tokens `first` to `last` (included) are one entity; `confidence` is the least of their probabilities."""

    first: int
    last: int
    label: Label
    confidence: float


class TaggerArrays(msgspec.Struct, frozen=True):
    """Weights by clue as compressed sparse rows: those of clue i are `starts[i]` to `starts[i + 1]` of the other two."""

    starts: npt.NDArray[np.int64]
    columns: npt.NDArray[np.int32]
    weights: npt.NDArray[np.float32]
    transitions: npt.NDArray[np.float32]

    @classmethod
    def none(cls) -> TaggerArrays:
        """Those of no tagger."""
        nothing = np.zeros(0, np.float32)
        return cls(np.zeros(1, np.int64), np.zeros(0, np.int32), nothing, nothing.reshape(0, 0))

    def check(self, words: TaggerWords) -> None:
        """Raises ModelRefused where they are not of these words."""
        labels, stored = len(words.labels), len(self.weights)
        fits = (
            self.starts.shape == (len(words.clues) + 1,)
            and self.columns.shape == self.weights.shape == (stored,)
            and self.transitions.shape == (labels, labels)
            and self.starts[0] == 0
            and self.starts[-1] == stored
            and bool((np.diff(self.starts) >= 0).all())
            and bool(((self.columns >= 0) & (self.columns < labels)).all())
            and bool(np.isfinite(self.weights).all() and np.isfinite(self.transitions).all())
        )
        if not fits:
            raise ModelRefused("The parts of the model do not fit together.")


class Tagger:
    """Reads; never changes."""

    def __init__(self, words: TaggerWords, arrays: TaggerArrays) -> None:
        """Raises ModelRefused."""
        arrays.check(words)
        self.words = words
        self.arrays = arrays
        labels = words.labels
        self._places = {clue: row for row, clue in enumerate(words.clues)}
        ways = np.array([[after.may_follow(before) for after in labels] for before in labels])
        self._transitions = np.where(ways, arrays.transitions, _NEVER).astype(np.float64)
        self._first = np.array([0.0 if label.part in "BUO" else _NEVER for label in labels])
        self._last = np.array([0.0 if label.part in "LUO" else _NEVER for label in labels])
        self._outside = [
            i for i, label in enumerate(labels) if label.is_nothing and any(each.entity for each in labels)
        ]
        self._longest = max(1, _MOST_STEPS // len(labels) ** 2)

    def tag(self, clues: Sequence[Sequence[str]]) -> list[Tagged]:
        """The entities on the most probable way through all tokens."""
        return _spans(*self.way(clues))

    def way(self, clues: Sequence[Sequence[str]]) -> tuple[list[Label], list[float]]:
        """A label for each token with its probability; less of them than clues where there are very many (Viterbi)."""
        if not clues:
            return [], []
        emissions = self._emissions(clues[: self._longest])
        path = self._path(emissions)
        labels = [self.words.labels[i] for i in path]
        if all(label.is_nothing for label in labels):
            return labels, [1.0] * len(labels)
        return labels, self._shares(emissions, path).tolist()

    def _emissions(self, clues: Sequence[Sequence[str]]) -> Floats:
        """(n_tokens, n_labels). Sums in the order of the clues, so that a text always gives the same numbers."""
        places = self._places
        known = [
            (place, row) for row, each in enumerate(clues) for clue in each if (place := places.get(clue)) is not None
        ]
        n_labels = len(self.words.labels)
        shape = (len(clues), n_labels)
        given: Floats = np.zeros(shape)
        if known:
            rows_of = np.array(known, dtype=np.int64)
            starts = self.arrays.starts[rows_of[:, 0]]
            lengths = self.arrays.starts[rows_of[:, 0] + 1] - starts
            offsets = np.repeat(starts - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
            picked = offsets + np.arange(len(offsets))
            cells = np.repeat(rows_of[:, 1], lengths) * n_labels + self.arrays.columns[picked]
            given += np.bincount(cells, self.arrays.weights[picked], given.size).reshape(shape)
        given[:, self._outside] -= _OUTSIDE_COST
        given[0] += self._first
        given[-1] += self._last
        return given

    def _path(self, emissions: Floats) -> list[int]:
        score = emissions[0]
        columns = np.arange(len(score))
        back: list[Ints] = []
        for row in emissions[1:]:
            ways = score[:, None] + self._transitions
            best = ways.argmax(axis=0)
            back.append(best)
            score = ways[best, columns] + row
        path = [int(score.argmax())]
        for best in reversed(back):
            path.append(int(best[path[-1]]))
        return path[::-1]

    def _shares(self, emissions: Floats, path: Sequence[int]) -> Floats:
        """(n_tokens,): how probable each label is beside its neighbours' labels. A full forward-backward took a third of all time."""
        scores = emissions.copy()
        scores[1:] += self._transitions[path[:-1]]
        scores[:-1] += self._transitions[:, path[1:]].T
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares: Floats = scores[np.arange(len(path)), path] / scores.sum(axis=1)
        return shares


def parts_of(n_tokens: int) -> str:
    """The parts of an entity of that many tokens."""
    return "U" * n_tokens if n_tokens < 2 else "B" + "I" * (n_tokens - 2) + "L"


def _spans(labels: Sequence[Label], shares: Sequence[float]) -> list[Tagged]:
    found: list[Tagged] = []
    first = 0
    for i, label in enumerate(labels):
        first = i if label.part in "BU" else first
        if label.part in "LU":
            found.append(Tagged(first, i, label, min(shares[first : i + 1])))
    return found


def _meaning(label: Label) -> tuple[str, str | None, str | None]:
    return label.entity, label.role, label.group
