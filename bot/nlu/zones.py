"""Whether to answer, to ask back, or to hand off: whichever is expected to cost the customer least. Pure.

Confidences are calibrated, so the expected cost of each can be said for a single message; no threshold is needed.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.nlu.reading import Guess, Zone

# In units of one question asked back: a wrong answer, and a person's time.
WRONG, ASKED, HANDED = 6.0, 1.0, 3.0


def zone_of(guesses: Sequence[Guess]) -> Zone:
    """`guesses` best first. Asking back offers the first two; where neither is meant, a person is needed after all."""
    first = guesses[0].confidence
    two = first + (guesses[1].confidence if len(guesses) > 1 else 0.0)
    costs = {Zone.ANSWER: WRONG * (1 - first), Zone.ASK_BACK: ASKED + HANDED * (1 - two), Zone.HAND_OFF: HANDED}
    return min(costs, key=costs.__getitem__)
