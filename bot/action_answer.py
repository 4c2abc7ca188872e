"""What an action answers, whether it ran here or on a server: events and responses as in rasa-sdk's webhook, held against their shape
before anything is done with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from bot.project.domain import REQUESTED_SLOT

# Far more than any project nests, and less than Python's own recursion bears.
DEPTH_MOST = 64
# All of it is masked before it is written, on the loop that keeps the leases: 1 MiB of text takes half a second.
ANSWER_MOST_BYTES = 1_048_576
# A slot is written again with every turn.
SLOT_MOST_BYTES = 64 * 1024
RESPONSES_MOST = 100
EVENTS_MOST = 1_000


class ActionFailed(Exception):
    """It raised, took too long, could not be reached, or answered nonsense."""


class ActionRejected(Exception):
    """The action does not want to run now; another one is to be found (rasa-sdk's ActionExecutionRejection)."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What an action answered: events and responses as in rasa-sdk's webhook."""

    events: list[dict[str, Any]]
    responses: list[dict[str, Any]]


class _Named(msgspec.Struct):
    name: str


class _MaybeNamed(msgspec.Struct):
    name: str | None = None


class _Slot(msgspec.Struct):
    name: str
    value: Any = None

    def __post_init__(self) -> None:
        if self.name == REQUESTED_SLOT and not isinstance(self.value, str | None):
            raise ValueError("what is asked for is a slot's name")
        if len(msgspec.json.encode(self.value)) > SLOT_MOST_BYTES:
            raise ValueError("too long")


class _Entity(msgspec.Struct):
    entity: str


class _Parsed(msgspec.Struct):
    intent: _MaybeNamed | None = None
    entities: list[_Entity] | None = None
    intent_ranking: list[_MaybeNamed] | None = None
    response_selector: dict[str, Any] | None = None


class _Heard(msgspec.Struct):
    text: str | None = None
    parse_data: _Parsed | None = None


class _Said(msgspec.Struct):
    text: str | None = None
    data: dict[str, Any] | None = None


class _Response(msgspec.Struct):
    text: str | int | float | None = None
    response: str | None = None
    template: str | None = None
    image: str | None = None
    custom: dict[str, Any] | None = None
    buttons: list[Any] | None = None
    quick_replies: list[Any] | None = None
    elements: list[Any] | None = None


_EVENTS: Mapping[str, type[msgspec.Struct]] = {
    "slot": _Slot, "followup": _Named, "action": _MaybeNamed, "active_loop": _MaybeNamed, "form": _MaybeNamed,
    "user": _Heard, "bot": _Said,
}  # fmt: skip


def checked(name: str, events: Sequence[Mapping[str, Any]], responses: Sequence[Mapping[str, Any]]) -> Ran:
    """Plain JSON values. Raises ActionFailed, with the action's name and nothing of what it answered.

    Events of a kind that nobody knows are kept, and do nothing.
    """
    try:
        written = msgspec.json.encode({"events": events, "responses": responses})
        if len(written) > ANSWER_MOST_BYTES:
            raise ValueError("too long")
        ran: Ran = msgspec.json.decode(written, type=Ran)
        if len(ran.events) > EVENTS_MOST or len(ran.responses) > RESPONSES_MOST:
            raise ValueError("too many")
        for event in ran.events:
            if (shape := _EVENTS.get(str(event.get("event")))) is not None:
                msgspec.convert(event, shape)
        for response in ran.responses:
            msgspec.convert(response, _Response)
    except (TypeError, ValueError, RecursionError):
        raise ActionFailed(name) from None
    if not all(_is_flat(each, DEPTH_MOST) for each in (*ran.events, *ran.responses)):
        raise ActionFailed(name)
    return ran


def _is_flat(value: Any, left: int) -> bool:
    if isinstance(value, dict):
        return left > 0 and all(_is_flat(each, left - 1) for each in value.values())
    if isinstance(value, list):
        return left > 0 and all(_is_flat(each, left - 1) for each in value)
    return True
