"""What agents look up: conversations, what was said in them, and the queue. Customers see their own conversation the same way."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from api.auth import Identity
from api.node import Anyone, Here, Node, Staff
from api.problems import NOT_FOUND, Problem, documented
from api.rights import Rights
from models.choices import SlaChoice
from models.conversation import Conversation, Holder
from models.entry import Message
from models.frames import Waiting, rfc3339, shown
from models.promise import Target, standing
from models.tables import TAG_CHARACTERS
from stream.history import Summary
from stream.log import Log

router = APIRouter(prefix="/api", tags=["conversations"])

ID_CHARACTERS = 64
CURSOR_CHARACTERS = 100
TOP = 2**53 - 1
# How far back a last message is looked for, before only SQL knows it: holder changes and notes lie between.
LAST_ENTRIES = 8
LAST_TEXT_CHARACTERS = 200
_HOLDERS = {"mine": Holder.AGENT, "queue": Holder.QUEUE, "bot": Holder.BOT, "closed": Holder.NOBODY, "all": None}

Limit = Annotated[int, Query(ge=1, le=200)]
Id = Annotated[str, Path(max_length=ID_CHARACTERS)]


class DueBy(BaseModel):
    """What was promised of it and is still to be kept: from `warn` on it is nearly over, after `due` it is missed."""

    target: Target
    warn: str
    due: str


class Listed(BaseModel):
    """One conversation. `unread` counts what agents have not seen; `asked` is since when a person is waited for, null: nobody waits.
    `due`: what admins promise (the setting `sla`); empty for customers."""

    id: str
    customer: str
    name: str
    holder: Holder
    agent: str
    agent_name: str
    seq: int
    last_at: str | None
    language: str
    last_text: str
    unread: int
    reason: str
    asked: str | None
    tags: list[str]
    due: list[DueBy]


class Conversations(BaseModel):
    """Newest first. `next` goes into `after` for the next page; null at the end."""

    conversations: list[Listed]
    next: str | None


class Entries(BaseModel):
    """`entries` are frames as the socket sends them (/asyncapi.yaml): message, note, holder, skip."""

    entries: list[dict[str, Any]]
    more: bool


class QueueNow(BaseModel):
    """In the order in which they are served; `total` may be more than is listed. `waiting` is as in the queue frame (/asyncapi.yaml)."""

    waiting: list[dict[str, Any]]
    total: int


@router.get("/conversations", responses=documented(401, 403, 422))
async def conversations(
    here: Here,
    identity: Staff,
    state: Literal["mine", "queue", "bot", "closed", "all"] = "mine",
    after: Annotated[str, Query(max_length=CURSOR_CHARACTERS)] = "",
    tag: Annotated[str, Query(max_length=TAG_CHARACTERS)] = "",
    limit: Limit = 50,
) -> Conversations:
    """`mine` are those that I hold; with `tag` those of them that have it."""
    holder, agent = _HOLDERS[state], identity.person if state == "mine" else None
    before = _cursor(after)
    found = await asyncio.to_thread(
        here.history.conversations, holder=holder, agent=agent, before=before, tag=tag or None, limit=limit
    )  # fmt: skip
    # SQL is behind the log: what just came to an agent or the queue is known to the index first.
    fresh = await _indexed(here, holder, agent) if before is None else []
    states = await here.log.states(list(dict.fromkeys([*fresh, *(each.id for each in found)])))
    wanted = [each for each in states.values() if (holder in (None, each.holder)) and agent in (None, each.agent)]
    tags = await asyncio.to_thread(here.tags.of, [each.id for each in wanted])
    wanted = [each for each in wanted if not tag or tag in tags.get(each.id, ())]
    summaries = {each.id: each for each in found}
    listed = await asyncio.gather(
        *(_listed(here, each, summaries.get(each.id), tags.get(each.id, ()), staff=True) for each in wanted)
    )
    last = found[-1] if len(found) == limit else None
    return Conversations(
        conversations=sorted(listed, key=lambda each: (each.last_at or "", each.id), reverse=True),
        next=f"{last.last_at}.{last.id}" if last else None,
    )


async def _indexed(here: Node, holder: Holder | None, agent: str | None) -> list[str]:
    if holder is Holder.AGENT:
        return [name for name, by in (await here.queue.held()).items() if by == agent]
    return [each.conversation for each in (await here.queue.snapshot()).waiting] if holder is Holder.QUEUE else []


def _cursor(after: str) -> tuple[int, str] | None:
    if not after:
        return None
    at, _, id = after.partition(".")
    if not (at.isascii() and at.isdecimal() and id and int(at) <= TOP):
        raise Problem(422, "invalid", "Not as expected: query.after.")
    return int(at), id


@router.get("/conversations/{id}", responses=documented(401, 404, 422))
async def conversation(here: Here, identity: Anyone, id: Id) -> Listed:
    """Customers see only their own; somebody else's is answered like one that is not there."""
    state = await _known(here, identity, id)
    tags = (await asyncio.to_thread(here.tags.of, [id])).get(id, ()) if identity.staff else ()
    return await _listed(here, state, None, tags, staff=identity.staff)


