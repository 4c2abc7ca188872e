"""How long somebody who waits has to expect, from what those before have waited. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from models.conversation import Conversation
from models.frames import HolderFrame

# What one place costs while too few have come to an agent, and the least and the most that a few odd ones may make of it.
PLACE_SECONDS = 60.0
PLACE_SECONDS_LEAST = 5.0
PLACE_SECONDS_MOST = 600.0
ENOUGH = 4


@dataclass(frozen=True)
class Wait:
    """`seconds` is the middle; half of all wait between `least` and `most`."""

    seconds: int
    least: int
    most: int


def expected(place: int, costs: Sequence[float]) -> Wait:
    """For who stands at `place` (from 1). `costs`: seconds waited for each place, of those who came to an agent lately.

    The quartiles of the cost of one place, times the places: waits of neighbours in a queue rise and fall together, so the range does
    not narrow with the places as that of a sum of independent waits would.
    """
    if len(costs) < ENOUGH:
        least, middle, most = PLACE_SECONDS / 2, PLACE_SECONDS, PLACE_SECONDS * 2
    else:
        kept = [min(PLACE_SECONDS_MOST, max(PLACE_SECONDS_LEAST, each)) for each in costs]
        least, middle, most = statistics.quantiles(kept, n=4, method="inclusive")
    return Wait(round(place * middle), round(place * least), round(place * most))


def place_frame(state: Conversation, place: int, costs: Sequence[float], somebody: bool) -> HolderFrame:
    """Where the customer stands now. It repeats the state and is no entry: no `at`."""
    wait = expected(place, costs) if somebody else None
    return HolderFrame(
        state.id,
        state.seq,
        state.holder,
        state.reason or None,
        position=place,
        wait_seconds=wait.seconds if wait else None,
        wait_range=(wait.least, wait.most) if wait else None,
    )
