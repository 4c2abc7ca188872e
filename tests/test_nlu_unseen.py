"""Entities beside pictures, between characters that nobody sees, and in wide ones: spans are those of the text as it was typed."""

from __future__ import annotations

import pytest

from bot.nlu.data import NluConfig
from bot.nlu.interpreter import Interpreter
from bot.nlu.unseen import Seen
from tests.nlu_data import SHOP

BOT = Interpreter.train(SHOP, NluConfig())


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("where is A1001", "A1001"),
        ("where is A\u200b10\ufeff01", "A\u200b10\ufeff01"),
        ("\u202awhere is A1001\u202c", "A1001"),
        ("\ufeff\u200bwhere is A1001\u200b", "A1001"),
        ("我的订单Ａ１００１到哪了", "Ａ１００１"),
        ("👩\u200d👩\u200d👧 where is A1001 👍🏽", "A1001"),
        ("😀\u200b where is Ａ\u00ad１００１\u2060", "Ａ\u00ad１００１"),
    ],
)
def test_an_entity_is_found_and_stands_where_it_was_typed(text: str, span: str) -> None:
    (reading,) = BOT.read([text])
    found = [each for each in reading.entities if each.entity == "order_id"]
    assert [(text[each.start : each.end], each.value) for each in found] == [(span, "A1001")]
    assert reading.text == text


def test_what_nobody_sees_changes_nothing_of_what_is_understood() -> None:
    seen, unseen = BOT.read(["please refund this order", "ple\u200base ref\u200bund this\ufeff order"])
    assert (seen.ranking, seen.zone) == (unseen.ranking, unseen.zone)


def test_the_parts_of_a_text_stand_where_they_were_typed() -> None:
    text = "\u200bwhere is my order now and con\u200bnect me to support staff"
    (reading,) = BOT.read([text])
    assert [each.reading.text for each in reading.clauses] == [
        "where is my order now",
        "con\u200bnect me to support staff",
    ]
    assert [text[each.start :].startswith(each.reading.text) for each in reading.clauses] == [True, True]


@pytest.mark.parametrize("text", ["", "\u200b", "\ufeff\u200b\u200e", "plain", "家\u200d", "\u200b" * 60_000])
def test_texts_of_nothing_else_are_read_too(text: str) -> None:
    assert Seen.of(text).original == text
    assert BOT.read([text])[0].text == text
