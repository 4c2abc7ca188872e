"""A Chinese character that was taken for another of the same sound, where training has no Chinese that could tell."""

from __future__ import annotations

import random
import time

import pytest

from bench.typos import mistyped
from bot.nlu.data import NluConfig, TrainingData
from bot.nlu.homophones import likelihood, meant, sounding
from bot.nlu.interpreter import Interpreter
from tests.nlu_data import SHOP


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("明天早上的闹衷", "明天早上的闹钟"),
        ("今天会峡雨吗", "今天会下雨吗"),
        ("取消我所有的蹄醒", "取消我所有的提醒"),
        ("下个兴期的天气", "下个星期的天气"),
        ("我要推款", "我要退款"),
        ("order 1234 的屋流", "order 1234 的物流"),
    ],
)
def test_common_words_say_which_character_was_meant(typed: str, right: str) -> None:
    assert meant(typed) == right


@pytest.mark.parametrize(
    "text",
    [
        "今天天气不错",
        "我想预订一家餐厅",
        "where is it",
        "",
        "注文はどこですか",
        "어디에 있어요",
        "😀",
        "我叫李小明",
        "峡谷里的雨",
    ],
)
def test_what_is_common_or_a_name_or_not_chinese_stays(text: str) -> None:
    assert meant(text) == text


def test_words_are_likelier_than_their_characters() -> None:
    assert likelihood("闹钟") > likelihood("闹") + likelihood("钟")
    assert likelihood("abc, 12") == 0
    assert "钟" in sounding()["zhong"]
    assert "蚂" not in sounding()["ma"], "hardly ever alone"


def test_what_was_learned_in_english_is_read_in_mistyped_chinese() -> None:
    english = TrainingData(tuple(each for each in SHOP.examples if each.text.isascii()) * 3)
    trained = Interpreter.train(english, NluConfig())
    assert trained.classifier.hybrid is not None
    assert not any("一" <= gram[0] <= "鿿" for block in trained.classifier.vocabulary.blocks for gram in block)
    typed, right = trained.read(["我要推款", "我要退款"])
    assert typed.text == "我要推款"
    assert typed.ranking == right.ranking
    assert trained.without_encoder().spelling.corrected("我要推款") == "我要推款", "it would not be understood anyhow"


def test_most_characters_of_the_same_sound_are_put_right() -> None:
    chance = random.Random(0)
    texts = [
        "明天会下雨吗",
        "帮我取消今天下午的闹钟",
        "我想退货",
        "这个星期的天气预报怎么样",
        "请问快递到哪里了",
        "播放一首音乐",
    ] * 10
    right = [meant(mistyped(text, chance)) == text for text in texts]
    assert sum(right) / len(right) > 0.7


def test_a_long_text_is_corrected_in_bounded_time() -> None:
    sounding()
    for text in ("推" * 2_000, "今天会峡雨吗" * 300):
        began = time.process_time()
        meant(text)
        assert time.process_time() - began < 0.5
