"""The form that is on, or another loop: what events of the tracker do to it. Pure but for the loop itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from bot.dialogue.events import REJECTED, Event


class Loop(msgspec.Struct):
    """`rejected`: it had no use for what was said, so others may answer until it runs again."""

    name: str
    is_interrupted: bool = False
    rejected: bool = False
    trigger_message: dict[str, Any] = {}

    def ran(self, action: str) -> None:
        """Any action did, perhaps the loop's own."""
        self.is_interrupted = False
        self.rejected = self.rejected and self.name != action


def after(loop: Loop | None, event: Event, message: Mapping[str, Any]) -> Loop | None:
    """The loop that is on after the event; `message` is what was said last. Names of Rasa 1 (`form`, `form_validation`) are known."""
    match event.get("event"):
        case "active_loop" | "form":
            return _turned(loop, event.get("name"), message)
        case "loop_interrupted" if loop is not None:
            loop.is_interrupted = bool(event.get("is_interrupted"))
        case "form_validation" if loop is not None:
            loop.is_interrupted = not event.get("validate")
        case kind if kind == REJECTED and loop is not None and loop.name == event.get("name"):
            loop.rejected = True
        case _:
            pass
    return loop


def _turned(loop: Loop | None, name: str | None, message: Mapping[str, Any]) -> Loop | None:
    if name is None:
        return None
    return loop if loop is not None and loop.name == name else Loop(name, trigger_message=dict(message))
