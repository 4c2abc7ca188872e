"""bellhop test and bellhop import, as a person calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bellhop.test import told
from bot.project import load_project
from bot.project_tests import TestResult, TestTurn
from tests.small_project import write_project
from tests.test_cli import Shell

TESTS = """\
version: "3.1"
stories:
- story: a greeting
  steps:
  - {user: hello, intent: greet}
  - action: utter_greet
- story: an order
  steps:
  - {user: hello, intent: greet}
  - action: utter_greet
  - {user: what does it cost, intent: order}
  - action: order_form
"""


@pytest.fixture
def bellhop(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "home")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = write_project(tmp_path / "project")
    (folder / "tests").mkdir()
    (folder / "tests" / "test_all.yml").write_text(TESTS)
    return folder


def test_what_goes_otherwise_is_a_diff_of_turns_and_nothing_goes_live(bellhop: Shell, project: Path) -> None:
    turns = project / "turns.json"
    shown = bellhop("test", str(project), "--json", str(turns))
    assert shown.returncode == 1, shown.stderr
    assert "passed tests/test_all.yml:3  a greeting" in shown.stdout
    failed = shown.stdout.split("FAILED tests/test_all.yml:7  an order")[1]
    assert [line.strip() for line in failed.splitlines()[1:]][:5] == [
        "line 11: “what does it cost”", "- intent order", "+ intent faq", "- order_form", "+ utter_faq",
    ]  # fmt: skip
    assert "1 of 2 conversations went as they are written." in shown.stdout
    assert [len(each["turns"]) for each in json.loads(turns.read_text())] == [1, 2]
    assert not (bellhop.home / "models").exists()

    again = bellhop("test", str(project), "--only", "greeting")
    assert again.returncode == 0
    assert "The model fits the project." in again.stdout, "a second time nothing is trained"
    assert "1 of 1 conversations" in again.stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ["test", "{project}", "--only", "nothing like it"],
            "No test conversation of the project has 'nothing like it'",
        ),
        (["test", "{project}/nowhere"], "There is no folder"),
        (["import", "{project}/nowhere"], "There is no folder"),
        (["import", "{project}/tests"], "missing; expected the domain"),
    ],
)
def test_what_cannot_be_tried_is_one_sentence(bellhop: Shell, project: Path, words: list[str], sentence: str) -> None:
    shown = bellhop(*(word.format(project=project) for word in words))
    assert shown.returncode == 2
    assert sentence in shown.stderr
    assert "Traceback" not in shown.stderr


def test_an_import_says_what_is_there_what_differs_and_what_comes_next(bellhop: Shell, project: Path) -> None:
    (project / "config.yml").write_text(
        "language: en\npipeline:\n- name: DIETClassifier\n  epochs: 100\n- name: own.Component\npolicies:\n- name: RulePolicy\n"
    )
    shown = bellhop("import", str(project))
    assert shown.returncode == 0, shown.stderr
    assert "project can be brought as it is." in shown.stdout
    words = shown.stdout.split()
    assert words[words.index("intents") - 1] == str(len(load_project(project).domain.intents))
    assert words[words.index("conversations") - 2] == "2", "two test conversations"
    assert "replaced  config.yml:3: DIETClassifier" in shown.stdout
    assert "without use: epochs" in shown.stdout
    assert "honoured  config.yml:7: RulePolicy" in shown.stdout
    assert "config.yml:5: own.Component is left out" in shown.stdout
    assert f"bellhop test {project}" in shown.stdout
    assert not (bellhop.home / "models").exists()


def test_an_import_names_every_mistake(bellhop: Shell, project: Path) -> None:
    (project / "data" / "rules.yml").write_text(
        "version: '3.1'\nrules:\n- rule: odd\n  steps:\n  - intent: nobody\n  - action: nothing\n"
    )
    shown = bellhop("import", str(project))
    assert shown.returncode == 2
    assert "data/rules.yml:" in shown.stderr
    assert "nobody" in shown.stderr
    assert "nothing" in shown.stderr


def test_words_of_a_project_are_no_marks_of_the_terminal() -> None:
    turn = TestTurn(3, "[bold]A1001[/]", "tell", "tell", due=["[red]"], done=[])
    lines = list(told(TestResult("[x]", "t.yml", 1, ["line 3"], turns=[turn])))
    assert lines[1].strip() == r"line 3: “\[bold]A1001\[/]”"
    assert lines[2:] == [r"[red]        - \[red][/]", "[green]        + no action[/]"]
