"""Who else is looking: of each agent's socket the conversation on its screen, told to all agents who watch the same one."""

from __future__ import annotations

from api.connection import Connection
from api.node import Node
from api.rights import Rights


class Looks:
    """Of one socket. All raise Refused, Unavailable."""

    def __init__(self, node: Node, connection: Connection, rights: Rights) -> None:
        self._hub = node.hub
        self._looking = node.looking
        self._connection = connection
        self._rights = rights
        self._at = ""

    async def look(self, conversation: str | None) -> None:
        """At this one from now on, and no longer at the one before; None: at none. Who looks watches too, and is told who else does."""
        self._rights.require_staff()
        if conversation is None:
            await self.away()
            return
        state = await self._rights.known(conversation)
        await self._hub.watch(self._connection, state.id, state.seq)
        if self._at != state.id:
            await self.away()
        self._at = state.id
        frame = await self._looking.here(state.id, self._connection.id, self._connection.identity.author)
        # The push may come before the subscription holds.
        self._connection.send(frame)

    async def still(self) -> None:
        """At each heartbeat. Who died without a word is seen to be gone by those who still look."""
        if self._at:
            await self._looking.here(self._at, self._connection.id, self._connection.identity.author)

    async def away(self) -> None:
        """Also when the socket has ended."""
        left, self._at = self._at, ""
        if left:
            await self._looking.gone(left, self._connection.id, self._connection.identity.author)
