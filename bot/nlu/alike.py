"""Which texts say the same, so that one decision can label all of them. Greedy leaders: each text joins the leader that it is most like, or
becomes one. The first texts are leaders first, so give the most valuable first.

Vectors are of length 1, so that a product is a cosine: the sentence encoder's, or those of parts of words where it is not installed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from bot.nlu.encoder import Encoder, installed
from models.examples import folded

# At a time; a block of it against 10,000 leaders takes 40 MB.
BLOCK = 1_000
# From which cosine on two texts say the same, measured on held-out texts: bench/alike.py.
ENCODED_LIMIT = 0.85
PARTS_LIMIT = 0.80
_PARTS = 2**18

Vectors = npt.NDArray[np.float32]


def leaders(vectors: Any) -> list[int]:
    """For each text, of those of `vectors_of`, the place of its leader; a leader's own is its place."""
    return joined(vectors, PARTS_LIMIT if sparse.issparse(vectors) else ENCODED_LIMIT)


def vectors_of(texts: Sequence[str]) -> Any:
    """(n_texts, n_features), sparse where there is no encoder."""
    # A question mark or a capital letter can take more from a cosine than another word.
    texts = [folded(text) for text in texts]
    return parts(texts) if installed() is None else Encoder().vectors(texts)


def joined(vectors: Any, limit: float) -> list[int]:
    """`vectors` (n_texts, n_features), dense or sparse."""
    count = vectors.shape[0]
    found = np.full(count, -1)
    for start in range(0, count, BLOCK):
        block = vectors[start : start + BLOCK]
        known = np.flatnonzero(found[:start] == np.arange(start))
        near = _dense(block @ vectors[known].T) if len(known) else np.zeros((block.shape[0], 0), dtype=np.float32)
        within = _dense(block @ block.T)
        for place in range(block.shape[0]):
            _join(place, start, found, known, near[place], within[place], limit)
    return [int(each) for each in found]


def _join(
    place: int,
    start: int,
    found: npt.NDArray[Any],
    known: npt.NDArray[Any],
    near: Vectors,
    within: Vectors,
    limit: float,
) -> None:
    """The best of the leaders of earlier blocks (`near`) and of this one (`within`)."""
    best, leader = limit, start + place
    if len(known) and (found_at := int(near.argmax())) >= 0 and near[found_at] >= best:
        best, leader = float(near[found_at]), int(known[found_at])
    own = np.flatnonzero(found[start : start + place] == np.arange(start, start + place))
    if len(own) and within[own].max() >= best:
        leader = start + int(own[within[own].argmax()])
    found[start + place] = leader


def _dense(product: Any) -> Vectors:
    made: Vectors = product.toarray() if hasattr(product, "toarray") else product
    return made


def parts(texts: Sequence[str]) -> Any:
    from sklearn.feature_extraction.text import HashingVectorizer

    made = HashingVectorizer(analyzer="char_wb", ngram_range=(2, 4), n_features=_PARTS, alternate_sign=False)
    return made.transform(texts).astype(np.float32)
