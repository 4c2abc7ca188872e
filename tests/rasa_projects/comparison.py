"""What Rasa 3.6.21 did in a conversation (golden.json) against what our bot does in it, turn by turn."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from ruamel.yaml import YAML

from bot.dialogue.tracker import Tracker
from bot.nlu.interpreter import Interpreter
from bot.project import load_project
from bot.project.domain import LISTEN, REQUESTED_SLOT, SESSION_METADATA_SLOT, SESSION_START
from bot.turn import Bot, Heard, Outcome

HERE = Path(__file__).parent
PROJECTS = ("bank", "bookshop", "clinic", "desk", "garage", "hotel", "museum", "radio", "travel")
FIELDS = ("actions", "active_loop", "requested_slot", "slots", "bot")
PARTS = ("buttons", "quick_replies", "image", "custom", "elements")

Turn = dict[str, Any]
Case = tuple[str, str]


def listed(name: str) -> list[dict[str, Any]]:
    """kept.yml or due.yml."""
    found = YAML(typ="safe", pure=True).load((HERE / name).read_text(encoding="utf-8"))
    return list(found or ())


@cache
def golden(project: str) -> dict[str, list[Turn]]:
    """The turns by name of the conversation."""
    written = json.loads((HERE / project / "golden.json").read_text(encoding="utf-8"))
    return {each["conversation"]: each["turns"] for each in written}


def cases() -> list[Case]:
    return [(project, name) for project in PROJECTS for name in golden(project)]


@cache
def bot(project: str) -> Bot:
    loaded = replace(load_project(HERE / project), action_endpoint=None)
    interpreter = Interpreter.train(loaded.training, loaded.nlu_config, lambda what, share: None)
    return Bot(loaded, interpreter, None)


async def differences(project: str, name: str) -> list[str]:
    """In words; those of kept.yml are left out."""
    expected = golden(project)[name]
    came = await held(bot(project), [turn["user"] for turn in expected])
    return list(_differences(expected, came, _kept(project, name)))


def _differences(expected: list[Turn], came: list[Turn], ours: dict[int, set[str]]) -> Iterator[str]:
    for number, (then, now) in enumerate(zip(expected, came, strict=True), 1):
        for field in FIELDS:
            if field not in ours.get(number, ()) and not _same(field, then[field], now[field]):
                said = f"turn {number}, '{then['user']}', read as {now['intent']}"
                yield f"{said}: {field}\n    ours {now[field]!r}\n    Rasa {then[field]!r}"


def _kept(project: str, name: str) -> dict[int, set[str]]:
    """By turn, the fields that are otherwise on purpose."""
    found: dict[int, set[str]] = {}
    for each in listed("kept.yml"):
        if (each["project"], each["conversation"]) == (project, name):
            for turn in each["turns"]:
                found.setdefault(turn, set()).update(each["fields"])
    return found


def _same(field: str, then: Any, now: Any) -> bool:
    if field == "actions":
        # Rasa writes the first session down as an action of the first turn.
        return [name for name in then if name != SESSION_START] == [name for name in now if name != SESSION_START]
    if field == "bot":
        return len(then) == len(now) and all(_same_message(*pair) for pair in zip(then, now, strict=True))
    return bool(then == now)


def _same_message(then: Turn, now: Turn) -> bool:
    """Where Rasa chose the words by chance, any words do."""
    chance = then["text"] is None and then["response"] is not None and now["text"] is not None
    return (chance or then["text"] == now["text"]) and all(then.get(part) == now.get(part) for part in PARTS)


async def held(bot: Bot, texts: list[str]) -> list[Turn]:
    turns: list[Turn] = []
    tracker: bytes | None = None
    for seq, text in enumerate(texts, 1):
        payload = text if text.startswith("/") else None
        heard = Heard(conversation="c_1", seq=seq, text=text, at=float(seq), payload=payload)
        (reading,) = bot.read([heard])
        outcome = await bot.turn(heard, reading, tracker)
        tracker = outcome.tracker
        turns.append(_turn(outcome))
    return turns


def _turn(outcome: Outcome) -> Turn:
    tracker = Tracker.from_bytes(outcome.tracker)
    slots = {name: value for name, value in tracker.slots.items() if value is not None}
    return {
        "intent": tracker.intent,
        "actions": [name for name in outcome.actions if name != LISTEN],
        "active_loop": tracker.loop_name,
        "requested_slot": slots.pop(REQUESTED_SLOT, None),
        "slots": {name: value for name, value in slots.items() if name != SESSION_METADATA_SLOT},
        "bot": [_message(each) for each in outcome.replies],
    }


def _message(reply: Any) -> Turn:
    written: Turn = msgspec.json.decode(msgspec.json.encode(reply))
    return {"text": None, **{part: value for part, value in written.items() if value}}
