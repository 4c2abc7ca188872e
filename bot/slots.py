"""The slots of one turn. Written they are masked, with what opens them beside; opened they are seen by the project's code only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bot.dialogue.exchange import Heard
from bot.dialogue.extraction import Filled
from bot.dialogue.tracker import SEAL, Event, SealedSlot, Tracker
from bot.speaking import masked
from models.sealed import KeyRing
from models.sensitive import open_text, seal_text

Apply = Callable[[Mapping[str, Any]], None]


class Slots:
    """`filled`: the names of those that this message has filled, in order."""

    def __init__(self, tracker: Tracker, heard: Heard, ring: KeyRing | None, apply: Apply) -> None:
        self.filled: list[str] = []
        self._tracker = tracker
        self._heard = heard
        self._ring = ring
        self._apply = apply

    def fill(self, filled: Filled) -> None:
        """From what the customer said."""
        self.filled.append(filled.slot)
        self._write(filled.slot, filled.value, filled.sealed)

    def set(self, name: str, value: Any) -> None:
        """From a project's code, which saw it opened: what it gives back unchanged keeps its seal."""
        known = self._tracker.sealed.get(name)
        if known is not None and value == self._open(name, known):
            self._write(name, self._tracker.slots[name], known)
            return
        row = f"slot:{self._heard.conversation}:{self._heard.seq}:{name}"
        if isinstance(value, str) and self._ring is not None:
            text, spans = seal_text(value, self._ring, row)
            self._write(name, text, SealedSlot(spans, row) if spans else None)
        else:
            self._write(name, masked(value), None)

    def carry(self, carried: Mapping[str, tuple[Any, SealedSlot | None]]) -> None:
        """From one session into the next."""
        for name, (value, sealed) in carried.items():
            self._write(name, value, sealed)

    def trailing(self, names: Iterable[str]) -> list[Event]:
        """What a validation looks at: these slots as the last events, opened."""
        values = {**self._tracker.slots, **self.opened()}
        return [
            {"event": "slot", "name": name, "value": values.get(name), "timestamp": self._heard.at} for name in names
        ]

    def opened(self) -> dict[str, Any]:
        """Those that are sealed, as they were said."""
        return {name: self._open(name, sealed) for name, sealed in self._tracker.sealed.items()}

    def _open(self, name: str, sealed: SealedSlot) -> Any:
        value = self._tracker.slots.get(name)
        if self._ring is None or not isinstance(value, str):
            return value
        return open_text(value, sealed.spans, self._ring, sealed.row)

    def _write(self, name: str, value: Any, sealed: SealedSlot | None) -> None:
        event: Event = {"event": "slot", "name": name, "value": value}
        if sealed is not None:
            event["metadata"] = {SEAL: self._tracker.keep(sealed)}
        self._apply(event)
