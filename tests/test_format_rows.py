"""Rows 7 to 9 of docs/rasa.md, "Row by row": each a project with test conversations that pass."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bot.project.domain import LISTEN
from bot.project_tests import run_tests
from bot.turn import Bot, Heard
from tests.dialogue_talk import Literal, Talk, passed, written

RESPONSES = """\
intents: [offer, odd, braces, set]
entities: [vip]
slots:
  vip: {type: bool, mappings: [{type: from_entity, entity: vip}]}
  name: {type: text, initial_value: Ann, influence_conversation: false, mappings: [{type: custom}]}
responses:
  utter_offer:
  - {condition: [{type: slot, name: vip, value: true}], text: "Welcome back, {name}"}
  - {text: "Welcome"}
  - {text: "Welcome on paper", channel: paper}
  utter_odd: [{text: "{name} and {nobody}"}]
  utter_braces:
  - text: "{{name}} is {name}"
    buttons: [{title: "{name}", payload: '/set{{"vip": true}}'}, {title: P, payload: '/inform{"priority":"low"}'}]
"""
RESPONSES_RULES = """\
rules:
- {rule: offer, steps: [{intent: offer}, {action: utter_offer}]}
- {rule: odd, steps: [{intent: odd}, {action: utter_odd}]}
- {rule: braces, steps: [{intent: braces}, {action: utter_braces}]}
- {rule: set, steps: [{intent: set}, {action: utter_offer}]}
"""
RESPONSES_TESTS = """\
stories:
- story: all
  steps:
  - {user: offer, intent: offer}
  - action: utter_offer
  - {user: 'set{"vip": true}', intent: set}
  - slot_was_set: [{vip: true}]
  - action: utter_offer
"""


async def test_row_7_a_condition_beats_plain_and_the_channel_its_absence(tmp_path: Path) -> None:
    project = written(tmp_path / "p", RESPONSES, rules=RESPONSES_RULES, tests=RESPONSES_TESTS)
    talk = Talk(project)
    await talk.say("offer")
    assert talk.texts == ["Welcome"]
    await talk.say("offer", channel="paper")
    assert talk.texts == ["Welcome on paper"]
    await talk.say('set{"vip": true}', channel="paper")
    assert talk.texts == ["Welcome back, Ann"], "conditions count before the channel"
    assert await passed(project) == 1


async def test_row_7_an_unknown_name_leaves_the_text_and_two_braces_are_one(tmp_path: Path) -> None:
    talk = Talk(written(tmp_path / "p", RESPONSES, rules=RESPONSES_RULES))
    await talk.say("odd")
    assert talk.texts == ["{name} and {nobody}"]
    await talk.say("braces")
    assert talk.outcome is not None
    (reply,) = talk.outcome.replies
    assert reply.text == "{name} is Ann"
    assert [(each.title, each.payload) for each in reply.buttons] == [
        ("Ann", '/set{"vip": true}'),
        ("P", '/inform{"priority":"low"}'),
    ]


PAYLOAD = '/pick@0.5{"a":["x","y"]}'
PAYLOADS = f"""\
intents: [pick, show]
entities: [a]
slots:
  a: {{type: list, mappings: [{{type: from_entity, entity: a}}]}}
responses:
  utter_show: [{{text: "Pick", buttons: [{{title: Both, payload: '{PAYLOAD.replace("{", "{{").replace("}", "}}")}'}}]}}]
  utter_picked: [{{text: "{{a}}"}}]
"""
PAYLOAD_RULES = """\
rules:
- {rule: show, steps: [{intent: show}, {action: utter_show}]}
- {rule: pick, steps: [{intent: pick}, {action: utter_picked}]}
"""
PAYLOAD_TESTS = """\
stories:
- story: all
  steps:
  - {user: show, intent: show}
  - action: utter_show
  - {user: 'pick{"a": ["x"]}', intent: pick}
  - action: utter_picked
"""


async def test_row_8_a_payload_gives_entities_and_confidence_and_only_a_button_may(tmp_path: Path) -> None:
    project = written(
        tmp_path / "p",
        PAYLOADS.replace("{{{{", "{{").replace("}}}}", "}}"),
        rules=PAYLOAD_RULES,
        tests=PAYLOAD_TESTS,
    )
    talk = Talk(project)

    async def press(payload: str, seq: int) -> None:
        heard = Heard("c_1", seq, "show", talk.at + seq, payload=payload)
        (reading,) = talk.bot.read([heard])
        talk.outcome = await talk.bot.turn(heard, reading, talk.tracker_bytes)
        talk.tracker_bytes = talk.outcome.tracker

    await press(PAYLOAD, 1)
    assert talk.outcome is not None
    assert [each for each in talk.outcome.actions if each != LISTEN] == ["utter_show"], "not offered yet: text counts"
    await press(PAYLOAD, 2)
    message = talk.tracker.latest_message
    assert message["intent"] == {"name": "pick", "confidence": 0.5}
    assert [(each["entity"], each["value"]) for each in message["entities"]] == [("a", "x"), ("a", "y")]
    assert {(each["start"], each["end"]) for each in message["entities"]} == {(PAYLOAD.index("{"), len(PAYLOAD))}
    assert talk.tracker.slots["a"] == ["x", "y"]
    assert await passed(project) == 1


STORIES_DOMAIN = """\
intents: [ask, thank, bye, tell, reset, note, stop, more]
entities: [city]
slots:
  city: {type: text, mappings: [{type: from_entity, entity: city}]}
  vip: {type: bool, mappings: [{type: from_intent, intent: tell, value: true}]}
