"""Seats of agents: how many conversations each may hold. One is kept before a take is committed: no race gives more than there are."""

from __future__ import annotations

from dataclasses import dataclass

from stream.store import Script, Store, reaching

SEATS = "{handoff}:seats"
LOAD = "{handoff}:load"
SINCE = "{handoff}:since"
CAPACITY = "{handoff}:capacity"
# Before a transfer two agents have a seat for one conversation: who holds it, and who shall.
TRANSFER = "transfer:"
KEYS = [SEATS, LOAD, SINCE]


class Full(Exception):
    """The agent holds as many conversations as they may."""


class Kept(Exception):
    """Somebody else is about to take the conversation, or has."""


@dataclass(frozen=True)
class Seat:
    """`conversation` may begin with `transfer:`. `token` is that of the conversation when the seat was kept; `age_ms` is None once
    the conversation is the agent's.
    """

    conversation: str
    agent: str
    token: int
    age_ms: int | None


class Seats:
    """`capacity` is that of all who have none of their own. All methods raise Unavailable. Who keeps a seat commits a
    move that expects the same token, or lets go again.
    """

    def __init__(self, store: Store, capacity: int) -> None:
        self._store = store
        self.capacity = capacity
        self._script = Script("seat.lua", "seats.lua", package="handoff")

    async def keep(self, conversation: str, agent: str, token: int) -> None:
        """Raises Full, Kept."""
        match await self._run("reserve", conversation, agent, token):
            case -1:
                raise Full
            case 0:
                raise Kept

    async def let_go(self, conversation: str, agent: str, token: int) -> None:
        """Nothing happens where the seat is not that one any more."""
        await self._run("release", conversation, agent, token)

    async def _run(self, verb: str, conversation: str, agent: str, token: int) -> int:
        return int(
            await self._script(
                self._store.commands, [*KEYS, CAPACITY], [verb, conversation, agent, token, self.capacity]
            )
        )

    async def all(self) -> list[Seat]:
        async with reaching(), self._store.commands.pipeline(transaction=False) as pipe:
            pipe.hgetall(SEATS)
            pipe.time()
            found, (seconds, micros) = await pipe.execute()
        now = seconds * 1000 + micros // 1000
        return [_seat(name.decode(), written.decode(), now) for name, written in found.items()]

    async def load(self) -> dict[str, int]:
        """agent → seats that are kept or held; who has none is not in it."""
        async with reaching():
            return {agent.decode(): int(n) for agent, n in (await self._store.commands.hgetall(LOAD)).items()}

    async def set_capacity(self, agent: str, capacity: int) -> None:
        """Of their own; 0: as all others. Who holds more already keeps them, and gets no more."""
        async with reaching():
            if capacity:
                await self._store.commands.hset(CAPACITY, agent, str(capacity))
            else:
                await self._store.commands.hdel(CAPACITY, agent)

    async def capacities(self) -> dict[str, int]:
        """agent → seats, of those who have a capacity of their own."""
        async with reaching():
            return {agent.decode(): int(n) for agent, n in (await self._store.commands.hgetall(CAPACITY)).items()}

    async def since(self) -> dict[str, int]:
        """agent → when a seat was last kept or given free (ms)."""
        async with reaching():
            return {agent.decode(): int(at) for agent, at in (await self._store.commands.hgetall(SINCE)).items()}


def _seat(conversation: str, written: str, now: int) -> Seat:
    agent, token, at = written.rsplit(" ", 2)
    return Seat(conversation, agent, int(token), now - int(at) if int(at) else None)
