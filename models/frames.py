"""Every frame of the socket: one tagged union for each direction. AsyncAPI is made from these types (models/asyncapi.py).

Unknown fields are refused in protocol v1. Times are RFC 3339 UTC with milliseconds.
"""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, NoReturn, get_args

import msgspec

from models.entry import Author, AuthorKind, Button, Entry, File, HolderChange, Message, Note, Rated
from models.sensitive import find

PROTOCOL = "bellhop.v1"
TOKEN_PREFIX = "bearer."  # noqa: S105 - the sub-protocol's prefix, not a token

# Of one message.
FILES = 5

Seq = Annotated[
    int, msgspec.Meta(ge=0, le=2**53 - 1, description="Place in the conversation; 0 is before the first entry")
]
Id = Annotated[
    str,
    msgspec.Meta(
        description="The sender's own id of the message, a UUID for example: 1 to 64 of A-Z a-z 0-9 . _ : - without a phone or card number"
    ),
]


class ClientFrame(msgspec.Struct, frozen=True, tag_field="type", forbid_unknown_fields=True, omit_defaults=True):
    """What clients send."""


class Say(ClientFrame, frozen=True, tag="say"):
    """Say something. A customer's own conversation is the default; agents name it. `payload` is that of a pressed button, `files` are ids
    that `POST /api/files` has given to the same person for this conversation; with them the text may be left out."""

    id: Id
    text: str | None = None
    payload: str | None = None
    conversation: str | None = None
    files: Annotated[tuple[str, ...], msgspec.Meta(max_length=FILES)] = ()


class Typing(ClientFrame, frozen=True, tag="typing"):
    """I am writing, or have stopped."""

    on: bool
    conversation: str | None = None


class Read(ClientFrame, frozen=True, tag="read"):
    """I have seen everything up to `seq`."""

    seq: Seq
    conversation: str | None = None


class Resume(ClientFrame, frozen=True, tag="resume"):
    """Send me what lies after `after`."""

    conversation: str
    after: Seq


class Ping(ClientFrame, frozen=True, tag="ping"):
    """Heartbeat; the answer tells how far the log and the archive are."""


class Watch(ClientFrame, frozen=True, tag="watch"):
    """Agents: push me this conversation from now on."""

    conversation: str


class Take(ClientFrame, frozen=True, tag="take"):
    """Agents: I answer this conversation from now on."""

    conversation: str


class Decline(ClientFrame, frozen=True, tag="decline"):
    """Agents: not me; what was offered to me goes to the next. To accept an offer is to `take`."""

    conversation: str


class GiveBack(ClientFrame, frozen=True, tag="give_back"):
    """Agents: the bot goes on."""

    conversation: str


class Transfer(ClientFrame, frozen=True, tag="transfer"):
    """Agents: somebody else answers from now on; `to` is an agent's id, or `queue` for whoever comes first. `note` is for agents only."""

    conversation: str
    to: str
    note: str | None = None


class Assign(ClientFrame, frozen=True, tag="assign"):
    """Admins: this agent answers from now on, whoever holds it now. `to` may be oneself."""

    conversation: str
    to: str


class Close(ClientFrame, frozen=True, tag="close"):
    """Agents, and customers for their own conversation: it is finished."""

    conversation: str


class Reopen(ClientFrame, frozen=True, tag="reopen"):
    """Agents: a closed conversation goes on, and is mine; not where the customer has begun another since."""

    conversation: str


class SayNote(ClientFrame, frozen=True, tag="note"):
    """Agents: a note that the customer never sees."""

    id: Id
    conversation: str
    text: str


class Status(ClientFrame, frozen=True, tag="status"):
    """Agents: whether I take conversations. Admins may say so of another `agent`."""

    status: Literal["available", "away", "offline"]
    agent: str | None = None


class Rate(ClientFrame, frozen=True, tag="rate"):
    """Customers: how it was, once it is closed; told as `rating`."""

    conversation: str
    stars: Annotated[int, msgspec.Meta(ge=1, le=5)]
    text: str | None = None


class Page(ClientFrame, frozen=True, tag="page"):
    """Customers: the page on which they are. Agents see it with what is said next, without query and fragment."""

    url: Annotated[str, msgspec.Meta(max_length=2048)]
    title: Annotated[str, msgspec.Meta(max_length=300)] | None = None


FromClient = (
    Say
    | Typing
    | Read
    | Resume
    | Ping
    | Watch
    | Take
    | Decline
    | GiveBack
    | Transfer
    | Assign
    | Close
    | Reopen
    | SayNote
    | Status
    | Rate
    | Page
)


class ServerFrame(msgspec.Struct, frozen=True, tag_field="type", omit_defaults=True):
    """What the server sends."""


class Limits(msgspec.Struct, frozen=True):
    """`frame_bytes` of one frame, `text_characters` of one text."""

    frame_bytes: int
    text_characters: int


