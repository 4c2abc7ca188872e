"""Rasa's REST channel, in its exact format, through the same log: committed first, answered when the bot's turn is done."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from hashlib import blake2b
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from api.problems import Problem, documented
from api.state import Here, Node
from models.conversation import Conversation, Expect, Holder
from models.entry import Author, AuthorKind, Entry, Message
from models.frames import visible
from models.sensitive import seal_text
from stream.change import Change
from stream.errors import Stale

router = APIRouter(prefix="/webhooks/rest", tags=["Rasa"])
ANSWER_SECONDS = 10.0
POLL_SECONDS = 0.02
GENERATIONS = 1_000


class RasaMessage(BaseModel):
    """Unknown keys are ignored, as Rasa ignores them."""

    sender: Any = "default"
    message: str = Field(max_length=4_000)
    input_channel: str = Field(default="rest", max_length=64)
    metadata: dict[str, Any] | None = None


@router.get("/")
async def status() -> dict[str, str]:
    return {"status": "ok"}


@router.post("/webhook", response_model=list[dict[str, Any]], responses=documented(413, 415, 422, 503))
async def webhook(here: Here, given: RasaMessage, stream: Annotated[bool, Query()] = False) -> Response:
    """What the bot says to this message, in order; [] where it says nothing, or a person has the conversation."""
    sender = str(given.sender if given.sender is not None else "default")
    text = given.message.strip()
    if not visible(text):
        return JSONResponse([])
    state, seq = await _say(here, sender, text, given.input_channel)
    if stream:
        return StreamingResponse(_lines(here, sender, state, seq), media_type="text/event-stream")
    entries = await _answers(here, state.id, seq)
    return JSONResponse(rendered(sender, entries))


async def _lines(here: Node, sender: str, state: Conversation, seq: int) -> AsyncIterator[bytes]:
    for each in rendered(sender, await _answers(here, state.id, seq)):
        yield json.dumps(each, ensure_ascii=False).encode() + b"\n"


async def _say(here: Node, sender: str, text: str, channel: str) -> tuple[Conversation, int]:
    """Into the sender's open conversation: the same sender always, a new one after each close."""
    customer = "u_" + _hash(here, "sender", sender)
    for generation in range(GENERATIONS):
        name = "c_" + _hash(here, f"conversation {generation}", sender)
        state = await here.log.state(name)
        if state is None:
            await here.log.open(name, {"customer": customer})
            state = Conversation(name, customer=customer)
        if state.holder is Holder.NOBODY:
            continue
        id = secrets.token_hex(16)
        row = f"{customer}:{id}"
        masked, sealed = seal_text(text, here.ring, row)
        message = Message(
            Author(AuthorKind.CUSTOMER, customer), masked, id=id, payload=text if text.startswith("/") else None,
            sealed=sealed, row=row if sealed else "", channel=channel,
        )  # fmt: skip
        change = Change(
            name, (message,), client_id=row, expect=Expect(not_holder=Holder.NOBODY), set={"customer": customer}, add={"unread_agent": 1}
        )  # fmt: skip
        try:
            return state, (await here.log.commit(change)).seq
        except Stale:
            continue
    raise Problem(503, "unavailable", "This sender has too many closed conversations.")


def _hash(here: Node, what: str, sender: str) -> str:
    """Keyed: who knows a sender's name cannot name the conversation."""
    return blake2b(f"{what}\0{sender}".encode(), digest_size=16, key=here.ring.signing[:32]).hexdigest()


async def _answers(here: Node, name: str, seq: int) -> Sequence[Entry]:
    """What the bot said behind `seq`, once its turn is done, a person has it, or ten seconds have passed."""
    end = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < end:
        state = await here.log.state(name)
        if state is None or state.answered >= seq or state.holder is not Holder.BOT:
            break
        await asyncio.sleep(POLL_SECONDS)
    entries, _ = await here.log.after(name, seq)
    return [each for each in entries if isinstance(each.body, Message) and each.body.author.kind is AuthorKind.BOT]


def rendered(sender: str, entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """One object for each part of each message; keys that would be null are absent."""
    return [
        {"recipient_id": sender, **part}
        for entry in entries
        if isinstance(entry.body, Message)
        for part in _parts(entry.body)
    ]


def _parts(said: Message) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = []
    buttons = [{"title": each.title, "payload": each.payload} for each in said.quick_replies or said.buttons]
    if said.text and buttons:
        parts.append({"text": said.text, "buttons": buttons})
    elif said.text:
        parts += [{"text": each} for each in re.split(r"\n\n", said.text) if each.strip()]
    if said.custom:
        parts.append({"custom": said.custom})
    if said.image:
        parts.append({"image": said.image})
    if said.attachment and said.attachment != said.image:
        parts.append({"attachment": said.attachment})
    for element in said.elements:
        text = f"{element.get('title', '')} : {element.get('subtitle', '')}"
        parts.append({"text": text, **({"buttons": element["buttons"]} if element.get("buttons") else {})})
    return parts
