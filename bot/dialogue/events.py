"""Which events of a list still count: what was undone is gone (rasa-formats 1.4). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

EVENTS_KEPT = 200
# The tracker is written with every turn, to the hash and to the log: its events as JSON, before they are packed eight to one.
EVENTS_BYTES = 16 * 1024
Event = dict[str, Any]
REWIND, UNDO, RESTART = "rewind", "undo", "restart"
REJECTED = "action_execution_rejected"
# In the metadata of a message: how many pictures and files came along.
FILES = "files"


def applied(events: Iterable[Event]) -> list[Event]:
    """As Rasa's `applied_events`: a rewind takes the customer's last message and the listening before it."""
    kept: list[Event] = []
    for event in events:
        match event.get("event"):
            case "restart":
                kept = []
            case "undo":
                _back_to("action", kept)
            case "rewind":
                _back_to("user", kept)
                _back_to("action", kept)
            case _:
                kept.append(event)
    return kept


def heard(events: Iterable[Event]) -> list[Event]:
    """What the customer said, as far as it still counts."""
    return [event for event in applied(events) if event.get("event") == "user"]


def too_many(sizes: Sequence[int]) -> int:
    """How many of the oldest there is no room for, by their bytes as JSON: the newest are kept, as far as both bounds let them."""
    kept, room = 0, EVENTS_BYTES
    for size in reversed(sizes[-EVENTS_KEPT:]):
        # The comma or bracket between two.
        room -= size + 1
        if room < 0:
            break
        kept += 1
    return len(sizes) - kept


def _back_to(kind: str, kept: list[Event]) -> None:
    while kept and kept.pop().get("event") != kind:
        pass
