"""Custom actions: where they are found, in what they run, and what their mistakes come to."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from bot.actions import ActionFailed, ActionRejected, Actions
from bot.project import ProjectError

PHONE = "13912345678"
LIMIT_SECONDS = 5.0
GIVE_UP_SECONDS = 0.05

# One class, `{body}` is its run().
ONE = """\
from rasa_sdk import Action, ActionExecutionRejection

class One(Action):
    def name(self):
        return "action_one"

    {run}
"""


def project(folder: Path, **files: str) -> Path:
    """Files by path; `__` stands for a slash, and `.py` is added."""
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/') if name != 'actions__init' else 'actions/__init__'}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def one(run: str) -> str:
    return ONE.format(run=run.replace("\n", "\n    "))


def tracker(**slots: Any) -> dict[str, Any]:
    return {"sender_id": "c_1", "slots": slots, "latest_message": {"text": "hi", "entities": []}, "events": []}


def loaded(tmp_path: Path, run: str, limit: float = LIMIT_SECONDS) -> Actions:
    return Actions.load(project(tmp_path, actions=one(run)), limit)


async def answer(actions: Actions, **slots: Any) -> list[dict[str, Any]]:
    return (await actions.run("action_one", tracker(**slots), {})).events


def test_a_project_without_actions_has_none(tmp_path: Path) -> None:
    assert list(Actions.load(tmp_path, LIMIT_SECONDS)) == []


async def test_classes_beside_an_empty_init_are_found(tmp_path: Path) -> None:
    """The layout that `rasa init` makes."""
    code = one("def run(self, dispatcher, tracker, domain): return []")
    actions = Actions.load(project(tmp_path, actions__init="", actions__actions=code), LIMIT_SECONDS)
    assert list(actions) == ["action_one"]
    assert await answer(actions) == []


async def test_code_may_name_its_own_package_and_what_lies_beside_it(tmp_path: Path) -> None:
    code = one('def run(self, d, t, x): return [{"event": "slot", "name": "a", "value": [WORD, here.PLACE]}]')
    folder = project(
        tmp_path,
        actions__init="import actions.words\nfrom . import words\nassert actions.words is words\n",
        actions__words="WORD = 'word'\n",
        actions__one="import here\nfrom actions.words import WORD\n" + code,
        here="PLACE = 'here'\n",
    )
    (event,) = await answer(Actions.load(folder, LIMIT_SECONDS))
    assert event["value"] == ["word", "here"]
    assert str(folder) not in sys.path
    assert not {"actions", "actions.words", "here"} & sys.modules.keys()


async def test_two_projects_do_not_meet(tmp_path: Path) -> None:
    both = []
    for name in ("first", "second"):
        code = "from actions.words import WORD\n" + one(
            'def run(self, d, t, x): return [{"event": "followup", "name": WORD}]'
        )
        folder = project(tmp_path / name, actions__words=f"WORD = {name!r}\n", actions__one=code)
        both.append(Actions.load(folder, LIMIT_SECONDS))
    assert [(await answer(each))[0]["name"] for each in both] == ["first", "second"]


def test_changed_actions_are_read_anew(tmp_path: Path) -> None:
    first = loaded(tmp_path, "pass")
    again = Actions.load(project(tmp_path, actions=one("pass").replace("action_one", "action_other")), LIMIT_SECONDS)
    assert (list(first), list(again)) == (["action_one"], ["action_other"])


async def test_a_class_may_be_used_and_built_on_and_one_without_a_name_is_only_built_on(tmp_path: Path) -> None:
    code = (
        "from rasa_sdk import Action\n"
        "class Nameless(Action):\n    def run(self, d, t, x): return []\n"
        "class One(Nameless):\n    def name(self): return 'action_one'\n"
        "class Two(One):\n    def name(self): return 'action_two'\n"
    )
    assert set(Actions.load(project(tmp_path, actions=code), LIMIT_SECONDS)) == {"action_one", "action_two"}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (one("pass") + "\nclass Two(One):\n    pass\n", "actions.py:9: action 'action_one' is there twice"),
        (one("def __init__(self):\n    raise ValueError('13912345678')"), "actions.py:8: ValueError"),
        ("import os\nraise OSError('13912345678')\n", "actions.py:2: OSError"),
        ("from actions.nowhere import x\n", "actions.py:1: cannot import"),
        ("import no_such_library\n", "actions.py:1: cannot import 'no_such_library'"),
    ],
)
def test_what_cannot_be_used_is_named_by_file_and_line_and_the_bot_does_without(
    tmp_path: Path, code: str, expected: str
) -> None:
    (failed,) = Actions.load(project(tmp_path, actions=code), LIMIT_SECONDS).failed
    assert str(failed).startswith(expected)
    assert PHONE not in str(failed)


@pytest.mark.parametrize(("code", "expected"), [("def (:\n", "SyntaxError"), ("raise SystemExit(3)\n", "SystemExit")])
def test_what_is_no_python_or_leaves_is_refused(tmp_path: Path, code: str, expected: str) -> None:
    with pytest.raises(ProjectError, match=f"^actions.py:1: {expected}"):
        Actions.load(project(tmp_path, actions=code), LIMIT_SECONDS)


def test_one_module_that_cannot_be_imported_costs_only_its_own_actions(tmp_path: Path) -> None:
    folder = project(tmp_path, actions__first=one("pass"), actions__second="import no_such_library\n" + one("pass"))
    actions = Actions.load(folder, LIMIT_SECONDS)
    assert list(actions) == ["action_one"]
    assert [each.file for each in actions.failed] == ["actions/second.py"]


async def test_code_may_open_what_lies_in_the_project_while_it_is_imported(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("seven")
    before = Path.cwd()
    read = "pathlib.Path('words.txt').read_text()"
    made = f"def __init__(self):\n    self.word = WORD + {read}\n"
    code = f"import pathlib\nWORD = {read}\n" + one(made + "def run(self, *_):\n    return [{'event': self.word}]")
    assert await answer(Actions.load(project(tmp_path, actions=code), LIMIT_SECONDS)) == [{"event": "sevenseven"}]
    assert Path.cwd() == before


@pytest.mark.parametrize("kind", ["def", "async def"])
async def test_an_action_that_blocks_does_not_hold_up_the_loop(tmp_path: Path, kind: str) -> None:
    """Only the loop can open the gate."""
    actions = loaded(tmp_path, f"{kind} run(self, d, t, x): return [] if self.gate.wait(4) else 'held up'")
    gate = actions._actions["action_one"].gate = threading.Event()
    async with asyncio.TaskGroup() as group:
        asked = group.create_task(answer(actions))
        group.create_task(asyncio.to_thread(gate.set))
    assert asked.result() == []


async def test_actions_that_hang_leave_pythons_own_threads_free(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    gate = threading.Event()
    actions = loaded(tmp_path, "def run(self, d, t, x): self.gate.wait(30)", GIVE_UP_SECONDS)
    actions._actions["action_one"].gate = gate
    try:
        calls = [actions.run("action_one", tracker(), {}) for _ in range(40)]
        assert all(isinstance(each, ActionFailed) for each in await asyncio.gather(*calls, return_exceptions=True))
        async with asyncio.timeout(LIMIT_SECONDS):
            assert await asyncio.to_thread(lambda: "free") == "free"
    finally:
        gate.set()
    assert "took longer" in caplog.text


async def test_a_coroutine_that_waits_for_ever_gives_its_thread_back(tmp_path: Path) -> None:
    run = "async def run(self, d, t, x):\n    try: await asyncio.Event().wait()\n    finally: self.ended.set()"
    actions = Actions.load(project(tmp_path, actions="import asyncio\n" + one(run)), GIVE_UP_SECONDS)
    ended = actions._actions["action_one"].ended = threading.Event()
    with pytest.raises(ActionFailed):
        await answer(actions)
    assert await asyncio.to_thread(ended.wait, LIMIT_SECONDS)


@pytest.mark.parametrize(
    "run",
    [
        f"def run(self, d, t, x): raise ValueError('{PHONE}')",
        f"def run(self, d, t, x): raise TimeoutError('{PHONE}')",
        "def run(self, d, t, x): raise SystemExit(3)",
        "async def run(self, d, t, x): raise SystemExit(3)",
        "def run(self, d, t, x): return 'events'",
        "def run(self, d, t, x): return [{'event': 'slot', 'name': 'a', 'value': object()}]",
    ],
)
async def test_every_failure_is_one_error_and_what_was_typed_is_not_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, run: str
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(ActionFailed):
        await answer(loaded(tmp_path, run))
    assert "action_one" in caplog.text
    assert PHONE not in caplog.text


async def test_an_action_may_refuse(tmp_path: Path) -> None:
    with pytest.raises(ActionRejected):
        await answer(loaded(tmp_path, "def run(self, d, t, x): raise ActionExecutionRejection('action_one')"))


async def test_what_an_action_writes_into_its_tracker_stays_with_it(tmp_path: Path) -> None:
    run = "def run(self, d, t, x):\n    t.slots['list'].append('x')\n    t.latest_message['entities'].append('x')"
    ours = tracker(list=["kept"])
    await loaded(tmp_path, run).run("action_one", ours, {})
    assert ours["slots"]["list"] == ["kept"]
    assert ours["latest_message"]["entities"] == []


async def test_actions_may_read_their_settings_as_rasas_own_yaml_library_let_them(tmp_path: Path) -> None:
    code = (
        "import pathlib\nimport ruamel.yaml\nfrom rasa_sdk import Action\n"
        'SETTINGS = ruamel.yaml.safe_load(open(pathlib.Path(__file__).parent / "settings.yml")) or {}\n'
        "class One(Action):\n    def name(self): return 'action_one'\n"
        "    def run(self, d, t, x): d.utter_message(SETTINGS['say'])\n"
    ).replace(
        'open(pathlib.Path(__file__).parent / "settings.yml")',
        "(pathlib.Path(__file__).parent / 'settings.yml').read_text()",
    )
    folder = project(tmp_path, actions__init=code)
    (folder / "actions" / "settings.yml").write_text("say: hello\n")
    ran = await Actions.load(folder, 5).run("action_one", {"sender_id": "c", "slots": {}, "latest_message": {}}, {})
    assert ran.responses[0]["text"] == "hello"
