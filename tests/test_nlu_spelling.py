"""What is mistyped is understood; what is merely unknown stays as it was typed."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from bench.typos import mistyped
from bot.nlu.data import NluConfig
from bot.nlu.encoder import Encoder
from bot.nlu.homophones import sound
from bot.nlu.interpreter import Interpreter
from bot.nlu.spelling import MOST_STRANGE, Spelling
from tests.nlu_data import SHOP


@pytest.fixture(scope="module")
def trained() -> Interpreter:
    return Interpreter.train(SHOP, NluConfig())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("where is my ordr", "where is my order"),
        ("where is my prder", "where is my order"),
        ("where is my oredr", "where is my order"),
        ("Where is my orderr?", "Where is my order?"),
        ("i want a refunf", "i want a refund"),
        ("refnd", "refund"),
        ("我要推款", "我要退款"),
        ("帮我察一下物流", "帮我查一下物流"),
        ("包裹什么时候道", "包裹什么时候到"),
        ("我要人工可服", "我要人工客服"),
    ],
)
def test_one_slip_or_one_character_of_the_same_sound_is_read_as_meant(
    trained: Interpreter, typed: str, meant: str
) -> None:
    assert trained.spelling.corrected(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "where is my order",
        "我要退款",
        "sdkjfh skdjfh",
        "",
        "…",
        "it's",
        "Жъщю",
        "schön wäre das",
        "注文はどこですか",
        "order 12345",
        "今天天气不错",
    ],
)
def test_what_is_known_or_like_nothing_known_stays(trained: Interpreter, text: str) -> None:
    assert trained.spelling.corrected(text) == text


def test_a_text_of_many_unknown_words_is_not_bent_to_what_is_known(trained: Interpreter) -> None:
    assert trained.spelling.corrected("ordr " * MOST_STRANGE) == "order " * MOST_STRANGE
    text = "ordr " * (MOST_STRANGE + 1)
    assert trained.spelling.corrected(text) == text


def test_the_reading_is_of_the_text_as_typed(trained: Interpreter) -> None:
    reading = trained.read(["pls refnd 5 dollars"])[0]
    assert reading.text == "pls refnd 5 dollars"


def test_the_intent_is_that_of_what_was_meant_also_after_loading(trained: Interpreter, tmp_path: Path) -> None:
    trained.save(tmp_path)
    for interpreter in (trained, Interpreter.load(tmp_path)):
        typed, meant = interpreter.read(["refnd", "refund"])
        assert typed.ranking == meant.ranking
        typed, meant = interpreter.read(["我要推款", "我要退款"])
        assert typed.ranking == meant.ranking


def test_a_long_text_is_corrected_in_bounded_time(trained: Interpreter) -> None:
    trained.spelling.warm()
    for text in ("wherr ordr " * 6_000, "推" * 60_000, "x" * 60_000, " ".join(["refn" + "d" * 30] * 4) + "y" * 60_000):
        began = time.process_time()
        trained.spelling.corrected(text)
        assert time.process_time() - began < 0.25


def test_without_the_encoder_a_rare_word_is_no_reason_to_correct(trained: Interpreter) -> None:
    first = trained.without_encoder()
    assert first.classifier.hybrid is None
    assert first.spelling.corrected("where is my ordr") == "where is my order"


def test_with_the_encoder_words_of_the_language_stay_and_mistyped_ones_become_them(trained: Interpreter) -> None:
    classifier = trained.classifier
    spelling = Spelling(classifier.vocabulary, classifier.idf, with_encoder=True)
    assert spelling.corrected("where is my otder") == "where is my order"
    assert spelling.corrected("play some musix") == "play some music"
    for text in ("i want a refuge", "a border", "money bank", "a hotel"):
        assert spelling.corrected(text) == text, "training has none of them, the language has"


def test_the_encoder_knows_how_common_words_are() -> None:
    words = Encoder().words()
    assert words["where"] > words["refund"] > 0
    assert "ordr" not in words
    assert all(word.isascii() and word.isalpha() and word.islower() for word in words)
    assert len(words) > 10_000


def test_sounds_have_no_tone() -> None:
    assert sound("推") == sound("退") == "tui"
    assert sound("x") == ""
    assert sound("、") == ""


def test_the_typos_that_are_measured_change_one_place() -> None:
    chance = random.Random(0)
    for text in ("where is my order", "我要退款", "123"):
        typed = mistyped(text, chance)
        assert (typed == text) is (text == "123")
        assert len(text) - 1 <= len(typed) <= len(text)
    assert sound(mistyped("退", chance)) == "tui"
