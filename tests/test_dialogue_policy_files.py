"""The learned policy lies with the model: what is read is what was learned, and anything else is refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bot.dialogue import policy_files
from bot.dialogue.learned import Learned
from bot.dialogue.learning import learn, name_of
from bot.dialogue.memory import Memory
from bot.nlu.errors import ModelRefused
from bot.registry import load_model
from bot.train import train
from bot.turn import Bot
from tests.dialogue_talk import Literal, written
from tests.test_dialogue_interruption import DOMAIN, RULES, STORIES

NLU = "nlu:\n" + "".join(
    f"- intent: {name}\n  examples: |\n    - {name} it\n    - {name} now\n"
    for name in ("book", "stop", "yes", "no", "tell", "chat")
)
STARTS = """
import sys
from pathlib import Path
from bot.project import load_project
from bot.registry import load_model
from bot.turn import Bot
model = load_model(Path(sys.argv[2]))
bot = Bot(load_project(Path(sys.argv[1])), model.interpreter, None, policy=model.policy)
assert bot._stories.learned.actions
print([name for name in sys.modules if name.split('.')[0] == 'sklearn'])
"""


def project(folder: Path) -> Path:
    return written(folder, DOMAIN, rules=RULES, stories=STORIES, nlu=NLU).folder


def quiet(what: str, share: float) -> None:
    pass


def learned(folder: Path) -> Learned:
    one = written(folder, DOMAIN, rules=RULES, stories=STORIES)
    return learn(Memory.of(one.domain, one.stories).points, 5)


def test_what_is_read_is_what_was_learned(tmp_path: Path) -> None:
    policy = learned(tmp_path / "p")
    policy_files.write(tmp_path, policy)
    read = policy_files.read(tmp_path)
    assert (read.actions, read.words, read.learned_from) == (policy.actions, policy.words, policy.learned_from)
    assert (read.weights == policy.weights).all()
    assert len(read.actions) > 2


@pytest.mark.parametrize("name", sorted(policy_files.FILES))
def test_what_is_damaged_is_refused(tmp_path: Path, name: str) -> None:
    policy_files.write(tmp_path, learned(tmp_path / "p"))
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelRefused):
        policy_files.read(tmp_path)


def test_parts_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    policy = learned(tmp_path / "p")
    for weights in (policy.weights[:-1], policy.weights * np.float32("nan"), policy.weights.astype(np.float64)):
        policy_files.write(tmp_path, Learned(policy.actions, policy.words, weights, policy.intercepts))
        with pytest.raises(ModelRefused):
            policy_files.read(tmp_path)


def test_a_start_learns_nothing(tmp_path: Path) -> None:
    folder, home = project(tmp_path / "p"), tmp_path / "home"
    train(folder, home, quiet)
    ran = subprocess.run(
        [sys.executable, "-c", STARTS, str(folder), str(home)], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "[]"


def test_other_stories_teach_anew_and_what_understands_stays(tmp_path: Path) -> None:
    folder, home = project(tmp_path / "p"), tmp_path / "home"
    first = train(folder, home, quiet)
    model = load_model(home)
    before = model.policy
    path = folder / "data" / "stories.yml"
    path.write_text(path.read_text().replace("utter_really", "utter_on"))
    again = train(folder, home, quiet)
    assert not again.unchanged
    assert again.version != first.version
    after = load_model(home).policy
    assert load_model(home).manifest.files["model.npz"] == model.manifest.files["model.npz"]
    assert load_model(home).interpreter.version == model.interpreter.version
    assert ("utter_on" in after.actions, "utter_on" in before.actions) == (True, False)
    assert train(folder, home, quiet).unchanged


def test_a_policy_of_other_stories_is_not_used(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    one = written(tmp_path / "p", DOMAIN, rules=RULES, stories=STORIES)
    points = Memory.of(one.domain, one.stories).points
    policy = learn(points, 5)
    assert policy.learned_from == name_of(points, 5) != name_of(points, 6)
    Bot(one, Literal(), None, policy=policy)
    assert not caplog.records
    bot = Bot(one, Literal(), None, policy=Learned(policy.actions, policy.words, policy.weights, policy.intercepts))
    assert bot._stories.learned.actions == ()
    assert "bellhop train" in caplog.text
