"""How agents sign in, stay and leave. Unknown e-mails, wrong passwords and disabled people are answered alike."""

from __future__ import annotations

import asyncio
import secrets
import time

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from api.address import address_of
from api.auth import BadToken, Identity, Kind, Role
from api.node import Here, Node
from api.problems import UNAUTHORIZED, Problem, documented, too_many
from models.frames import rfc3339
from models.people import PASSWORD_CHARACTERS, Person, TooManyTries
from models.tables import EMAIL_CHARACTERS

router = APIRouter(prefix="/api", tags=["sign in"])

TOKEN_CHARACTERS = 4096


class Login(BaseModel):
    model_config = ConfigDict(extra="forbid")
    email: str = Field(max_length=EMAIL_CHARACTERS)
    password: str = Field(max_length=PASSWORD_CHARACTERS[1])


class Refresh(BaseModel):
    model_config = ConfigDict(extra="forbid")
    refresh: str = Field(max_length=TOKEN_CHARACTERS)


class Named(BaseModel):
    id: str
    name: str


class SignedIn(BaseModel):
    """`token` is short-lived; `refresh` brings the next pair, once."""

    token: str
    refresh: str
    expires_at: str
    role: Role
    person: Named


@router.post("/login", responses=documented(401, 413, 415, 422, 429))
async def login(here: Here, request: Request, given: Login) -> SignedIn:
    """The same answer for an unknown e-mail and a wrong password. Five wrong ones lock the account for fifteen minutes."""
    wait = here.logins.take(address_of(request), time.monotonic())
    if wait:
        here.metrics.logins.labels("too_many").inc()
        raise too_many(wait, "Too many tries. Please wait a moment.")
    person = await _verified(here, given)
    refresh, jti, expires = here.tokens.refresh(person.id, Role(person.role))
    family = secrets.token_hex(16)
    await asyncio.to_thread(here.people.save_refresh, jti, person.id, family, expires)
    return _signed_in(here, person, refresh, family)


async def _verified(here: Node, given: Login) -> Person:
    try:
        async with here.hashing:
            person = await asyncio.to_thread(here.people.verify, given.email, given.password)
    except TooManyTries:
        here.metrics.logins.labels("too_many").inc()
        raise
    here.metrics.logins.labels("right" if person else "wrong").inc()
    if person is None:
        raise Problem(401, "wrong_password", "E-mail or password is wrong.")
    return person


@router.post("/refresh", responses=documented(401, 413, 415, 422))
async def refresh(here: Here, given: Refresh) -> SignedIn:
    """A refresh token works once. Used twice, somebody has a copy: the person is signed out everywhere."""
    old = _read(here, given)
    token, jti, expires = here.tokens.refresh(old.person, old.role)
    person, family = await asyncio.to_thread(here.people.use_refresh, old.jti, jti, expires)
    return _signed_in(here, person, token, family)


@router.post("/logout", status_code=204, responses=documented(401, 413, 415, 422))
async def logout(here: Here, given: Refresh) -> None:
    """Voids the refresh token and all of its sign-in; its access tokens are void, its sockets closed within 5 s."""
    await asyncio.to_thread(here.people.end_family, _read(here, given).jti)


def _read(here: Node, given: Refresh) -> Identity:
    try:
        return here.tokens.read(given.refresh, Kind.REFRESH)
    except BadToken:
        raise Problem(*UNAUTHORIZED) from None


def _signed_in(here: Node, person: Person, refresh: str, family: str) -> SignedIn:
    role = Role(person.role)
    token, expires = here.tokens.access(person.id, role, name=person.name, family=family)
    return SignedIn(
        token=token, refresh=refresh, expires_at=rfc3339(expires), role=role, person=Named(id=person.id, name=person.name)
    )  # fmt: skip
