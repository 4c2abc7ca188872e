"""Agents: signing in, conversations, the queue. Customers may read their own conversation here too."""

from __future__ import annotations

import asyncio
import secrets
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from api.auth import BadToken, Identity, Role
from api.problems import NOT_FOUND, UNAUTHORIZED, Problem, documented
from api.state import Anyone, Here, Node, Staff
from models.conversation import Conversation
from models.frames import rfc3339, shown
from models.people import Person

router = APIRouter(prefix="/api", tags=["agents"])
PAGE = Annotated[int, Query(ge=1, le=200)]


class Login(BaseModel):
    model_config = ConfigDict(extra="forbid")
    email: str = Field(max_length=320)
    password: str = Field(max_length=1024)


class Refresh(BaseModel):
    model_config = ConfigDict(extra="forbid")
    refresh: str = Field(max_length=4096)


class Named(BaseModel):
    id: str
    name: str


class Session(BaseModel):
    """`token` is short-lived; `refresh` gets the next pair, once."""

    token: str
    refresh: str
    expires_at: str
    role: str
    person: Named


class Listed(BaseModel):
    """One conversation in a list. `asked` is null where nobody waits."""

    id: str
    customer: str
    name: str
    holder: str
    agent: str
    agent_name: str
    seq: int
    last_at: str
    language: str
    last_text: str
    unread: int
    reason: str
    asked: str | None


class Conversations(BaseModel):
    """`next` goes into `after` for the next page; null at the end."""

    conversations: list[Listed]
    next: str | None


class Entries(BaseModel):
    """`entries` are frames as on the socket (see /asyncapi.yaml)."""

    entries: list[dict[str, Any]]
    more: bool


class QueueNow(BaseModel):
    waiting: list[dict[str, Any]]
    total: int


@router.post("/login", responses=documented(401, 413, 415, 422, 429, 503))
async def login(here: Here, given: Login) -> Session:
    """The same answer for an unknown e-mail and a wrong password."""
    person = await asyncio.to_thread(here.people.verify, given.email, given.password)
    if person is None:
        raise Problem(401, "wrong_password", "E-mail or password is wrong.")
    token, jti, expires = here.tokens.refresh(person.id)
    await asyncio.to_thread(here.people.save_refresh, jti, person.id, secrets.token_hex(16), expires)
    return _session(here, person, token)


@router.post("/refresh", responses=documented(401, 413, 415, 422, 503))
async def refresh(here: Here, given: Refresh) -> Session:
    """A refresh token works once; used twice, all of its sign-in is void."""
    token, jti, expires = here.tokens.refresh(_refresh(here, given).person)
    person = await asyncio.to_thread(here.people.use_refresh, _refresh(here, given).jti, jti, expires)
    return _session(here, person, token)


@router.post("/logout", status_code=204, responses=documented(401, 413, 415, 422, 503))
async def logout(here: Here, given: Refresh) -> None:
    used = _refresh(here, given)
    await asyncio.to_thread(here.people.end_family, used.jti)


def _refresh(here: Node, given: Refresh) -> Identity:
    try:
        return here.tokens.read(given.refresh, "refresh")
    except BadToken:
        raise Problem(*UNAUTHORIZED) from None


def _session(here: Node, person: Person, refresh: str) -> Session:
    token, expires = here.tokens.access(person.id, Role(person.role), name=person.name)
    return Session(
        token=token, refresh=refresh, expires_at=rfc3339(expires), role=person.role, person=Named(id=person.id, name=person.name)
    )  # fmt: skip


@router.get("/conversations", responses=documented(401, 403, 422, 503))
async def conversations(
    here: Here,
    identity: Staff,
    state: Literal["mine", "queue", "bot", "closed", "all"] = "mine",
    after: Annotated[str, Query(max_length=100)] = "",
    limit: PAGE = 50,
) -> Conversations:
    """Newest first."""
    holder = {"queue": "queue", "bot": "bot", "closed": "nobody", "mine": "agent"}.get(state)
    found = await asyncio.to_thread(
        here.history.conversations,
        holder=holder,
        agent=identity.person if state == "mine" else None,
        before=_cursor(after),
        limit=limit,
    )
    states = await here.log.states([each.id for each in found])
    listed = [
        _listed(states[each.id], each.last_text)
        for each in found
        if each.id in states and (holder is None or states[each.id].holder == holder)
    ]
    last = found[-1] if len(found) == limit else None
    return Conversations(conversations=listed, next=f"{last.last_at}.{last.id}" if last else None)


def _cursor(after: str) -> tuple[int, str] | None:
    at, _, id = after.partition(".")
    if not after:
        return None
    if not at.isdecimal():
        raise Problem(422, "invalid", "This is not a place in the list.")
    return int(at), id


def _listed(state: Conversation, last_text: str) -> Listed:
    return Listed(
        id=state.id, customer=state.customer, name=state.name, holder=state.holder, agent=state.agent, agent_name=state.agent_name,
        seq=state.seq, last_at=rfc3339(state.last_at), language=state.language, last_text=last_text, unread=state.unread_agent,
        reason=state.reason, asked=rfc3339(state.asked) if state.asked else None,
    )  # fmt: skip


@router.get("/conversations/{id}", responses=documented(401, 404, 503))
async def conversation(here: Here, identity: Anyone, id: str) -> Listed:
    return _listed(await _allowed(here, identity, id), "")


@router.get("/conversations/{id}/messages", responses=documented(401, 404, 422, 503))
async def messages(
    here: Here, identity: Anyone, id: str, after: Annotated[int, Query(ge=0, le=2**53)] = 0, limit: PAGE = 200
) -> Entries:
    """What lies behind `after`, in order."""
    await _allowed(here, identity, id)
    entries, more = await here.log.after(id, after, limit)
    return Entries(entries=[msgspec.to_builtins(shown(each, identity.staff)) for each in entries], more=more)


async def _allowed(here: Node, identity: Identity, id: str) -> Conversation:
    """Somebody else's is answered like one that is not there."""
    state = await here.log.state(id)
    if state is None or (not identity.staff and state.customer != identity.person):
        raise Problem(*NOT_FOUND)
    return state


@router.get("/queue", responses=documented(401, 403, 503))
async def queue(here: Here, identity: Staff) -> QueueNow:
    """First come, first served."""
    snapshot = await here.queue.snapshot()
    return QueueNow(waiting=[msgspec.to_builtins(each) for each in snapshot.waiting], total=snapshot.total)
