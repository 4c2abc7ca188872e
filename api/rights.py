"""Who may do what: customers speak in their own conversation, agents look into any and speak where they hold it."""

from __future__ import annotations

from api.auth import Identity, Role
from api.problems import Refused
from models.conversation import Conversation, Holder
from stream.log import Log


class Rights:
    """Of one socket or request."""

    def __init__(self, log: Log, identity: Identity) -> None:
        self._log = log
        self._identity = identity

    def require_staff(self) -> None:
        """Raises Refused `forbidden`."""
        if not self._identity.staff:
            raise Refused("forbidden")

    def require_admin(self) -> None:
        """Raises Refused `forbidden`."""
        if self._identity.role is not Role.ADMIN:
            raise Refused("forbidden")

    def named(self, conversation: str | None) -> str:
        """Customers have one conversation and need not name it. Raises Refused."""
        if conversation is None and self._identity.staff:
            raise Refused("bad_frame")
        if not self._identity.staff and conversation not in (None, self._identity.conversation):
            raise Refused("not_found")
        return conversation or self._identity.conversation

    async def known(self, conversation: str) -> Conversation:
        """Its state, if there is one and it may be seen. Raises Refused `not_found`, Unavailable."""
        state = await self._log.state(conversation)
        if state is None or not self.may_see(state):
            raise Refused("not_found")
        return state

    def may_see(self, state: Conversation) -> bool:
        return self._identity.staff or state.customer == self._identity.person

    def holds(self, state: Conversation) -> bool:
        return state.holder is Holder.AGENT and state.agent == self._identity.person

    def speaks_in(self, state: Conversation) -> bool:
        return not self._identity.staff or self.holds(state)
