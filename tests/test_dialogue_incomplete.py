"""Rules that are silent about what an action does elsewhere are refused, and both are named. Rasa 3.6.21 refused the same of these."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.dialogue.incomplete import incomplete
from bot.project import ProjectError, load_project
from bot.train import check
from tests.dialogue_talk import written

DOMAIN = """
intents: [ask, tell, order, stop]
entities: [city]
slots:
  city: {type: text, mappings: [{type: from_entity, entity: city}]}
  known: {type: bool, mappings: [{type: custom}]}
  vip: {type: bool, initial_value: false, mappings: [{type: custom}]}
  silent: {type: text, influence_conversation: false, mappings: [{type: custom}]}
forms:
  order_form: {required_slots: [city]}
actions: [action_look, action_say]
responses:
  utter_done: [{text: Done}]
  utter_ask_city: [{text: Where to}]
"""
# After `action_look` the first rule knows `known`.
LOOKS = """
rules:
- rule: looks
  steps: [{intent: ask}, {action: action_look}, {slot_was_set: [{known: true}]}, {action: utter_done}]
"""
FORM = """
rules:
- rule: begins
  steps: [{intent: order}, {action: order_form}, {active_loop: order_form}]
- rule: ends
  condition: [{active_loop: order_form}]
  steps: [{action: order_form}, {active_loop: null}, {action: utter_done}]
"""
REFUSED = {
    "last": LOOKS + "- {rule: silent, steps: [{intent: tell}, {action: action_look}]}",
    "in the middle": LOOKS + "- {rule: silent, steps: [{intent: tell}, {action: action_look}, {action: action_say}]}",
    "form": FORM + "- {rule: silent, steps: [{intent: tell}, {action: order_form}]}",
    "one of two": LOOKS
    + """
- rule: silent
  steps: [{intent: tell}, {or: [{slot_was_set: [{known: false}]}, {slot_was_set: [{vip: true}]}]}, {action: action_look}]
""",
}
FINE = {
    "null": LOOKS + "- {rule: x, steps: [{intent: tell}, {action: action_look}, {slot_was_set: [{known: null}]}]}",
    "in the condition": LOOKS
    + "- {rule: x, condition: [{slot_was_set: [{known: true}]}], steps: [{intent: tell}, {action: action_look}]}",
    "does not wait": LOOKS + "- {rule: x, wait_for_user_input: false, steps: [{intent: tell}, {action: action_look}]}",
    "influences nothing": """
rules:
- rule: looks
  steps: [{intent: ask}, {action: action_look}, {slot_was_set: [{silent: x}]}, {action: utter_done}]
- {rule: x, steps: [{intent: tell}, {action: action_look}]}
""",
    "has a first value": """
rules:
- rule: looks
  steps: [{intent: ask}, {action: action_look}, {slot_was_set: [{vip: true}]}, {action: utter_done}]
- {rule: x, steps: [{intent: tell}, {action: action_look}]}
""",
    "by an entity": """
rules:
- rule: looks
  steps: [{intent: ask}, {action: action_look}, {slot_was_set: [{city: Rome}]}, {action: utter_done}]
- {rule: x, steps: [{intent: tell, entities: [{city: Rome}]}, {action: action_look}]}
""",
    "what comes before": """
rules:
- rule: looks
  steps: [{intent: ask}, {slot_was_set: [{known: true}]}, {action: action_look}, {action: utter_done}]
- {rule: x, steps: [{intent: tell}, {action: action_look}]}
""",
    "form": FORM,
}


@pytest.mark.parametrize("rules", REFUSED.values(), ids=list(REFUSED))
def test_both_rules_are_named_with_file_and_line(tmp_path: Path, rules: str) -> None:
    project = written(tmp_path / "p", DOMAIN, rules=rules)
    (problem,) = incomplete(project.domain, project.rules)
    silent, other = project.rules[-1], project.rules[0]
    assert (problem.file, problem.line) == (silent.file, silent.line)
    assert f"rule '{silent.name}' leaves open" in problem.expected
    assert f"rule '{other.name}' ({other.file}:{other.line})" in problem.expected
    assert "wait_for_user_input: false" in problem.expected


@pytest.mark.parametrize("rules", FINE.values(), ids=list(FINE))
def test_a_rule_that_says_it_or_need_not_is_complete(tmp_path: Path, rules: str) -> None:
    project = written(tmp_path / "p", DOMAIN, rules=rules)
    assert incomplete(project.domain, project.rules) == []


def test_what_to_write_is_said(tmp_path: Path) -> None:
    project = written(tmp_path / "p", DOMAIN, rules=REFUSED["last"])
    (slot,) = incomplete(project.domain, project.rules)
    assert "`slot_was_set` with 'known' after it (null where it is not set)" in slot.expected
    project = written(tmp_path / "q", DOMAIN, rules=REFUSED["form"])
    (form,) = incomplete(project.domain, project.rules)
    assert "expected `active_loop: order_form` or `active_loop: null` after it" in form.expected


@pytest.mark.parametrize(
    ("config", "refused"),
    [
        ("policies: [{name: RulePolicy}]", True),
        ("policies: [{name: RulePolicy, check_for_contradictions: false}]", False),
        ("policies: [{name: MemoizationPolicy}]", False),
    ],
)
def test_the_configuration_may_switch_it_off(tmp_path: Path, config: str, refused: bool) -> None:
    project = written(tmp_path / "p", DOMAIN, rules=REFUSED["last"], config=config)
    if not refused:
        assert check(project) == ()
        return
    with pytest.raises(ProjectError, match="leaves open what slot 'known' is"):
        check(project)


@pytest.mark.parametrize("name", ["bank", "travel"])
def test_what_rasa_took_is_taken(name: str) -> None:
    project = load_project(Path(__file__).parent / "rasa_projects" / name)
    assert incomplete(project.domain, project.rules) == []
