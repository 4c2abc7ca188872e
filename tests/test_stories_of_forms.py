"""Stories that begin with a form which a rule starts too: another wish in the form, and what lies far back."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.project import Project
from tests.dialogue_talk import Talk, written

DOMAIN = """
intents: [parcel, visit, yes, no]
entities: [street, day]
slots:
  street: {type: text, influence_conversation: false, mappings: [{type: from_entity, entity: street}]}
  day: {type: text, influence_conversation: false, mappings: [{type: from_entity, entity: day}]}
forms:
  parcel_form: {required_slots: [street]}
  visit_form: {required_slots: [day]}
responses:
""" + "".join(
    f"  utter_{name}: [{{text: {name}}}]\n"
    for name in ("ask_street", "ask_day", "switch", "fine", "stored", "booked", "again", "bye")
)
RULES = """
rules:
- rule: parcels
  condition: [{active_loop: null}]
  steps: [{intent: parcel}, {action: parcel_form}, {active_loop: parcel_form}]
- rule: visits
  condition: [{active_loop: null}]
  steps: [{intent: visit}, {action: visit_form}, {active_loop: visit_form}]
"""


def _switch(first: str, second: str, done: str) -> str:
    """A wish in the form of another, granted, and the way back."""
    return f"""
- story: from {first} to {second}
  steps:
  - intent: {first}
  - action: {first}_form
  - active_loop: {first}_form
  - intent: {second}
  - action: utter_switch
  - intent: yes
  - action: utter_fine
  - action: {second}_form
  - active_loop: {second}_form
  - active_loop: null
  - action: utter_{done}
  - action: utter_again
  - intent: yes
  - action: utter_fine
  - action: {first}_form
  - active_loop: {first}_form
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    stories = "stories:" + _switch("parcel", "visit", "booked") + _switch("visit", "parcel", "stored")
    return written(tmp_path / "p", DOMAIN, rules=RULES, stories=stories)


async def test_another_wish_in_a_form_is_answered_as_the_story_has_it(project: Project) -> None:
    talk = Talk(project)
    assert await talk.say("parcel") == ["parcel_form"]
    assert await talk.say("visit") == ["utter_switch"]


async def test_what_the_last_states_leave_open_is_told_by_those_before(project: Project) -> None:
    """Both stories are the same for more than five states before they go back to the form that they began with."""
    for first, second, entity, done in (
        ("parcel", "visit", 'visit{"day": "Monday"}', "utter_booked"),
        ("visit", "parcel", 'parcel{"street": "High Street"}', "utter_stored"),
    ):
        talk = Talk(project)
        await talk.say(first)
        assert await talk.say(entity) == ["utter_switch"]
        assert await talk.say("yes") == ["utter_fine", f"{second}_form", done, "utter_again"]
        assert await talk.say("yes") == ["utter_fine", f"{first}_form"]
