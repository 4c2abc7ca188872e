"""What a project's code may import, and what to do where it cannot."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot.actions import ActionFailed, Actions
from tests.test_actions import LIMIT_SECONDS, answer, one, project


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "import yaml_of_nobody.parts",
            "'yaml_of_nobody', a package that is not installed; expected it beside Bellhop: pip",
        ),
        ("import telegram", "pip install python-telegram-bot"),
        ("from rasa_sdk import FormAction", "FormAction, which rasa-sdk has no more"),
        ("from rasa.shared.core.events import SlotSet", "cannot import Rasa itself"),
        ("from rasa_core_sdk import Action", "expected imports from rasa_sdk"),
        ("import actions.nowhere", "cannot import 'actions.nowhere'; expected it to be there"),
        ("import json.nowhere", "cannot import 'json.nowhere'; expected it to be there"),
    ],
)
def test_an_import_that_fails_comes_with_advice(tmp_path: Path, line: str, expected: str) -> None:
    (failed,) = Actions.load(project(tmp_path, actions=f"import os\n{line}\n"), LIMIT_SECONDS).failed
    assert str(failed).startswith("actions.py:2: cannot import ")
    assert expected in str(failed)


def test_a_class_may_come_from_beside_the_actions_and_rasa_sdks_own_are_none_of_the_projects(tmp_path: Path) -> None:
    code = "from shop import One\nfrom rasa_sdk.knowledge_base.actions import ActionQueryKnowledgeBase\n"
    folder = project(
        tmp_path, actions__init="", actions__one=code, actions__two="from shop import One\n", shop=one("pass")
    )
    actions = Actions.load(folder, LIMIT_SECONDS)
    assert (list(actions), actions.failed) == (["action_one"], ())


@pytest.mark.parametrize("code", [one("def name(self): exit(3)"), one("def __init__(self): raise SystemExit(3)")])
def test_a_class_that_leaves_when_it_is_made_is_named(tmp_path: Path, code: str) -> None:
    (failed,) = Actions.load(project(tmp_path, actions=code), LIMIT_SECONDS).failed
    assert "SystemExit" in str(failed)


DEEPER = "def deeper(): return deeper()\n"


async def test_code_without_end_is_a_failure_and_the_process_goes_on(tmp_path: Path) -> None:
    folder = project(
        tmp_path,
        actions__init="",
        actions__first=DEEPER + one("def run(self, d, t, x): return deeper()"),
        actions__second=DEEPER + "deeper()\n",
    )
    actions = Actions.load(folder, LIMIT_SECONDS)
    assert [str(each) for each in actions.failed] == [
        "actions/second.py:1: RecursionError; expected actions that can be imported"
    ]
    with pytest.raises(ActionFailed):
        await answer(actions)


SETTLED = """\
import asyncio
import sys
from pathlib import Path

from bot.actions import Actions

actions = Actions.load(Path(sys.argv[1]), 5.0)
actions.settle()
tracker = {"sender_id": "c_1", "slots": {}, "latest_message": {}, "events": []}
print([asyncio.run(actions.run("action_one", tracker, {})).events[0]["name"] for _ in range(2)])
"""


def test_functions_may_import_in_a_process_that_is_the_projects(tmp_path: Path) -> None:
    """The very modules that were imported before, and those that nobody had imported."""
    run = (
        "def run(self, d, t, x):\n    from actions.words import WORDS\n    import here\n    import later\n"
        "    WORDS.append(here.PLACE)\n    return [{'event': 'followup', 'name': later.SAY(actions.words.WORDS)}]"
    )
    folder = project(
        tmp_path,
        actions__init="",
        actions__words="WORDS = []\n",
        actions__one="import here\nimport actions.words\nhere.PLACE = 'moved'\n" + one(run),
        here="PLACE = 'here'\n",
        later="SAY = ' '.join\n",
    )
    done = subprocess.run([sys.executable, "-c", SETTLED, str(folder)], capture_output=True, text=True, check=False)
    assert done.stdout == "['moved', 'moved moved']\n", done.stderr
