"""Customers: a token and a conversation, before anything is said."""

from __future__ import annotations

import secrets

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from api.auth import Role
from api.node import CustomerOnly, Here, Node
from api.problems import documented
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


@router.post("/visitors", status_code=201, responses=documented(413, 415, 422))
async def new_visitor(here: Here, _: NewConversation | None = None) -> Visitor:
    """An anonymous customer with a first conversation."""
    name = "".join(secrets.choice(NAME_LETTERS) for _ in range(NAME_LENGTH))
    return await _opened(here, f"u_{secrets.token_hex(16)}", name)


@router.post("/conversations", status_code=201, responses=documented(401, 403, 413, 415, 422))
async def new_conversation(here: Here, identity: CustomerOnly, _: NewConversation | None = None) -> Visitor:
    """The same customer's next conversation, with a token of its own."""
    return await _opened(here, identity.person, identity.name)


async def _opened(here: Node, customer: str, name: str) -> Visitor:
    conversation = f"c_{secrets.token_hex(16)}"
    await here.log.open(conversation, {"customer": customer, "name": name})
    token, expires = here.tokens.access(customer, Role.CUSTOMER, conversation, name)
    return Visitor(token=token, expires_at=rfc3339(expires), customer=customer, conversation=conversation, name=name)
