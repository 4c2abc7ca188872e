"""bot/session.py: where a session begins anew, and what goes along. A silence that ends one is in test_turn.py."""

from __future__ import annotations

from pathlib import Path

from tests.dialogue_talk import Talk, written

DOMAIN = """
intents: [ask, restart, session_start, name]
entities: [city]
slots:
  city: {type: text, mappings: [{type: from_entity, entity: city}]}
actions: [action_session_start]
responses:
  utter_place: [{text: "At {city}"}]
  utter_restart: [{text: From the start}]
"""
RULES = """
rules:
- {rule: place, steps: [{intent: ask}, {action: utter_place}]}
"""
GREETS = """
from rasa_sdk import Action
from rasa_sdk.events import ActionExecuted, SessionStarted


class Start(Action):
    def name(self):
        return "action_session_start"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text="Welcome")
        return [SessionStarted(), ActionExecuted("action_listen")]
"""


async def test_a_restart_forgets_everything_and_begins_a_session(tmp_path: Path) -> None:
    talk = Talk(written(tmp_path / "p", DOMAIN, rules=RULES))
    await talk.say('ask{"city": "Rome"}')
    assert talk.texts == ["At Rome"]
    assert await talk.say("restart") == ["action_restart"]
    assert talk.texts == ["From the start"]
    began = [event["event"] for event in talk.tracker.events]
    assert began[:3] == ["restart", "action", "session_started"]
    await talk.say("ask")
    assert talk.texts == ["At None"]


async def test_a_project_greets_in_its_own_way_after_a_restart_too(tmp_path: Path) -> None:
    talk = Talk(written(tmp_path / "p", DOMAIN, GREETS, rules=RULES))
    await talk.say("ask")
    assert talk.texts == ["Welcome", "At None"]
    await talk.say("restart")
    assert talk.texts == ["From the start", "Welcome"]
    await talk.say("ask")
    assert talk.texts == ["At None"], "one session, one welcome"


async def test_the_intent_session_start_carries_slots_over_unless_the_domain_says_otherwise(tmp_path: Path) -> None:
    talk = Talk(written(tmp_path / "p", DOMAIN, rules=RULES))
    await talk.say('ask{"city": "Rome"}')
    assert await talk.say("session_start") == []
    await talk.say("ask")
    assert talk.texts == ["At Rome"]
    fresh = DOMAIN + "session_config: {session_expiration_time: 60, carry_over_slots_to_new_session: false}\n"
    talk = Talk(written(tmp_path / "q", fresh, rules=RULES))
    await talk.say('ask{"city": "Rome"}')
    await talk.say("session_start")
    await talk.say("ask")
    assert talk.texts == ["At None"]
