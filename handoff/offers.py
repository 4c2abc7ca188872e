"""Offers: one agent is asked at a time, and has a while to accept. An offer is a kept seat with an end; accepting it is a take."""

from __future__ import annotations

import time
from collections.abc import Collection

import msgspec

from stream.store import Store, reaching

OFFERS = "{handoff}:offers"
PASSED = "{handoff}:passed"
MISSED = "{handoff}:missed"


class Offer(msgspec.Struct, frozen=True, omit_defaults=True):
    """`token` is that of the conversation, and of the seat; it ends at `until` (ms), or when the agent has declined."""

    agent: str
    token: int
    until: int
    name: str = ""
    declined: bool = False

    def seconds(self, now: int) -> float:
        """Until it ends; 0: it has."""
        return 0 if self.declined else max(0, self.until - now) / 1000


class Offers:
    """What is offered to whom, who passed what on, and how many offers in a row an agent has not answered. All raise Unavailable."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def all(self) -> dict[str, Offer]:
        async with reaching():
            written = await self._store.commands.hgetall(OFFERS)
        return {name.decode(): msgspec.json.decode(each, type=Offer) for name, each in written.items()}

    async def put(self, conversation: str, offer: Offer) -> None:
        async with reaching():
            await self._store.commands.hset(OFFERS, conversation, msgspec.json.encode(offer))

    async def decline(self, conversation: str, agent: str) -> bool:
        """Whether it was offered to this agent; the leader looks to it that the next is asked."""
        offer = (await self.all()).get(conversation)
        if offer is None or offer.agent != agent or not offer.seconds(time.time_ns() // 1_000_000):
            return False
        await self.put(conversation, msgspec.structs.replace(offer, declined=True))
        return True

    async def drop(self, conversation: str) -> None:
        async with reaching():
            await self._store.commands.hdel(OFFERS, conversation)

    async def pass_on(self, conversation: str, agent: str, at: int) -> None:
        passed = await self._passed()
        theirs = {**passed.get(conversation, {}), agent: at}
        async with reaching():
            await self._store.commands.hset(PASSED, conversation, msgspec.json.encode(theirs))

    async def passed(self, waiting: Collection[str], after: int) -> dict[str, set[str]]:
        """conversation → the agents who passed it on later than `after` (ms). What does not wait any more is forgotten."""
        passed = await self._passed()
        gone = [name for name in passed if name not in waiting]
        if gone:
            async with reaching():
                await self._store.commands.hdel(PASSED, *gone)
        return {
            name: {agent for agent, at in by.items() if at > after} for name, by in passed.items() if name in waiting
        }

    async def _passed(self) -> dict[str, dict[str, int]]:
        async with reaching():
            written = await self._store.commands.hgetall(PASSED)
        return {name.decode(): msgspec.json.decode(each, type=dict[str, int]) for name, each in written.items()}

    async def missed(self, agent: str) -> int:
        """One more; how many in a row."""
        async with reaching():
            return int(await self._store.commands.hincrby(MISSED, agent, 1))

    async def answered(self, agent: str) -> None:
        async with reaching():
            await self._store.commands.hdel(MISSED, agent)
