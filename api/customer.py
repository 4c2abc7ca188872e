"""Customers: a token and a conversation, before anything is said."""

from __future__ import annotations

import asyncio
import secrets
import time
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from api.address import address_of
from api.auth import Role
from api.identity import NotSigned
from api.node import CustomerOnly, Here, Node
from api.problems import Problem, documented, too_many
from models.conversation import Holder
from models.frames import rfc3339

router = APIRouter(prefix="/api", tags=["customers"])

# Shown to agents in the place of a name; no letters or digits that look alike.
NAME_LETTERS = "ACDEFGHJKLMNPQRTUVWXY34679"
NAME_LENGTH = 4
IDENTITY_CHARACTERS = 4096


class NewVisitor(BaseModel):
    """All may be left out. `identity` is a JWT that the shop has signed (docs/embed.md), `language` that of the page."""

    model_config = ConfigDict(extra="forbid")

    identity: Annotated[str, Field(max_length=IDENTITY_CHARACTERS)] | None = None
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z]{2,4})?$")] | None = None


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


@router.post("/visitors", status_code=201, responses=documented(401, 413, 415, 422, 429))
async def new_visitor(here: Here, request: Request, asked: NewVisitor | None = None) -> Visitor:
    """A customer with a conversation: an anonymous one with a first, or one whom the shop has signed with the one that is still open.
    So many of an address in a minute, then 429 with `Retry-After`."""
    _count(here, request)
    asked = asked or NewVisitor()
    if asked.identity is not None:
        return await _signed(here, asked.identity, asked.language)
    name = _random_name()
    return await _opened(here, f"u_{secrets.token_hex(16)}", name, asked.language)


@router.post("/conversations", status_code=201, responses=documented(401, 403, 413, 415, 422, 429))
async def new_conversation(
    here: Here, request: Request, identity: CustomerOnly, _: NewConversation | None = None
) -> Visitor:
    """The same customer's next conversation, with a token of its own. It counts like a new customer."""
    _count(here, request)
    return await _opened(here, identity.person, identity.name, signed=identity.signed)


async def _signed(here: Node, token: str, language: str | None) -> Visitor:
    """Goes on where the same customer left off, on whatever machine that was. Raises Problem."""
    try:
        who = here.identities.read(token)
    except NotSigned:
        raise Problem(401, "identity", "The shop's token is not valid.", {"WWW-Authenticate": "Bearer"}) from None
    last = await asyncio.to_thread(here.history.conversations, customer=who.person, limit=1)
    state = await here.log.state(last[0].id) if last else None
    if state is not None and state.holder is not Holder.NOBODY:
        return _visitor(here, who.person, state.id, who.name or state.name, signed=True)
    return await _opened(here, who.person, who.name or _random_name(), language, signed=True)


def _random_name() -> str:
    return "".join(secrets.choice(NAME_LETTERS) for _ in range(NAME_LENGTH))


def _count(here: Node, request: Request) -> None:
    """Raises Problem. Each of them takes room in the store, and nothing is needed for it but a request."""
    wait = here.visitors.take(address_of(request), time.monotonic())
    if wait:
        raise too_many(wait)


async def _opened(here: Node, customer: str, name: str, language: str | None = None, signed: bool = False) -> Visitor:
    conversation = f"c_{secrets.token_hex(16)}"
    await here.log.open(
        conversation, {"customer": customer, "name": name} | ({"language": language} if language else {})
    )
    return _visitor(here, customer, conversation, name, signed=signed)


def _visitor(here: Node, customer: str, conversation: str, name: str, *, signed: bool) -> Visitor:
    token, expires = here.tokens.access(customer, Role.CUSTOMER, conversation, name, signed=signed)
    return Visitor(token=token, expires_at=rfc3339(expires), customer=customer, conversation=conversation, name=name)
