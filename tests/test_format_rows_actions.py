"""Rows 1 to 4 of docs/rasa.md, "Row by row": what a project's actions are asked, what they may answer, and what comes of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from bot import remote_server
from bot.dialogue.exchange import Button
from bot.dialogue.language import ENGLISH, TROUBLE
from bot.project import Project
from bot.project.endpoints import ActionEndpoint
from bot.project_tests import run_tests
from bot.remote_server import RemoteServer
from tests.action_server import Scripted, http, rasa_server
from tests.dialogue_talk import Talk, written
from tests.ports import free_port
from tests.test_actions import tracker

LIMIT_SECONDS = 10.0
ACTION = """\
from rasa_sdk import Action

class One(Action):
    def name(self):
        return "action_one"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text=", ".join(sorted(domain["responses"])))
        return []
"""
DOMAIN = """\
intents: [go, other]
slots:
  order_id: {type: text, mappings: [{type: custom}]}
actions: [action_one]
responses:
  utter_done: [{text: "{order_id} is {status}", image: "https://img.test/a.png", buttons: [{title: A, payload: /go}]}]
  utter_instead: [{text: "Otherwise then"}]
"""
RULES = """\
rules:
- rule: go
  steps: [{intent: go}, {action: action_one}]
"""
INSTEAD = """\
stories:
- story: instead
  steps: [{intent: go}, {action: utter_instead}]
"""
HELD = """\
stories:
- story: held
  steps: [{user: go, intent: go}, {action: %s}]
"""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("server")
    (folder / "actions.py").write_text(ACTION)
    chosen = free_port()
    with rasa_server(folder, chosen):
        yield chosen


@asynccontextmanager
async def asking(folder: Path, url: str, **data: str) -> AsyncIterator[tuple[Talk, Project]]:
    project = replace(written(folder, DOMAIN, rules=RULES, **data), action_endpoint=ActionEndpoint(url))
    talk = Talk(project)
    try:
        yield talk, project
    finally:
        await talk.bot.close()


def answered(**answer: Any) -> bytes:
    return http(msgspec.json.encode(answer))


@pytest.mark.parametrize("compressed", [False, True])
async def test_row_1_rasas_own_server_answers_packed_or_not(port: int, compressed: bool) -> None:
    endpoint = ActionEndpoint(f"http://127.0.0.1:{port}/webhook", compressed=compressed)
    server = RemoteServer(endpoint, {"responses": {"utter_b": [], "utter_a": []}})
    ran = await server.run("action_one", tracker(), LIMIT_SECONDS)
    await server.close()
    assert ran.responses[0]["text"] == "utter_a, utter_b"


async def test_row_1_what_rasas_own_server_wants_without_a_domain_is_asked_once_more(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says 449 to a call without a domain; ours have one, and whoever says 449 nevertheless is asked again."""
    call = {"next_action": "action_one", "tracker": tracker(), "domain_digest": "never heard of"}
    assert httpx.post(f"http://127.0.0.1:{port}/webhook", json=call, trust_env=False).status_code == 449
    monkeypatch.setattr(remote_server, "BACK_OFF_SECONDS", 0.001)
    script = Scripted(http(b"{}", 449), answered(responses=[{"text": "now"}]))
    async with script.running():
        server = RemoteServer(ActionEndpoint(script.url), {"responses": {}})
        ran = await server.run("action_one", tracker(), LIMIT_SECONDS)
        await server.close()
    assert ran.responses == [{"text": "now"}]
    assert [b'"domain":{' in each for each in script.requests] == [True, True]


async def test_row_1_a_test_conversation_goes_through_rasas_own_server(tmp_path: Path, port: int) -> None:
    async with asking(tmp_path / "p", f"http://127.0.0.1:{port}/webhook", tests=HELD % "action_one") as (
        talk,
        project,
    ):
        (result,) = await run_tests(talk.bot, project)
        assert await talk.say("go") == ["action_one"]
    assert (result.differences, result.actions_ran) == ([], True)
    assert talk.texts == ["utter_done, utter_instead"]


