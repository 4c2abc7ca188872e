"""What an agent has to know when they take a conversation over, on one page: why, what the bot understood, who it is, what was before.

Everything in it is as it is in the log: masked. What is sealed is opened elsewhere, one by one and on record.
"""

from __future__ import annotations

import asyncio

from fastapi import APIRouter
from pydantic import BaseModel

from api.agent import Id
from api.node import Here, Node, Staff
from api.problems import NOT_FOUND, Problem, documented
from api.transcripts import Language
from api.words import WHY, slot_title, summary
from models.conversation import Conversation, Holder
from models.frames import rfc3339
from models.understood import Understood, read
from stream.history import Summary

router = APIRouter(prefix="/api", tags=["conversations"])

EARLIER = 5


class Meant(BaseModel):
    """`title` says it in words; `confidence` from 0 to 1."""

    intent: str
    title: str
    confidence: float


class Filled(BaseModel):
    """`title` says the name in words. `sealed`: the value is masked; the message in which it was said can be revealed."""

    name: str
    title: str
    value: str
    sealed: bool


class Understanding(BaseModel):
    """Of the last message that was more than asking for a person: `text` is that message, masked, `ranking` what it may have meant,
    best first. `tries` in a row failed before; `asking` is the slot that the bot had asked for, or empty."""

    text: str
    ranking: list[Meant]
    slots: list[Filled]
    tries: int
    asking: str


class Who(BaseModel):
    """`signed`: the shop has said who it is; else whoever sits at that browser."""

    id: str
    name: str
    signed: bool


class Where(BaseModel):
    """Without query and fragment."""

    url: str
    title: str


class Earlier(BaseModel):
    """Another conversation of the same customer."""

    id: str
    last_at: str
    holder: Holder
    agent_name: str
    last_text: str


class Packet(BaseModel):
    """`reason` is a code and `why` says it in words; `asked` is since when a person is waited for. `summary` is one line. `understood` is
    null where the bot has answered nothing yet; `page` where the customer did not tell. `earlier` are the last five, newest first."""

    conversation: str
    reason: str
    why: str
    summary: str
    asked: str | None
    understood: Understanding | None
    language: str
    page: Where | None
    customer: Who
    earlier: list[Earlier]


@router.get("/conversations/{id}/packet", responses=documented(401, 403, 404, 422))
async def packet(here: Here, _: Staff, id: Id, language: Language = "en") -> Packet:
    """For who takes over. `language` is that of `why`, `summary` and the titles."""
    state = await here.log.state(id)
    if state is None:
        raise Problem(*NOT_FOUND)
    understood = read(await here.log.field(id, "understood"))
    return Packet(
        conversation=id,
        reason=state.reason,
        why=WHY[language].get(state.reason, ""),
        summary=summary(state, understood, language),
        asked=rfc3339(state.asked) if state.asked else None,
        understood=_shown(understood, language) if understood else None,
        language=state.language,
        page=Where(url=state.page, title=state.page_title) if state.page else None,
        customer=Who(id=state.customer, name=state.name, signed=bool(state.signed)),
        earlier=[_earlier(each) for each in await _others(here, state)],
    )


def _shown(understood: Understood, language: Language) -> Understanding:
    return Understanding(
        text=understood.text,
        ranking=[
            Meant(intent=each.intent, title=each.title(language), confidence=each.confidence)
            for each in understood.ranking
        ],
        slots=[
            Filled(name=each.name, title=slot_title(each.name, language), value=each.value, sealed=each.sealed)
            for each in understood.slots
        ],
        tries=understood.tries,
        asking=understood.asking,
    )


async def _others(here: Node, state: Conversation) -> list[Summary]:
    if not state.customer:
        return []
    found = await asyncio.to_thread(here.history.conversations, customer=state.customer, limit=EARLIER + 1)
    return [each for each in found if each.id != state.id][:EARLIER]


def _earlier(each: Summary) -> Earlier:
    return Earlier(
        id=each.id,
        last_at=rfc3339(each.last_at),
        holder=Holder(each.holder),
        agent_name=each.agent_name,
        last_text=each.last_text,
    )
