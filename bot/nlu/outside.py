"""Which texts are likely none of the bot's business, by what people have said of others: a linear model over vectors of sentences.

That much of what a model is unsure of belongs to no class, and that asking about it wastes labels, is from Ning et al., "Active learning
for open-set annotation", CVPR 2022; they have a network with one class more for it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

# Little is known, so little is held back.
_C = 10.0
_ITERATIONS = 300

Floats = npt.NDArray[np.float64]


def outside(others: Any, ours: Any, waiting: Any) -> Floats:
    """For each of `waiting` how likely it is like `others` and not like `ours` (0 to 1): vectors (n_texts, n_features), dense or sparse.
    Zeros where nothing is known of either."""
    if not others.shape[0] or not ours.shape[0] or not waiting.shape[0]:
        return np.zeros(waiting.shape[0])
    from scipy import sparse
    from sklearn.linear_model import LogisticRegression

    known = sparse.vstack([others, ours]).tocsr() if sparse.issparse(others) else np.vstack([others, ours])
    is_outside = np.arange(known.shape[0]) < others.shape[0]
    learned = LogisticRegression(C=_C, max_iter=_ITERATIONS).fit(known, is_outside)
    found: Floats = learned.predict_proba(waiting)[:, 1]
    return found
