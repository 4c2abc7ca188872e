"""Every frame of the socket: one tagged union for each direction, and how a frame is read. AsyncAPI is made from these types
(models/asyncapi.py).

Unknown fields are refused in protocol v1. Times are RFC 3339 UTC with milliseconds.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any, NoReturn, get_args

import msgspec

from models.from_client import (
    FILES,
    Assign,
    ClientFrame,
    Close,
    Decline,
    FromClient,
    GiveBack,
    Id,
    Look,
    Page,
    Ping,
    Rate,
    Read,
    Reopen,
    Resume,
    Say,
    SayNote,
    Seq,
    Status,
    Take,
    ToReach,
    Transfer,
    Typing,
    Watch,
)
from models.from_server import (
    Ack,
    ErrorFrame,
    FromServer,
    HolderFrame,
    Limits,
    LookingFrame,
    OfferFrame,
    OverdueFrame,
    Pong,
    QueueFrame,
    RatingFrame,
    ReadFrame,
    Resumed,
    SaidMessage,
    SaidNote,
    Sealed,
    ServerFrame,
    Skip,
    SlaFrame,
    StatusFrame,
    SuggestedFrame,
    TagsFrame,
    TypingFrame,
    Waiting,
    Welcome,
    rfc3339,
    shown,
)
from models.sensitive import find

PROTOCOL = "bellhop.v1"
TOKEN_PREFIX = "bearer."  # noqa: S105 - the sub-protocol's prefix, not a token

__all__ = [
    "Ack",
    "Assign",
    "BadFrame",
    "ClientFrame",
    "Close",
    "Decline",
    "encode",
    "ErrorFrame",
    "FILES",
    "FromClient",
    "FromServer",
    "GiveBack",
    "HolderFrame",
    "Id",
    "Limits",
    "Look",
    "LookingFrame",
    "OfferFrame",
    "OverdueFrame",
    "Page",
    "parse",
    "Ping",
    "plain",
    "Pong",
    "PROTOCOL",
    "QueueFrame",
    "Rate",
    "RatingFrame",
    "Read",
    "ReadFrame",
    "Reopen",
    "Resume",
    "Resumed",
    "rfc3339",
    "SaidMessage",
    "SaidNote",
    "Say",
    "SayNote",
    "Seq",
    "Sealed",
    "ServerFrame",
    "shown",
    "Skip",
    "SlaFrame",
    "Status",
    "StatusFrame",
    "SuggestedFrame",
    "TagsFrame",
    "Take",
    "ToReach",
    "TOKEN_PREFIX",
    "Transfer",
    "TYPES",
    "Typing",
    "TypingFrame",
    "visible",
    "Waiting",
    "Watch",
    "Welcome",
]

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
    if not visible(frame.text or "") and not (
        isinstance(frame, Say) and (frame.payload or frame.files or frame.contact)
    ):
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
    # No frame has more than one level; what is deeper is refused with the frame.
    parts = (raw, *(each for each in raw.values() if isinstance(each, dict)))
    for name, value in (item for each in parts for item in each.items()):
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
