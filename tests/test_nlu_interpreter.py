from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.data import Example, NluConfig, TrainingData
from bot.nlu.errors import ModelRefused, Untrainable
from bot.nlu.interpreter import RANKING_LENGTH, Interpreter
from bot.nlu.measure import best_intent
from bot.nlu.reading import FALLBACK_INTENT
from tests.nlu_data import HELDOUT, SHOP

SHOP_BOT = Interpreter.train(SHOP, NluConfig())
_WORDS = [
    "apple",
    "banjo",
    "cloud",
    "drum",
    "eagle",
    "forest",
    "grape",
    "hammer",
    "island",
    "jungle",
    "kettle",
    "lemon",
]
PAIRS = TrainingData(tuple(Example(f"{word} {again}", word) for word in _WORDS for again in ("thing", "stuff")))


def test_understands_texts_it_was_not_trained_on_in_both_languages() -> None:
    readings = SHOP_BOT.read([example.text for example in HELDOUT.examples])
    right = [
        best_intent(reading) == example.intent for reading, example in zip(readings, HELDOUT.examples, strict=True)
    ]
    assert sum(right) >= len(right) - 1


def test_every_example_is_understood_with_confidence() -> None:
    for example, reading in zip(SHOP.examples, SHOP_BOT.read([e.text for e in SHOP.examples]), strict=True):
        assert reading.intent.name == example.intent


def test_intents_of_two_examples_are_still_told_apart() -> None:
    interpreter = Interpreter.train(PAIRS, NluConfig())
    readings = interpreter.read([example.text for example in PAIRS.examples])
    assert [reading.intent.name for reading in readings] == [example.intent for example in PAIRS.examples]
    assert len(readings[0].ranking) == RANKING_LENGTH


@pytest.mark.parametrize("text", ["", "   ", "😀😀", "?!…", "Жъщю", "龘" * 20_000, "zqx" * 20_000, "😀" * 60_000])
def test_nothing_known_falls_back(text: str) -> None:
    reading = SHOP_BOT.read([text])[0]
    assert reading.intent.name == reading.ranking[0].name == FALLBACK_INTENT
    assert reading.ranking[1].confidence < 0.5
    assert reading.intent.confidence == 1 - reading.ranking[1].confidence


def test_only_the_start_of_a_text_counts() -> None:
    start = "转人工 " * 500
    readings = SHOP_BOT.read([start, start + "where is my order " * 3_000])
    assert readings[0].ranking == readings[1].ranking
    assert "转人工" * 700 not in start


def test_the_ranking_is_best_first_and_sums_to_one() -> None:
    reading = SHOP_BOT.read(["我要退款"])[0]
    confidences = [guess.confidence for guess in reading.ranking]
    assert confidences == sorted(confidences, reverse=True)
    assert sum(confidences) == pytest.approx(1)
    assert {guess.name for guess in reading.ranking} == {"greet", "order_status", "refund", "human"}


def test_a_batch_reads_as_each_text_alone() -> None:
    texts = ["我要退款", "", "where is A1001", "转人工", "nonsense", "A1001 寄到上海", "hello"]
    for together, text in zip(SHOP_BOT.read(texts), texts, strict=True):
        alone = SHOP_BOT.read([text])[0]
        assert [guess.name for guess in together.ranking] == [guess.name for guess in alone.ranking]
        assert np.allclose([g.confidence for g in together.ranking], [g.confidence for g in alone.ranking], atol=1e-6)
        assert together.entities == alone.entities
    assert SHOP_BOT.read([]) == []


def test_a_loaded_interpreter_reads_as_before_it_was_saved(tmp_path: Path) -> None:
    SHOP_BOT.save(tmp_path)
    loaded = Interpreter.load(tmp_path)
    texts = [example.text for example in (*SHOP.examples, *HELDOUT.examples)] + ["", "to Big Apple, A1001"]
    assert loaded.read(texts) == SHOP_BOT.read(texts)
    assert loaded.version == SHOP_BOT.version == loaded.read(["hi"])[0].model


def test_the_same_data_gives_the_same_model_and_other_data_another() -> None:
    again = Interpreter.train(SHOP, NluConfig())
    assert again.version == SHOP_BOT.version
    assert again.read(["我要退款"]) == SHOP_BOT.read(["我要退款"])
    assert Interpreter.train(SHOP, NluConfig(fallback_threshold=0.4)).version != SHOP_BOT.version


