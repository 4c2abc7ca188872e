"""What may be wrong with training data, and what a training suspects."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.nlu.data import Example, NluConfig
from bot.nlu.doubted import doubted
from bot.train import train_data
from models.checks import FEW, MANY_TIMES, Flaw, findings, loosely
from models.example_list import Listed
from models.examples import fingerprint
from tests.nlu_data import SHOP
from tests.test_train import quiet


def listed(intent: str, *texts: str) -> list[Listed]:
    return [
        Listed(f"{intent} {n}", intent, text, (), "en", "file", "", 0, "", 0, fingerprint(text), n)
        for n, text in enumerate(texts)
    ]


def many(intent: str, count: int) -> list[Listed]:
    return listed(intent, *(f"{intent} number {chr(0x4E00 + n)}" for n in range(count)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("where is my parcel", "My parcel, where IS it"[:-3]),
        ("order 17 please", "please: order 204"),
        ("我要退款", "退款，我要"),
    ],
)
def test_the_same_words_are_nearly_the_same(one: str, other: str) -> None:
    assert loosely(one) == loosely(other) != ""


def test_one_word_alone_is_no_leak() -> None:
    assert loosely("hello") == loosely("!?") == ""


def test_nothing_is_found_where_all_is_well() -> None:
    assert findings([*many("a", FEW), *many("b", FEW), *many("c", FEW)], ["something else"], ["a", "b", "c"]) == []


def test_the_gravest_is_first() -> None:
    lines = [
        *many("a", FEW), *many("b", FEW), *many("c", FEW * MANY_TIMES + 1), *listed("a", "take it back", "ring 13800138000"),
        *listed("b", "Take it back!", "where is my parcel"), *listed("c", "say it"),
    ]  # fmt: skip
    found = findings(lines, ["my parcel, where is?", "Say it."], ["a", "b", "c", "d"])
    assert [(each.kind, each.intents, each.count) for each in found] == [
        (Flaw.TWICE, ("a", "b"), 2),
        (Flaw.SENSITIVE, ("a",), 1),
        (Flaw.HELD_OUT, ("b", "c"), 2),
        (Flaw.FEW, ("d",), 0),
    ]


def test_a_large_intent_is_told() -> None:
    lines = [*many("a", FEW), *many("b", FEW), *many("c", FEW * MANY_TIMES + 1)]
    (found,) = findings(lines, [], [])
    assert (found.kind, found.intents) == (Flaw.MANY, ("c",))


def test_only_what_another_intent_is_sure_of_is_doubted() -> None:
    given = np.array([[0.9, 0.1], [0.1, 0.9], [0.45, 0.55], [0.35, 0.65]])
    places, labels = np.array([4, 2, 1, 0]), np.array([0, 0, 0, 0, 0])
    (found,) = doubted(given, places, labels, ["a", "b"])
    assert (found.place, found.read, found.confidence) == (2, "b", 0.9)
    assert doubted(given[:0], places[:0], labels, ["a", "b"]) == []


def test_training_tells_what_it_suspects(tmp_path: Path) -> None:
    first = SHOP.examples[0]
    wrong = next(each.intent for each in SHOP.examples if each.intent != first.intent)
    moved = [
        Example(f"{first.text} please", wrong),
        *SHOP.examples,
        *(replace(first, text=f"{first.text} {n}") for n in "abcdefghij"),
    ]
    report = train_data(replace(SHOP, examples=tuple(moved)), None, NluConfig(), tmp_path, quiet)
    (found,) = [each for each in report.suspects if each.mark == fingerprint(moved[0].text)]
    assert (found.meant, found.read) == (wrong, first.intent)
    assert found.confidence > 0.6
