from __future__ import annotations

from pathlib import Path

import pytest

from bot.nlu.data import NluConfig, TrainingData
from bot.nlu.errors import Untrainable
from bot.project import ProjectError
from bot.registry import current_manifest, current_version, load_current
from bot.train import TrainReport, train, train_data
from tests.nlu_data import HELDOUT, SHOP

NLU = """\
version: "3.1"
nlu:
- intent: greet
  examples: |
    - hello
    - hi there
    - 你好
- intent: order_status
  examples: |
    - where is [A1001](order_id)
    - 我的订单到哪了
    - track my parcel
- regex: order_id
  examples: |
    - [A-Z]\\d{4}
"""
DOMAIN = """\
version: "3.1"
intents: [greet, order_status]
entities: [order_id]
responses:
  utter_hi:
  - text: Hi
"""


def quiet(what: str, share: float) -> None:
    pass


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    (folder / "data").mkdir(parents=True)
    (folder / "domain.yml").write_text(DOMAIN)
    (folder / "data" / "nlu.yml").write_text(NLU)
    return folder


def trained(home: Path, heldout: TrainingData | None = HELDOUT, *, force: bool = False) -> TrainReport:
    return train_data(SHOP, heldout, NluConfig(), home, quiet, force=force)


def test_the_report_counts_what_was_trained_and_measured(tmp_path: Path) -> None:
    report = trained(tmp_path)
    assert (report.examples, report.intents) == (len(SHOP.examples), 4)
    assert report.languages == {"en": 18, "zh": 18}
    assert report.cross_validation.examples == len(SHOP.examples)
    assert report.heldout is not None
    assert report.heldout.examples == len(HELDOUT.examples)
    assert set(report.heldout.languages) == {"en", "zh"}
    assert report.heldout.accuracy > 0.6
    assert not report.unchanged
    assert load_current(tmp_path)[1].metrics["heldout"]["accuracy"] == report.heldout.accuracy


def test_lines_are_for_people(tmp_path: Path) -> None:
    told = "\n".join(trained(tmp_path).lines())
    assert " was trained in " in told
    assert "18 en, 18 zh" in told
    assert "Held out: accuracy" in told
    assert "In doubt " in told
    assert "Held out" not in "\n".join(trained(tmp_path, None).lines())
    assert "Nothing has changed" in trained(tmp_path, None).lines()[0]


def test_nothing_is_trained_when_nothing_changed(tmp_path: Path) -> None:
    first = trained(tmp_path)
    again = trained(tmp_path)
    assert again.unchanged
    assert (again.version, again.heldout) == (first.version, first.heldout)
    assert not trained(tmp_path, force=True).unchanged


def test_other_data_settings_or_heldout_texts_train_anew(tmp_path: Path) -> None:
    trained(tmp_path)
    assert not trained(tmp_path, TrainingData(HELDOUT.examples[:2])).unchanged
    config = NluConfig(fallback_threshold=0.5)
    assert not train_data(SHOP, HELDOUT, config, tmp_path, quiet).unchanged
    fewer = TrainingData(SHOP.examples[:-1])
    assert not train_data(fewer, HELDOUT, config, tmp_path, quiet).unchanged


def test_a_damaged_model_is_trained_anew(tmp_path: Path) -> None:
    version = trained(tmp_path).version
    (tmp_path / "models" / version / "model.npz").write_bytes(b"")
    anew = trained(tmp_path)
    assert not anew.unchanged
    # Of the last bits of a vector it counts what was encoded beside it, so the bytes and their name may be others.
    assert load_current(tmp_path)[1].version == anew.version


def test_a_folder_becomes_a_live_model(tmp_path: Path, project: Path) -> None:
    report = train(project, tmp_path / "home", quiet)
    interpreter, manifest = load_current(tmp_path / "home")
    assert (manifest.project, report.project, report.intents) == ("shop", "shop", 2)
    reading = interpreter.read(["我的订单 B2002 到哪了"])[0]
    assert reading.intent.name == "order_status"
    assert [(entity.entity, entity.value) for entity in reading.entities] == [("order_id", "B2002")]
    assert train(project, tmp_path / "home", quiet).unchanged


def test_a_mistake_leaves_the_old_model(tmp_path: Path, project: Path) -> None:
    home = tmp_path / "home"
    version = train(project, home, quiet).version
    (project / "data" / "nlu.yml").write_text(NLU.replace("intent: greet", "intent: [greet"))
    with pytest.raises(ProjectError):
        train(project, home, quiet)
    (project / "data" / "nlu.yml").write_text('version: "3.1"\nnlu:\n' + NLU[NLU.index("- regex") :])
    with pytest.raises(Untrainable):
        train(project, home, quiet)
    assert current_version(home) == version
    assert current_manifest(home) is not None
    assert load_current(home)[0].read(["hello"])[0].intent.name == "greet"
