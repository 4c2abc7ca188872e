"""Actions that answer what they should not: the turn says so or passes it over, and the conversation goes on."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from bot.action_answer import EVENTS_MOST, RESPONSES_MOST, SLOT_MOST_BYTES
from bot.dialogue.language import ENGLISH, TROUBLE
from tests.dialogue_talk import Talk, written

DOMAIN = """\
intents: [go, begin, hello]
entities: [a]
slots:
  a: {type: text, mappings: [{type: from_entity, entity: a}]}
forms: {ask: {required_slots: [a]}}
actions: [action_x, action_y]
responses:
  utter_ask_a: [{text: "a?"}]
  utter_hello: [{text: "Hello"}]
"""
RULES = """\
rules:
- {rule: go, steps: [{intent: go}, {action: action_x}]}
- {rule: hello, steps: [{intent: hello}, {action: utter_hello}]}
- {rule: begin, steps: [{intent: begin}, {action: ask}, {active_loop: ask}]}
"""
ACTIONS = """\
from rasa_sdk import Action

def follow(name):
    return {{"event": "followup", "name": name}}

def slot(name, value):
    return {{"event": "slot", "name": name, "value": value}}

def user(**data):
    return {{"event": "user", "text": "x", "parse_data": data}}

class X(Action):
    def name(self):
        return "action_x"

    def run(self, dispatcher, tracker, domain):
        {body}

class Y(Action):
    def name(self):
        return "action_y"

    def run(self, dispatcher, tracker, domain):
        return [follow("action_x")]
"""
REFUSED = {
    "a slot to ask for that is a map": 'return [slot("requested_slot", {"a": 1})]',
    "guesses that are a number": "return [user(intent={}, intent_ranking=5)]",
    "an intent that is a number": 'return [user(intent={"name": 5})]',
    "an entity without a name": 'return [user(entities=[{"x": 1}])]',
    "an entity that is a list": 'return [user(entities=[{"entity": ["a"]}])]',
    "a huge slot": f'return [slot("a", "x" * {SLOT_MOST_BYTES})]',
    "a huge list": f'return [slot("a", list(range({SLOT_MOST_BYTES})))]',
    "a huge text": 'dispatcher.utter_message(text="y" * 5_000_000)',
    "too many messages": f'[dispatcher.utter_message(text="x") for _ in range({RESPONSES_MOST + 1})]',
    "too many events": f'return [slot("a", "x")] * {EVENTS_MOST + 1}',
    "follow-ups in a ring": 'return [follow("action_y")]',
    "a follow-up of itself": 'return [follow("action_x")]',
}


def talk(folder: Path, body: str) -> Talk:
    return Talk(written(folder / "p", DOMAIN, ACTIONS.format(body=body), rules=RULES))


@pytest.mark.parametrize("body", [pytest.param(body, id=name) for name, body in REFUSED.items()])
async def test_the_customer_hears_that_it_failed_and_the_conversation_goes_on(tmp_path: Path, body: str) -> None:
    one = talk(tmp_path, body)
    await one.say("go|please go")
    assert one.texts == [TROUBLE[ENGLISH]]
    assert len(one.tracker_bytes or b"") < SLOT_MOST_BYTES
    assert await one.say("hello") == ["utter_hello"]
    assert await one.say("begin") == ["ask"]
    await one.say('go{"a": "v"}')
    assert (one.tracker.slots["a"], one.tracker.loop) == ("v", None)


async def test_a_turn_that_does_not_end_names_the_action(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    await talk(tmp_path, 'return [follow("action_x")]').say("go")
    assert "ended after 10 actions, the last was action_x" in caplog.text


async def test_the_second_ring_in_a_row_brings_a_person(tmp_path: Path) -> None:
    one = talk(tmp_path, 'return [follow("action_y")]')
    await one.say("go")
    await one.say("go")
    assert one.outcome is not None
    assert one.outcome.handoff == "bot_failed"


async def test_a_slot_that_the_domain_does_not_have_is_not_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    one = talk(tmp_path, 'return [slot("lost", "secret"), slot("a", "kept")]')
    await one.say("go")
    assert "slot lost was not set" in caplog.text
    assert "secret" not in caplog.text
    assert one.tracker.slots["a"] == "kept"
    assert "lost" not in one.tracker.slots
