"""Traditional characters and wide letters are read as simplified and plain ones; places stay those of the text as typed."""

from __future__ import annotations

import pytest

from bot.nlu.data import Example, NluConfig, TrainingData
from bot.nlu.fold import fold, simplified
from bot.nlu.interpreter import Interpreter
from tests.nlu_data import SHOP


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("怎麼開發票？", "怎么开发票?"),
        ("頭髮", "头发"),
        ("ＡＢＣ　訂單", "abc 订单"),
        ("後天", "后天"),
        ("plain", "plain"),
    ],
)
def test_traditional_and_wide_characters_are_folded(typed: str, folded: str) -> None:
    assert fold(typed) == folded


def test_the_length_stays_and_japanese_too() -> None:
    text = "".join(map(chr, range(0x4E00, 0x9FFF)))
    assert len(simplified(text)) == len(text)
    assert simplified("請求書を発行") == "請求書を発行"


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("我要退款，訂單發貨了嗎", "我要退款，订单发货了吗"),
        ("幫我查一下物流", "帮我查一下物流"),
        ("包裹什麼時候到", "包裹什么时候到"),
    ],
)
def test_traditional_characters_are_understood_alike(typed: str, plain: str) -> None:
    interpreter = Interpreter.train(SHOP, NluConfig())
    traditional, simple = interpreter.read([typed, plain])
    assert traditional.ranking == simple.ranking


def test_training_in_traditional_characters_serves_simplified_ones() -> None:
    texts = {"refund": ["我要退貨", "請退錢給我"], "invoice": ["怎麼開發票", "發票寄給我"]}
    data = TrainingData(tuple(Example(text, intent) for intent, own in texts.items() for text in own))
    readings = Interpreter.train(data, NluConfig()).read(["我要退货", "发票怎么开"])
    assert [reading.ranking[0].name for reading in readings] == ["refund", "invoice"]


def test_phrases_and_synonyms_are_found_in_either_with_the_places_of_what_was_typed() -> None:
    data = TrainingData(
        (Example("我在", "where"), Example("你好", "greet")),
        lookups={"city": ("广州", "臺灣")},
        synonyms={"广州": "Canton"},
        entities=("city",),
    )
    readings = Interpreter.train(data, NluConfig()).read(["寄到廣州嗎", "我在台湾"])
    found = [(each.value, each.start, each.end) for reading in readings for each in reading.entities]
    assert found == [("Canton", 2, 4), ("台湾", 2, 4)]