@pytest.mark.parametrize("name", ["model.json", "model.npz"])
@pytest.mark.parametrize("damage", ["gone", "cut", "empty", "other"])
def test_damaged_files_are_refused(tmp_path: Path, name: str, damage: str) -> None:
    SHOP_BOT.save(tmp_path)
    path = tmp_path / name
    written = path.read_bytes()
    match damage:
        case "gone":
            path.unlink()
        case "cut":
            path.write_bytes(written[: len(written) // 2])
        case "empty":
            path.write_bytes(b"")
        case _:
            path.write_bytes(b"[1, 2]")
    with pytest.raises(ModelRefused):
        Interpreter.load(tmp_path)


def test_a_model_of_another_format_is_refused(tmp_path: Path) -> None:
    SHOP_BOT.save(tmp_path)
    path = tmp_path / "model.json"
    path.write_bytes(msgspec.json.encode({**msgspec.json.decode(path.read_bytes()), "format": 99}))
    with pytest.raises(ModelRefused, match="another version"):
        Interpreter.load(tmp_path)


def test_arrays_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    SHOP_BOT.save(tmp_path)
    arrays = dict(np.load(tmp_path / "model.npz"))
    np.savez(tmp_path / "model.npz", **{**arrays, "intercepts": arrays["intercepts"][:-1]})
    with pytest.raises(ModelRefused, match="fit together"):
        Interpreter.load(tmp_path)


def test_no_examples_cannot_be_trained_on() -> None:
    with pytest.raises(Untrainable, match="no examples"):
        Interpreter.train(TrainingData(()), NluConfig())


@pytest.mark.parametrize("intents", [1, 2, 3])
def test_few_intents(intents: int) -> None:
    data = TrainingData(tuple(Example(f"{word} one", word) for word in _WORDS[:intents]))
    interpreter = Interpreter.train(data, NluConfig())
    assert [r.intent.name for r in interpreter.read([e.text for e in data.examples])] == [
        e.intent for e in data.examples
    ]
    assert interpreter.calibration.error is None
    assert interpreter.read(["我"])[0].intent.name == FALLBACK_INTENT


def test_a_picture_can_be_an_example() -> None:
    data = TrainingData(
        (Example("👍", "affirm"), Example("yes", "affirm"), Example("👎", "deny"), Example("no", "deny"))
    )
    assert Interpreter.train(data, NluConfig()).read(["👍"])[0].intent.name == "affirm"


def test_a_pattern_found_speaks_for_the_intents_that_had_it() -> None:
    texts = ["qa A1234", "wb B2345", "ec C3456", "rd D4567"]
    data = TrainingData(
        tuple(Example(text, "order") for text in texts)
        + tuple(Example(text, "other") for text in ("qa wb", "ec rd", "aa", "bb")),
        regexes={"order_id": (r"[A-Z]\d{4}",), "never": ("x{3}y{3}",)},
    )
    with_pattern = Interpreter.train(data, NluConfig()).read(["zz Z9999"])[0]
    without = Interpreter.train(TrainingData(data.examples), NluConfig()).read(["zz Z9999"])[0]
    share = {guess.name: guess.confidence for guess in with_pattern.ranking}["order"]
    assert share > {guess.name: guess.confidence for guess in without.ranking}["order"]


@pytest.mark.parametrize("text", ["我要refund", "帮我refund一下吧"])
def test_an_english_word_counts_in_a_chinese_text(text: str) -> None:
    assert SHOP_BOT.read([text])[0].intent.name == "refund"


def test_progress_is_told_to_the_end() -> None:
    told: list[tuple[str, float]] = []
    Interpreter.train(SHOP, NluConfig(), lambda what, share: told.append((what, share)))
    assert {what for what, _ in told} == {"patterns", "intents"}
    assert told[-1] == ("intents", 1.0)
    assert all(0 <= share <= 1 for _, share in told)


@given(st.text())
def test_any_text_gets_a_reading(text: str) -> None:
    reading = SHOP_BOT.read([text])[0]
    assert 0 <= reading.intent.confidence <= 1
    for entity in reading.entities:
        assert 0 <= entity.start < entity.end <= len(text)
