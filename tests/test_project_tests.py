"""A project's own test conversations: run with everything, or, where they say what slots and forms are, held as Rasa holds them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.nlu.interpreter import Interpreter
from bot.project import load_project
from bot.project.story import Intended
from bot.project_tests import TestResult, run_tests
from bot.turn import Bot
from tests.small_project import write_project

STORIES = """\
version: "3.1"
stories:
- story: interrupted
  steps:
  - intent: order
  - action: order_form
  - active_loop: order_form
  - intent: faq
  - action: utter_faq
  - action: order_form
  - active_loop: null
  - action: action_tell
"""
HAPPY = """\
version: "3.1"
stories:
- story: everything is run
  steps:
  - {user: hello, intent: greet}
  - action: utter_greet
- story: the form is not told of
  steps:
  - {user: order please, intent: order}
  - action: order_form
  - active_loop: order_form
  - active_loop: null
  - slot_was_set: [{requested_slot: null}]
  - action: action_tell
  - {user: hello, intent: greet}
  - action: utter_greet
- story: only what was meant
  steps:
  - intent: order
  - action: order_form
  - active_loop: order_form
  - {user: what does it cost, intent: faq}
  - action: utter_faq
  - action: order_form
  - intent: stop
  - action: action_deactivate_loop
  - active_loop: null
  - action: utter_stopped
- story: the fallback
  steps:
  - intent: nlu_fallback
  - action: action_default_fallback
"""


async def results(folder: Path, tests: str) -> dict[str, TestResult]:
    write_project(folder)
    (folder / "data" / "stories.yml").write_text(STORIES)
    (folder / "tests").mkdir()
    (folder / "tests" / "test_all.yml").write_text(tests)
    project = load_project(folder)
    assert project.warnings == []
    bot = Bot(project, Interpreter.train(project.training, project.nlu_config), None)
    return {each.name: each for each in await run_tests(bot, project)}


async def test_conversations_as_projects_write_them_for_rasa(tmp_path: Path) -> None:
    found = await results(tmp_path, HAPPY)
    assert {name: each.differences for name, each in found.items()} == {name: [] for name in found}
    assert [each.actions_ran for each in found.values()] == [True, False, False, False]


@pytest.mark.parametrize(
    ("right", "wrong", "line", "said"),
    [
        ("  - action: utter_greet\n- story: the", "  - action: utter_faq\n- story: the", 5, "utter_faq; did utter_greet"),
        ("[{requested_slot: null}]\n  - action: action_tell", "[]\n  - action: utter_faq", 9, "order_form, utter_faq; did order_form"),
        ("what does it cost, intent: faq", "what does it cost, intent: tell", 22, "expected intent tell, understood faq"),
        ("  - action: utter_stopped", "  - action: utter_greet", 28, "expected utter_greet; would do utter_stopped"),
        ("  - action: order_form\n  - intent: stop", "  - intent: stop", 25, "expected action_listen; would do order_form"),
    ],
)  # fmt: skip
async def test_what_goes_otherwise_is_named_by_line(
    tmp_path: Path, right: str, wrong: str, line: int, said: str
) -> None:
    assert HAPPY.count(right) == 1
    found = await results(tmp_path, HAPPY.replace(right, wrong))
    told = [difference for each in found.values() for difference in each.differences]
    assert told[0].endswith(said)
    assert abs(int(told[0].split()[1].rstrip(":")) - line) <= 1


FIRST_ONLY = """\
version: "3.1"
rules:
- rule: the first thing said
  conversation_start: true
  steps:
  - intent: faq
  - action: utter_greet
- rule: later
  steps:
  - intent: faq
  - action: utter_faq
"""


def test_without_words_too_the_first_thing_said_is_not_what_comes_later(tmp_path: Path) -> None:
    write_project(tmp_path)
    (tmp_path / "data" / "start.yml").write_text(FIRST_ONLY)
    project = load_project(tmp_path)
    bot = Bot(project, Interpreter.train(project.training, project.nlu_config), None)
    prediction = bot.prediction()
    prediction.hear(Intended("faq", line=1))
    assert prediction.next("utter_greet") == "utter_greet"
    prediction.hear(Intended("faq", line=2))
    assert prediction.next("utter_faq") == "utter_faq"


PRESSED = """\
version: "3.1"
stories:
- story: a button that was never shown
  steps:
  - {user: /faq, intent: faq}
  - action: utter_faq
  - {user: "/greet", intent: greet}
  - action: utter_greet
"""


async def test_a_payload_in_a_test_is_a_pressed_button(tmp_path: Path) -> None:
    (result,) = (await results(tmp_path, PRESSED)).values()
    assert result.differences == []
    assert [turn.understood for turn in result.turns] == ["faq", "greet"]
