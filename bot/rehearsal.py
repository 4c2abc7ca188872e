"""One conversation with the bot in this process, without log or server. What is sensitive is sealed first, as in the product."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from bot.dialogue.exchange import Button, Heard, Outcome
from bot.dialogue.tracker import Tracker
from bot.hearing import speakable
from bot.nlu.reading import Reading
from bot.payload import understood
from bot.turn import Bot
from models.sealed import KeyRing
from models.sensitive import redact, seal_text


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """One turn. `reading` is None where a button said what was meant; `changed` has slots by name, before and after, masked."""

    reading: Reading | None
    outcome: Outcome
    changed: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    loop: str | None = None
    requested: str | None = None


class Rehearsal:
    """`ring` is the bot's own."""

    def __init__(self, bot: Bot, ring: KeyRing) -> None:
        self._bot = bot
        self._ring = ring
        self.restart()

    def restart(self) -> None:
        """A new customer."""
        self._conversation = f"c_{uuid.uuid4().hex}"
        self._written: bytes | None = None
        self._seq = 0
        self.buttons: tuple[Button, ...] = ()

    def slots(self) -> dict[str, Any]:
        """Those that are set, masked."""
        return {name: value for name, value in Tracker.from_bytes(self._written).slots.items() if value is not None}

    async def say(self, text: str, at: float) -> Rehearsed:
        """`at`: seconds since 1970."""
        return await self._turn(text, at, None)

    async def press(self, button: Button, at: float) -> Rehearsed:
        """A button that was never shown may be pressed here: whoever tries a bot is no customer."""
        payload = redact(button.payload)
        tracker = Tracker.from_bytes(self._written)
        tracker.offer([payload])
        self._written = tracker.to_bytes()
        return await self._turn(button.title, at, payload)

    async def _turn(self, text: str, at: float, payload: str | None) -> Rehearsed:
        self._seq += 1
        before = {**self._bot.project.domain.first_slots(), **Tracker.from_bytes(self._written).slots}
        row = f"{self._conversation}:{self._seq}"
        masked, sealed = seal_text(text, self._ring, row)
        heard = Heard(self._conversation, self._seq, masked, at, payload, sealed=sealed, row=row, message_id=row)
        (reading,) = self._bot.read([heard])
        outcome = await self._bot.turn(heard, reading, self._written)
        self._written = outcome.tracker
        after = Tracker.from_bytes(outcome.tracker)
        self.buttons = tuple(each for reply in outcome.replies for each in (*reply.buttons, *reply.quick_replies))
        pressed = payload is not None and speakable(self._bot.project.domain, understood(payload))
        return Rehearsed(
            None if pressed else reading, outcome, _changed(before, after.slots), after.loop_name, after.requested_slot
        )


def _changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {name: (before.get(name), value) for name, value in after.items() if value != before.get(name)}
