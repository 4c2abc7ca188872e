"""One sealed span opened, for the agent who holds the conversation or an admin: on record before it is opened, and kept nowhere."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.agent import TOP, Id
from api.auth import Role
from api.node import Here, Node, Staff
from api.problems import NOT_FOUND, SENTENCES, Problem, documented, too_many
from api.rights import Rights
from models.entry import HolderChange, Message, Note, Rated
from models.sealed import Place, Unreadable
from models.sensitive import TABLE
from models.tables import REASON_CHARACTERS

ACT = "message.reveal"
NOT_HELD = (403, "not_assigned", SENTENCES["not_assigned"])
NO_SPAN = (404, "no_span", "Nothing is sealed there.")
UNREADABLE = (409, "unreadable", "This cannot be opened any more: the key it was sealed with is missing.")

router = APIRouter(prefix="/api", tags=["conversations"])


class Reveal(BaseModel):
    """`span` counts from 0 in the `sealed` of the entry `seq`. `reason` is for the record."""

    model_config = ConfigDict(extra="forbid")

    seq: Annotated[int, Field(ge=1, le=TOP)]
    span: Annotated[int, Field(ge=0, le=10_000)]
    reason: Annotated[str, Field(max_length=REASON_CHARACTERS // 2)] = ""


class Revealed(BaseModel):
    """`text` is what was typed there. Show it, and keep it nowhere."""

    kind: str
    text: str


@router.post("/conversations/{id}/reveal", responses=documented(401, 403, 404, 409, 413, 415, 422, 429))
async def reveal(here: Here, who: Staff, id: Id, given: Reveal) -> Revealed:
    """Who opened what kind, where and when is on record, never the text. So many in a minute, then 429."""
    state = await here.log.state(id)
    if state is None:
        raise Problem(*NOT_FOUND)
    if who.role is not Role.ADMIN and not Rights(here.log, who).holds(state):
        raise Problem(*NOT_HELD)
    wait = here.reveals.take(who.person, time.monotonic())
    if wait:
        raise too_many(wait)
    kind, sealed, row = await _span(here, id, given.seq, given.span)
    told = f"{kind} in entry {given.seq}" + (f": {given.reason}" if given.reason else "")
    await asyncio.to_thread(here.audit.write, who.person, ACT, id, told)
    try:
        return Revealed(kind=kind, text=here.ring.open(sealed, Place(TABLE, kind, row)))
    except Unreadable:
        raise Problem(*UNREADABLE) from None


async def _span(here: Node, id: str, seq: int, span: int) -> tuple[str, str, str]:
    """(kind, what is sealed, its row). Raises Problem."""
    entries, _ = await here.log.after(id, seq - 1, 1)
    match entries:
        case [entry] if entry.seq == seq:
            match entry.body:
                case Message(sealed=spans, row=row) | Note(sealed=spans, row=row) | Rated(sealed=spans, row=row):
                    if span < len(spans):
                        return spans[span].kind, spans[span].sealed, row
                case HolderChange():
                    pass
    raise Problem(*NO_SPAN)
