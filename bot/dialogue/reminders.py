"""Reminders: intents that a project's code wants to come later, as if the customer had said them (rasa-formats 1.4). Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

# Those that are due first are kept.
REMINDERS_MOST = 20
EXTERNAL = "EXTERNAL: "
# In the metadata of a message that nobody said.
IS_EXTERNAL = "is_external"


class Reminder(msgspec.Struct, frozen=True, omit_defaults=True):
    """`due` in seconds since 1970. `killed`: what the customer says before then cancels it."""

    name: str
    intent: str
    due: float
    entities: tuple[dict[str, Any], ...] = ()
    killed: bool = False


def scheduled(reminders: Sequence[Reminder], event: Mapping[str, Any]) -> list[Reminder]:
    """With the one that this event asks for; one of the same name makes room. An event that says no time or intent changes nothing."""
    found = _read(event)
    if found is None:
        return list(reminders)
    kept = [each for each in reminders if each.name != found.name]
    return sorted([*kept, found], key=lambda each: each.due)[:REMINDERS_MOST]


def cancelled(reminders: Iterable[Reminder], event: Mapping[str, Any]) -> list[Reminder]:
    """Without those that match all that the event gives; one that gives nothing cancels all."""
    name, intent, entities = event.get("name"), event.get("intent"), entities_of(event.get("entities"))
    return [
        each
        for each in reminders
        if (name and each.name != name)
        or (intent and each.intent != intent)
        or (entities and _told(each.entities) != _told(entities))
    ]


def undone(reminders: Iterable[Reminder], events: Iterable[Mapping[str, Any]]) -> list[Reminder]:
    """Without those that these events, which were taken back, had asked for."""
    names = {found.name for event in events if event.get("event") == "reminder" and (found := _read(event))}
    return [each for each in reminders if each.name not in names]


def due(reminders: Iterable[Reminder], at: float) -> Reminder | None:
    """The first whose time has come."""
    return min((each for each in reminders if each.due <= at), key=lambda each: each.due, default=None)


def entities_of(given: Any) -> tuple[dict[str, Any], ...]:
    """A map of names and values, a list of such maps, or a list of entities."""
    if isinstance(given, Mapping):
        return tuple({"entity": str(name), "value": value} for name, value in given.items())
    found: list[dict[str, Any]] = []
    for each in given if isinstance(given, list | tuple) else ():
        if isinstance(each, Mapping):
            found += [dict(each)] if "entity" in each else entities_of(each)
    return tuple({**each, "value": each.get("value")} for each in found)


def _read(event: Mapping[str, Any]) -> Reminder | None:
    intent, when = event.get("intent"), event.get("date_time")
    if not isinstance(intent, str) or not isinstance(when, str):
        return None
    try:
        # Without a zone it is the machine's own time, as in Rasa.
        at = datetime.fromisoformat(when).timestamp()
    except (ValueError, OverflowError, OSError):
        return None
    entities = entities_of(event.get("entities"))
    name = event.get("name") or _named(intent, when, entities)
    return Reminder(str(name), intent, at, entities, bool(event.get("kill_on_user_msg", True)))


def _named(*parts: Any) -> str:
    """The same reminder has the same name, also when its events are read again."""
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:16]


def _told(entities: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    return sorted((str(each["entity"]), repr(each.get("value"))) for each in entities)
