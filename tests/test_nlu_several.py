"""Messages that mean two things: where they may be cut, and what is made of the parts."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest

from bot.nlu.data import NluConfig
from bot.nlu.interpreter import Interpreter
from bot.nlu.reading import FALLBACK_INTENT, Guess, Reading
from bot.nlu.several import CUTS_MOST, Cut, cuts, two, with_clauses
from tests.nlu_data import SHOP

BOT = Interpreter.train(SHOP, NluConfig())


def parts(text: str) -> list[tuple[str, str]]:
    return [(text[: cut.end], text[cut.start :]) for cut in cuts(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("where is my parcel and can I pay later", [("where is my parcel", "can I pay later")]),
        ("Where is it now? How do I pay", [("Where is it now", "How do I pay")]),
        ("我的订单到哪了，另外怎么开发票", [("我的订单到哪了", "怎么开发票")]),
        ("运费是多少 怎么开发票", [("运费是多少", "怎么开发票")]),
        ("it cost 1,000.50 at www.shop.example", []),
        ("ok, where is my parcel", []),
        ("你好，我要退款", []),
        ("where is my parcel and", []),
        ("", []),
    ],
)
def test_a_text_is_cut_where_a_clause_ends_and_both_parts_say_something(
    text: str, expected: list[tuple[str, str]]
) -> None:
    assert parts(text) == expected


def test_words_that_say_that_there_is_more_are_known() -> None:
    assert [cut.more for cut in cuts("where is my parcel, also I want to pay")] == [True]
    assert [cut.more for cut in cuts("where is my parcel, I want to pay")] == [False]


def test_clear_parts_of_an_unclear_whole_are_two_things_and_context_of_a_clear_whole_is_not() -> None:
    cut = Cut(18, 20, shorter=8)
    assert two(cut, 0.97, 0.95, whole=0.5) > 0
    assert two(cut, 0.97, 0.5, whole=0.98) < 0
    assert two(cut, 0.7, 0.7, whole=0.6) < two(Cut(18, 20, True, 8), 0.7, 0.7, whole=0.6)


class Read:
    """Texts are read as it is told; what it is asked for is kept."""

    def __init__(self, **meant: Guess) -> None:
        self.meant = meant
        self.asked: list[str] = []

    def __call__(self, texts: Sequence[str]) -> list[Reading]:
        self.asked += texts
        return [self.read(text) for text in texts]

    def read(self, text: str) -> Reading:
        guess = next(guess for word, guess in self.meant.items() if word in text)
        return Reading(text, guess, (guess,) if guess.name != FALLBACK_INTENT else (guess, Guess("pay", 0.2)))


def test_the_parts_come_in_the_order_of_the_text_with_their_places() -> None:
    whole = Reading("pay it now and send it home", Guess("pay", 0.5), (Guess("pay", 0.5),))
    read = Read(pay=Guess("pay", 0.98), send=Guess("send", 0.97))
    (reading,) = with_clauses([whole], read, read)
    assert [(each.start, each.reading.text, each.reading.intent.name) for each in reading.clauses] == [
        (0, "pay it now", "pay"),
        (15, "send it home", "send"),
    ]
    assert reading.intent == whole.intent


@pytest.mark.parametrize("second", [Guess("pay", 0.98), Guess(FALLBACK_INTENT, 0.8), Guess("send", 0.3)])
def test_the_same_twice_or_something_unclear_is_one_thing(second: Guess) -> None:
    whole = Reading("pay it now and send it home", Guess("pay", 0.9), (Guess("pay", 0.9),))
    read = Read(pay=Guess("pay", 0.98), send=second)
    assert with_clauses([whole], read, read) == [whole]


def test_the_encoder_is_not_asked_about_what_is_hopeless() -> None:
    whole = Reading("pay it now and send it home", Guess("pay", 0.99), (Guess("pay", 0.99),))
    glance, read = Read(pay=Guess("pay", 0.98), send=Guess("send", 0.01)), Read()
    assert with_clauses([whole], read, glance) == [whole]
    assert (len(glance.asked), read.asked) == (2, [])


def test_where_the_first_stage_knows_nothing_the_cut_that_says_more_is_tried() -> None:
    whole = Reading("da und dort, also hier und jetzt, oder", Guess("pay", 0.1), (Guess("pay", 0.1),))
    glance, read = Read(**{"": Guess("pay", 0.0)}), Read(da=Guess("pay", 0.98), hier=Guess("send", 0.98))
    (reading,) = with_clauses([whole], read, glance)
    assert [each.reading.text for each in reading.clauses] == ["da und dort", "hier und jetzt, oder"]
    assert len(read.asked) == 2


def test_a_trained_model_finds_two_things_in_both_languages_and_one_where_there_is_one() -> None:
    english, chinese, one = BOT.read(
        ["where is my order now and connect me to support staff", "我的订单到哪了，另外转人工客服", "where is my order"]
    )
    assert [each.reading.intent.name for each in english.clauses] == ["order_status", "human"]
    assert [each.reading.intent.name for each in chinese.clauses] == ["order_status", "human"]
    assert one.clauses == ()


@pytest.mark.parametrize("text", ["and then so " * 5_000, "a, b. " * 10_000, " " * 60_000, "退款，" * 20_000])
def test_a_message_of_sixty_kilobytes_is_read_in_bounded_time(text: str) -> None:
    assert len(cuts(text)) <= CUTS_MOST
    BOT.read(["hello"])
    began = time.perf_counter()
    BOT.read([text])
    assert time.perf_counter() - began < 2
