"""Who waits is given to agents, and seats that nobody sat down on are given free. Both are the leader's; a second leader does no harm."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from handoff import desk
from handoff.matching import Matching
from handoff.offers import Offers
from handoff.queue import Queue
from handoff.seats import TRANSFER, Full, Kept, Seat, Seats
from handoff.taking import seated
from models.conversation import Conversation, Holder
from models.entry import Author
from models.frames import HolderFrame
from stream.errors import Stale
from stream.log import Log
from stream.presence import Presence

# In one commit of the log, and no more at once.
AT_ONCE = 64
# Longer than a taker's commit takes when all is well.
KEPT_MS = 5_000
LOOK_AT_ALL_SECONDS = 30.0


class Assigning:
    """The next who waits goes to the agent with the least to do. Raises Unavailable."""

    def __init__(self, log: Log, queue: Queue, presence: Presence, seats: Seats) -> None:
        self._log = log
        self._queue = queue
        self._seats = seats
        self._matching = Matching(log, queue, presence, seats)

    async def run(self) -> int:
        """How many were given to somebody."""
        pairs = await self._matching.pairs()
        done = 0
        for first in range(0, len(pairs), AT_ONCE):
            given = [self._give(state, agent) for state, agent in pairs[first : first + AT_ONCE]]
            done += _all_of(await asyncio.gather(*given, return_exceptions=True))
        return done

    async def _give(self, state: Conversation, agent: Author) -> bool:
        change = desk.assign(state, agent, _now())
        try:
            committed = await seated(self._log, self._seats, state, agent, change)
        except (Full, Kept, Stale):
            return False
        await self._queue.tell(HolderFrame(state.id, committed.last, Holder.AGENT, state.reason or None, agent))
        return True


class Sweep:
    """A taker that died, or sleeps, left a seat behind: first its move is made impossible, then the seat is free. Raises Unavailable."""

    def __init__(self, log: Log, seats: Seats, offers: Offers) -> None:
        self._log = log
        self._seats = seats
        self._offers = offers
        self._looked = -LOOK_AT_ALL_SECONDS

    async def run(self) -> None:
        everything = time.monotonic() - self._looked >= LOOK_AT_ALL_SECONDS
        seats = [
            each for each in await self._seats.all() if (everything if each.age_ms is None else each.age_ms >= KEPT_MS)
        ]
        offers = await self._offers.all() if seats else {}
        # A seat that goes with an offer is kept for as long as that stands; who makes offers ends them.
        standing = {name for name, each in offers.items() if each.until + KEPT_MS > _now()}
        seats = [each for each in seats if each.conversation not in standing]
        states = await self._log.states(list(dict.fromkeys(_named(each) for each in seats)))
        for seat in seats:
            await self._look(seat, states.get(_named(seat)))
        if everything:
            self._looked = time.monotonic()

    async def _look(self, seat: Seat, state: Conversation | None) -> None:
        held = state is not None and state.holder is Holder.AGENT and state.agent == seat.agent
        if held and not seat.conversation.startswith(TRANSFER):
            # Held as it should be; the index says so when it has read the entry.
            return
        if state is not None and state.token <= seat.token:
            try:
                await self._log.commit(desk.fence(state))
            except Stale:
                return
        await self._seats.let_go(seat.conversation, seat.agent, seat.token)


def _all_of(given: Sequence[bool | BaseException]) -> int:
    """How many were given; what went wrong with one is raised when the others are done."""
    for each in given:
        if isinstance(each, BaseException):
            raise each
    return sum(each for each in given if not isinstance(each, BaseException))


def _now() -> int:
    return time.time_ns() // 1_000_000


def _named(seat: Seat) -> str:
    return seat.conversation.removeprefix(TRANSFER)
