"""The tracker: what a conversation has come to, in Rasa's view. Slots lie beside the events, so forgetting old ones decides nothing."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from bot.dialogue.history import State
from bot.project.domain import LISTEN, REQUESTED_SLOT, Domain
from models.sensitive import SealedSpan

EVENTS_KEPT = 200
# The tracker is written with every turn, to the hash and to the log: its events as JSON, before they are packed eight to one.
EVENTS_BYTES = 16 * 1024
_LEVEL = 1
PAYLOADS_KEPT = 40
Event = dict[str, Any]


class SealedSlot(msgspec.Struct, frozen=True):
    """What opens the masked text in a slot."""

    spans: tuple[SealedSpan, ...]
    row: str


class Loop(msgspec.Struct):
    """The form that is on. `rejected`: it had no use for what was said, so rules may answer."""

    name: str
    is_interrupted: bool = False
    rejected: bool = False
    trigger_message: dict[str, Any] = {}


class Tracker(msgspec.Struct, omit_defaults=True):
    """Mutable while a turn runs, bytes between turns. `misses` and `failures` count turns in a row, `turns` since the session began."""

    sender_id: str = ""
    slots: dict[str, Any] = {}
    sealed: dict[str, SealedSlot] = {}
    latest_message: dict[str, Any] = {}
    latest_action_name: str | None = None
    loop: Loop | None = None
    followup_action: str | None = None
    paused: bool = False
    turns: int = 0
    misses: int = 0
    failures: int = 0
    last_at: float = 0.0
    channel: str = ""
    offered: list[str] = []
    spoken_before: list[str] = []
    states: list[State] = []
    events: list[Event] = []

    @classmethod
    def from_bytes(cls, written: bytes | None) -> Tracker:
        """None: a fresh one. Raises msgspec.MsgspecError where the bytes are no tracker."""
        try:
            return (
                cls() if written is None else _decoder.decode(zlib.decompress(base64.b64decode(written, validate=True)))
            )
        except (ValueError, zlib.error):
            raise msgspec.DecodeError("these bytes are no tracker") from None

    def to_bytes(self) -> bytes:
        """ASCII: it goes into a text field of the hash."""
        events = self.events[-EVENTS_KEPT:]
        size = [len(one) for one in map(_encoder.encode, events)]
        while sum(size) + len(size) > EVENTS_BYTES:
            del size[0]
        self.events = events[len(events) - len(size) :]
        return base64.b64encode(zlib.compress(_encoder.encode(self), _LEVEL))

    @property
    def loop_name(self) -> str | None:
        return None if self.loop is None else self.loop.name

    @property
    def intent(self) -> str | None:
        """What was meant; of a retrieval intent such as `faq/price` only `faq`."""
        name: str | None = self.latest_message.get("intent", {}).get("name")
        return None if name is None else name.partition("/")[0]

    def as_dict(self, slots: Mapping[str, Any], trailing: Iterable[Event] = ()) -> dict[str, Any]:
        """As action servers get it (rasa-sdk's `tracker`). `slots` stand in for the tracker's own; `trailing` are the last events."""
        loop = self.loop
        return {
            "sender_id": self.sender_id,
            "slots": {**self.slots, **slots},
            "latest_message": self.latest_message,
            "latest_event_time": self.last_at,
            "followup_action": self.followup_action,
            "paused": self.paused,
            "events": [*self.events, *trailing],
            "latest_input_channel": self.channel,
            "active_loop": {} if loop is None else msgspec.to_builtins(loop),
            "latest_action": {"action_name": self.latest_action_name},
            "latest_action_name": self.latest_action_name,
        }

    def apply(self, event: Event, domain: Domain) -> None:
        """Records the event and does what it means (rasa-formats 1.4). A slot value must be masked before it comes here."""
        self.events.append(event)
        match event.get("event"):
            case "slot":
                self.slots[str(event.get("name"))] = event.get("value")
            case "reset_slots":
                self._reset_slots(domain)
            case "restart":
                self._restart(domain)
            case "followup":
                self.followup_action = event.get("name")
            case "pause":
                self.paused = True
            case "resume":
                self.paused = False
            case "active_loop" | "form":
                self._turn_loop(event.get("name"))
            case "loop_interrupted" if self.loop is not None:
                self.loop.is_interrupted = bool(event.get("is_interrupted"))
            case "action_execution_rejected" if self.loop_name == event.get("name") and self.loop is not None:
                self.loop.rejected = True
            case "action":
                self._acted(str(event.get("name")))
            case _:
                pass

    def _acted(self, name: str) -> None:
        self.latest_action_name = name
        if name == self.followup_action:
            self.followup_action = None
        if self.loop is not None and self.loop.name == name:
            self.loop.rejected = False

    def _turn_loop(self, name: str | None) -> None:
        if name is None:
            self.loop = None
        elif self.loop_name != name:
            self.loop = Loop(name, trigger_message=self.latest_message)

    def _reset_slots(self, domain: Domain) -> None:
        self.slots = domain.first_slots()
        self.sealed = {}

    def _restart(self, domain: Domain) -> None:
        """Everything before is forgotten; who speaks and how many turns failed is not part of the conversation."""
        self._reset_slots(domain)
        self.events = self.events[-1:]
        self.loop = self.followup_action = None
        self.states = []
        self.turns = 0
        self.offered = []
        self.spoken_before = []
        self.latest_action_name = LISTEN

    def offer(self, payloads: Iterable[str]) -> None:
        """Buttons the bot has shown: only their payloads may be more than text when they come back."""
        self.offered = [*self.offered, *(one for one in payloads if one.startswith("/"))][-PAYLOADS_KEPT:]

    @property
    def requested_slot(self) -> str | None:
        name: str | None = self.slots.get(REQUESTED_SLOT)
        return name


_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Tracker] = msgspec.json.Decoder(Tracker)
