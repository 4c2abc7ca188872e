"""`bellhop models` and `bellhop train` as a person calls them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from models.audit import Audit
from models.releases import Releases
from tests.fixtures_sql import opened
from tests.small_project import NLU, write_project
from tests.test_appraise import write as write_shop
from tests.test_cli import Shell


@pytest.fixture
def bellhop(tmp_path: Path) -> Shell:
    shell = Shell(tmp_path / "home")
    shell.settings["BELLHOP_PROJECT"] = str(write_project(tmp_path / "project"))
    return shell


def trained(bellhop: Shell, *words: str) -> str:
    shown = bellhop("train", *words)
    assert shown.returncode == 0, shown.stderr
    found = re.search(r"odel ([0-9a-f]{16}) was trained", shown.stdout)
    assert found, shown.stdout
    return found[1]


def states(bellhop: Shell) -> dict[str, str]:
    return dict(re.findall(r"^([0-9a-f]{16})\s+(\w+)", bellhop("models", "list").stdout, re.MULTILINE))


def test_models_are_trained_promoted_rolled_back_and_removed(bellhop: Shell, tmp_path: Path) -> None:
    first = trained(bellhop)
    assert states(bellhop) == {first: "live"}
    assert trained(bellhop) == first, "nothing has changed"
    (tmp_path / "project" / "data" / "nlu.yml").write_text(NLU.replace("- hello\n", "- hello\n    - good day\n"))
    second = trained(bellhop, "--candidate", "--reason", "greetings")
    assert states(bellhop) == {first: "live", second: "candidate"}
    assert bellhop("models", "promote", second[:6]).returncode == 0
    assert states(bellhop) == {first: "retired", second: "live"}
    assert bellhop("models", "rollback", "--reason", "worse").returncode == 0
    assert states(bellhop) == {first: "live", second: "retired"}
    assert bellhop("models", "canary", second, "10").returncode == 0
    assert states(bellhop) == {first: "live", second: "canary"}
    refused = bellhop("models", "remove", second)
    assert (refused.returncode, "answers or reads" in refused.stderr) == (2, True)
    assert bellhop("models", "stop", second).returncode == 0
    shown = bellhop("models", "show", second)
    for fact in (second, "retired", "greetings", "at the command line", "accuracy"):
        assert fact in shown.stdout
    assert bellhop("models", "remove", second).returncode == 0
    assert states(bellhop) == {first: "live"}
    with opened(f"sqlite:///{bellhop.home / 'bellhop.db'}") as engine:
        acts = [each.act for each in reversed(Audit(engine).page()) if each.act.startswith("model.")]
        assert Releases(engine).now().live == first
    assert acts == [
        "model.add", "model.promote", "model.add", "model.promote", "model.rollback", "model.canary", "model.stop", "model.remove",
    ]  # fmt: skip
    assert "whole" in bellhop("doctor").stdout


def test_another_machine_of_the_deployment_trains_nothing_that_has_not_changed(bellhop: Shell, tmp_path: Path) -> None:
    trained(bellhop)
    database = f"sqlite:///{bellhop.home / 'bellhop.db'}"
    shown = bellhop("train", BELLHOP_HOME=str(tmp_path / "other"), BELLHOP_DATABASE_URL=database)
    assert "Nothing has changed" in shown.stdout
    assert "It is live" in shown.stdout


@pytest.mark.parametrize(
    "words",
    [["show", "zzzz"], ["show", "a"], ["promote", "zzzz"], ["rollback"], ["remove", "zzzz"], ["canary", "zzzz", "101"]],
)
def test_a_mistake_is_a_sentence(bellhop: Shell, words: list[str]) -> None:
    bellhop("migrate")
    shown = bellhop("models", *words)
    assert shown.returncode == 2
    assert "Traceback" not in shown.stderr


def test_a_worse_model_is_refused_reported_and_overruled(tmp_path: Path) -> None:
    bellhop, folder = Shell(tmp_path / "home"), tmp_path / "project"
    bellhop.settings["BELLHOP_PROJECT"] = str(write_shop(folder))
    first = trained(bellhop)
    write_shop(folder, {"parcel": "invoice", "invoice": "parcel"})
    refused = bellhop("train")
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    assert "is refused, and the live one goes on" in " ".join(refused.stderr.split())
    second = next(id for id, state in states(bellhop).items() if state == "refused")
    assert states(bellhop)[first] == "live"
    told = bellhop("models", "report", second[:6])
    for fact in (f"compared with {first}: refused", "test conversations", "The live model: accuracy", "worse: "):
        assert fact in told.stdout
    for name, beginning in (("report.html", "<!doctype html>"), ("report.json", '{"version"')):
        assert bellhop("models", "report", second, "-o", str(tmp_path / name)).returncode == 0
        assert (tmp_path / name).read_text().startswith(beginning)
    assert bellhop("models", "report", second, "-o", str(tmp_path / "no" / "x")).returncode == 2
    assert bellhop("models", "promote", second).returncode == 2
    assert bellhop("models", "promote", second, "--reason", "swapped on purpose").returncode == 0
    assert states(bellhop) == {first: "retired", second: "live"}