forms:
  trip: {required_slots: [city]}
responses:
  utter_answer: [{text: a}]
  utter_bye: [{text: b}]
  utter_vip: [{text: v}]
  utter_plain: [{text: p}]
  utter_known: [{text: k}]
  utter_unknown: [{text: u}]
  utter_noted: [{text: n}]
  utter_more: [{text: m}]
  utter_stopped: [{text: s}]
  utter_idle: [{text: i}]
  utter_ask_city: [{text: c}]
"""
STORIES = """\
stories:
- story: asked
  steps:
  - intent: ask
  - action: utter_answer
  - checkpoint: answered
- story: after it
  steps:
  - checkpoint: answered
  - or:
    - intent: thank
    - intent: bye
  - action: utter_bye
- story: of a member
  steps:
  - intent: more
  - slot_was_set: [{vip: true}]
  - action: utter_vip
- story: of a guest
  steps:
  - intent: more
  - slot_was_set: [{vip: null}]
  - action: utter_plain
- story: after a note
  steps:
  - intent: note
  - action: utter_noted
  - action: utter_more
"""
STORIES_RULES = """\
rules:
- rule: known
  condition: [{slot_was_set: [city]}]
  steps: [{intent: reset}, {action: utter_known}]
- rule: unknown
  condition: [{slot_was_set: [{city: null}]}]
  steps: [{intent: reset}, {action: utter_unknown}]
- rule: trip
  steps: [{intent: tell}, {action: trip}, {active_loop: trip}]
- rule: stopped
  condition: [{active_loop: trip}]
  steps: [{intent: stop}, {action: action_deactivate_loop}, {active_loop: null}, {action: utter_stopped}]
- rule: nothing to stop
  condition: [{active_loop: null}]
  steps: [{intent: stop}, {action: utter_idle}]
- rule: noted
  wait_for_user_input: false
  steps: [{intent: note}, {action: utter_noted}]
"""
STORIES_TESTS = """\
stories:
- story: a checkpoint and either of two
  steps:
  - {user: ask, intent: ask}
  - action: utter_answer
  - or:
    - {user: thank, intent: thank}
    - {user: bye, intent: bye}
  - action: utter_bye
- story: the other of two
  steps:
  - {user: ask, intent: ask}
  - action: utter_answer
  - {user: bye, intent: bye}
  - action: utter_bye
- story: a slot by its value, and without
  steps:
  - {user: more, intent: more}
  - action: utter_plain
  - {user: reset, intent: reset}
  - action: utter_unknown
  - {user: tell, intent: tell}
  - action: trip
  - active_loop: trip
  - {user: stop, intent: stop}
  - action: action_deactivate_loop
  - active_loop: null
  - action: utter_stopped
  - {user: more, intent: more}
  - action: utter_vip
  - {user: 'thank{"city": "Rome"}', intent: thank}
  - action: utter_bye
  - {user: reset, intent: reset}
  - action: utter_known
- story: no form is on
  steps:
  - {user: stop, intent: stop}
  - action: utter_idle
- story: what goes on without waiting
  steps:
  - {user: note, intent: note}
  - action: utter_noted
  - action: utter_more
"""


async def test_row_9_rules_and_stories(tmp_path: Path) -> None:
    project = written(tmp_path / "p", STORIES_DOMAIN, rules=STORIES_RULES, stories=STORIES, tests=STORIES_TESTS)
    assert await passed(project) == 5


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  wait_for_user_input: false\n", ""),
        ("  condition: [{active_loop: null}]\n", "  condition: [{active_loop: trip}]\n"),
        ("condition: [{slot_was_set: [city]}]", "condition: [{slot_was_set: [{vip: false}]}]"),
    ],
)
async def test_row_9_each_of_them_is_what_makes_it_pass(tmp_path: Path, old: str, new: str) -> None:
    assert old in STORIES_RULES
    config = "policies: [{name: RulePolicy, check_for_contradictions: false}, {name: MemoizationPolicy}]\n"
    rules = STORIES_RULES.replace(old, new)
    project = written(tmp_path / "p", STORIES_DOMAIN, rules=rules, stories=STORIES, tests=STORIES_TESTS, config=config)
    bot = Bot(project, Literal(), None, rng=random.Random(1))
    assert any(each.differences for each in await run_tests(bot, project))
