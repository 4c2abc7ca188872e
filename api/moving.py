"""Take, give back, transfer, close: the holder's moves from a socket. The rules are those of models/conversation.py."""

from __future__ import annotations

import time
from collections.abc import Callable

from api.connection import Connection
from api.node import Node
from api.problems import Refused
from api.rights import Rights
from handoff import desk
from handoff.seats import Full, Kept
from handoff.taking import seated
from models.conversation import Conversation, Holder
from models.entry import Author
from models.frames import HolderFrame
from stream.change import Change
from stream.errors import Stale

# Each try sees the state that refused the last one; more than this many moves within milliseconds are no people.
TRIES = 3
QUEUE = "queue"

Verb = Callable[[Conversation, Author, int], Change]


class Moving:
    """Of one socket. All raise Refused, IllegalMove, NotYours, Unavailable."""

    def __init__(self, node: Node, connection: Connection, rights: Rights) -> None:
        self._log = node.log
        self._seats = node.seats
        self._presence = node.presence
        self._queue = node.queue
        self._identity = connection.identity
        self._rights = rights

    async def take(self, state: Conversation) -> None:
        """Of two agents who take at once one is told `taken`; who holds as many as they may is told `full`."""
        agent = self._identity.author
        for _ in range(TRIES):
            change = desk.take(state, agent, _now())
            try:
                await seated(self._log, self._seats, state, agent, change)
                return
            except Full:
                raise Refused("full") from None
            except Kept:
                break
            except Stale as stale:
                state = stale.state
                if state.holder is Holder.AGENT:
                    break
        raise Refused("taken")

    async def give_back(self, conversation: str) -> None:
        self._rights.require_staff()
        await self._move(await self._rights.known(conversation), desk.give_back)

    async def transfer(self, conversation: str, to: str) -> None:
        """To an agent who is there and has a seat, else `not_available`; or to the front of the queue."""
        self._rights.require_staff()
        state = await self._rights.known(conversation)
        if to == QUEUE:
            await self._move(state, desk.put_back)
            return
        state.require_held_by(self._identity.person)
        agent = (await self._presence.available()).get(to)
        if agent is None or to == self._identity.person:
            raise Refused("not_available")
        try:
            change = desk.transfer(state, self._identity.author, agent, _now())
            done = await seated(self._log, self._seats, state, agent, change)
        except (Full, Kept):
            raise Refused("not_available") from None
        except Stale:
            raise Refused("not_possible") from None
        await self._queue.tell(HolderFrame(state.id, done.last, Holder.AGENT, state.reason or None, agent))

    async def close(self, conversation: str) -> None:
        """Customers may close their own."""
        state = await self._rights.known(self._rights.named(conversation))
        await self._move(state, desk.close)

    async def _move(self, state: Conversation, verb: Verb) -> None:
        for _ in range(TRIES):
            try:
                await self._log.commit(verb(state, self._identity.author, _now()))
                return
            except Stale as stale:
                state = stale.state
        raise Refused("not_possible")


def _now() -> int:
    return time.time_ns() // 1_000_000
