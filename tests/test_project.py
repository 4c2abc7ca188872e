"""A project folder: what is read of it, and every mistake by file and line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.project import ProjectError, load_project
from bot.registry import current_version
from tests.small_project import ACTIONS, DOMAIN, NLU, RULES, write_project

ROOT = Path(__file__).resolve().parent.parent


def problems(folder: Path) -> str:
    with pytest.raises(ProjectError) as error:
        load_project(folder)
    return str(error.value)


def line_of(text: str, wanted: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if wanted in line)


def test_a_project_is_read(tmp_path: Path) -> None:
    project = load_project(write_project(tmp_path))
    assert {"greet", "order"} <= {example.intent for example in project.training.examples}
    assert project.domain.forms["order_form"].required_slots == ("number", "phone", "reason")
    assert len(project.rules) == 9
    annotated = next(example for example in project.training.examples if example.entities)
    (span,) = annotated.entities
    assert annotated.text[span.start : span.end] == "N1"
    assert project.warnings == []


def test_an_intent_called_no_stays_a_text_and_a_hash_in_an_example_is_text(tmp_path: Path) -> None:
    nlu = NLU + "- intent: no\n  examples: |\n    - no # really\n    not an example\n    - off\n"
    domain = DOMAIN.replace("intents: [greet,", "intents: [no, greet,")
    project = load_project(write_project(tmp_path, nlu=nlu, domain=domain))
    assert [e.text for e in project.training.examples if e.intent == "no"] == ["no # really", "off"]


@pytest.mark.parametrize(
    ("part", "old", "new", "file", "expected"),
    [
        ("rules", "action: utter_faq", "action: utter_nothing", "data/rules.yml", "utter_nothing"),
        ("rules", "intent: faq", "intent: unheard", "data/rules.yml", "unheard"),
        ("rules", "{active_loop: order_form}]\n- rule: finish", "{active_loop: lost_form}]\n- rule: finish", "data/rules.yml", "lost_form"),
        ("domain", "required_slots: [number, phone, reason]", "required_slots: [number, colour]", "domain.yml", "colour"),
        ("domain", "type: bool", "type: boolish", "domain.yml", "type"),
        ("domain", "mappings: [{type: from_entity, entity: number}]", "mappings: [{type: from_afar}]", "domain.yml", "mapping"),
        ("domain", 'utter_faq: [{text: "It is free"}]', "utter_faq: []", "domain.yml", "variation"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_by_file_and_line(
    tmp_path: Path, part: str, old: str, new: str, file: str, expected: str
) -> None:
    whole = {"rules": RULES, "domain": DOMAIN, "nlu": NLU}[part]
    assert old in whole
    changed = whole.replace(old, new)
    said = problems(write_project(tmp_path, **{part: changed}))
    assert expected in said
    found = [line for line in said.splitlines() if line.startswith(f"{file}:")]
    assert found, said
    assert "expected" in found[0]
    near = line_of(changed, new.split("\n")[0][:20])
    assert any(abs(int(line.split(":")[1]) - near) <= 2 for line in found), (said, near)


def test_broken_yaml_is_named_by_line(tmp_path: Path) -> None:
    said = problems(write_project(tmp_path, rules=RULES + "- rule: [unclosed\n  steps: {\n"))
    assert "data/rules.yml:" in said


@pytest.mark.parametrize("part", ["domain", "nlu"])
def test_of_a_file_that_cannot_be_read_the_cause_is_told_and_not_all_that_is_missing_then(
    tmp_path: Path, part: str
) -> None:
    whole = {"domain": DOMAIN, "nlu": NLU}[part]
    (said,) = problems(write_project(tmp_path, **{part: whole + "responses: [unclosed\n"})).splitlines()
    assert said.startswith({"domain": "domain.yml:", "nlu": "data/nlu.yml:"}[part])


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    rules = RULES.replace("utter_faq", "utter_one").replace("utter_stopped", "utter_two")
    said = problems(write_project(tmp_path, rules=rules))
    assert "utter_one" in said
    assert "utter_two" in said


def test_a_missing_folder_is_one_sentence(tmp_path: Path) -> None:
    assert "no such folder" in problems(tmp_path / "nowhere")


def test_unknown_keys_are_warned_about_and_harm_nothing(tmp_path: Path) -> None:
    project = load_project(write_project(tmp_path, domain=DOMAIN + "surprise: 1\n"))
    assert any("surprise" in str(warning) for warning in project.warnings)


def test_flows_and_their_mappings_are_called_what_they_are(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "mixed")
    (folder / "data" / "flows.yml").write_text("flows:\n  pay:\n    steps: [{collect: amount}]\n", encoding="utf-8")
    (warning,) = load_project(folder).warnings
    assert str(warning).startswith("data/flows.yml:1: file passed over: flows (CALM) are not supported")
    domain = DOMAIN.replace("slots:\n", "slots:\n  amount: {type: float, mappings: [{type: from_llm}]}\n", 1)
    found = problems(write_project(tmp_path / "calm", domain=domain))
    assert f"domain.yml:{line_of(domain, 'from_llm')}: slot 'amount'; mappings of flows (CALM) are not" in found


def run(*arguments: str, home: Path, project: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "BELLHOP_HOME": str(home), "BELLHOP_PROJECT": str(project)}
    command = [sys.executable, "-m", "bellhop", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("mistake", ["rules", "actions"])
def test_training_a_broken_project_exits_with_2_and_the_old_model_stays(tmp_path: Path, mistake: str) -> None:
    project, home = write_project(tmp_path / "project"), tmp_path / "home"
    first = run("train", home=home, project=project)
    assert first.returncode == 0, first.stderr
    version = current_version(home)
    assert version is not None
    if mistake == "rules":
        write_project(project, rules=RULES.replace("utter_faq", "utter_nothing"))
    else:
        write_project(project, actions=ACTIONS + "\ndef broken(:\n")
    second = run("train", home=home, project=project)
    said = second.stdout + second.stderr
    assert second.returncode == 2, said
    assert "Traceback" not in said
    assert ("data/rules.yml:" if mistake == "rules" else "actions.py:") in said
    assert current_version(home) == version
