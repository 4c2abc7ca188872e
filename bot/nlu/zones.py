"""Whether to answer, to ask back, or to hand off: whichever is expected to cost the customer least. Pure.

Confidences are calibrated, so the expected cost of each can be said for a single message. An intent whose held-out texts
say otherwise has a threshold of its own (thresholds.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from bot.nlu.reading import Guess, Zone


class Costs(msgspec.Struct, frozen=True):
    """In any unit that is the same for all: a wrong answer, a question asked back, and a person's time."""

    wrong: float = 6.0
    asked: float = 1.0
    handed: float = 3.0


USUAL = Costs()


def zone_of(guesses: Sequence[Guess], costs: Costs = USUAL, own: Mapping[str, float] | None = None) -> Zone:
    """`guesses` best first. Asking back offers the first two; where neither is meant, a person is needed after all.

    `own`: by intent the confidence from which it is answered; the others are answered where that is cheapest.
    """
    first = guesses[0].confidence
    two = first + (guesses[1].confidence if len(guesses) > 1 else 0.0)
    given = {Zone.ASK_BACK: costs.asked + costs.handed * (1 - two), Zone.HAND_OFF: costs.handed}
    limit = own.get(guesses[0].name) if own else None
    if limit is None:
        given = {Zone.ANSWER: costs.wrong * (1 - first), **given}
    elif first >= limit:
        return Zone.ANSWER
    return min(given, key=given.__getitem__)
