"""What a node holds while it runs, and how routes come to it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import Engine

from api.auth import BadToken, Identity, Role, Tokens
from api.hub import Hub
from api.metrics import Metrics
from api.problems import FORBIDDEN, UNAUTHORIZED, Problem
from api.verbs import Verbs
from handoff.queue import Queue
from models.people import People
from models.sealed import KeyRing
from models.settings import Settings
from stream.history import History
from stream.log import Log
from stream.presence import Presence
from stream.push import Push


@dataclass(frozen=True, slots=True)
class Node:
    """One API process. Nothing here outlives it; any node serves any customer."""

    settings: Settings
    engine: Engine
    log: Log
    push: Push
    hub: Hub
    presence: Presence
    queue: Queue
    history: History
    people: People
    ring: KeyRing
    tokens: Tokens
    verbs: Verbs
    metrics: Metrics

    async def valid(self, token: str) -> Identity:
        """Raises BadToken. Staff may have been disabled, or signed out everywhere, since the token was made."""
        identity = self.tokens.read(token)
        if identity.staff:
            person = await asyncio.to_thread(self.people.by_id, identity.person)
            if person is None or person.disabled or identity.issued * 1000 + 999 < person.tokens_valid_after:
                raise BadToken("the person may not")
            if person.role.value != identity.role.value:
                raise BadToken("the role has changed")
        return identity


def node(request: Request) -> Node:
    held: Node = request.state.node
    return held


Here = Annotated[Node, Depends(node)]
_bearer = HTTPBearer(auto_error=False, description="The token of POST /api/visitors or POST /api/login")


async def identified(here: Here, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> Identity:
    if given is None:
        raise Problem(*UNAUTHORIZED, {"WWW-Authenticate": "Bearer"})
    try:
        return await here.valid(given.credentials)
    except BadToken:
        raise Problem(*UNAUTHORIZED, {"WWW-Authenticate": "Bearer"}) from None


Anyone = Annotated[Identity, Depends(identified)]


async def staff(identity: Anyone) -> Identity:
    if not identity.staff:
        raise Problem(*FORBIDDEN)
    return identity


async def customer(identity: Anyone) -> Identity:
    if identity.role is not Role.CUSTOMER:
        raise Problem(*FORBIDDEN)
    return identity


Staff = Annotated[Identity, Depends(staff)]
CustomerOnly = Annotated[Identity, Depends(customer)]
