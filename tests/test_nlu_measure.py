from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest

from bot.nlu.data import Example
from bot.nlu.measure import Confusion, language_of, macro_f1, measure
from bot.nlu.reading import Clause, Guess, Reading, Zone

READ = {"a1": "a", "a2": "a", "b1": "a", "b2": "a", "甲": "b", "c?": "c"}
EXAMPLES = [
    Example("a1", "a"),
    Example("a2", "a"),
    Example("b1", "b"),
    Example("b2", "b"),
    Example("甲", "b"),
    Example("c?", "c"),
]


def read(texts: Sequence[str]) -> list[Reading]:
    return [_reading(text, READ[text]) for text in texts]


def _reading(text: str, intent: str) -> Reading:
    ranking = (Guess(intent, 0.2),)
    if text.endswith("?"):
        ranking = (Guess("nlu_fallback", 0.8), *ranking)
    zone = Zone.ASK_BACK if text.startswith("b") else Zone.ANSWER
    return Reading(text, ranking[0], ranking, zone=zone)


def test_counts_right_and_wrong() -> None:
    measured = measure(EXAMPLES, read)
    assert measured is not None
    assert measured.accuracy == pytest.approx(4 / 6)
    assert measured.languages == {"en": pytest.approx(3 / 5), "zh": 1.0}
    assert measured.confusions == (Confusion("b", "a", 2),)
    assert measured.fallback == pytest.approx(1 / 6)
    assert measured.answered == pytest.approx(3 / 5)
    assert (measured.doubtful, measured.clear, measured.two) == (pytest.approx(2 / 6), 1.0, 0.0)
    assert measure([], read) is None


def test_counts_two_things_found_in_texts_of_one_intent() -> None:
    def twice(texts: Sequence[str]) -> list[Reading]:
        parts = tuple(Clause(0, each) for each in read(["a1", "甲"]))
        return [msgspec.structs.replace(each, clauses=parts) for each in read(texts[:1])] + read(texts[1:])

    measured = measure(EXAMPLES[:4], twice)
    assert measured is not None
    assert measured.two == 1 / 4


def test_macro_f1_counts_every_intent_alike() -> None:
    assert macro_f1([("a", "a")] * 9 + [("b", "a")]) == pytest.approx((2 * 9 / 19 + 0) / 2)
    assert macro_f1([("a", "a"), ("b", "b")]) == 1.0


def test_language_by_script() -> None:
    assert (language_of("你好 A1"), language_of("hello"), language_of("hallo", "de")) == ("zh", "en", "de")
