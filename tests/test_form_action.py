"""bot/form_action.py: a form of Rasa 1, whose code says what it asks, takes and does, in a project as it was written then."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.project import Project, load_project
from tests.dialogue_talk import Talk

DOMAIN = """
intents: [book, inform, affirm, deny, chat, stop]
entities: [number, cuisine]
slots:
  cuisine: {type: unfeaturized, auto_fill: false}
  number: {type: unfeaturized, auto_fill: false}
  outdoor: {type: unfeaturized}
  wish: {type: unfeaturized}
  urgent: {type: unfeaturized}
forms: [table_form]
responses:
  utter_ask_cuisine: [{text: "Which cuisine"}]
  utter_ask_number: [{text: "How many"}]
  utter_ask_outdoor: [{text: "Outside"}]
  utter_ask_wish: [{text: "A wish"}]
  utter_wrong: [{text: "Not that"}]
  utter_chat: [{text: "All is well"}]
  utter_slots: [{text: "{cuisine} {number} {outdoor} {wish} {urgent}"}]
  utter_stopped: [{text: "Stopped"}]
"""
STORIES = """
stories:
- story: all well
  steps:
  - intent: book
  - action: table_form
  - active_loop: table_form
  - active_loop: null
  - action: utter_slots
- story: chat
  steps:
  - intent: book
  - action: table_form
  - active_loop: table_form
  - intent: chat
  - action: utter_chat
  - action: table_form
  - active_loop: null
  - action: utter_slots
- story: stopped
  steps:
  - intent: book
  - action: table_form
  - active_loop: table_form
  - intent: stop
  - action: utter_stopped
  - action: action_deactivate_loop
  - active_loop: null
"""
FORM = """
from rasa_sdk.forms import REQUESTED_SLOT, FormAction


class TableForm(FormAction):
    def name(self):
        return "table_form"

    @staticmethod
    def required_slots(tracker):
        asked = ["cuisine", "number", "outdoor"]
        return [*asked, "wish", "urgent"] if tracker.get_slot("number") == 2 else [*asked, "urgent"]

    def slot_mappings(self):
        return {
            "number": [self.from_entity(entity="number", intent=["inform", "book"]), self.from_text(intent="deny")],
            "outdoor": [self.from_intent(intent="affirm", value=True), self.from_intent(intent="deny", value=False)],
            "wish": self.from_text(not_intent="chat"),
            "urgent": self.from_trigger_intent(intent="book", value=False),
        }

    def validate_cuisine(self, value, dispatcher, tracker, domain):
        if value == "none":
            dispatcher.utter_message(template="utter_wrong")
            return {"cuisine": None}
        return {"cuisine": value.title()}

    async def validate_number(self, value, dispatcher, tracker, domain):
        return {"number": int(value)}

    def submit(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text=f"Booked for {tracker.get_slot('number')}")
        return []
"""

pytestmark = [
    pytest.mark.filterwarnings("ignore::FutureWarning:rasa_sdk"),
]


def old(folder: Path) -> Project:
    (folder / "data").mkdir(parents=True)
    (folder / "domain.yml").write_text('version: "2.0"\n' + DOMAIN)
    (folder / "data" / "stories.yml").write_text('version: "2.0"\n' + STORIES)
    (folder / "actions.py").write_text(FORM)
    return load_project(folder)


@pytest.fixture
def talk(tmp_path: Path) -> Talk:
    return Talk(old(tmp_path / "p"))


async def test_it_asks_validates_and_submits(talk: Talk) -> None:
    assert await talk.say("book") == ["table_form"]
    assert talk.texts == ["Which cuisine"]
    await talk.say('inform{"cuisine": "none"}')
    assert talk.texts == ["Not that", "Which cuisine"]
    await talk.say('inform{"cuisine": "thai"}')
    assert talk.texts == ["How many"]
    await talk.say('inform{"number": "2"}')
    assert talk.texts == ["Outside"]
    await talk.say("deny")
    assert talk.texts == ["A wish"]
    assert await talk.say("inform|a window") == ["table_form", "utter_slots"]
    assert talk.texts == ["Booked for 2", "Thai 2 False inform|a window False"]
    assert talk.tracker.loop is None
    assert talk.tracker.requested_slot is None


async def test_what_is_said_at_the_start_is_taken(talk: Talk) -> None:
    await talk.say('book{"cuisine": "greek", "number": "4"}')
    assert talk.texts == ["Outside"]
    assert await talk.say("affirm") == ["table_form", "utter_slots"]
    assert talk.texts == ["Booked for 4", "Greek 4 True None False"]


async def test_what_is_nothing_for_it_is_answered_by_a_story_and_it_asks_again(talk: Talk) -> None:
    await talk.say("book")
    assert await talk.say("chat") == ["utter_chat", "table_form"]
    assert talk.texts == ["All is well", "Which cuisine"]
    assert await talk.say("stop") == ["utter_stopped", "action_deactivate_loop"]
    assert talk.tracker.loop is None


async def test_what_to_change_is_said_once_with_file_and_line(tmp_path: Path) -> None:
    project = old(tmp_path / "p")
    Talk(project)
    (told,) = [str(each) for each in project.warnings if "FormAction" in str(each)]
    assert told.startswith("actions.py:5: form 'table_form' is written in code (FormAction)")
    assert "it runs here all the same" in told
    assert "validate_table_form" in told
