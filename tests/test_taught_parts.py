"""Synonyms, lookups, regular expressions and responses: what people say goes before the files, has a history, and is learned or said."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine

from bot.added_parts import AddedParts, responses, with_parts
from bot.answers import Answers
from bot.dialogue.tracker import Tracker
from bot.project import load_project
from bot.speaking import Speaker
from bot.teachable import project_data
from bot.turn import Bot
from models.choosing import Outdated
from models.database import open_engine
from models.part_values import UnusablePart, checked_name, checked_value
from models.project_data import Part, ProjectData, publish
from models.taught_parts import TaughtParts
from tests.fixtures_api import Api
from tests.small_project import write_project
from tests.test_inbox import boss

__all__ = ["boss"]

BASE = {
    Part.SYNONYM: {"Los Angeles": ["la", "city of angels"]},
    Part.LOOKUP: {"city": ["Beijing", "上海"]},
    Part.RESPONSE: {"utter_greet": [{"text": "Hello", "id": "g1"}]},
}


@pytest.fixture
def taught(sql_engine: Engine) -> TaughtParts:
    publish(sql_engine, ProjectData("shop", (), BASE))
    return TaughtParts(sql_engine)


def test_the_last_word_goes_before_the_files(taught: TaughtParts) -> None:
    assert taught.used(Part.SYNONYM) == BASE[Part.SYNONYM]
    assert taught.change(Part.SYNONYM, "Los Angeles", 0, ["LA", "L.A."], "a_boss", "also written so") == 1
    assert taught.change(Part.SYNONYM, "Berlin", 0, ["BER"], "a_boss") == 1
    assert taught.used(Part.SYNONYM) == {"Los Angeles": ["la", "l.a."], "Berlin": ["ber"]}
    assert taught.change(Part.SYNONYM, "Los Angeles", 1, None, "a_li") == 2
    assert taught.used(Part.SYNONYM) == {"Berlin": ["ber"]}
    versions = taught.history(Part.SYNONYM, "Los Angeles")
    assert [(each.version, each.value, each.person) for each in versions] == [
        (2, None, "a_li"),
        (1, ["la", "l.a."], "a_boss"),
        (0, ["la", "city of angels"], ""),
    ]
    with pytest.raises(Outdated):
        taught.change(Part.SYNONYM, "Los Angeles", 1, ["x"], "a_boss")


def test_a_response_of_the_files_cannot_be_taken_away(taught: TaughtParts) -> None:
    before = taught.number(Part.RESPONSE)
    taught.change(Part.RESPONSE, "utter_greet", 0, [{"text": "Good day"}], "a_boss")
    assert taught.number(Part.RESPONSE) == before + 1
    assert taught.used(Part.RESPONSE) == {"utter_greet": [{"text": "Good day"}]}
    taught.change(Part.RESPONSE, "utter_greet", 1, None, "a_boss")
    assert taught.used(Part.RESPONSE) == BASE[Part.RESPONSE]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Part.SYNONYM, []), (Part.SYNONYM, "la"), (Part.SYNONYM, [" "]), (Part.SYNONYM, [1]), (Part.SYNONYM, ["a\x00"]),
        (Part.LOOKUP, ["x" * 501]), (Part.REGEX, ["(a"]), (Part.RESPONSE, []), (Part.RESPONSE, [{}]), (Part.RESPONSE, [{"texts": "a"}]),
        (Part.RESPONSE, [{"text": "a", "buttons": [{"payload": "/x"}]}]), (Part.RESPONSE, [{"text": "a", "condition": [{"type": "time"}]}]),
        (Part.RESPONSE, [{"text": "x" * 4001}]), (Part.RESPONSE, [{"text": ""}]), (Part.RESPONSE, {"text": "a"}),
    ],
)  # fmt: skip
def test_what_cannot_be_taken(kind: Part, value: Any) -> None:
    with pytest.raises(UnusablePart):
        checked_value(kind, value)


@pytest.mark.parametrize(
    ("kind", "name"),
    [(Part.LOOKUP, ""), (Part.LOOKUP, "a\nb"), (Part.RESPONSE, "greet"), (Part.RESPONSE, "utter_a/b/c")],
)
def test_names_that_are_none(kind: Part, name: str) -> None:
    with pytest.raises(UnusablePart):
        checked_name(kind, name)


def test_training_learns_them(tmp_path: Path) -> None:
    project = load_project(write_project(tmp_path / "project"))
    assert with_parts(project, AddedParts()) is project
    made = with_parts(project, AddedParts({"N7": ["number seven"]}, {"number": ["N7"]}, {"number": None}))
    assert made.training.synonyms["number seven"] == "N7"
    assert made.training.lookups["number"] == ("N7",)
    assert "number" not in made.training.regexes
    assert made.data_hash != project.data_hash


def test_a_running_bot_says_the_new_response(tmp_path: Path, sqlite_engine: Engine) -> None:
    import asyncio

    project = load_project(write_project(tmp_path / "project"))
    publish(sqlite_engine, project_data(project))

    class Listening(Bot):
        def __init__(self) -> None:
            self._speaker = Speaker(project.domain, random.Random(1))

    bot, taught = Listening(), TaughtParts(sqlite_engine)
    answers, tracker = Answers(sqlite_engine, bot), Tracker.from_bytes(None)

    def say(name: str) -> str | None:
        asyncio.run(answers.look())
        reply = bot._speaker.say(name, tracker)
        return None if reply is None else reply.text

    assert say("utter_faq") == "It is free"
    taught.change(Part.RESPONSE, "utter_faq", 0, [{"text": "It costs 10"}], "a_boss")
    assert say("utter_faq") == "It costs 10"
    conditions = [{"type": "slot", "name": "vip", "value": True}]
    taught.change(
        Part.RESPONSE, "utter_faq", 1, [{"text": "Yours", "condition": conditions}, {"text": "It costs 9"}], "a_boss"
    )
    assert say("utter_faq") == "It costs 9"
    tracker.slots = {"vip": True}
    assert say("utter_faq") == "Yours"
    taught.change(Part.RESPONSE, "utter_faq", 2, None, "a_boss")
    assert say("utter_faq") == "It is free"
    assert say("utter_new") is None
    taught.change(Part.RESPONSE, "utter_new", 0, [{"text": "Quite new"}], "a_boss")
    assert say("utter_new") == "Quite new"


def test_what_the_bot_cannot_read_is_left_to_the_files() -> None:
    assert responses({"utter_a": [{"text": ["no"]}], "utter_b": None, "utter_c": [{"text": "c"}]}).keys() == {"utter_c"}


def test_admins_change_them_over_rest(api: Api, boss: httpx.Client) -> None:
    engine = open_engine(api.settings.sql_url)
    publish(engine, ProjectData("shop", (), {**BASE, Part.SLOT: {"vip": "bool"}}))
    engine.dispose()
    found = boss.get("/api/data/parts/response").raise_for_status().json()
    assert found["slots"] == {"vip": "bool"}
    (greet,) = found["parts"]
    assert (greet["name"], greet["version"], greet["value"]) == ("utter_greet", 0, [{"text": "Hello", "id": "g1"}])
    new = {"name": "utter_greet", "version": 0, "value": [{"text": "<b>Hi</b> {name}"}], "reason": "shorter"}
    assert boss.put("/api/data/parts/response", json=new).raise_for_status().json()["version"] == 1
    assert boss.put("/api/data/parts/response", json=new).json()["code"] == "outdated"
    assert boss.put("/api/data/parts/response", json={**new, "version": 1, "value": [{"x": 1}]}).status_code == 422
    history = boss.get("/api/data/parts/response/history", params={"name": "utter_greet"}).json()["versions"]
    assert [each["reason"] for each in history] == ["shorter", ""]
    assert boss.get("/api/data/parts/response/history", params={"name": "utter_none"}).status_code == 404
    assert boss.get("/api/audit").json()["acts"][0]["act"] == "response.change"