class Welcome(ServerFrame, frozen=True, tag="welcome"):
    """First frame. `heartbeat` in seconds. `recovered` is false when what the client knows may be gone from the log: reload."""

    epoch: str
    recovered: bool
    heartbeat: float
    limits: Limits
    role: str
    person: Author
    conversation: str | None = None
    seq: int = 0
    holder: str | None = None
    holds: tuple[str, ...] = ()


class Ack(ServerFrame, frozen=True, tag="ack"):
    """It is in the log, and will not be lost. `duplicate`: it was there already, nothing was written again."""

    id: str
    conversation: str
    seq: int
    at: str
    duplicate: bool = False
    stored: bool = False


class SaidMessage(ServerFrame, frozen=True, tag="message"):
    """One thing said."""

    conversation: str
    seq: int
    author: Author
    text: str
    at: str
    id: str | None = None
    buttons: tuple[Button, ...] = ()
    elements: tuple[dict[str, Any], ...] = ()
    image: str | None = None
    custom: dict[str, Any] | None = None
    attachment: Any = None
    files: tuple[File, ...] = ()


class SaidNote(ServerFrame, frozen=True, tag="note"):
    """Agents only: a note."""

    conversation: str
    seq: int
    author: Author
    text: str
    at: str
    id: str | None = None


class Skip(ServerFrame, frozen=True, tag="skip"):
    """An entry that this client may not see; it only fills its place."""

    conversation: str
    seq: int


class HolderFrame(ServerFrame, frozen=True, tag="holder"):
    """Who answers now. `position` counts from 1; `wait_seconds` is to be expected, half of all wait within `wait_range`; neither is
    told while no agent is available. A frame without `at` repeats the state: no entry."""

    conversation: str
    seq: int
    holder: str
    reason: str | None = None
    agent: Author | None = None
    position: int | None = None
    wait_seconds: int | None = None
    wait_range: tuple[int, int] | None = None
    at: str | None = None


class RatingFrame(ServerFrame, frozen=True, tag="rating"):
    """What the customer thought of it, 1 to 5 stars."""

    conversation: str
    seq: int
    author: Author
    stars: int
    at: str
    text: str = ""


class TypingFrame(ServerFrame, frozen=True, tag="typing"):
    """Somebody on the other side is writing, or has stopped."""

    conversation: str
    author: Author
    on: bool


class ReadFrame(ServerFrame, frozen=True, tag="read"):
    """`by` has seen everything up to `seq`."""

    conversation: str
    by: AuthorKind
    seq: int


class Resumed(ServerFrame, frozen=True, tag="resumed"):
    """Ends the answer to `resume`: everything up to `seq` has been sent; `more`: ask again after it."""

    conversation: str
    seq: int
    more: bool
    recovered: bool
    epoch: str


class Waiting(msgspec.Struct, frozen=True, omit_defaults=True):
    """One conversation that waits. `position` counts from 1 in its own `queue`, which has a name where admins chose queues."""

    conversation: str
    position: int
    asked: str
    name: str
    reason: str | None = None
    language: str | None = None
    returned: bool = False
    queue: str | None = None


class QueueFrame(ServerFrame, frozen=True, tag="queue"):
    """Agents: who waits now, in the order in which they are served; `total` may be more than is listed."""

    waiting: tuple[Waiting, ...]
    total: int


class OfferFrame(ServerFrame, frozen=True, tag="offer"):
    """To the agent who is asked: yours, if you `take` it within `seconds`. 0: the offer is over."""

    conversation: str
    agent: Author
    seconds: float
    reason: str | None = None


class OverdueFrame(ServerFrame, frozen=True, tag="overdue"):
    """To the agent who holds it: the customer has been without an answer for `seconds`."""

    conversation: str
    agent: Author
    seconds: int


class StatusFrame(ServerFrame, frozen=True, tag="status"):
    """To the agent whose status somebody else has set; `reason` is `missed` where offers were not answered, or
    `supervisor`."""

    agent: Author
    status: str
    reason: str | None = None


class Pong(ServerFrame, frozen=True, tag="pong"):
    """Per conversation of this socket: the highest seq, and how far SQL has it. What is archived may leave the outbox."""

    tops: dict[str, int]
    archived: dict[str, int]


class ErrorFrame(ServerFrame, frozen=True, tag="error"):
    """`code` is stable, `message` a plain sentence; `id` names the frame's own id; `retry_ms`: try again then."""

    code: str
    message: str
    id: str | None = None
    conversation: str | None = None
    retry_ms: int | None = None


FromServer = (
    Welcome
    | Ack
    | SaidMessage
    | SaidNote
    | Skip
    | HolderFrame
    | RatingFrame
    | TypingFrame
    | ReadFrame
    | Resumed
    | QueueFrame
    | OfferFrame
    | OverdueFrame
    | StatusFrame
    | Pong
    | ErrorFrame
)

TYPES = frozenset(each.__struct_config__.tag for each in get_args(FromClient))
_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_BETWEEN = re.compile("[._:-]+")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")

