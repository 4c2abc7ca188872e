"""What a turn tells people of what the bot understood: short, and in words. Trackers hold nothing clear, so neither does this."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.dialogue.events import FILES
from bot.dialogue.tracker import Tracker
from bot.nlu.reading import FALLBACK_INTENT
from bot.project.domain import HANDOFF_INTENT, REQUESTED_SLOT, SESSION_METADATA_SLOT
from models.understood import Guess, Known, Understood

# It is written with every turn: what people read at a glance, and no more.
GUESSES, SLOTS = 3, 20
TEXT_CHARACTERS, VALUE_CHARACTERS = 200, 100
# Below it is noise that only looks like an understanding.
LEAST_CONFIDENCE = 0.01
_OF_OURS = frozenset({REQUESTED_SLOT, SESSION_METADATA_SLOT})

Titles = Mapping[str, Mapping[str, str]]


def understood(tracker: Tracker, titles: Titles, tries: int) -> Understood:
    message = _meant(tracker, titles)
    return Understood(
        text=str(message.get("text") or "")[:TEXT_CHARACTERS],
        ranking=tuple(_ranking(message, titles)),
        slots=tuple(_slots(tracker)),
        tries=tries,
        asking=tracker.requested_slot or "",
        zone=str(message.get("zone") or ""),
        files=_files(tracker),
    )


def _meant(tracker: Tracker, titles: Titles) -> Mapping[str, Any]:
    """Who asks for a person has said before what about; and what a project offers to nobody, such as the answer to a question of the
    bot's, is about something that was said before. Where nothing else was said, it is that."""
    found: list[Mapping[str, Any]] = []
    for event in reversed(tracker.events):
        if event.get("event") != "user":
            continue
        message: Mapping[str, Any] = event.get("parse_data") or {}
        name = str((message.get("intent") or {}).get("name") or "")
        if name and name != HANDOFF_INTENT:
            found.append(message)
            if name == FALLBACK_INTENT or _offered(name, titles):
                return message
    return found[0] if found else {}


def _offered(name: str, titles: Titles) -> bool:
    """An intent, or one key of it."""
    return any(each == name or each.startswith(f"{name}/") for each in titles)


def _files(tracker: Tracker) -> int:
    """Those that came alone, since the last words that meant something."""
    count = 0
    for event in reversed(tracker.events):
        if event.get("event") != "user":
            continue
        message: Mapping[str, Any] = event.get("parse_data") or {}
        name = (message.get("intent") or {}).get("name")
        if name and name != HANDOFF_INTENT:
            break
        count += int((message.get("metadata") or {}).get(FILES, 0))
    return count


def _ranking(message: Mapping[str, Any], titles: Titles) -> list[Guess]:
    guesses = message.get("intent_ranking") or [message.get("intent") or {}]
    found = [
        Guess(str(each["name"]), round(float(each.get("confidence") or 0), 3), titles.get(str(each["name"]), {}))
        for each in guesses
        if each.get("name") not in (None, "", FALLBACK_INTENT)
    ]
    return [each for each in found if each.confidence >= LEAST_CONFIDENCE][:GUESSES]


def _slots(tracker: Tracker) -> list[Known]:
    """A list or an object is shown as JSON; nothing, and what only we need, not at all."""
    filled = [(name, value) for name, value in tracker.slots.items() if value not in (None, "", [], {}, False)]
    return [
        Known(name, _words(value)[:VALUE_CHARACTERS], name in tracker.sealed)
        for name, value in filled
        if name not in _OF_OURS
    ][:SLOTS]


def _words(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
