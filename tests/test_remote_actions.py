"""Custom actions on rasa-sdk's own server: a project's code runs there as it would here."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bellhop.doctor import in_actions
from bot import remote_breaker, remote_server
from bot.actions import ActionFailed, Actions
from bot.dialogue.language import ENGLISH, TROUBLE
from bot.project import Project
from bot.project.endpoints import ActionEndpoint
from models.sealed import KeyRing
from models.settings import Settings
from tests.action_server import kill, rasa_server
from tests.dialogue_talk import Talk, written
from tests.ports import free_port
from tests.test_actions import tracker

PHONE = "13912345678"
LIMIT_SECONDS = 10.0

ACTIONS = """\
import time

from rasa_sdk import Action, ActionExecutionRejection, FormValidationAction
from rasa_sdk.events import SlotSet


class Tell(Action):
    def name(self):
        return "action_tell"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text="It is on its way", buttons=[{"title": "Where?", "payload": "/where"}])
        dispatcher.utter_message(response="utter_done", what=tracker.get_slot("city"))
        return [SlotSet("told", [tracker.sender_id, len(domain["responses"]), len(tracker.events) > 0])]


class Break(Action):
    def name(self):
        return "action_break"

    def run(self, dispatcher, tracker, domain):
        raise ValueError(tracker.latest_message["text"])


class Hang(Action):
    def name(self):
        return "action_hang"

    def run(self, dispatcher, tracker, domain):
        time.sleep(1.0)


class Refuse(Action):
    def name(self):
        return "action_refuse"

    def run(self, dispatcher, tracker, domain):
        raise ActionExecutionRejection("action_refuse")


class Validate(FormValidationAction):
    def name(self):
        return "validate_trip"

    def validate_city(self, value, dispatcher, tracker, domain):
        if value == "Atlantis":
            dispatcher.utter_message(response="utter_nowhere")
            return {"city": None}
        return {"city": value.title()}


class Ask(Action):
    def name(self):
        return "action_ask_trip_day"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text="Which day to " + tracker.get_slot("city") + "?")
        return []
"""

NAMES = ["tell", "break", "hang", "refuse", "gone"]

DOMAIN = f"""\
intents: [{", ".join(NAMES)}, travel, give]
entities: [city, day]
slots:
  told: {{type: any, mappings: [{{type: custom}}]}}
  city: {{type: text, mappings: [{{type: from_entity, entity: city}}]}}
  day: {{type: text, mappings: [{{type: from_entity, entity: day}}]}}
forms:
  trip: {{required_slots: [city, day]}}
actions: [{", ".join(f"action_{name}" for name in NAMES)}, validate_trip, action_ask_trip_day, utter_done, action_human_handoff]
responses:
  utter_done: [{{text: "Done in {{what}}"}}]
  utter_nowhere: [{{text: "No such place"}}]
  utter_refused: [{{text: "Otherwise then"}}]
  utter_ask_trip_city: [{{text: "Where to?"}}]
"""

RULES = "rules:\n" + "".join(
    f"- rule: {name}\n  steps: [{{intent: {name}}}, {{action: action_{name}}}]\n" for name in NAMES
) + """\
- rule: trip
  steps: [{intent: travel}, {action: trip}, {active_loop: trip}]
