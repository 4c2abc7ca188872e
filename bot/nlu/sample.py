"""Which examples intents are learned from where there are more than can be learned in the time that somebody waits. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

# Examples times intents. Learning takes time in proportion: CLINC150's 2.25 million take one minute.
MOST_CELLS = 3_000_000
# However many intents there are, and however few.
LEAST_EXAMPLES, MOST_EXAMPLES = 5_000, 20_000


def sample(intents: Sequence[str]) -> list[int]:
    """The places of those that are learned, in their order: all, or of each intent as many as there is room for. An intent of
    few examples keeps them all."""
    names = sorted(set(intents))
    room = min(MOST_EXAMPLES, max(LEAST_EXAMPLES, MOST_CELLS // max(1, len(names))))
    if len(intents) <= room:
        return list(range(len(intents)))
    of_intent: dict[str, list[int]] = {name: [] for name in names}
    for place in np.random.default_rng(0).permutation(len(intents)).tolist():
        of_intent[intents[place]].append(place)
    chosen: list[int] = []
    for done, places in enumerate(sorted(of_intent.values(), key=len)):
        share = max(1, (room - len(chosen)) // (len(names) - done))
        chosen += places[:share]
    return sorted(chosen)