@router.get("/conversations/{id}/messages", responses=documented(401, 404, 422))
async def messages(
    here: Here, identity: Anyone, id: Id, after: Annotated[int, Query(ge=0, le=TOP)] = 0, limit: Limit = 200
) -> Entries:
    """What lies behind `after`, in order."""
    await _known(here, identity, id)
    entries, more = await here.log.after(id, after, limit)
    return Entries(entries=[msgspec.to_builtins(shown(each, identity.staff)) for each in entries], more=more)


@router.get("/queue", responses=documented(401, 403))
async def queue(here: Here, _: Staff) -> QueueNow:
    """Who waits for a person."""
    now = await here.queue.snapshot()
    return QueueNow(waiting=[_waiting(each) for each in now.waiting], total=now.total)


def _waiting(each: Waiting) -> dict[str, Any]:
    made: dict[str, Any] = msgspec.to_builtins(each)
    return made


async def _known(here: Node, identity: Identity, id: str) -> Conversation:
    state = await here.log.state(id)
    if state is None or not Rights(here.log, identity).may_see(state):
        raise Problem(*NOT_FOUND)
    return state


async def _listed(
    here: Node, state: Conversation, summary: Summary | None, tags: Sequence[str], *, staff: bool
) -> Listed:
    if summary is not None and summary.seq >= state.seq:
        text = summary.last_text
    else:
        text = await _last_text(here.log, state) or (summary.last_text if summary else "")
    return Listed(
        id=state.id, customer=state.customer, name=state.name, holder=state.holder, agent=state.agent, agent_name=state.agent_name,
        seq=state.seq, last_at=rfc3339(state.last_at) if state.last_at else None, language=state.language, last_text=text,
        unread=state.unread_agent, reason=state.reason, asked=rfc3339(state.asked) if state.asked else None,
        tags=list(tags), due=_due(here, state) if staff else [],
    )  # fmt: skip


def _due(here: Node, state: Conversation) -> list[DueBy]:
    choice = here.chosen.get(SlaChoice)
    if choice is None:
        return []
    return [
        DueBy(target=each.target, warn=rfc3339(each.warn), due=rfc3339(each.due))
        for each in standing(state, choice, here.hours)
    ]


async def _last_text(log: Log, state: Conversation) -> str:
    """Masked, as everything in the log; "" where it lies further back."""
    entries, _ = await log.after(state.id, max(0, state.seq - LAST_ENTRIES), LAST_ENTRIES)
    said = [each.body.text for each in entries if isinstance(each.body, Message)]
    return said[-1][:LAST_TEXT_CHARACTERS] if said else ""
