"""A form that a story interrupts: what was said in between is no answer to the form, and the story says when the form asks again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dialogue_talk import Talk, written

DOMAIN = """
intents: [book, stop, yes, no, tell, chat]
slots:
  place:
    type: text
    mappings:
    - type: from_text
      conditions: [{active_loop: book_form, requested_slot: place}]
      not_intent: [stop, chat]
forms: {book_form: {required_slots: [place]}}
responses:
  utter_ask_place: [{text: "Where to?"}]
  utter_really: [{text: "Really stop?"}]
  utter_on: [{text: "On we go"}]
  utter_left: [{text: "Left"}]
  utter_done: [{text: "Done {place}"}]
"""
RULES = """
rules:
- rule: begin
  steps: [{intent: book}, {action: book_form}, {active_loop: book_form}]
- rule: end
  condition: [{active_loop: book_form}]
  steps: [{action: book_form}, {active_loop: null}, {slot_was_set: [{requested_slot: null}]}, {action: utter_done}]
"""
STORIES = """
stories:
- story: stop, or not
  steps:
  - intent: book
  - action: book_form
  - active_loop: book_form
  - intent: stop
  - action: utter_really
  - intent: no
  - action: book_form
  - active_loop: book_form
- story: stop, really
  steps:
  - intent: book
  - action: book_form
  - active_loop: book_form
  - intent: stop
  - action: utter_really
  - intent: yes
  - action: action_deactivate_loop
  - active_loop: null
  - action: utter_left
"""


@pytest.fixture
def talk(tmp_path: Path) -> Talk:
    return Talk(written(tmp_path / "p", DOMAIN, rules=RULES, stories=STORIES))


async def test_the_form_asks_again_and_takes_nothing_from_the_interruption(talk: Talk) -> None:
    assert await talk.say("book") == ["book_form"]
    assert await talk.say("stop") == ["utter_really"]
    assert await talk.say("no") == ["book_form"]
    assert talk.texts == ["Where to?"]
    assert talk.tracker.slots["place"] is None, "'no' was no place"
    assert await talk.say("tell|Rome") == ["book_form", "utter_done"]
    assert talk.texts == ["Done tell|Rome"]


async def test_the_form_is_left_where_the_story_leaves_it(talk: Talk) -> None:
    await talk.say("book")
    await talk.say("stop")
    assert await talk.say("yes") == ["action_deactivate_loop", "utter_left"]
    assert talk.tracker.loop is None


async def test_the_second_interruption_goes_like_the_first(talk: Talk) -> None:
    await talk.say("book")
    for _ in range(2):
        assert await talk.say("stop") == ["utter_really"]
        assert await talk.say("no") == ["book_form"]


async def test_the_form_hears_what_no_story_expects_after_an_interruption(talk: Talk) -> None:
    await talk.say("book")
    await talk.say("stop")
    assert await talk.say("chat") == ["action_default_fallback"], "nothing in it for the form"
    assert talk.tracker.loop_name == "book_form"
    assert talk.tracker.requested_slot == "place"


ACTIONS = """
from rasa_sdk import Action, FormValidationAction
from rasa_sdk.events import ActionExecutionRejected, ActiveLoop


class Validate(FormValidationAction):
    def name(self):
        return "validate_book_form"

    async def run(self, dispatcher, tracker, domain):
        events = await super().run(dispatcher, tracker, domain)
        text = tracker.latest_message["text"]
        if "refuse" in text and tracker.latest_action_name == "action_listen":
            return [ActionExecutionRejected("book_form")]
        return [*events, ActiveLoop(None)] if "enough" in text else events
"""


@pytest.fixture
def validated(tmp_path: Path) -> Talk:
    rules = RULES + "- rule: chat\n  steps: [{intent: chat}, {action: utter_on}]\n"
    return Talk(
        written(tmp_path / "v", DOMAIN + "actions: [validate_book_form]\n", ACTIONS, rules=rules, stories=STORIES)
    )


async def test_a_validation_may_end_the_form(validated: Talk) -> None:
    await validated.say("book")
    assert await validated.say("tell|enough") == ["book_form", "utter_done"]
    assert validated.tracker.loop is None
    assert validated.tracker.requested_slot is None


async def test_a_validation_may_refuse_the_form(validated: Talk) -> None:
    await validated.say("book")
    assert await validated.say("chat|refuse") == ["utter_on", "book_form"]
    assert validated.texts == ["On we go", "Where to?"]
