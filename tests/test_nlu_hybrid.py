"""The second stage: the encoder reads what n-grams leave in doubt, also in a language that no example is in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.folder import DEMO
from bot.nlu import interpreter as interpreter_module
from bot.nlu.classifier import familiarity
from bot.nlu.data import Example, NluConfig, TrainingData
from bot.nlu.encoder import ENCODED_CHARACTERS, SIZE, Encoder, installed
from bot.nlu.hybrid import Strangeness
from bot.nlu.hybrid_learning import ENDED, enough
from bot.nlu.interpreter import Interpreter
from bot.nlu.reading import FALLBACK_INTENT, Guess, Reading, Zone
from bot.nlu.thresholds import Thresholds
from bot.nlu.zones import zone_of
from bot.project import load_project

LAST_DIGIT = 0.00011
INTENTS = ("refund", "order_status", "invoice", "coupon", "greet", "complaint", "change_address", "opening_hours")


def english(count: int) -> TrainingData:
    """So many English examples of each of some of the demo's intents."""
    found: dict[str, list[Example]] = {}
    for example in load_project(DEMO).training.examples:
        if example.intent in INTENTS and example.text.isascii():
            found.setdefault(example.intent, []).append(example)
    return TrainingData(tuple(example for each in found.values() for example in each[:count]))


@pytest.fixture(scope="module")
def trained() -> Interpreter:
    return Interpreter.train(english(16), NluConfig())


def test_it_is_installed_and_learned_from_forty_examples_on(trained: Interpreter) -> None:
    assert installed()
    assert trained.classifier.hybrid is not None
    assert Interpreter.train(english(4), NluConfig()).classifier.hybrid is None


def test_the_calibration_told_is_of_the_stage_that_has_the_last_word(trained: Interpreter) -> None:
    hybrid = trained.classifier.hybrid
    assert hybrid is not None
    assert trained.calibration == hybrid.words.calibration
    assert trained.calibration != trained.classifier.calibration
    first = replace(trained, classifier=replace(trained.classifier, hybrid=None))
    assert first.calibration == trained.classifier.calibration


def test_without_the_encoder_what_little_is_known_of_is_strange(trained: Interpreter, tmp_path: Path) -> None:
    first = replace(trained, classifier=replace(trained.classifier, hybrid=None))
    first.save(tmp_path)
    for interpreter in (first, Interpreter.load(tmp_path)):
        meant, strange, stranger = interpreter.read(
            ["where is my order", "order me a pizza with pineapple tonight", "brown foxes jump over lazy dogs"]
        )
        assert meant.out_of_scope < strange.out_of_scope < stranger.out_of_scope
        assert meant.out_of_scope < 0.5 < stranger.out_of_scope
        assert interpreter.classifier.familiar == trained.classifier.familiar != 0


def test_the_limit_of_strangeness_is_where_three_of_a_hundred_held_out_texts_are(trained: Interpreter) -> None:
    margins, known = np.array([[0.5, -1.0], [1.0, -1.0]]), np.array([1.0, 0.2])
    assert familiarity(margins, known).argmin() == 1, "a clear margin from a few known n-grams is stranger"
    first = replace(trained, classifier=replace(trained.classifier, hybrid=None))
    readings = first.read([example.text for example in english(16).examples])
    assert np.mean([reading.out_of_scope > 0.5 for reading in readings]) < 0.03, "these were learned"


def test_vectors_are_kept_and_long_texts_cut() -> None:
    encoder = Encoder()
    first, again = encoder.vectors(["where is it", "x" * 60_000, ""]), encoder.vectors(["where is  it"])
    assert first.shape == (3, SIZE)
    assert (first[0] == again[0]).all(), "white space does not count, and what is kept is not encoded again"
    assert np.isfinite(first).all()
    assert (first[1] == encoder.vectors(["x" * ENCODED_CHARACTERS])[0]).all()
    assert encoder.vectors([]).shape == (0, SIZE)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("我要退款", "refund"),
        ("开一张发票", "invoice"),
        ("有没有优惠券", "coupon"),
        ("我的订单到哪里了", "order_status"),
    ],
)
def test_what_was_learned_in_english_is_understood_in_chinese(trained: Interpreter, text: str, intent: str) -> None:
    reading = trained.read([text])[0]
    ranking = [guess.name for guess in reading.ranking if guess.name != FALLBACK_INTENT]
    assert ranking[0] == intent


@pytest.mark.parametrize("text", ["sdkjfh skdjfh", "Жъщю", "qqqq wwww", "…"])
def test_what_is_no_language_is_no_intent(trained: Interpreter, text: str) -> None:
    reading = trained.read([text])[0]
    assert reading.intent.name == FALLBACK_INTENT
    assert reading.out_of_scope > 0.5


