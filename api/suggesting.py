"""What an agent could say next: proposed by the bot, sent by nobody but the agent, counted."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.agent import TOP, Id
from api.canned import names
from api.node import Here, Node, Staff
from api.problems import NOT_FOUND, Problem, documented
from models.canned import Canned, filled
from models.conversation import Holder
from models.suggestions import Proposal, Proposed, SuggestionKind

NOT_SHOWN = (404, "not_found", "Nothing was suggested to you for this message.")

router = APIRouter(prefix="/api", tags=["conversations"])


class Suggestion(BaseModel):
    """`text` is ready to be sent. `title`: the short name of a canned response; empty for an answer of the bot."""

    kind: SuggestionKind
    title: str
    text: str


class SuggestionsNow(BaseModel):
    """To the customer's message at `seq`, the best first, at most three; none where somebody has answered it already."""

    seq: int
    suggestions: list[Suggestion]


class SuggestionUsed(BaseModel):
    """`edited`: something else was sent than was suggested."""

    model_config = ConfigDict(extra="forbid")

    seq: Annotated[int, Field(ge=1, le=TOP)]
    kind: SuggestionKind
    edited: bool


@router.get("/conversations/{id}/suggestions", responses=documented(401, 403, 404, 422))
async def suggestions(here: Here, who: Staff, id: Id) -> SuggestionsNow:
    """They count as shown where the conversation is the asking agent's. A frame `suggested` tells when there are new ones."""
    state = await here.log.state(id)
    if state is None:
        raise Problem(*NOT_FOUND)
    found = await here.proposals.now(id) if state.holder in (Holder.AGENT, Holder.QUEUE) else None
    if found is None:
        return SuggestionsNow(seq=0, suggestions=[])
    said = await _said(here, found, *names(state, who.name))
    if said and state.agent == who.person:
        await asyncio.to_thread(here.suggestions.shown, id, found.seq, who.person, [each.kind for each in said])
    return SuggestionsNow(seq=found.seq, suggestions=said)


@router.post("/conversations/{id}/suggestions", status_code=204, responses=documented(401, 403, 404, 413, 415, 422))
async def used(here: Here, who: Staff, id: Id, given: SuggestionUsed) -> None:
    """One of them was sent. Said again, it counts once."""
    known = await asyncio.to_thread(here.suggestions.used, id, given.seq, who.person, given.kind, edited=given.edited)
    if not known:
        raise Problem(*NOT_SHOWN)


async def _said(here: Node, found: Proposed, customer: str, agent: str) -> list[Suggestion]:
    """Canned responses as they are now; one that is gone is left out."""
    ids = [each.name for each in found.proposals if each.kind is SuggestionKind.CANNED]
    rows = await asyncio.to_thread(here.canned.of, ids) if ids else {}
    return [
        said for each in found.proposals if (said := _shown(each, rows.get(each.name), customer, agent)) is not None
    ]


def _shown(each: Proposal, canned: Canned | None, customer: str, agent: str) -> Suggestion | None:
    if each.kind is SuggestionKind.ANSWER:
        return Suggestion(kind=each.kind, title="", text=each.text)
    if canned is None:
        return None
    return Suggestion(kind=each.kind, title=canned.name, text=filled(canned.text, customer, agent))
