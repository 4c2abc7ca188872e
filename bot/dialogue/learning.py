"""Learns the policy from stories with logistic regression. scikit-learn is imported here only when there is something to learn."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence

import msgspec
import numpy as np

from bot.dialogue.history import STATES_KEPT, State
from bot.dialogue.learned import Learned, words_of
from bot.dialogue.replay import Point

C = 20.0
ROUNDS = 300
# So many times each point is seen after the end of another story: a story may begin anywhere in a conversation.
AUGMENTED = 3
# To be raised when the same stories teach something else.
RECIPE = 2


def learn(points: Sequence[Point], max_history: int) -> Learned:
    """The same points give the same policy. Without two different actions there is nothing to tell apart: an empty one."""
    name = name_of(points, max_history)
    if len({point.action for point in points}) < 2:
        return Learned(learned_from=name)
    from scipy import sparse
    from sklearn.linear_model import LogisticRegression

    examples = [(list(words_of(states, max_history)), point.action) for point, states in _augmented(points)]
    words = tuple(sorted({word for found, _ in examples for word in found}))
    places = {word: i for i, word in enumerate(words)}
    columns = [sorted({places[word] for word in found}) for found, _ in examples]
    ends = np.cumsum([0, *map(len, columns)])
    matrix = sparse.csr_matrix(
        (np.ones(int(ends[-1])), np.concatenate(columns), ends), shape=(len(examples), len(words))
    )
    machine = LogisticRegression(C=C, max_iter=ROUNDS, random_state=0)
    machine.fit(matrix, [action for _, action in examples])
    weights, intercepts = machine.coef_, machine.intercept_
    if len(machine.classes_) == 2:
        weights, intercepts = np.vstack([-weights, weights]) / 2, np.hstack([-intercepts, intercepts]) / 2
    kept = np.ascontiguousarray(weights.T, np.float32), intercepts.astype(np.float32)
    return Learned(tuple(map(str, machine.classes_)), words, *kept, name)


def name_of(points: Sequence[Point], max_history: int) -> str:
    """Of what is learned from these: a policy that was learned from other stories is not theirs."""
    written = msgspec.json.encode([RECIPE, max_history, [(point.states, point.action) for point in points]])
    return hashlib.sha256(written).hexdigest()[:16]


def _augmented(points: Sequence[Point]) -> list[tuple[Point, tuple[State, ...]]]:
    chance = random.Random(0)
    found = [(point, point.states) for point in points]
    for point in points:
        for _ in range(AUGMENTED):
            before = chance.choice(points)
            found.append((point, (*before.states, *point.states)[-STATES_KEPT:]))
    return found
