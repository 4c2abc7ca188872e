"""What the log's lines say of a conversation, gathered field by field. Pure; the order in which lines come does not matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from models.entry import Message
from models.tables import ID_CHARACTERS, LANGUAGE_CHARACTERS, LAST_TEXT_CHARACTERS, NAME_CHARACTERS
from stream.change import Line

# Each field with the seq that set it: the higher seq wins.
Fields = dict[str, tuple[int, str]]

# Only for lists; the conversation's hash has no such fields.
_TOP, _LAST_TEXT = "seq", "last_text"

_decoder = msgspec.json.Decoder(Fields)
# Sorted, so that the same fields are the same text however they came.
_encoder = msgspec.json.Encoder(order="sorted")


def decoded(state: str) -> Fields:
    return _decoder.decode(state)


def gathered(lines: Sequence[Line]) -> dict[str, Fields]:
    """conversation → the fields that these lines set."""
    found: dict[str, Fields] = {}
    for line in lines:
        entry = line.entry
        says = {**line.state, _TOP: str(entry.seq), "last_at": str(entry.at)}
        if isinstance(entry.body, Message):
            says[_LAST_TEXT] = entry.body.text[:LAST_TEXT_CHARACTERS]
        known = found.get(entry.conversation, {})
        found[entry.conversation] = newest(known, {name: (entry.seq, value) for name, value in says.items()})
    return found


def newest(known: Fields, new: Fields) -> Fields:
    return known | {name: said for name, said in new.items() if name not in known or known[name][0] < said[0]}


def hash_fields(fields: Fields) -> dict[str, str]:
    """The conversation's hash as the log's script takes it: what SQL holds is archived."""
    top = {"archived": fields[_TOP][1]} if _TOP in fields else {}
    return {name: value for name, (_, value) in fields.items() if name != _LAST_TEXT} | top


def row(id: str, fields: Fields) -> dict[str, Any]:
    """The row of `conversations`. Columns are for lists and may be cut; `state` is whole."""
    value: Mapping[str, str] = {name: value for name, (_, value) in fields.items()}
    return {
        "id": id,
        "customer": value.get("customer", "")[:ID_CHARACTERS],
        "holder": value.get("holder", "bot"),
        "agent": value.get("agent", "")[:ID_CHARACTERS],
        "agent_name": value.get("agent_name", "")[:NAME_CHARACTERS],
        "token": int(value.get("token") or 0),
        "answered": int(value.get("answered") or 0),
        "asked": int(value.get("asked") or 0),
        "reason": value.get("reason", "")[:NAME_CHARACTERS],
        "language": value.get("language", "")[:LANGUAGE_CHARACTERS],
        "seq": int(value.get(_TOP, 0)),
        "last_at": int(value.get("last_at", 0)),
        "last_text": value.get(_LAST_TEXT, ""),
        "state": _encoder.encode(fields).decode(),
    }
