"""What was heard, as Rasa's events: one for a message, and one more where it means two things."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from bot.dialogue.events import FILES
from bot.dialogue.exchange import Heard
from bot.dialogue.extraction import Sealing
from bot.dialogue.history import plain
from bot.dialogue.rulebook import Rulebook
from bot.dialogue.second import Two, two
from bot.dialogue.tracker import Event, Tracker
from bot.nlu.reading import FALLBACK_INTENT, Clause, Entity, Guess, Reading, Zone
from bot.nlu.retrieval import RANKING_LENGTH
from bot.parse_data import parse_data
from bot.payload import is_payload, understood
from bot.project import Project
from bot.project.domain import DEFAULT_INTENTS, HANDOFF_INTENT, Domain
from models.sensitive import SealedSpan

# Of messages before the last one.
GUESSES_KEPT = 5
NOTHING_SAID: dict[str, Any] = {"intent": {"name": None, "confidence": 0.0}, "intent_ranking": [], "entities": []}
# One message may mean two things, and all before it is short already.
JUST_SAID = 2


@dataclass(frozen=True, slots=True)
class Second:
    """The second of two things said in one message. `sure`: it may be answered, else it is offered."""

    intent: str
    event: Event
    sealing: Sealing
    sure: bool


class Hearing:
    """Of one project."""

    def __init__(self, project: Project, rules: Rulebook, told: Collection[str] = ()) -> None:
        """`told`: texts that stories have word for word (history.plain)."""
        self._domain = project.domain
        self._rules = rules
        self._told = told
        self._selectors = project.nlu_config.selectors

    def events(self, heard: Heard, reading: Reading, tracker: Tracker) -> tuple[Event, Second | None]:
        """Only a payload that one of our buttons carried is more than text: anybody can type a slash."""
        _shorten(tracker)
        if heard.payload and heard.payload in tracker.offered:
            pressed = understood(heard.payload)
            if speakable(self._domain, pressed):
                return _event(heard, heard.text, pressed), None
        if heard.wordless:
            return _event(heard, heard.text, NOTHING_SAID), None
        if plain(heard.text) in self._told:
            # A story says what follows, so there is no doubt.
            reading = msgspec.structs.replace(reading, clauses=(), zone=Zone.ANSWER)
        elif is_payload(heard.text) or self._names_intent(heard.text):
            # Nobody talks like this, and what it resembles is chance.
            reading = _not_understood(reading)
        told = two(reading, tracker.loop_name, self._rules, self._domain)
        if told is None:
            return _event(heard, heard.text, self._data(reading)), None
        first = _event(heard, heard.text, self._data(_as_first(reading, told)))
        return first, None if told.second is None else self._second(heard, reading, told.second, told.sure)

    def alone(self, heard: Heard, reading: Reading) -> Event:
        """As the only thing that was said, and as it was read."""
        return _event(heard, heard.text, self._data(reading))

    def _names_intent(self, text: str) -> bool:
        return text.startswith("/") and speakable(self._domain, understood(text))

    def _second(self, heard: Heard, reading: Reading, clause: Clause, sure: bool) -> Second:
        text, own = clause.reading.text, clause.reading
        end = clause.start + len(text)
        entities = tuple(_moved(each, -clause.start) for each in reading.entities if clause.start <= each.start < end)
        spans = tuple(
            SealedSpan(each.kind, each.start - clause.start, each.end - clause.start, each.sealed)
            for each in heard.sealed
            if clause.start <= each.start < end
        )
        event = _event(heard, text, self._data(msgspec.structs.replace(own, entities=entities)), ":2")
        return Second(own.full(own.intent.name), event, Sealing(spans, heard.row), sure)

    def _data(self, reading: Reading) -> dict[str, Any]:
        return parse_data(reading, self._domain, self._selectors)


def speakable(domain: Domain, meant: dict[str, Any]) -> bool:
    """A payload may be as old as a button: of what the project no longer knows, the text counts."""
    name = str(meant["intent"]["name"] or "").partition("/")[0]
    return name in domain.intents or name in DEFAULT_INTENTS or name == HANDOFF_INTENT


def _shorten(tracker: Tracker) -> None:
    """All guesses, and what selectors chose, are kept of the last message alone: they are written with every turn."""
    for event in itertools.islice(_guessed_at(tracker), JUST_SAID):
        data = event["parse_data"]
        kept = {name: value for name, value in data.items() if name != "response_selector"}
        event["parse_data"] = {**kept, "intent_ranking": data.get("intent_ranking", [])[:GUESSES_KEPT]}


def _guessed_at(tracker: Tracker) -> Iterator[Event]:
    """The last first. Buttons, reminders and what was said to a person are none of them, and short."""
    for event in reversed(tracker.events):
        data = event.get("parse_data") or {}
        if "response_selector" in data or len(data.get("intent_ranking", ())) > 1:
            yield event


def _as_first(reading: Reading, told: Two) -> Reading:
    """The whole message with what its first part means; of two things each is as likely as its own part says."""
    clauses = [told.first] if told.second is None else [told.first, told.second]
    meant = {each.reading.intent.name: each.reading.intent for each in clauses}
    rest = (each for each in reading.ranking if each.name not in {*meant, FALLBACK_INTENT})
    own = told.first.reading
    ranking = (*meant.values(), *rest)[:RANKING_LENGTH]
    return msgspec.structs.replace(reading, intent=own.intent, ranking=ranking, zone=own.zone, retrieval=own.retrieval)


def _not_understood(reading: Reading) -> Reading:
    unclear = Guess(FALLBACK_INTENT, 1.0)
    return msgspec.structs.replace(
        reading, intent=unclear, ranking=(unclear,), entities=(), clauses=(), zone=Zone.ANSWER
    )


def _moved(entity: Entity, by: int) -> Entity:
    return msgspec.structs.replace(entity, start=entity.start + by, end=entity.end + by)


def _event(heard: Heard, text: str, data: dict[str, Any], mark: str = "") -> Event:
    """`mark` tells two things of one message apart, so that what an action does about one is not taken for the other."""
    files = {FILES: heard.files} if heard.files else {}
    message = {
        **data,
        "text": text,
        "message_id": heard.message_id and f"{heard.message_id}{mark}",
        "metadata": {"idempotency_key": f"{heard.conversation}:{heard.seq}{mark}", **files},
    }
    return {"event": "user", "text": text, "parse_data": message, "input_channel": heard.channel, "timestamp": heard.at}
