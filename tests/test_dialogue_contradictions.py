"""Rules that contradict each other are named, both of them; those with a condition that tells them apart are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.dialogue.contradictions import contradictions
from bot.dialogue.memory import Memory
from bot.project import ProjectError, load_project
from bot.train import train
from tests.small_project import RULES, write_project

TWICE = """
- rule: one
  steps:
  - intent: greet
  - action: utter_greet
- rule: two
  steps:
  - intent: greet
  - action: utter_done
"""
LONGER = """
- rule: short
  steps:
  - intent: greet
  - action: utter_greet
- rule: long
  steps:
  - intent: greet
  - action: utter_greet
  - action: utter_done
"""
WITH_CONDITION = """
- rule: in general
  steps:
  - intent: greet
  - action: utter_greet
- rule: in a form
  condition:
  - active_loop: null
  steps:
  - intent: greet
  - action: utter_done
- rule: once more the same
  steps:
  - intent: greet
  - action: utter_greet
"""
HEAD = 'version: "3.1"\nrules:\n'


@pytest.mark.parametrize(("rules", "names"), [(TWICE, ("one", "two")), (LONGER, ("short", "long"))])
def test_both_are_named_with_their_lines(tmp_path: Path, rules: str, names: tuple[str, str]) -> None:
    folder = write_project(tmp_path, rules=HEAD + rules)
    project = load_project(folder)
    (problem,) = contradictions(project.domain, project.rules)
    assert all(f"rule '{name}'" in problem.expected for name in names)
    assert "rules.yml:" in problem.expected
    with pytest.raises(ProjectError, match="expected one of the two"):
        train(folder, tmp_path / "home", lambda stage, share: None)


@pytest.mark.parametrize("rules", [RULES, HEAD + WITH_CONDITION])
def test_what_a_condition_tells_apart_is_no_contradiction(tmp_path: Path, rules: str) -> None:
    project = load_project(write_project(tmp_path, rules=rules))
    assert contradictions(project.domain, project.rules) == []


STORY = """version: "3.1"
stories:
- story: another greeting
  steps:
  - intent: greet
  - action: utter_faq
"""
GOES_ON = """version: "3.1"
stories:
- story: greets and goes on
  steps:
  - intent: greet
  - action: utter_greet
  - action: utter_faq
"""
AGREES = """version: "3.1"
stories:
- story: the same as the rules
  steps:
  - intent: greet
  - action: utter_greet
  - intent: order
  - action: order_form
  - active_loop: order_form
  - intent: faq
  - action: utter_faq
  - intent: stop
  - action: action_deactivate_loop
  - active_loop: null
  - action: utter_stopped
"""


def with_story(folder: Path, story: str, **changed: str) -> Path:
    path = write_project(folder, **changed)
    (path / "data" / "stories.yml").write_text(story)
    return path


@pytest.mark.parametrize("story", [STORY, GOES_ON])
def test_a_story_against_a_rule_is_refused_and_both_are_named(tmp_path: Path, story: str) -> None:
    folder = with_story(tmp_path / "p", story)
    with pytest.raises(ProjectError) as refused:
        train(folder, tmp_path / "home", lambda what, share: None)
    (problem,) = refused.value.problems
    assert problem.file == "data/stories.yml"
    assert "rule 'greet' (data/rules.yml:3)" in str(problem)
    assert "greet" in str(problem).split("where")[0]


def test_a_story_that_does_what_the_rules_do_is_fine(tmp_path: Path) -> None:
    project = load_project(with_story(tmp_path, AGREES))
    points = Memory.of(project.domain, project.stories).points
    assert points
    assert contradictions(project.domain, project.rules, points) == []


def test_a_project_may_switch_the_check_off_as_in_rasa(tmp_path: Path) -> None:
    config = "policies:\n- name: RulePolicy\n  check_for_contradictions: false\n"
    folder = with_story(tmp_path / "p", STORY, config=config)
    assert train(folder, tmp_path / "home", lambda what, share: None).version
