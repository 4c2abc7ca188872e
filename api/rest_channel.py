"""Rasa's REST channel in its own format, through the same log: committed first, answered when the bot's turn is done.

Rasa 3, `rasa.core.channels.rest.RestInput`: always a list, keys that would be null are absent.
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from collections.abc import AsyncIterator, Iterator, Sequence
from hashlib import blake2b
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response, StreamingResponse

from api.door import RestChannelDoor
from api.node import Here, Node
from api.problems import Problem, documented
from api.saying import fingerprint
from models.conversation import Expect, Holder
from models.entry import Author, AuthorKind, Entry, Message
from models.frames import plain, visible
from models.sealed import KeyRing
from models.sensitive import redact, seal_text
from stream.change import Change
from stream.errors import Stale

router = APIRouter(prefix="/webhooks/rest", tags=["Rasa"], dependencies=[RestChannelDoor])

ANSWER_SECONDS = 10.0
# A turn that says nothing is pushed to nobody.
LOOK_EVERY_SECONDS = 0.25
GENERATIONS = 1_000
SENDER_CHARACTERS = 1_024
# It is written down as it comes: a plain name, with no room for what people are called or reached by.
CHANNEL = r"^[A-Za-z][A-Za-z_-]{0,30}[0-9]{0,2}$"
# With the secret, or without it on the machine itself.
SECURITY: dict[str, Any] = {"security": [{"Secret": []}, {}]}


class RasaMessage(BaseModel):
    """Unknown keys are passed over, as Rasa does; so is `metadata`."""

    sender: Any = Field(default="default", description="Anything; it is made a string")
    message: str
    input_channel: str | None = Field(default=None, pattern=CHANNEL)
    metadata: dict[str, Any] | None = None


class Alive(BaseModel):
    status: str


class Said(NamedTuple):
    """Where the customer's message lies."""

    conversation: str
    seq: int


@router.get("/", responses=documented(401, 403, 404), openapi_extra=SECURITY)
async def status() -> Alive:
    return Alive(status="ok")


@router.post(
    "/webhook",
    response_model=list[dict[str, Any]],
    responses=documented(401, 403, 404, 413, 415, 422),
    openapi_extra=SECURITY,
)
async def webhook(here: Here, given: RasaMessage, stream: Annotated[bool, Query()] = False) -> Response:
    """What the bot says to this message, in order; [] where it says nothing, or a person has the conversation."""
    sender = "default" if given.sender is None else str(given.sender)
    text = given.message.strip()
    if len(text) > here.settings.text_characters or len(sender) > SENDER_CHARACTERS or not plain(text + sender):
        raise Problem(422, "invalid", "Not as expected: body.message or body.sender.")
    if stream:
        return StreamingResponse(_lines(here, sender, text, given), media_type="text/event-stream")
    return JSONResponse([part async for part in _answered(here, sender, text, given)])


async def _lines(here: Node, sender: str, text: str, given: RasaMessage) -> AsyncIterator[bytes]:
    """Rasa calls it an event stream, and sends one object a line."""
    async for part in _answered(here, sender, text, given):
        yield json.dumps(part, ensure_ascii=False).encode() + b"\n"


async def _answered(here: Node, sender: str, text: str, given: RasaMessage) -> AsyncIterator[dict[str, Any]]:
    if not visible(text):
        return
    said = await _say(here, sender, text, given.input_channel or "rest")
    for entry in await _answers(here, said):
        for part in parts(entry):
            yield {"recipient_id": sender, **part}


async def _say(here: Node, sender: str, text: str, channel: str) -> Said:
    """In the sender's open conversation: always the same, and a new one after each close."""
    customer = f"u_{keyed(here.ring, 'sender', sender)}"
    message = _message(here.ring, customer, text, channel)
    for generation in range(GENERATIONS):
        name = f"c_{keyed(here.ring, f'conversation {generation}', sender)}"
        change = Change(
            name, (message,), client_id=message.row, fingerprint=fingerprint(here.ring, "say", text), set={"customer": customer},
            expect=Expect(not_holder=Holder.NOBODY), add={"unread_agent": 1},
        )  # fmt: skip
        try:
            return Said(name, (await here.log.commit(change)).seq)
        except Stale:
            continue
    raise Problem(503, "unavailable", "This sender has too many closed conversations.")


def _message(ring: KeyRing, customer: str, text: str, channel: str) -> Message:
    id = secrets.token_hex(16)
    row = f"{customer}:{id}"
    masked, sealed = seal_text(text, ring, row)
    payload = redact(text) if text.startswith("/") else None
    author = Author(AuthorKind.CUSTOMER, customer)
    return Message(author, masked, id=id, payload=payload, sealed=sealed, row=row, channel=channel)


def keyed(ring: KeyRing, what: str, sender: str) -> str:
    """Who knows a sender's name cannot name the conversation."""
    return blake2b(f"{what}\0{sender}".encode(), digest_size=16, key=ring.signing[:64]).hexdigest()


async def _answers(here: Node, said: Said) -> Sequence[Entry]:
    """What the bot said behind it, once its turn is done, a person has it, or the time is over."""
    async with here.hub.listening(said.conversation) as heard:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                while not await _done(here, said):
                    await _look_again(heard)
        except TimeoutError:
            pass  # Rasa's clients cannot see failures: they get what there is
    entries, _ = await here.log.after(said.conversation, said.seq)
    return [each for each in entries if isinstance(each.body, Message) and each.body.author.kind is AuthorKind.BOT]


async def _done(here: Node, said: Said) -> bool:
    state = await here.log.state(said.conversation)
    return state is None or state.answered >= said.seq or state.holder is not Holder.BOT


async def _look_again(heard: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(LOOK_EVERY_SECONDS):
            await heard.wait()
    except TimeoutError:
        return
    heard.clear()


def parts(entry: Entry) -> Iterator[dict[str, Any]]:
    """Text, custom, image, attachment, elements: each an object of its own. A text without buttons is split at blank lines."""
    said = entry.body
    if not isinstance(said, Message):
        return
    buttons = [{"title": each.title, "payload": each.payload} for each in said.quick_replies or said.buttons]
    if said.text and buttons:
        yield {"text": said.text, "buttons": buttons}
    elif said.text:
        yield from ({"text": each} for each in re.split(r"\n\n", said.text) if each.strip())
    for name, value in (("custom", said.custom), ("image", said.image), ("attachment", said.attachment)):
        if value:
            yield {name: value}
    yield from (_element(each) for each in said.elements)


def _element(element: dict[str, Any]) -> dict[str, Any]:
    shown = {"text": f"{element.get('title', '')} : {element.get('subtitle', '')}"}
    return {**shown, "buttons": element["buttons"]} if element.get("buttons") else shown
