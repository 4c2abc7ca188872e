"""The tracker: what a conversation has come to, in Rasa's view. Slots lie beside the events, so forgetting old ones decides nothing."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from bot.dialogue import reminders
from bot.dialogue.events import UNDO, Event, applied, too_many
from bot.dialogue.history import State
from bot.dialogue.loop import Loop, after
from bot.dialogue.reminders import Reminder
from bot.nlu.reading import FALLBACK_INTENT
from bot.project.domain import HANDOFF_INTENT, LISTEN, REQUESTED_SLOT, SESSION_START, Domain
from models.sensitive import SealedSpan

_LEVEL = 1
PAYLOADS_KEPT = 40
# In the metadata of a slot event: which of the tracker's seals opens the value.
SEAL = "seal"
__all__ = ["Event", "Loop", "SealedSlot", "Tracker"]


class SealedSlot(msgspec.Struct, frozen=True):
    """What opens the masked text in a slot."""

    spans: tuple[SealedSpan, ...]
    row: str


class Before(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the events that are no longer kept had come to: an undo begins from here."""

    slots: dict[str, Any] = {}
    latest_message: dict[str, Any] = {}
    latest_action_name: str | None = None
    loop: Loop | None = None
    followup_action: str | None = None
    paused: bool = False
    sealed: dict[str, SealedSlot] = {}


