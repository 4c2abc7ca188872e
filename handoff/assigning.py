"""Who waits is given to agents, and seats that nobody sat down on are given free. Both are the leader's; a second leader does no harm."""

from __future__ import annotations

import asyncio
import time

from handoff import desk
from handoff.queue import Queue
from handoff.routing import Free, match
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

    def __init__(self, log: Log, queue: Queue, presence: Presence, seats: Seats, capacity: int) -> None:
        self._log = log
        self._queue = queue
        self._presence = presence
        self._seats = seats
        self._capacity = capacity

    async def run(self) -> int:
        """How many were given to somebody."""
        waiting = list(await self._queue.positions())
        agents = await self._presence.available() if waiting else {}
        if not agents:
            return 0
        load, since = await self._seats.load(), await self._seats.since()
        free = [Free(agent, load.get(agent, 0), since.get(agent, 0)) for agent in agents]
        matched = match(await self._waiting(waiting, self._capacity * len(free)), free, self._capacity)
        done = 0
        for first in range(0, len(matched), AT_ONCE):
            some = matched[first : first + AT_ONCE]
            states = await self._log.states([conversation for conversation, _ in some])
            given = [self._give(states[name], agents[agent]) for name, agent in some if name in states]
            done += sum(await asyncio.gather(*given))
        return done

    async def _waiting(self, listed: list[str], most: int) -> list[str]:
        """The index is a little behind: who is with an agent already stands in it until its entry was read."""
        states = await self._log.states(listed[:most])
        return [name for name in listed[:most] if name in states and states[name].holder is Holder.QUEUE]

    async def _give(self, state: Conversation, agent: Author) -> bool:
        if state.holder is not Holder.QUEUE:
            return False
        change = desk.assign(state, agent, int(time.time() * 1000))
        try:
            committed = await seated(self._log, self._seats, state, agent, change)
        except (Full, Kept, Stale):
            return False
        await self._queue.tell(HolderFrame(state.id, committed.last, Holder.AGENT, state.reason or None, agent))
        return True


class Sweep:
    """A taker that died, or sleeps, left a seat behind: first its move is made impossible, then the seat is free. Raises Unavailable."""

    def __init__(self, log: Log, seats: Seats) -> None:
        self._log = log
        self._seats = seats
        self._looked = -LOOK_AT_ALL_SECONDS

    async def run(self) -> None:
        everything = time.monotonic() - self._looked >= LOOK_AT_ALL_SECONDS
        seats = [
            each for each in await self._seats.all() if (everything if each.age_ms is None else each.age_ms >= KEPT_MS)
        ]
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


def _named(seat: Seat) -> str:
    return seat.conversation.removeprefix(TRANSFER)
