"""Reminders in the tracker: asked for, replaced, cancelled, taken back; and the turn when one is due."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.dialogue.exchange import Heard
from bot.dialogue.reminders import REMINDERS_MOST, Reminder, due, entities_of
from bot.dialogue.tracker import Tracker
from bot.project.domain import Domain
from tests.dialogue_talk import Talk, written

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DOMAIN = Domain()


def asked(name: str | None = "tea", **changed: Any) -> dict[str, Any]:
    event = {"event": "reminder", "intent": "tea", "entities": None, "date_time": AT.isoformat(), "name": name}
    return {**event, "kill_on_user_msg": False, **changed}


def tracker(*events: dict[str, Any]) -> Tracker:
    made = Tracker(sender_id="c_1")
    for event in events:
        made.apply(event, DOMAIN)
    return Tracker.from_bytes(made.to_bytes())


def names(made: Tracker) -> list[str]:
    return [each.name for each in made.reminders]


def test_a_reminder_is_kept_with_the_tracker_and_replaced_by_name() -> None:
    made = tracker(asked(), asked("cake", date_time="2026-11-24T08:00:00Z"), asked(intent="cup"))
    assert names(made) == ["cake", "tea"], "the first that is due comes first"
    assert made.reminders[1].intent == "cup"
    found = due(made.reminders, AT.timestamp())
    assert found is not None
    assert found.name == "cake"
    assert due(made.reminders, AT.timestamp() - 7200) is None


@pytest.mark.parametrize(
    "broken", [{"date_time": "soon"}, {"date_time": None}, {"intent": 5}, {"date_time": "9999999"}]
)
def test_what_says_no_time_or_intent_reminds_of_nothing(broken: dict[str, Any]) -> None:
    assert names(tracker(asked(**broken))) == []


def test_a_time_without_a_zone_is_the_machine_s_own() -> None:
    (found,) = tracker(asked(date_time="2026-11-24T09:00:00")).reminders
    assert found.due == datetime(2026, 11, 24, 9, 0).timestamp()


def test_no_conversation_has_too_many() -> None:
    events = [asked(f"r{i}", date_time=f"2026-11-24T09:{i:02}:00Z") for i in range(REMINDERS_MOST + 5)]
    assert names(tracker(*events)) == [f"r{i}" for i in range(REMINDERS_MOST)]


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ({}, []),
        ({"name": "tea"}, ["cake"]),
        ({"intent": "tea"}, []),
        ({"intent": "tea", "name": "cake"}, ["tea"]),
        ({"entities": [{"size": "big"}]}, ["tea"]),
        ({"entities": {"size": "big"}}, ["tea"]),
        ({"intent": "other"}, ["tea", "cake"]),
    ],
)
def test_a_cancellation_matches_all_that_it_gives(given: dict[str, Any], left: list[str]) -> None:
    made = tracker(asked(), asked("cake", entities=[{"entity": "size", "value": "big"}]))
    made.apply({"event": "cancel_reminder", **given}, DOMAIN)
    assert sorted(names(made)) == sorted(left)


def test_a_restart_and_a_rewind_take_back_what_was_asked_for() -> None:
    made = tracker({"event": "action", "name": "action_listen"}, {"event": "user", "text": "x"}, asked())
    assert names(made) == ["tea"]
    made.apply({"event": "rewind"}, DOMAIN)
    assert names(made) == []
    made = tracker(asked(), {"event": "restart"})
    assert names(made) == []


def test_a_reminder_of_before_outlives_a_rewind() -> None:
    made = tracker({"event": "user", "text": "a"}, asked(), {"event": "action", "name": "action_listen"})
    made.apply({"event": "user", "text": "b"}, DOMAIN)
    made.apply({"event": "rewind"}, DOMAIN)
    assert names(made) == ["tea"]


def test_entities_come_in_three_forms() -> None:
    expected = ({"entity": "size", "value": "big"},)
    for given in ({"size": "big"}, [{"size": "big"}], [{"entity": "size", "value": "big"}]):
        assert entities_of(given) == expected
    assert entities_of(None) == entities_of("x") == ()


PROJECT = """
intents: [ask, tea, quiet, note]
entities: [size]
slots:
  size: {type: text, mappings: [{type: from_entity, entity: size}]}
  words: {type: text, mappings: [{type: from_text, conditions: [{active_loop: f}]}]}
forms: {f: {required_slots: [words]}}
actions: [action_remind]
responses:
  utter_tea: [{text: "A {size} tea is ready"}]
  utter_ask_words: [{text: "What shall I write?"}]
"""
RULES = """
rules:
- rule: ask
  steps: [{intent: ask}, {action: action_remind}]
- rule: tea
  steps: [{intent: tea}, {action: utter_tea}]
- rule: note
  steps: [{intent: note}, {action: f}, {active_loop: f}]
"""
ACTIONS = """
from datetime import datetime, timedelta, timezone

from rasa_sdk import Action
from rasa_sdk.events import ReminderScheduled


class Remind(Action):
    def name(self):
        return "action_remind"

    def run(self, dispatcher, tracker, domain):
        when = datetime(2026, 11, 24, tzinfo=timezone.utc)
        size = [{"entity": "size", "value": "big"}]
        return [ReminderScheduled("tea", when, entities=size, name="tea", kill_on_user_message="kill" in tracker.latest_message["text"])]
"""


@pytest.fixture
def talk(tmp_path: Path) -> Talk:
    return Talk(written(tmp_path / "p", PROJECT, ACTIONS, rules=RULES))


async def remind(talk: Talk, reminder: Reminder) -> list[str | None]:
    heard = Heard("c_1", talk.seq, f"EXTERNAL: {reminder.intent}", talk.at + 60, reminder=f"{reminder.name}@1")
    talk.outcome = await talk.bot.remind(heard, reminder, talk.tracker_bytes)
    talk.tracker_bytes = talk.outcome.tracker
    return talk.texts


async def test_what_is_due_comes_as_an_intent_with_its_entities_and_is_due_no_more(talk: Talk) -> None:
    await talk.say("ask")
    (reminder,) = talk.tracker.reminders
    assert talk.outcome is not None
    assert talk.outcome.due == reminder.due
    assert await remind(talk, reminder) == ["A big tea is ready"]
    assert talk.tracker.reminders == []
    said = [event for event in talk.tracker.events if event["event"] == "user"][-1]
    assert (said["text"], said["parse_data"]["metadata"]["is_external"]) == ("EXTERNAL: tea", True)


async def test_what_the_customer_says_cancels_a_reminder_that_wants_it(talk: Talk) -> None:
    await talk.say("ask|kill it")
    assert len(talk.tracker.reminders) == 1
    await talk.say("tea")
    assert talk.tracker.reminders == []


async def test_a_reminder_that_fits_nothing_says_nothing(talk: Talk) -> None:
    await talk.say("tea")
    assert await remind(talk, Reminder("x", "quiet", 1.0)) == []
    assert talk.outcome is not None
    assert talk.outcome.handoff is None
    assert talk.tracker.misses == 0


async def test_a_reminder_is_no_answer_to_a_form(talk: Talk) -> None:
    await talk.say("note")
    assert await remind(talk, Reminder("x", "tea", 1.0)) == ["A None tea is ready", "What shall I write?"]
    assert talk.tracker.slots["words"] is None