async def test_row_2_a_400_that_names_the_action_is_a_rejection_and_another_is_found(tmp_path: Path) -> None:
    script = Scripted(http(b'{"error": "not now", "action_name": "action_one"}', 400))
    async with (
        script.running(),
        asking(
            tmp_path / "p",
            script.url,
            stories=INSTEAD,
            config="policies: [{name: RulePolicy, check_for_contradictions: false}, {name: MemoizationPolicy}]\n",
            tests=HELD % "utter_instead",
        ) as (talk, project),
    ):
        assert await talk.say("go") == ["utter_instead"]
        (result,) = await run_tests(talk.bot, project)
    assert talk.texts == ["Otherwise then"]
    assert "action_execution_rejected" in [each["event"] for each in talk.tracker.events]
    assert result.differences == []


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(http(b'{"error": "unknown", "action_name": "action_one"}', 404), id="404"),
        pytest.param(http(b'{"error": "boom", "request_body": {"secret": 1}}', 500), id="500"),
        pytest.param(http(b"<html>"), id="no JSON"),
        pytest.param(http(b"null"), id="null"),
        pytest.param(http(b"", 400), id="400 that names nothing"),
    ],
)
async def test_row_2_where_there_is_no_answer_the_customer_hears_so(tmp_path: Path, answer: bytes) -> None:
    script = Scripted(answer)
    async with script.running(), asking(tmp_path / "p", script.url) as (talk, _):
        await talk.say("go|where is it")
        assert talk.texts == [TROUBLE[ENGLISH]]
        await talk.say("go|where is it")
    assert talk.outcome is not None
    assert talk.outcome.handoff == "bot_failed"


async def test_row_2_a_server_that_never_answers_is_given_up(tmp_path: Path) -> None:
    # Accepted, and the answer stays out: a body is promised that does not come.
    script = Scripted(b"HTTP/1.1 200 X\r\nContent-Length: 9\r\n\r\n")
    async with script.running(), asking(tmp_path / "p", script.url) as (talk, _):
        await talk.say("go|where is it")
    assert talk.texts == [TROUBLE[ENGLISH]]


RESPONSE = {"text": None, "buttons": [], "elements": [], "custom": {}, "image": None, "attachment": None}


@pytest.mark.parametrize("key", ["response", "template"])
async def test_row_3_a_named_response_is_filled_and_buttons_are_appended(tmp_path: Path, key: str) -> None:
    said = {
        **RESPONSE,
        key: "utter_done",
        "order_id": "A1",
        "status": "sent",
        "buttons": [{"title": "B", "payload": "/x"}],
    }
    script = Scripted(answered(responses=[said], events=[{"event": "slot", "name": "order_id", "value": "A2"}]))
    async with script.running(), asking(tmp_path / "p", script.url, tests=HELD % "action_one") as (talk, project):
        await talk.say("go")
        (result,) = await run_tests(talk.bot, project)
    assert talk.outcome is not None
    (reply,) = talk.outcome.replies
    assert reply.text == "A1 is sent", "what the action gives goes before the slot"
    assert reply.image == "https://img.test/a.png", "nothing empty is written over it"
    assert reply.buttons == (Button("A", "/go"), Button("B", "/x"))
    assert result.differences == []


async def test_row_3_what_is_not_empty_is_written_over_and_messages_come_before_events(tmp_path: Path) -> None:
    said = {**RESPONSE, "response": "utter_done", "text": "mine", "image": "https://img.test/b.png"}
    event = {"event": "slot", "name": "order_id", "value": "A2"}
    script = Scripted(
        answered(responses=[said, {**RESPONSE, "response": "utter_done", "status": "sent"}], events=[event])
    )
    async with script.running(), asking(tmp_path / "p", script.url) as (talk, _):
        await talk.say("go")
    assert talk.outcome is not None
    first, second = talk.outcome.replies
    assert (first.text, first.image) == ("mine", "https://img.test/b.png")
    assert second.text == "None is sent", "the slot is set after the message"
    kinds = [each["event"] for each in talk.tracker.events if each["event"] in ("bot", "slot")]
    assert kinds[-3:] == ["bot", "bot", "slot"]
    assert talk.tracker.slots["order_id"] == "A2"


