"""Entries: what the log holds. A body is JSON, tagged by `kind`; the log gives sequence and time, never the writer."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec

from models.sensitive import SealedSpan


class AuthorKind(StrEnum):
    CUSTOMER = "customer"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"


class Author(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who said it. `id` is absent for the bot and the system."""

    kind: AuthorKind
    id: str | None = None
    name: str | None = None


class Button(msgspec.Struct, frozen=True):
    """`payload` is what is said when the button is pressed."""

    title: str
    payload: str


class File(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file that was sent; its bytes are at `/api/files/{id}`. Pictures have a size in pixels."""

    id: str
    name: str
    type: str
    bytes: int
    width: int | None = None
    height: int | None = None


class Contact(msgspec.Struct, frozen=True, omit_defaults=True):
    """How to reach who left a message, masked: an e-mail address or a phone number. It is sealed in the last line of the text."""

    reach: str
    name: str | None = None


class Message(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="message"):
    """One thing said. `text` is masked; what was masked is in `sealed`, bound to `row`."""

    author: Author
    text: str = ""
    id: str | None = None
    payload: str | None = None
    buttons: tuple[Button, ...] = ()
    quick_replies: tuple[Button, ...] = ()
    elements: tuple[dict[str, Any], ...] = ()
    image: str | None = None
    custom: dict[str, Any] | None = None
    attachment: Any = None
    files: tuple[File, ...] = ()
    contact: Contact | None = None
    sealed: tuple[SealedSpan, ...] = ()
    row: str = ""
    channel: str = "web"
    language: str | None = None


class Note(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="note"):
    """Said among agents; customers and the bot never see it."""

    author: Author
    text: str
    id: str | None = None
    sealed: tuple[SealedSpan, ...] = ()
    row: str = ""


class HolderChange(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="holder"):
    """A move of the holder. `asked` is when the customer began to wait for a person (ms since 1970)."""

    holder: str
    verb: str
    author: Author
    reason: str | None = None
    agent: Author | None = None
    asked: int | None = None
    returned: bool = False


class Rated(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="rating"):
    """What a customer thought of it after it was closed: 1 to 5 stars, and words that are masked as all others."""

    author: Author
    stars: int
    text: str = ""
    id: str | None = None
    sealed: tuple[SealedSpan, ...] = ()
    row: str = ""


Body = Message | Note | HolderChange | Rated

_body_encoder = msgspec.json.Encoder()
_body_decoder: msgspec.json.Decoder[Body] = msgspec.json.Decoder(Body)


class Entry(msgspec.Struct, frozen=True):
    """One line of the log: its identity is (conversation, seq). `at` is the store's clock, ms since 1970."""

    conversation: str
    seq: int
    at: int
    body: Body


def encode_body(body: Body) -> bytes:
    return _body_encoder.encode(body)


def pack(seq: int, at: int, body: Body) -> bytes:
    """The written form that the log's script makes: `<seq> <at> <body>`."""
    return b"%d %d %b" % (seq, at, _body_encoder.encode(body))


def unpack(conversation: str, packed: bytes) -> Entry:
    """Raises ValueError or msgspec.ValidationError where `packed` is not an entry."""
    seq, at, body = packed.split(b" ", 2)
    return Entry(conversation, int(seq), int(at), _body_decoder.decode(body))