"""  # fmt: skip


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("server")
    (folder / "actions.py").write_text(ACTIONS)
    chosen = free_port()
    with rasa_server(folder, chosen):
        yield chosen


def there(project: Project, port: int) -> Project:
    return replace(project, action_endpoint=ActionEndpoint(f"http://127.0.0.1:{port}/webhook"))


@asynccontextmanager
async def talk(tmp_path: Path, port: int) -> AsyncIterator[Talk]:
    talk = Talk(there(written(tmp_path / "project", DOMAIN, rules=RULES), port), KeyRing.generated())
    try:
        yield talk
    finally:
        await talk.bot.close()


async def test_what_an_action_says_and_sets_comes_as_if_it_ran_here(tmp_path: Path, port: int) -> None:
    async with talk(tmp_path, port) as one:
        assert await one.say('tell{"city": "Rome"}') == ["action_tell"]
        assert one.texts == ["It is on its way", "Done in Rome"]
        assert one.outcome is not None
        assert [button.payload for button in one.outcome.replies[0].buttons] == ["/where"]
        assert one.tracker.slots["told"] == ["c_1", 4, True]


async def test_a_form_is_validated_and_asks_there(tmp_path: Path, port: int) -> None:
    async with talk(tmp_path, port) as one:
        await one.say("travel")
        assert one.texts == ["Where to?"]
        await one.say('give{"city": "Atlantis"}')
        assert one.texts == ["No such place", "Where to?"]
        await one.say('give{"city": "rome"}')
        assert one.texts == ["Which day to Rome?"]
        assert one.tracker.slots["city"] == "Rome"


async def test_one_that_refuses_to_run_is_no_failure(tmp_path: Path, port: int) -> None:
    async with talk(tmp_path, port) as one:
        assert "action_refuse" not in await one.say("refuse")
        assert one.tracker.failures == 0
        assert {"event": "action_execution_rejected", "name": "action_refuse"}.items() <= next(
            event for event in one.tracker.events if event["event"] == "action_execution_rejected"
        ).items()


@pytest.mark.parametrize("said", ["break", "gone"])
async def test_where_it_fails_the_customer_hears_so_and_nothing_typed_is_logged(
    tmp_path: Path, port: int, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with talk(tmp_path, port) as one:
        assert await one.say(f"{said}|{PHONE}") == [f"action_{said}"]
        assert one.texts == [TROUBLE[ENGLISH]]
        assert one.tracker.failures == 1
    assert f"action_{said} failed: its server" in caplog.text
    assert PHONE not in caplog.text


async def test_one_that_hangs_is_given_up_and_those_after_it_have_what_is_left(port: int, tmp_path: Path) -> None:
    project = there(written(tmp_path / "project", DOMAIN, rules=RULES), port)
    actions = Actions.of(project, 0.3)
    calls = actions.calls()
    began = time.monotonic()
    for name in ("action_hang", "action_tell"):
        with pytest.raises(ActionFailed):
            await calls.run(name, tracker(), {})
    assert time.monotonic() - began < 1.0
    await actions.close()


async def test_a_server_that_is_killed_is_left_alone_and_asked_again_when_it_may_be_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(remote_breaker, "OPEN_SECONDS", 0.2)
    monkeypatch.setattr(remote_server, "BACK_OFF_SECONDS", 0.001)
    (tmp_path / "actions.py").write_text(ACTIONS)
    port = free_port()
    project = there(written(tmp_path / "project", DOMAIN, rules=RULES), port)
    actions = Actions.of(project, LIMIT_SECONDS)
    with rasa_server(tmp_path, port) as process:
        assert (await actions.run("action_ask_trip_day", tracker(city="Rome"), {})).responses
        kill(process)
        for _ in range(remote_breaker.FAILURES_MOST + 1):
            with pytest.raises(ActionFailed):
                await actions.run("action_ask_trip_day", tracker(city="Rome"), {})
    assert "the action server does not answer" in caplog.text
    assert "was not asked for" in caplog.text
    with rasa_server(tmp_path, port):
        assert (await actions.run("action_ask_trip_day", tracker(city="Rome"), {})).responses
    assert "answers again" in caplog.text
    await actions.close()


def test_nothing_is_asked_and_nothing_imported_when_a_project_is_loaded(tmp_path: Path) -> None:
    """The port is nobody's; code that fails would be named."""
    project = there(written(tmp_path / "project", DOMAIN, "raise OSError", rules=RULES), free_port())
    actions = Actions.of(project, LIMIT_SECONDS)
    assert sorted(actions) == sorted([*(f"action_{name}" for name in NAMES), "action_ask_trip_day", "validate_trip"])
    assert [each.expected for each in project.warnings if "server" in each.expected] == [
        "action 'action_human_handoff' is Rasa's or ours; expected no such action on the server, where it is not asked for",
        "the actions run on the server named here, so the project's own are not used; "
        "expected BELLHOP_ACTIONS=in-process where they are to run in process",
    ]


def test_the_doctor_says_where_actions_run_and_whether_their_server_is_well(tmp_path: Path, port: int) -> None:
    written(tmp_path / "project", DOMAIN, rules=RULES)
    (tmp_path / "project" / "endpoints.yml").write_text(f'action_endpoint:\n  url: "http://127.0.0.1:{port}/webhook"\n')
    here = Settings(project=tmp_path / "project")
    (well,) = in_actions(here)
    (gone,) = in_actions(replace(here, actions=f"http://127.0.0.1:{free_port()}/webhook?token=s3cret"))
    (wrong,) = in_actions(replace(here, actions="localhost"))
    (inside,) = in_actions(replace(here, actions="in-process"))
    assert [each.good for each in (well, gone, wrong, inside)] == [True, False, False, True]
    assert (well.state, gone.state) == ("run on a server that answers", "their server does not answer (ConnectError)")
    assert "s3cret" not in f"{gone.state} {gone.mend}"
    assert inside.state == "run in the bot's own process"
