"""From which confidence an intent is answered, learned from texts that training had held out. Pure.

One curve makes all margins confidences, so single intents may still be surer, or less sure, than they are right. Of each its
own shift of the log-odds is estimated, drawn towards none, and counts only where chance hardly makes it: the threshold that was
cheapest for each intent's own texts is so by chance, and made CLINC150 with ten examples an intent 12 % dearer (docs/nlu.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from bot.nlu.features import Floats, Ints
from bot.nlu.zones import Costs

# Fewer held-out texts say nothing about an intent.
TEXTS_LEAST = 10
# How far shifts of intents lie apart, as far as one knows before a text was seen; and how many standard errors make one count
# (one in twenty would by chance).
_VARIANCE, _ERRORS = 0.3, 1.64
_STEPS, _STEP_MOST = 50, 1.0
_SURE = 1e-3
_TOLD = 10


class Thresholds(msgspec.Struct, frozen=True):
    """`own`: of the intents that have one. `common` holds for the others: where the second guess has its usual share of the rest
    an answer costs less than a question from there on. `texts`: so many were held out."""

    common: float
    own: Mapping[str, float] = {}
    texts: int = 0

    def of(self, intent: str) -> float:
        return self.own.get(intent, self.common)

    def told(self) -> str:
        """For people: the strictest first, never so many that a report scrolls away."""
        ranked = sorted(self.own.items(), key=lambda each: -each[1])
        own = ", ".join(f"{name} {limit:.2f}" for name, limit in ranked[:_TOLD])
        more = f" and {len(ranked) - _TOLD} more" if len(ranked) > _TOLD else ""
        first = f"Answered from a confidence of about {self.common:.2f} on"
        return f"{first}; by their own held-out texts: {own}{more}." if own else f"{first}, the same for every intent."


@dataclass(frozen=True, slots=True)
class Guessed:
    """Of texts that the model had not seen: the two best intents (n, 2), their confidences (n, 2), and what was meant (n,)."""

    best: Ints
    confidences: Floats
    meant: Ints

    @classmethod
    def of(cls, confidences: Floats, meant: Ints) -> Guessed:
        """From (n, n_intents). Of one intent alone the second has no confidence."""
        if confidences.shape[1] < 2:
            confidences = np.hstack([confidences, np.zeros((len(confidences), 2 - confidences.shape[1]))])
        best = np.argsort(-confidences, axis=1, kind="stable")[:, :2]
        return cls(best, np.take_along_axis(confidences, best, axis=1), meant)


def thresholds_of(guessed: Guessed, names: Sequence[str], costs: Costs) -> Thresholds:
    """`names` of the intents, by their numbers."""
    common = common_threshold(costs, _share_of_second(guessed))
    odds = _log_odds(guessed.confidences[:, 0])
    right = (guessed.best[:, 0] == guessed.meant).astype(np.float64)
    own: dict[str, float] = {}
    for number, name in enumerate(names):
        of_intent = guessed.best[:, 0] == number
        if int(of_intent.sum()) < TEXTS_LEAST:
            continue
        shift, error = _shift(odds[of_intent], right[of_intent])
        if abs(shift) > _ERRORS * error:
            own[name] = round(_share(float(_log_odds(np.array([common]))[0]) - shift), 4)
    return Thresholds(round(common, 4), own, len(guessed.meant))


def common_threshold(costs: Costs, share: float) -> float:
    """Where an answer costs as much as the cheaper of a question and a person. `share` is the second guess's, of what the first has
    not."""
    neither = costs.wrong - costs.handed * (1 - share)
    question = costs.asked / neither if neither > 0 else 1.0
    person = costs.handed / costs.wrong if costs.wrong > 0 else 1.0
    return 1 - min(1.0, max(min(question, person), 0.0))


def _share_of_second(guessed: Guessed) -> float:
    rest = 1 - guessed.confidences[:, 0]
    doubtful = rest > _SURE
    return float(guessed.confidences[doubtful, 1].sum() / rest[doubtful].sum()) if doubtful.any() else 0.5


def _shift(odds: Floats, right: Floats) -> tuple[float, float]:
    """What is to be added to the log-odds, and its standard error: logistic regression with a normal prior, by Newton's steps."""
    shift = 0.0
    certainty = 1 / _VARIANCE
    for _ in range(_STEPS):
        likely = 1 / (1 + np.exp(-(odds + shift)))
        certainty = float((likely * (1 - likely)).sum()) + 1 / _VARIANCE
        step = (float((right - likely).sum()) - shift / _VARIANCE) / certainty
        shift += min(max(step, -_STEP_MOST), _STEP_MOST)
        if abs(step) < 1e-6:
            break
    return shift, certainty**-0.5


def _log_odds(shares: Floats) -> Floats:
    kept = np.clip(shares, _SURE, 1 - _SURE)
    odds: Floats = np.log(kept / (1 - kept))
    return odds


def _share(odds: float) -> float:
    return float(1 / (1 + np.exp(-odds)))