FORM_DOMAIN = """\
intents: [begin, give]
entities: [city, day, seats]
slots:
  city: {type: text, mappings: [{type: from_entity, entity: city}]}
  day: {type: text, mappings: [{type: from_entity, entity: day}]}
  seats: {type: text, mappings: [{type: from_entity, entity: seats}]}
  trailing: {type: any, mappings: [{type: custom}]}
forms:
  trip: {required_slots: [city, day]}
actions: [validate_trip]
responses:
  utter_ask_city: [{text: "Where to?"}]
  utter_ask_trip_city: [{text: "Where does the trip go?"}]
  utter_ask_day: [{text: "Which day?"}]
  utter_ask_seats: [{text: "How many?"}]
  utter_nowhere: [{text: "No such place"}]
  utter_done: [{text: "Booked {seats} to {city}"}]
"""
FORM_RULES = """\
rules:
- rule: begin
  steps: [{intent: begin}, {action: trip}, {active_loop: trip}]
- rule: end
  condition: [{active_loop: trip}]
  steps: [{action: trip}, {active_loop: null}, {slot_was_set: [{requested_slot: null}]}, {action: utter_done}]
"""
FORM_ACTIONS = """\
from rasa_sdk import FormValidationAction

class Validate(FormValidationAction):
    def name(self):
        return "validate_trip"

    async def required_slots(self, domain_slots, dispatcher, tracker, domain):
        return ["seats", *domain_slots] if tracker.get_slot("city") == "Rome" else domain_slots

    def validate_city(self, value, dispatcher, tracker, domain):
        if value == "Atlantis":
            dispatcher.utter_message(response="utter_nowhere")
            return {"city": None}
        last = tracker.events[-1]
        return {"city": value.title(), "trailing": [last["event"], last["name"], last["value"]]}

    async def extract_seats(self, dispatcher, tracker, domain):
        return {}

    def validate_day(self, value, dispatcher, tracker, domain):
        return {"day": value}

    def validate_seats(self, value, dispatcher, tracker, domain):
        return {"seats": value}
"""
FORM_TESTS = """\
stories:
- story: to the end
  steps:
  - {user: begin, intent: begin}
  - action: trip
  - active_loop: trip
  - {user: 'give{"city": "rome"}', intent: give}
  - action: trip
  - {user: 'give{"seats": "2", "day": "Monday"}', intent: give}
  - action: trip
  - active_loop: null
  - action: utter_done
"""


async def test_row_4_a_form_validates_refuses_and_asks_for_what_its_code_wants(tmp_path: Path) -> None:
    project = written(tmp_path / "p", FORM_DOMAIN, FORM_ACTIONS, rules=FORM_RULES, tests=FORM_TESTS)
    talk = Talk(project)
    await talk.say("begin")
    assert (talk.texts, talk.tracker.requested_slot) == (["Where does the trip go?"], "city")
    await talk.say('give{"city": "Atlantis"}')
    assert talk.texts == ["No such place", "Where does the trip go?"]
    assert (talk.tracker.slots["city"], talk.tracker.requested_slot) == (None, "city")
    await talk.say('give{"city": "rome"}')
    assert (talk.tracker.slots["city"], talk.tracker.slots["trailing"]) == ("Rome", ["slot", "city", "rome"])
    assert (talk.texts, talk.tracker.requested_slot) == (["How many?"], "seats"), "the code adds a slot"
    assert await talk.say('give{"seats": "2", "day": "Monday"}') == ["trip", "utter_done"]
    assert (talk.texts, talk.tracker.requested_slot, talk.tracker.loop) == (["Booked 2 to Rome"], None, None)
    (result,) = await run_tests(talk.bot, project)
    assert (result.differences, result.actions_ran) == ([], True)
