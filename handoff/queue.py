"""The human queue: first asked, first served; who comes back stands in front. An index of the log, made by the leader, rebuilt from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from handoff import seats
from handoff.lines import OTHERS, Asked, Stands, standing
from models.choices import QueuesChoice
from models.conversation import Conversation, Holder
from models.frames import (
    HolderFrame,
    OfferFrame,
    OverdueFrame,
    QueueFrame,
    SlaFrame,
    StatusFrame,
    Waiting,
    encode,
    rfc3339,
)
from stream import keys
from stream.store import Script, Store, reaching

QUEUE = "{handoff}:queue"
WAITING = "{handoff}:waiting"
HELD = "{handoff}:held"
SEQS = "{handoff}:seqs"
COSTS = "{handoff}:costs"
PLACES = "{handoff}:places"
OWED = "{handoff}:owed"

# A score below every score of those who wait for the first time; among themselves the first asked is first again.
RETURNED = -1e13


class Ticket(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the queue shows of a conversation besides its place. `by` had it last, and put it back at `since` (ms)."""

    asked: int
    name: str = ""
    reason: str | None = None
    language: str | None = None
    returned: bool = False
    by: str = ""
    since: int = 0
    topic: str = ""


class Queue:
    """All methods raise Unavailable. Only the leader applies; everybody may read."""

    def __init__(self, store: Store, chosen: Callable[[], QueuesChoice] = QueuesChoice) -> None:
        """`chosen` answers the queues of now: admins may change them."""
        self._store = store
        self._chosen = chosen
        self._stand = Script("place.lua", package="handoff")
        self._script = Script("seat.lua", "queue.lua", package="handoff")

    async def apply(self, state: Conversation, seq: int, verb: str, at: int, returned: bool = False) -> bool:
        """The holder became what `state` says by entry `seq`; False where a later move is known already."""
        ticket = Ticket(
            state.asked, state.name, state.reason or None, state.language or None, returned, state.left, at, state.topic
        )
        score = (RETURNED if returned else 0) + state.asked
        written = msgspec.json.encode(ticket)
        arguments = [state.id, seq, state.holder, score, written, state.agent, verb, at, state.token]
        keys = [QUEUE, WAITING, HELD, SEQS, COSTS, *seats.KEYS, OWED, PLACES]
        return bool(await self._script(self._store.commands, keys, arguments))

    async def snapshot(self, limit: int = 100) -> QueueFrame:
        """The first `limit` of those who wait, in the order in which they are served."""
        first, total = await self._first(limit)
        tickets = await self._tickets([each.conversation for each in first])
        listed = [_waiting(each, tickets[each.conversation]) for each in first if each.conversation in tickets]
        return QueueFrame(tuple(listed), total)

    async def _first(self, limit: int) -> tuple[list[Stands], int]:
        """And how many wait in all. Without queues of admins' the store itself has the order."""
        if self._chosen().queues:
            every = await self.standing()
            return every[:limit], len(every)
        async with reaching():
            names = await self._store.commands.zrange(QUEUE, 0, limit - 1)
            total = await self._store.commands.zcard(QUEUE)
        return standing([Asked(each.decode()) for each in names], QueuesChoice()), int(total)

    async def standing(self) -> list[Stands]:
        """Who waits, in the order in which they are served."""
        names, chosen = list(await self.positions()), self._chosen()
        if not chosen.queues:
            return standing([Asked(each) for each in names], chosen)
        tickets = await self._tickets(names)
        return standing([_asked(each, tickets[each]) for each in names if each in tickets], chosen)

    async def _tickets(self, names: Sequence[str]) -> dict[str, Ticket]:
        if not names:
            return {}
        async with reaching():
            written = await self._store.commands.hmget(WAITING, names)
        return {name: msgspec.json.decode(each, type=Ticket) for name, each in zip(names, written, strict=True) if each}

    async def stand(self, places: Mapping[str, int]) -> None:
        """What a place costs is learned from where somebody first stood in their own queue."""
        arguments = [part for name, place in places.items() for part in (name, place)]
        if arguments:
            await self._stand(self._store.commands, [PLACES], arguments)

    async def stands(self, conversation: str) -> Stands | None:
        """Where one who waits stands; None where it does not wait."""
        if self._chosen().queues:
            return next((each for each in await self.standing() if each.conversation == conversation), None)
        async with reaching():
            rank = await self._store.commands.zrank(QUEUE, conversation)
        return None if rank is None else Stands(conversation, OTHERS, int(rank) + 1)

    async def positions(self) -> dict[str, int]:
        async with reaching():
            names = await self._store.commands.zrange(QUEUE, 0, -1)
        return {name.decode(): place for place, name in enumerate(names, start=1)}

    async def put_back_by(self, conversations: Sequence[str], after: int) -> dict[str, str]:
        """conversation → the agent from whom it came back to the queue later than `after` (ms)."""
        tickets = await self._tickets(conversations)
        return {name: each.by for name, each in tickets.items() if each.by and each.since > after}

    async def costs(self) -> list[float]:
        """Seconds waited for each place, of the last who came to an agent from the queue."""
        async with reaching():
            return [int(each) / 1000 for each in await self._store.commands.lrange(COSTS, 0, -1)]

    async def held(self) -> dict[str, str]:
        """conversation → agent, for all that agents hold."""
        async with reaching():
            return {name.decode(): agent.decode() for name, agent in (await self._store.commands.hgetall(HELD)).items()}

    async def known(self) -> set[str]:
        """Everything in the index: those who wait and those who are held."""
        return set(await self.positions()) | set(await self.held())

    async def push(self) -> None:
        """The queue as it is now, to all agents."""
        frame = encode(await self.snapshot())
        async with reaching():
            await self._store.commands.publish(keys.QUEUE_PUSH, frame)

    async def tell(self, frame: HolderFrame | OfferFrame | OverdueFrame | StatusFrame | SlaFrame) -> None:
        """To the desk of the agent whom it names; without one to all."""
        async with reaching():
            await self._store.commands.publish(keys.QUEUE_PUSH, encode(frame))

    async def forget(self, conversation: str) -> None:
        async with reaching():
            await self._store.commands.zrem(QUEUE, conversation)
            for each in (WAITING, HELD, SEQS, OWED, PLACES):
                await self._store.commands.hdel(each, conversation)


def _waiting(stands: Stands, ticket: Ticket) -> Waiting:
    return Waiting(
        stands.conversation,
        stands.position,
        rfc3339(ticket.asked),
        ticket.name,
        ticket.reason,
        ticket.language,
        returned=ticket.returned,
        queue=stands.queue.name or None,
    )


def _asked(conversation: str, ticket: Ticket) -> Asked:
    return Asked(
        conversation, ticket.reason or "", ticket.topic, ticket.language or "", ticket.asked, returned=ticket.returned
    )


def waits(state: Conversation) -> bool:
    return state.holder in (Holder.QUEUE, Holder.AGENT)
