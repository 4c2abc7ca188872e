"""Customers: a token and a conversation, before anything is said."""

from __future__ import annotations

import secrets
import time

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict

from api.address import address_of
from api.auth import Role
from api.node import CustomerOnly, Here, Node
from api.problems import documented, too_many
from models.frames import rfc3339

router = APIRouter(prefix="/api", tags=["customers"])

# Shown to agents in the place of a name; no letters or digits that look alike.
NAME_LETTERS = "ACDEFGHJKLMNPQRTUVWXY34679"
NAME_LENGTH = 4


class NewConversation(BaseModel):
    """Nothing is needed yet, and nothing is taken."""

    model_config = ConfigDict(extra="forbid")


class Visitor(BaseModel):
    """`conversation` is the one that this token may speak in; `name` is what agents see."""

    token: str
    expires_at: str
    customer: str
    conversation: str
    name: str


@router.post("/visitors", status_code=201, responses=documented(413, 415, 422, 429))
async def new_visitor(here: Here, request: Request, _: NewConversation | None = None) -> Visitor:
    """An anonymous customer with a first conversation. So many of an address in a minute, then 429 with `Retry-After`."""
    _count(here, request)
    name = "".join(secrets.choice(NAME_LETTERS) for _ in range(NAME_LENGTH))
    return await _opened(here, f"u_{secrets.token_hex(16)}", name)


@router.post("/conversations", status_code=201, responses=documented(401, 403, 413, 415, 422, 429))
async def new_conversation(
    here: Here, request: Request, identity: CustomerOnly, _: NewConversation | None = None
) -> Visitor:
    """The same customer's next conversation, with a token of its own. It counts like a new customer."""
    _count(here, request)
    return await _opened(here, identity.person, identity.name)


def _count(here: Node, request: Request) -> None:
    """Raises Problem. Each of them takes room in the store, and nothing is needed for it but a request."""
    wait = here.visitors.take(address_of(request), time.monotonic())
    if wait:
        raise too_many(wait)


async def _opened(here: Node, customer: str, name: str) -> Visitor:
    conversation = f"c_{secrets.token_hex(16)}"
    await here.log.open(conversation, {"customer": customer, "name": name})
    token, expires = here.tokens.access(customer, Role.CUSTOMER, conversation, name)
    return Visitor(token=token, expires_at=rfc3339(expires), customer=customer, conversation=conversation, name=name)
