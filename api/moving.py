"""Take, give back, transfer, close: the holder's moves from a socket. The rules are those of models/conversation.py."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from uuid import uuid4

from api.connection import Connection
from api.node import Node
from api.problems import Refused
from api.rights import Rights
from handoff import desk
from handoff.offering import offered
from handoff.seats import Full, Kept
from handoff.taking import seated
from models.conversation import Conversation, Holder
from models.entry import Author, Note
from models.frames import HolderFrame, visible
from models.sensitive import seal_text
from stream.change import Change
from stream.errors import Stale, Unavailable
from stream.history import ArchiveUnavailable

# Each try sees the state that refused the last one; more than this many moves within milliseconds are no people.
TRIES = 3
QUEUE = "queue"

Verb = Callable[[Conversation, Author, int], Change]


class Moving:
    """Of one socket. All raise Refused, IllegalMove, NotYours, Unavailable."""

    def __init__(self, node: Node, connection: Connection, rights: Rights) -> None:
        self._log = node.log
        self._ring = node.ring
        self._seats = node.seats
        self._presence = node.presence
        self._queue = node.queue
        self._reopen_ms = int(node.settings.reopen.total_seconds() * 1000)
        self._offers = node.offers
        self._connection = connection
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
                if self._rights.holds(await self._rights.known(state.id)):
                    return
                break
            except Stale as stale:
                state = stale.state
                if self._rights.holds(state):
                    return
                if state.holder is Holder.AGENT:
                    break
        raise Refused("taken")

    async def decline(self, conversation: str) -> None:
        """Somebody else, please; `not_possible` where it is not offered to them."""
        self._rights.require_staff()
        state = await self._rights.known(conversation)
        if not await self._offers.decline(state.id, self._identity.person):
            raise Refused("not_possible")

    async def offered(self) -> None:
        """What is offered to them is told again to a new socket."""
        for conversation, offer in (await self._offers.all()).items():
            if offer.agent == self._identity.person and offer.seconds(_now()):
                self._connection.send(offered(conversation, offer, _now()))

    async def reopen(self, state: Conversation) -> None:
        """Nobody reads what is said in a conversation that is old, or that the customer has left for another: `not_possible`."""
        agent = self._identity.author
        change = desk.reopen(state, agent, _now())
        if state.last_at < _now() - self._reopen_ms or await self._went_on(state):
            raise Refused("not_possible")
        try:
            await seated(self._log, self._seats, state, agent, change)
        except Full:
            raise Refused("full") from None
        except (Kept, Stale):
            raise Refused("taken") from None

    async def _went_on(self, state: Conversation) -> bool:
        try:
            newest = await asyncio.to_thread(self._log.history.conversations, customer=state.customer, limit=1)
        except ArchiveUnavailable as error:
            raise Unavailable("the archive does not answer") from error
        return bool(newest) and newest[0].id != state.id and newest[0].last_at > state.last_at

    async def give_back(self, conversation: str) -> None:
        self._rights.require_staff()
        await self._move(await self._rights.known(conversation), desk.give_back)

    async def transfer(self, conversation: str, to: str, note: str | None = None) -> None:
        """To an agent who is there and has a seat, else `not_available`; or to the front of the queue. The note is part of the move."""
        self._rights.require_staff()
        state = await self._rights.known(conversation)
        noted = self._noted(note)
        if to == QUEUE:
            await self._move(state, lambda *given: desk.said_with(desk.put_back(*given), *noted))
            return
        state.require_held_by(self._identity.person)
        agent = (await self._presence.available()).get(to)
        if agent is None or to == self._identity.person:
            raise Refused("not_available")
        for _ in range(TRIES):
            change = desk.said_with(desk.transfer(state, self._identity.author, agent, _now()), *noted)
            try:
                done = await seated(self._log, self._seats, state, agent, change)
            except (Full, Kept):
                raise Refused("not_available") from None
            except Stale as stale:
                state = stale.state
            else:
                await self._queue.tell(HolderFrame(state.id, done.last, Holder.AGENT, state.reason or None, agent))
                return
        raise Refused("not_possible")

    def _noted(self, text: str | None) -> tuple[Note, ...]:
        if not visible(text or ""):
            return ()
        row = f"{self._identity.person}:transfer.{uuid4()}"
        masked, sealed = seal_text(text or "", self._ring, row)
        return (Note(self._identity.author, masked, sealed=sealed, row=row),)

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