def test_a_reading_does_not_depend_on_the_batch(trained: Interpreter) -> None:
    texts = [example.text for example in english(20).examples]
    for text, together in zip(texts, trained.read(texts), strict=True):
        alone = trained.read([text])[0]
        assert (alone.text, alone.intent.name, alone.zone) == (together.text, together.intent.name, together.zone)
        assert (alone.entities, alone.model) == (together.entities, together.model)
        assert [(each.start, each.reading.intent.name) for each in alone.clauses] == [
            (each.start, each.reading.intent.name) for each in together.clauses
        ]
        # What lies in the middle between two fourth digits is rounded either way, by how the processor sums.
        assert _shares(alone) == pytest.approx(_shares(together), rel=0, abs=LAST_DIGIT)


def _shares(reading: Reading) -> dict[str, float]:
    return {"": reading.out_of_scope, **{each.name: each.confidence for each in reading.ranking}}


def test_saved_and_loaded_it_reads_the_same(trained: Interpreter, tmp_path: Path) -> None:
    trained.save(tmp_path)
    texts = ["give me the money back", "退钱给我", "hello there my friend"]
    assert Interpreter.load(tmp_path).read(texts) == trained.read(texts)


def test_another_encoder_is_not_trusted_with_these_vectors(
    trained: Interpreter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained.save(tmp_path)
    monkeypatch.setattr(interpreter_module, "installed", lambda: "0.0.1")
    loaded = Interpreter.load(tmp_path)
    assert loaded.classifier.hybrid is None
    assert loaded.read(["i want a refund"])[0].intent.name == "refund", "n-grams alone still decide"


def test_without_the_encoder_thresholds_that_were_learned_with_it_do_not_hold(
    trained: Interpreter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = replace(trained, classifier=replace(trained.classifier, thresholds=Thresholds(0.8, {"refund": 0.99}, 50)))
    assert own.without_encoder().thresholds == Thresholds(0.8)
    own.save(tmp_path)
    assert Interpreter.load(tmp_path).thresholds == own.thresholds
    monkeypatch.setattr(interpreter_module, "installed", lambda: None)
    assert Interpreter.load(tmp_path).thresholds == Thresholds(0.8)


def test_enough_is_the_lowest_confidence_that_is_nearly_always_right() -> None:
    confidences = np.linspace(1, 0, 1_000)
    right = (confidences > 0.5).astype(float)
    assert enough(confidences, right) == pytest.approx(0.5, abs=0.01)
    assert enough(confidences, np.zeros(1_000)) == 2.0
    assert enough(np.ones(10), np.ones(10)) == 2.0, "ten texts prove nothing"


@pytest.mark.parametrize(
    ("confidences", "zone"),
    [
        ((0.95, 0.02), Zone.ANSWER),
        ((0.5, 0.45), Zone.ASK_BACK),
        ((0.2, 0.1), Zone.HAND_OFF),
        ((0.99,), Zone.ANSWER),
        ((0.0,), Zone.HAND_OFF),
    ],
)
def test_the_zone_is_what_costs_the_customer_least(confidences: tuple[float, ...], zone: Zone) -> None:
    assert zone_of([Guess(str(i), each) for i, each in enumerate(confidences)]) is zone


def test_not_all_texts_end_with_the_first_stage_however_right_it_is() -> None:
    assert enough(np.linspace(0, 1, 1_000), np.ones(1_000)) == pytest.approx(1 - ENDED, abs=0.01)


def test_strangeness_is_by_margin_nearness_and_familiarity_and_by_what_there_is_of_them() -> None:
    how = Strangeness(1.0, 0.5, 0.8, 0.1, 2.0, 0.5, limit=-3.0)
    typical, one = np.array([1.0]), np.array([0.8])
    assert how.score(typical, one, np.array([2.0])) == pytest.approx(0)
    assert how.score(np.array([0.5]), one, np.array([2.0])) == pytest.approx(-1)
    assert how.score(typical, np.array([0.7]), np.array([1.5])) == pytest.approx(-2)
    assert how.score(np.array([0.5]), np.array([0.7]), None) == pytest.approx(-3), "of a foreign text nothing is known"
    assert how.score_of_first(np.array([1.5])) == pytest.approx(-3)
    assert how.out_of_scope(np.array([-3.0])) == pytest.approx(0.5)
    assert how.out_of_scope(np.array([-4.0])) > 0.85 > 0.15 > how.out_of_scope(np.array([-2.0]))
