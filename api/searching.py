"""Agents search in what was said. The words come in a body: URLs end up in logs."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.agent import TOP
from api.node import Here, Staff
from api.problems import Problem, documented
from models.entry import AuthorKind
from models.frames import plain, rfc3339, visible
from models.sensitive import redact
from stream.search import Hit, Place

router = APIRouter(prefix="/api", tags=["conversations"])

TEXT_CHARACTERS = 100


class SearchFor(BaseModel):
    """`after` is the `next` of the page before."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=TEXT_CHARACTERS)
    after: str = Field(default="", max_length=200)
    limit: int = Field(default=50, ge=1, le=100)


class Found(BaseModel):
    """`kind` is `message`, `note` or `rating`. `marks` are the places of what was looked for in `snippet`: from, until, in code points."""

    conversation: str
    seq: int
    at: str
    kind: str
    author: AuthorKind
    author_name: str
    customer_name: str
    snippet: str
    marks: list[tuple[int, int]]


class FoundPage(BaseModel):
    """Newest first. `next` goes into `after`; it may be there although little or nothing was found, as long as there is more to look at,
    and `searched` says how far back that was. Null: all has been looked at."""

    found: list[Found]
    next: str | None
    searched: str | None


@router.post("/search", responses=documented(401, 403, 413, 415, 422))
async def search(here: Here, _: Staff, given: SearchFor) -> FoundPage:
    """In what is archived, masked as it is there: a number is looked for as it is masked."""
    text = redact(given.text.strip())
    if not visible(text) or not plain(text):
        raise Problem(422, "invalid", "Type what to look for.")
    done = await asyncio.to_thread(here.search.find, text, _place(given.after), given.limit)
    states = await here.log.states(list(dict.fromkeys(each.place.conversation for each in done.hits)))
    return FoundPage(
        found=[_found(each, states[each.place.conversation].name if each.place.conversation in states else "") for each in done.hits],
        next=f"{done.next.at}.{done.next.seq}.{done.next.conversation}" if done.next else None,
        searched=rfc3339(done.next.at) if done.next else None,
    )  # fmt: skip


def _place(after: str) -> Place | None:
    if not after:
        return None
    at, _, rest = after.partition(".")
    seq, _, conversation = rest.partition(".")
    if not all(each.isascii() and each.isdecimal() and int(each) <= TOP for each in (at, seq)):
        raise Problem(422, "invalid", "Not as expected: after.")
    return Place(int(at), conversation, int(seq))


def _found(hit: Hit, customer: str) -> Found:
    return Found(
        conversation=hit.place.conversation, seq=hit.place.seq, at=rfc3339(hit.place.at), kind=hit.kind, author=hit.author.kind,
        author_name=hit.author.name or "", customer_name=customer, snippet=hit.snippet, marks=list(hit.marks),
    )  # fmt: skip
