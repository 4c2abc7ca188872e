"""The learned policy: what is likely to follow where no story matches. A linear model over the last states; reading it takes NumPy only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from bot.dialogue.history import State

Weights = npt.NDArray[np.float32]


@dataclass(slots=True)
class Learned:
    """`weights` (n_words, n_actions), `intercepts` (n_actions,). `words` name features of states; `learned_from` names the stories."""

    actions: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    weights: Weights = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    intercepts: Weights = field(default_factory=lambda: np.zeros(0, np.float32))
    learned_from: str = ""
    _rows: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self._rows = {word: i for i, word in enumerate(self.words)}

    def likely(self, states: Sequence[State]) -> tuple[str, float] | None:
        """An action and its probability. None where the stories know nothing like the present state, the last one."""
        if not self.actions or not self._knows(states[-1]):
            return None
        rows = [row for word in words_of(states) if (row := self._rows.get(word)) is not None]
        scores = self.weights[rows].sum(axis=0) + self.intercepts
        shares = np.exp(scores - scores.max())
        best = int(shares.argmax())
        return self.actions[best], float(shares[best] / shares.sum())

    def _knows(self, state: State) -> bool:
        """The intent that was just heard, in a form that very form with it, or the action that has just run, stands in some story."""
        if state.intent and state.loop:
            return f"{state.loop}&{state.intent}" in self._rows
        return (
            f"0:intent={state.intent}" in self._rows if state.intent else f"0:previous={state.previous}" in self._rows
        )


def words_of(states: Sequence[State], most: int = 5) -> Iterator[str]:
    """The present state counts as 0, the one before it as 1, and so on; the present one also as a whole."""
    for age, state in enumerate(reversed(states[-most:])):
        yield f"{age}:previous={state.previous}"
        if state.intent:
            yield f"{age}:intent={state.intent}"
            if age == 0 and state.loop:
                yield f"{state.loop}&{state.intent}"
        for entity in state.entities:
            yield f"{age}:entity={entity}"
        yield f"{age}:loop={state.loop}"
        if age == 0:
            for name, value in state.slots:
                yield f"slot={name}={value}"
                yield f"{state.previous}&{state.intent}&{name}={value}"
    heard = next((each.intent for each in reversed(states) if each.intent), None)
    yield f"heard={heard}"
    yield f"heard={heard}&previous={states[-1].previous}"