class Tracker(msgspec.Struct, omit_defaults=True):
    """Mutable while a turn runs, bytes between turns. `misses` and `failures` count turns in a row, `turns` since the session began.
    `later` is an intent that was meant too, and waits.

    `seals` are those that slot events name, so that a slot that comes back is opened as before. `seq` and `token` are those of the
    conversation at the last turn.
    """

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
    language: str = ""
    later: str = ""
    offered: list[str] = []
    spoken_before: list[str] = []
    states: list[State] = []
    events: list[Event] = []
    before: Before = Before()
    seals: dict[str, SealedSlot] = {}
    reminders: list[Reminder] = []
    seq: int = 0
    token: int = 0

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
        written = [_encoder.encode(event) for event in self.events]
        gone = too_many(list(map(len, written)))
        self._forget(gone)
        if self.seals:
            named = {_seal_of(event) for event in self.events}
            self.seals = {name: seal for name, seal in self.seals.items() if name in named}
        # Each event is written once, also to see how long it is.
        events: Any = list(map(msgspec.Raw, written[gone:]))
        return base64.b64encode(zlib.compress(_encoder.encode(msgspec.structs.replace(self, events=events)), _LEVEL))

    @property
    def loop_name(self) -> str | None:
        return None if self.loop is None else self.loop.name

    @property
    def intent(self) -> str | None:
        """What was meant; of a retrieval intent such as `faq/price` only `faq`."""
        name: str | None = self.latest_message.get("intent", {}).get("name")
        return None if name is None else name.partition("/")[0]

    @property
    def topic(self) -> str:
        """The last intent that was more than asking for a person; empty where there is none."""
        for event in reversed(self.events):
            name = ((event.get("parse_data") or {}).get("intent") or {}).get("name")
            if event.get("event") == "user" and name not in (None, "", HANDOFF_INTENT, FALLBACK_INTENT):
                return str(name)
        return ""

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
            "latest_action": {} if self.latest_action_name is None else {"action_name": self.latest_action_name},
            "latest_action_name": self.latest_action_name,
        }

    def apply(self, event: Event, domain: Domain) -> None:
        """Records the event and does what it means (rasa-formats 1.4). A slot value must be masked before it comes here."""
        self.events.append(event)
        match event.get("event"):
            case "rewind" | "undo" as kind:
                self._go_back(kind)
                self._replay(domain)
            case "restart":
                self._restart(domain)
            case "reminder":
                self.reminders = reminders.scheduled(self.reminders, event)
            case "cancel_reminder":
                self.reminders = reminders.cancelled(self.reminders, event)
            case kind:
                self.turns += kind == "user"
                self._do(event, domain.first_slots())

    def _do(self, event: Event, first: Mapping[str, Any]) -> None:
        match event.get("event"):
            case "user":
                self._heard(event)
            case "slot":
                self._set(str(event.get("name")), event)
            case "reset_slots":
                self.slots, self.sealed = dict(first), {}
            case "session_started":
                self._clear(first)
            case "followup":
                self.followup_action = event.get("name")
            case "pause" | "resume" as kind:
                self.paused = kind == "pause"
            case "action":
                self._acted(str(event.get("name")))
            case _:
                self.loop = after(self.loop, event, self.latest_message)

    def _heard(self, event: Event) -> None:
        """A message of the customer: what was to follow has been overtaken."""
        self.latest_message = event.get("parse_data") or {"text": event.get("text")}
        self.latest_action_name = LISTEN
        self.followup_action = None

    def _set(self, name: str, event: Event) -> None:
        self.slots[name] = event.get("value")
        seal = self.seals.get(_seal_of(event))
        if seal is None:
            self.sealed.pop(name, None)
        else:
            self.sealed[name] = seal

    def keep(self, seal: SealedSlot) -> str:
        """The name under which slot events know this seal."""
        known = next((name for name, each in self.seals.items() if each == seal), None)
        name = known or str(max(map(int, self.seals), default=0) + 1)
        self.seals[name] = seal
        return name

    def _go_back(self, kind: str) -> None:
        """What stories and reminders know of what is taken back goes with it."""
        kept = {id(event) for event in applied(self.events)}
        self.reminders = reminders.undone(self.reminders, (each for each in self.events if id(each) not in kept))
        if kind == UNDO:
            self.states = self.states[:-1] if self.states and self.states[-1].turn == self.turns else self.states
            return
        # Those of before this was counted have no turn.
        self.states = [state for state in self.states if state.turn < max(self.turns, 1)]
        self.turns = max(self.turns - 1, 0)

    def _replay(self, domain: Domain) -> None:
        """Slots that come back come with their seals; one that stands as it was keeps its own."""
        slots, sealed, first = self.slots, self.sealed, domain.first_slots()
        self._stand(self.before, first)
        for event in applied(self.events):
            self._do(event, first)
        stand = {name: seal for name, seal in sealed.items() if self.slots.get(name) == slots.get(name)}
        self.sealed = {**stand, **self.sealed}

    def _stand(self, before: Before, first: Mapping[str, Any]) -> None:
        own = msgspec.json.decode(msgspec.json.encode(before), type=Before)
        self.slots = {**first, **own.slots}
        self.latest_message, self.latest_action_name = own.latest_message, own.latest_action_name
        self.loop, self.followup_action, self.paused = own.loop, own.followup_action, own.paused
        self.sealed = own.sealed

    def _forget(self, count: int) -> None:
        """The oldest events become part of what was before."""
        if count <= 0:
            return
        past = Tracker(seals=self.seals)
        past._stand(self.before, {})
        for event in applied(self.events[:count]):
            past._do(event, {})
        self.events = self.events[count:]
        self.before = Before(
            past.slots,
            past.latest_message,
            past.latest_action_name,
            past.loop,
            past.followup_action,
            past.paused,
            past.sealed,
        )

    def _acted(self, name: str) -> None:
        self.latest_action_name = name
        if name == self.followup_action:
            self.followup_action = None
        if self.loop is not None:
            self.loop.ran(name)

    def _clear(self, first: Mapping[str, Any]) -> None:
        """A new session: what is to be carried over comes in slot events of its own."""
        self.slots, self.sealed = dict(first), {}
        self.latest_message = {}
        self.loop = self.followup_action = None
        self.paused = False

    def _restart(self, domain: Domain) -> None:
        """Everything before is forgotten; who speaks and how many turns failed is not part of the conversation."""
        self._clear(domain.first_slots())
        self.events = self.events[-1:]
        self.before = Before()
        self.states = []
        self.reminders = []
        self.turns = 0
        self.offered = []
        self.spoken_before = []
        self.later = ""
        self.latest_action_name = LISTEN
        # As in Rasa: a project may greet in a session that begins anew.
        self.followup_action = SESSION_START

    def offer(self, payloads: Iterable[str]) -> None:
        """Buttons the bot has shown: only their payloads may be more than text when they come back."""
        self.offered = [*self.offered, *(one for one in payloads if one.startswith("/"))][-PAYLOADS_KEPT:]

    @property
    def requested_slot(self) -> str | None:
        name: str | None = self.slots.get(REQUESTED_SLOT)
        return name


def _seal_of(event: Event) -> str:
    return str((event.get("metadata") or {}).get(SEAL, ""))


_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Tracker] = msgspec.json.Decoder(Tracker)
