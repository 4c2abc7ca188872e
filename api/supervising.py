"""What admins may do besides: give a conversation to somebody else, whoever holds it, and say of an agent whether they take any."""

from __future__ import annotations

import asyncio
import time

from api.connection import Connection
from api.moving import TRIES
from api.node import Node
from api.problems import Refused
from api.rights import Rights
from handoff import desk
from handoff.seats import Full, Kept
from handoff.taking import seated
from models.conversation import Conversation, Holder
from models.entry import Author, AuthorKind
from models.frames import HolderFrame, StatusFrame
from stream.errors import Stale


class Supervising:
    """Of one socket. All raise Refused, IllegalMove, Unavailable."""

    def __init__(self, node: Node, connection: Connection, rights: Rights) -> None:
        self._node = node
        self._me = connection.identity.author
        self._rights = rights

    async def assign(self, conversation: str, to: str) -> None:
        """To an agent who is there and has a seat, else `not_available`; to oneself, there or not."""
        self._rights.require_staff()
        state = await self._rights.known(conversation)
        self._rights.require_admin()
        agent = self._me if to == self._me.id else (await self._node.presence.available()).get(to)
        if agent is None:
            raise Refused("not_available")
        for _ in range(TRIES):
            if state.holder is Holder.AGENT and state.agent == to:
                return
            try:
                await self._give(state, agent)
            except Stale as stale:
                state = stale.state
            else:
                return
        raise Refused("not_possible")

    async def _give(self, state: Conversation, agent: Author) -> None:
        change = desk.reassign(state, self._me, agent, time.time_ns() // 1_000_000)
        try:
            done = await seated(self._node.log, self._node.seats, state, agent, change)
        except (Full, Kept):
            raise Refused("not_available") from None
        await self._node.queue.tell(HolderFrame(state.id, done.last, Holder.AGENT, state.reason or None, agent))

    async def status(self, status: str, agent: str | None) -> None:
        """One's own, or for admins that of another, who is told."""
        self._rights.require_staff()
        mine = agent in (None, self._me.id)
        if not mine:
            self._rights.require_admin()
        person = await asyncio.to_thread(self._node.people.by_id, agent or self._me.id or "")
        if person is not None:
            # The store may be a new one since an admin chose them.
            await self._node.presence.set_languages(person.id, person.languages)
            await self._node.seats.set_capacity(person.id, person.capacity)
        if mine:
            await self._node.presence.set_status(self._me, status)
            return
        if person is None or person.disabled:
            raise Refused("not_available")
        other = Author(AuthorKind.AGENT, person.id, person.name)
        await self._node.presence.set_status(other, status)
        await self._node.queue.tell(StatusFrame(other, status, "supervisor"))
