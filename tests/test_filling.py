"""bot/filling.py: where code that fills or validates slots fails, the turn says so and goes on, and nothing unchecked is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.dialogue.language import ENGLISH, TROUBLE
from tests.dialogue_talk import Talk, written

DOMAIN = """\
intents: [hello, tell]
entities: [a]
slots:
  a: {{type: text, mappings: [{{type: from_entity, entity: a}}]}}
  b: {{type: any, mappings: [{{type: custom, action: action_b}}]}}
actions: [{actions}]
responses:
  utter_hello: [{{text: "Hello"}}]
"""
RULES = """\
rules:
- {rule: hello, steps: [{intent: hello}, {action: utter_hello}]}
- {rule: tell, steps: [{intent: tell}, {action: utter_hello}]}
"""
ACTIONS = """\
from rasa_sdk import Action

class B(Action):
    def name(self):
        return "action_b"

    def run(self, dispatcher, tracker, domain):
        return act(tracker, "b")

class V(Action):
    def name(self):
        return "action_validate_slot_mappings"

    def run(self, dispatcher, tracker, domain):
        return act(tracker, "v")

def act(tracker, name):
    if "fail" in tracker.latest_message["text"]:
        raise ValueError("13912345678")
    return [{"event": "slot", "name": "b", "value": 1}] if name == "b" else []
"""
VALIDATES = "action_validate_slot_mappings"


def talk(folder: Path, actions: str) -> Talk:
    return Talk(written(folder / "p", DOMAIN.format(actions=actions), ACTIONS, rules=RULES))


@pytest.mark.parametrize("actions", ["action_b", VALIDATES])
async def test_the_turn_says_that_something_failed_and_goes_on(
    tmp_path: Path, actions: str, caplog: pytest.LogCaptureFixture
) -> None:
    one = talk(tmp_path, actions)
    assert await one.say("hello|fail") == ["utter_hello"]
    assert one.texts == [TROUBLE[ENGLISH], "Hello"]
    assert f"slots were filled without {actions}" in caplog.text
    assert "13912345678" not in caplog.text
    assert await one.say("hello") == ["utter_hello"]
    assert one.texts == ["Hello"]


async def test_what_could_not_be_validated_is_not_kept_and_what_was_known_stays(tmp_path: Path) -> None:
    one = talk(tmp_path, VALIDATES)
    await one.say('tell{"a": "old"}')
    assert one.tracker.slots["a"] == "old"
    await one.say('tell{"a": "new"}|fail')
    assert one.tracker.slots["a"] == "old"


async def test_where_it_fails_twice_a_person_takes_over(tmp_path: Path) -> None:
    one = talk(tmp_path, "action_b")
    await one.say("hello|fail")
    await one.say("hello|fail")
    assert one.outcome is not None
    assert one.outcome.handoff == "bot_failed"
