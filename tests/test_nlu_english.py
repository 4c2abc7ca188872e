"""A second encoder for texts in Latin letters, where a project asks for it; all others are read as without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.nlu import english
from bot.nlu.data import NluConfig
from bot.nlu.encoder import SIZE, Encoder, encoder
from bot.nlu.english import ENGLISH_SIZE, JOINT_SIZE, English, installed, is_latin, joint
from bot.nlu.interpreter import Interpreter
from bot.nlu.reading import Reading
from bot.nlu.thresholds import Thresholds
from bot.project import ProjectError, load_project
from tests.small_project import write_project
from tests.test_nlu_hybrid import english as english_examples

WANTED = NluConfig(english_encoder=True)
ENGLISH_TEXTS = ["give me the money back", "has my parcel left yet", "i need a receipt for tax", "my dog ate a sofa"]
OTHER_TEXTS = ["我要退款", "有没有优惠券", "订单 A1001 到哪里了", "…", "12", "Где мой заказ"]


def nothing_kept() -> None:
    """The encoder's last digits depend on what else is in a batch: both models are to see the same batches, whatever ran before."""
    kept = encoder()
    assert kept is not None
    kept.forget()


@pytest.fixture(scope="module")
def trained() -> Interpreter:
    nothing_kept()
    return Interpreter.train(english_examples(16), WANTED)


@pytest.fixture(scope="module")
def plain() -> Interpreter:
    nothing_kept()
    return Interpreter.train(english_examples(16), NluConfig())


def test_it_is_learned_only_where_it_is_wanted(trained: Interpreter, plain: Interpreter) -> None:
    assert installed()
    assert plain.classifier.english is None
    assert trained.classifier.english is not None
    assert trained.classifier.english.fitted.encoded.shape[0] == JOINT_SIZE
    assert trained.warnings == ()
    assert trained.version != plain.version


def read(model: Interpreter, texts: Sequence[str]) -> list[Reading]:
    nothing_kept()
    return model.read(texts)


def told(readings: Sequence[Reading]) -> list[tuple[str, object]]:
    return [(each.ranking[0].name, pytest.approx(each.ranking[0].confidence, abs=1e-3)) for each in readings]


def test_texts_in_other_letters_are_read_as_without_it(trained: Interpreter, plain: Interpreter) -> None:
    here, there = read(trained, OTHER_TEXTS), read(plain, OTHER_TEXTS)
    assert told(here) == [(each.ranking[0].name, each.ranking[0].confidence) for each in there]
    strange = [each.out_of_scope for each in there]
    assert [each.out_of_scope for each in here] == pytest.approx(strange, abs=1e-3)
    here, there = read(trained, ENGLISH_TEXTS), read(plain, ENGLISH_TEXTS)
    assert [each.out_of_scope for each in here] != pytest.approx([each.out_of_scope for each in there], abs=2e-3)


def test_a_reading_does_not_depend_on_the_batch(trained: Interpreter) -> None:
    texts = [*ENGLISH_TEXTS, *OTHER_TEXTS]
    assert trained.read(texts) == [trained.read([text])[0] for text in texts]


def test_vectors_have_both_halves_or_the_first_alone() -> None:
    texts = ["where is it", "在哪里", ""]
    base = Encoder().vectors(texts)
    both = joint(texts, base)
    assert both.shape == (3, JOINT_SIZE) == (3, SIZE + ENGLISH_SIZE)
    assert np.allclose(np.linalg.norm(both[:2], axis=1), 1)
    assert both[0, SIZE:].any()
    assert not both[1:, SIZE:].any()
    assert np.allclose(both[1, :SIZE], base[1], atol=1e-6)
    near = English().vectors(["my card was declined", "the bank refused my card", "a recipe for soup"])
    assert near[0] @ near[1] > near[0] @ near[2] + 0.2


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("hello", True), ("naïve café", True), ("A1001 在哪", False), ("123", False), ("Привет", False)],
)
def test_what_is_written_in_latin_letters(text: str, is_one: bool) -> None:
    assert is_latin(text) is is_one


def test_saved_and_loaded_it_reads_the_same(trained: Interpreter, tmp_path: Path) -> None:
    trained.save(tmp_path)
    loaded = Interpreter.load(tmp_path)
    assert loaded.read([*ENGLISH_TEXTS, *OTHER_TEXTS]) == trained.read([*ENGLISH_TEXTS, *OTHER_TEXTS])


def test_where_another_version_is_installed_the_other_encoder_reads_alone(
    trained: Interpreter, plain: Interpreter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = replace(trained, classifier=replace(trained.classifier, thresholds=Thresholds(0.8, {"refund": 0.99}, 50)))
    own.save(tmp_path)
    monkeypatch.setattr(english, "installed", lambda: "0.0.1")
    loaded = Interpreter.load(tmp_path)
    assert loaded.classifier.english is None
    assert loaded.classifier.hybrid is not None
    assert loaded.thresholds == Thresholds(0.8), "what was learned of single intents was learned with it"
    there = plain.read(ENGLISH_TEXTS)
    assert told(loaded.read(ENGLISH_TEXTS)) == [(each.ranking[0].name, each.ranking[0].confidence) for each in there]


def test_a_project_that_asks_for_what_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(english, "installed", lambda: None)
    trained = Interpreter.train(english_examples(16), WANTED)
    assert trained.classifier.english is None
    assert trained.classifier.hybrid is not None
    assert "bellhop[english]" in trained.warnings[0]


def test_a_project_asks_for_it_in_its_configuration(tmp_path: Path) -> None:
    folder = write_project(tmp_path)
    config = folder / "config.yml"
    before = "language: en\n"
    assert load_project(folder).nlu_config.english_encoder is False
    config.write_text(f"{before}\nbellhop:\n  english_encoder: true\n", encoding="utf-8")
    assert load_project(folder).nlu_config.english_encoder is True
    config.write_text(f"{before}\nbellhop:\n  english_encoder: perhaps\n", encoding="utf-8")
    with pytest.raises(ProjectError, match="true or false"):
        load_project(folder)
