"""TF-IDF over blocks of n-grams. What was never seen in training still counts in the length of a text.

So a text of which little is known gets a short vector, small margins and a low confidence: the area under the curve for
out-of-scope texts (CLINC150 10-shot, validation) rose from 89.8 to 92.3. Accuracy moved by + 0.2 there, - 0.2 on CrossWOZ and
- 0.6 to - 1.7 on the 300 texts of xSID (cross-validated).
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from bot.nlu.grams import WEIGHTS, Block, Grams

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Counts:
    """`matrix` (n_texts, n_grams) of 1 + log(count); `unknown` (n_texts, n_blocks), the squares' sum of what is not a column."""

    matrix: sparse.csr_array
    unknown: Floats

    def without(self, gone: npt.NDArray[np.bool_], block_of: Ints) -> Counts:
        """As if those of the columns (n_grams,) were unknown."""
        matrix: Any = self.matrix
        kept = ~gone[matrix.indices]
        n_texts, n_blocks = self.unknown.shape
        rows = np.repeat(np.arange(n_texts), np.diff(matrix.indptr))
        places = rows[~kept] * n_blocks + block_of[matrix.indices[~kept]]
        squares = np.bincount(places, np.square(matrix.data[~kept]), n_texts * n_blocks)
        ends = np.concatenate(([0], np.cumsum(np.bincount(rows[kept], minlength=n_texts))))
        left = sparse.csr_array((matrix.data[kept], matrix.indices[kept], ends.astype(np.int32)), shape=matrix.shape)
        return Counts(left, self.unknown + squares.reshape(n_texts, n_blocks))


class Vocabulary:
    """n-grams to columns; the columns of a block lie side by side."""

    def __init__(self, blocks: Sequence[Sequence[str]]) -> None:
        self.blocks = tuple(tuple(block) for block in blocks)
        starts = np.cumsum([0, *(len(block) for block in self.blocks)])
        self.words = frozenset(self.blocks[Block.WORDS])
        self.size = int(starts[-1])
        self.block_of = np.repeat(np.arange(len(Block)), [len(block) for block in self.blocks])
        self._columns = tuple(
            {gram: int(start) + i for i, gram in enumerate(block)}
            for start, block in zip(starts, self.blocks, strict=False)
        )

    @classmethod
    def of(cls, texts: Sequence[Grams], most: int = sys.maxsize, least: int = 1) -> Vocabulary:
        """Of the n-grams those that at least `least` texts have, or more texts, so that they are at most `most`."""
        frequency = [Counter(gram for text in texts for gram in set(text[block])) for block in Block]
        of_count = Counter(count for block in frequency for count in block.values())
        while sum(n for count, n in of_count.items() if count >= least) > most:
            least += 1
        # In the order of the texts, which a set has not.
        orders = [dict.fromkeys(gram for text in texts for gram in text[block]) for block in Block]
        return cls(
            [[gram for gram in order if counts[gram] >= least] for order, counts in zip(orders, frequency, strict=True)]
        )

    def count(self, texts: Sequence[Grams]) -> Counts:
        columns: list[int] = []
        counts: list[int] = []
        ends = [0]
        unknown = np.zeros((len(texts), len(Block)))
        for row, text in enumerate(texts):
            for block in Block:
                if not text[block]:
                    continue
                known = self._columns[block]
                strange: list[int] = []
                for gram, count in Counter(text[block]).items():
                    column = known.get(gram)
                    if column is None:
                        strange.append(count)
                    else:
                        columns.append(column)
                        counts.append(count)
                if strange:
                    unknown[row, block] = np.square(1 + np.log(strange)).sum()
            ends.append(len(columns))
        data = 1 + np.log(np.array(counts, dtype=np.float64))
        indices = np.array(columns, dtype=np.int32)
        matrix = sparse.csr_array((data, indices, np.array(ends, dtype=np.int32)), shape=(len(texts), self.size))
        return Counts(matrix, unknown)


@dataclass(frozen=True, slots=True)
class Idf:
    """`columns` (n_grams,) and `unknown` (n_blocks,): smoothed inverse document frequencies, by the texts that use the block."""

    columns: Floats
    unknown: Floats

    @classmethod
    def of(cls, matrix: sparse.csr_array, block_of: Ints) -> Idf:
        rows, columns = matrix.nonzero()
        texts = np.array([len(np.unique(rows[block_of[columns] == block])) for block in Block], dtype=np.float64)
        frequency = np.bincount(columns, minlength=matrix.shape[1])
        return cls(np.log((1 + texts[block_of]) / (1 + frequency)) + 1, np.log(1 + texts) + 1)


@dataclass(frozen=True, slots=True)
class Weighed:
    """`matrix` (n_texts, n_grams) float32; `known` (n_texts,), from 0 for a text of which nothing is known to 1."""

    matrix: sparse.csr_array
    known: Floats


def weigh(counts: Counts, idf: Idf, block_of: Ints) -> Weighed:
    """Every block of a text has the length of its weight, less what is unknown in it."""
    matrix: Any = counts.matrix
    n_texts, n_blocks = counts.unknown.shape
    values = matrix.data * idf.columns[matrix.indices]
    blocks = block_of[matrix.indices]
    places = np.repeat(np.arange(n_texts), np.diff(matrix.indptr)) * n_blocks + blocks
    squares = np.bincount(places, np.square(values), n_texts * n_blocks)
    all_squares = squares + (counts.unknown * np.square(idf.unknown)).ravel()
    weights = np.array(WEIGHTS)
    weighed = values * weights[blocks] / np.sqrt(all_squares[places])
    shares = np.divide(squares, all_squares, out=np.zeros_like(all_squares), where=all_squares > 0)
    heavy = np.square(weights)
    present = (all_squares > 0).reshape(n_texts, n_blocks) @ heavy
    known = np.sqrt(
        np.divide(shares.reshape(n_texts, n_blocks) @ heavy, present, out=np.zeros(n_texts), where=present > 0)
    )
    return Weighed(
        sparse.csr_array((weighed.astype(np.float32), matrix.indices, matrix.indptr), shape=matrix.shape), known
    )
