"""Rules that contradict each other are named, both of them; those with a condition that tells them apart are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.dialogue.contradictions import contradictions
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
    (problem,) = contradictions(load_project(folder).rules)
    assert all(f"rule '{name}'" in problem.expected for name in names)
    assert "rules.yml:" in problem.expected
    with pytest.raises(ProjectError, match="expected one of the two"):
        train(folder, tmp_path / "home", lambda stage, share: None)


@pytest.mark.parametrize("rules", [RULES, HEAD + WITH_CONDITION])
def test_what_a_condition_tells_apart_is_no_contradiction(tmp_path: Path, rules: str) -> None:
    assert contradictions(load_project(write_project(tmp_path, rules=rules)).rules) == []
