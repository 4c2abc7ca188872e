"""What an intent is called says what it means: `account_blocked` is read as one more example of it, "account blocked".

Only of few examples, and only beside the encoder: the words of a name are none that customers need to use.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.nlu.encoder import Vectors
from bot.nlu.features import Counts, Ints, Vocabulary
from bot.nlu.grams import grams

# A name counts where its own examples are, of all intents', among the nearest: so many of a hundred, and at least the very nearest.
# `intent_17` and `utter_b` hardly ever are.
NEAREST = 0.02

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SIGNS = re.compile(r"[\W_]+")


def spoken(name: str) -> str:
    """`Alarm/setAlarm_now` as alarm set alarm now."""
    return _SIGNS.sub(" ", _CAMEL.sub(" ", name)).lower().strip()


def telling(names: Vectors, vectors: Vectors, labels: Ints) -> npt.NDArray[np.bool_]:
    """(n_intents,) which of the names, encoded (n_intents, size), say what the examples (n, size) of that intent say."""
    middles = np.stack([vectors[labels == label].mean(axis=0) for label in range(len(names))])
    middles /= np.maximum(np.linalg.norm(middles, axis=1, keepdims=True), 1e-6)
    near = names @ middles.T
    rank = (near > near.diagonal()[:, None]).sum(axis=1)
    found: npt.NDArray[np.bool_] = rank < max(1, round(NEAREST * len(names)))
    return found


@dataclass(frozen=True, slots=True)
class Said:
    """The names that tell, as examples: `labels` (n,) are their intents."""

    counts: Counts
    vectors: Vectors
    labels: Ints


def said_names(
    names: Sequence[str],
    vectors: Vectors,
    labels: Ints,
    vocabulary: Vocabulary,
    encode: Callable[[Sequence[str]], Vectors],
) -> Said:
    """`vectors` (n, size) are the examples', of the intents `labels` (n,), and `encode` gives the same of others."""
    spelled = [spoken(name) for name in names]
    encoded = encode(spelled)
    says = np.array([any(map(str.isalpha, each)) for each in spelled])
    chosen = np.flatnonzero(telling(encoded, vectors, labels) & says)
    return Said(vocabulary.count([grams(spelled[i], ()) for i in chosen.tolist()]), encoded[chosen], chosen)
