"""bellhop evaluate, as a person calls it."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from bot.evaluation.evaluation import Evaluation, Kind
from tests.small_project import write_project
from tests.test_cli import Shell

HELDOUT = """\
version: "3.1"
nlu:
- intent: greet
  examples: |
    - hello there
    - 你好啊
- intent: order
  examples: |
    - please order [N7](number)
- intent: faq
  examples: |
    - break it please
"""


@pytest.fixture
def bellhop(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "home")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = write_project(tmp_path / "project")
    (folder / "tests").mkdir()
    (folder / "tests" / "heldout.yml").write_text(HELDOUT)
    return folder


def test_tables_a_report_and_a_file_with_every_text(bellhop: Shell, project: Path) -> None:
    written = project / "found.json"
    shown = bellhop("evaluate", str(project), "--folds", "2", "--json", str(written), LANG="C.UTF-8")
    assert shown.returncode == 0, shown.stderr
    for said in ("Cross-validation in 2 folds", "Test set tests/heldout.yml", "The common threshold is", "macro F1"):
        assert said in shown.stdout
    assert "break_it" in shown.stdout.split("Most confused pairs")[-1]
    crossed, tested = msgspec.json.decode(written.read_bytes(), type=list[Evaluation])
    assert (crossed.about.kind, crossed.about.folds) == (Kind.CROSS_VALIDATION, 2)
    assert crossed.measured.examples == 20 == len(crossed.judged)
    assert (tested.measured.examples, tested.about.source) == (4, "tests/heldout.yml")
    assert [(each.name, each.right) for each in tested.entities] == [("number", 1)]
    (report,) = (bellhop.home / "evaluations").glob("*/report.html")
    assert str(report) in shown.stdout.replace("\n", "")
    assert len(list(report.parent.glob("*.png"))) == 10
    assert not (bellhop.home / "models").exists(), "nothing goes live"


def test_a_test_set_alone_in_chinese_into_a_folder(bellhop: Shell, project: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yml"
    other.write_text(HELDOUT.replace("break it please", "how much is it"))
    place = tmp_path / "report"
    shown = bellhop(
        "evaluate", str(project), "--folds", "0", "--test", str(other), "--report", str(place), LC_ALL="zh_CN.UTF-8"
    )  # fmt: skip
    assert shown.returncode == 0, shown.stderr
    assert "准确率" in shown.stdout
    assert "折交叉验证" not in shown.stdout
    page = (place / "report.html").read_text(encoding="utf-8")
    assert "混淆矩阵" in page
    assert "hello there" not in page, "what was read as it was meant needs no showing"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--folds", "1"], "1 folds are not possible"),
        (["--json", "{project}/nowhere/found.json"], "found.json cannot be written"),
        (["--report", "{project}/domain.yml"], "domain.yml is no folder"),
        (["--folds", "0", "--test", "nowhere.yml"], "nowhere.yml:1: no such file"),
        (["--folds", "0", "--test", "{project}/domain.yml"], "no examples"),
    ],
)
def test_what_cannot_be_measured_is_one_sentence(
    bellhop: Shell, project: Path, words: list[str], sentence: str
) -> None:
    shown = bellhop("evaluate", str(project), *(word.format(project=project) for word in words))
    assert shown.returncode == 2, shown.stdout
    assert sentence in shown.stderr
    assert "Traceback" not in shown.stderr


def test_a_project_without_a_test_set_has_nothing_to_measure_without_folds(bellhop: Shell, project: Path) -> None:
    (project / "tests" / "heldout.yml").unlink()
    shown = bellhop("evaluate", str(project), "--folds", "0")
    assert shown.returncode == 2
    assert "has no test set" in shown.stderr


def test_without_matplotlib_the_command_says_how_to_install_it(bellhop: Shell, project: Path, tmp_path: Path) -> None:
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden" / "sitecustomize.py").write_text(
        "import importlib.util as u\nfind = u.find_spec\nu.find_spec = lambda n, p=None: None if n == 'matplotlib' else find(n, p)\n"
    )
    written = project / "found.json"
    path = f"{Path(__file__).parent.parent}:{tmp_path / 'hidden'}"
    shown = bellhop("evaluate", str(project), "--folds", "0", "--json", str(written), PYTHONPATH=path, LANG="C.UTF-8")
    assert shown.returncode == 0, shown.stderr
    assert "-m pip install matplotlib" in shown.stdout
    (report,) = (bellhop.home / "evaluations").glob("*/report.html")
    assert "<img" not in report.read_text(encoding="utf-8")
    (found,) = json.loads(written.read_text())
    assert found["measured"]["examples"] == 4
    assert {"precision", "recall", "f1", "threshold"} <= found["intents"][0].keys()