_encoder = msgspec.json.Encoder()


class BadFrame(Exception):
    """A frame that cannot be used. `code` is stable; the sentence never repeats what was sent."""

    def __init__(self, code: str, message: str, id: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.id = id


def encode(frame: ServerFrame) -> str:
    return _encoder.encode(frame).decode()


def parse(text: str, text_characters: int) -> FromClient:
    """One client frame. Raises BadFrame with `bad_json`, `bad_frame`, `unknown_type`, `bad_text`, `bad_id`, `empty` or `too_long`."""
    raw = _json(text)
    if not isinstance(raw, dict):
        raise BadFrame("bad_frame", "A frame is one JSON object.")
    own = raw.get("id") if isinstance(raw.get("id"), str) and _ID.fullmatch(raw["id"]) else None
    kind = raw.get("type")
    if not isinstance(kind, str):
        raise BadFrame("bad_frame", "A frame needs a type.", own)
    if kind not in TYPES:
        raise BadFrame("unknown_type", "This type of frame is not known.", own)
    _plain(raw, own)
    try:
        frame: FromClient = msgspec.convert(raw, FromClient)
    except msgspec.ValidationError:
        raise BadFrame("bad_frame", f"The fields of this {kind} frame are not as they should be.", own) from None
    return _checked(frame, text_characters)


def _checked(frame: FromClient, text_characters: int) -> FromClient:
    if isinstance(frame, Transfer) and len(frame.note or "") > text_characters:
        raise BadFrame("too_long", f"A note has at most {text_characters} characters.")
    if isinstance(frame, Rate) and len(frame.text or "") > text_characters:
        raise BadFrame("too_long", f"A text has at most {text_characters} characters.")
    if not isinstance(frame, Say | SayNote):
        return frame
    if not _is_id(frame.id):
        raise BadFrame(
            "bad_id", "An id is 1 to 64 letters, digits, dots, colons, underscores or hyphens, made at random."
        )
    if not visible(frame.text or "") and not (isinstance(frame, Say) and (frame.payload or frame.files)):
        raise BadFrame("empty", "There is nothing to send.", frame.id)
    if len(frame.text or "") + len((frame.payload or "") if isinstance(frame, Say) else "") > text_characters:
        raise BadFrame("too_long", f"A message has at most {text_characters} characters.", frame.id)
    return frame


def _is_id(id: str) -> bool:
    """It is kept in clear, and goes to everybody in the conversation: no place for a phone number. UUIDs are no numbers by chance."""
    if _UUID.fullmatch(id):
        return True
    return _ID.fullmatch(id) is not None and not any(find(part) for part in (id, *_BETWEEN.split(id)))


def visible(text: str) -> bool:
    """Whether anything can be seen of it: white space, control and format characters alone cannot."""
    return any(unicodedata.category(each) not in ("Zs", "Zl", "Zp", "Cc", "Cf") for each in text)


def plain(text: str) -> bool:
    """Without lone surrogates and control characters, but for tab and line break."""
    return not _CONTROL.search(text)


def _plain(raw: dict[str, Any], own: str | None) -> None:
    """Lone surrogates and control characters break encoders, logs and terminals further on."""
    for name, value in raw.items():
        if not plain(name) or (isinstance(value, str) and not plain(value)):
            if name == "id":
                raise BadFrame("bad_id", "An id is 1 to 64 letters, digits, dots, colons, underscores or hyphens.")
            raise BadFrame("bad_text", "The text has characters that cannot be sent.", own)


def _json(text: str) -> Any:
    """Strict JSON. Python's own parser takes NaN, doubled keys and byte order marks, and fails on depth with RecursionError."""
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError):
        raise BadFrame("bad_json", "This is not valid JSON.") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("doubled key")
    return made


def _refuse(_: str) -> NoReturn:
    raise ValueError("not a JSON number")


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError("number too large")
    return value


def rfc3339(at: int) -> str:
    """Milliseconds since 1970 → `2026-11-23T08:00:00.000Z`."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def shown(entry: Entry, to_agent: bool) -> ServerFrame:
    """The frame that a client gets of an entry. Customers get `skip` for notes."""
    at = rfc3339(entry.at)
    match entry.body:
        case Message() as said:
            return SaidMessage(
                entry.conversation, entry.seq, said.author, said.text, at,
                id=said.id, buttons=said.quick_replies or said.buttons, elements=said.elements, image=said.image,
                custom=said.custom, attachment=said.attachment, files=said.files,
            )  # fmt: skip
        case Note() as note:
            if not to_agent:
                return Skip(entry.conversation, entry.seq)
            return SaidNote(entry.conversation, entry.seq, note.author, note.text, at, id=note.id)
        case HolderChange() as change:
            return HolderFrame(
                entry.conversation, entry.seq, change.holder, reason=change.reason, agent=change.agent, at=at
            )
        case Rated() as rated:
            return RatingFrame(entry.conversation, entry.seq, rated.author, rated.stars, at, rated.text)
