"""Retrieval intents: to rules `faq/hours` and `faq/fines` are one intent, `faq`; which of them is meant is told beside it.

All are learned together, so that a question is held against every other intent as well as against its sisters: what is
likely of `faq` is what is likely of all its keys.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.nlu.features import Floats
from bot.nlu.reading import Guess

RANKING_LENGTH = 10


@dataclass(frozen=True, slots=True)
class Retrieval:
    """`intents` as rules know them; `columns` are those of the keys by retrieval intent, `keys` the learned names."""

    keys: tuple[str, ...]
    intents: tuple[str, ...]
    columns: Mapping[str, tuple[int, ...]]

    @classmethod
    def of(cls, learned: Sequence[str], retrieval: Collection[str]) -> Retrieval:
        """Of the learned names those count as keys that lie under a name in `retrieval`."""
        gathered = tuple(_intent(name, retrieval) for name in learned)
        columns = {
            intent: tuple(i for i, each in enumerate(gathered) if each == intent)
            for intent in dict.fromkeys(gathered)
            if intent in retrieval
        }
        return cls(tuple(learned), tuple(dict.fromkeys(gathered)), columns)

    def confidences(self, learned: Floats) -> Floats:
        """(n_texts, n_intents) from (n_texts, n_learned)."""
        if not self.columns:
            return learned
        places = {intent: i for i, intent in enumerate(self.intents)}
        given = np.zeros((len(learned), len(self.intents)))
        for column, name in enumerate(self.keys):
            given[:, places[_intent(name, self.columns)]] += learned[:, column]
        return given

    def selected(self, learned: Floats) -> dict[str, tuple[Guess, ...]]:
        """For each retrieval intent its keys, best first, with their shares of it. From (n_learned,)."""
        return {intent: self._ranked(learned, columns) for intent, columns in self.columns.items()}

    def finest(self, learned: Floats) -> tuple[Guess, ...]:
        """The two best names, keys by themselves: two keys of one intent can be in doubt as well. Empty where there are no keys."""
        if not self.columns:
            return ()
        order = np.argsort(-learned, kind="stable")[:2]
        return tuple(Guess(self.keys[i], round(float(learned[i]), 4)) for i in order.tolist())

    def _ranked(self, learned: Floats, columns: tuple[int, ...]) -> tuple[Guess, ...]:
        own = learned[list(columns)]
        total = float(own.sum())
        order = np.argsort(-own, kind="stable")[:RANKING_LENGTH]
        return tuple(
            Guess(self.keys[columns[i]], round(float(own[i]) / total, 4) if total else 0.0) for i in order.tolist()
        )


def _intent(name: str, retrieval: Collection[str]) -> str:
    intent = name.partition("/")[0]
    return intent if intent in retrieval else name
