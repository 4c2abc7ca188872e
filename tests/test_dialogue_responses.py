"""Which variation is said, and what stands in its gaps (rasa-formats 4.1)."""

from __future__ import annotations

import random
from typing import Any

import pytest

from bot.dialogue.language import language_of
from bot.dialogue.responses import choose, fill, fill_text
from bot.project.domain import Variation


def said(text: str, channel: str | None = None, **conditions: Any) -> Variation:
    return Variation({"text": text}, tuple(conditions.items()), channel)


def chosen(*variations: Variation, channel: str = "web", seed: int = 1, **slots: Any) -> str | None:
    found = choose(variations, slots, channel, random.Random(seed))
    return None if found is None else str(found.parts["text"])


def test_a_condition_that_holds_beats_none_and_one_that_fails_is_out() -> None:
    both = (said("plain"), said("vip", vip=True))
    assert chosen(*both, vip=True) == "vip"
    assert chosen(*both, vip=False) == "plain"
    assert chosen(said("vip", vip=True), vip=None) is None


def test_all_conditions_must_hold() -> None:
    both = (said("plain"), said("zh vip", vip=True, language="zh"))
    assert chosen(*both, vip=True, language="en") == "plain"
    assert chosen(*both, vip=True, language="zh") == "zh vip"


def test_the_channels_own_variation_goes_before_the_common_one_and_anothers_is_out() -> None:
    both = (said("common"), said("rest", channel="rest"))
    assert chosen(*both, channel="rest") == "rest"
    assert chosen(*both, channel="web") == "common"
    assert chosen(said("rest", channel="rest"), channel="web") is None


def test_a_condition_counts_before_the_channel() -> None:
    assert chosen(said("rest", channel="rest"), said("vip", vip=True), channel="rest", vip=True) == "vip"


def test_chance_chooses_among_equals() -> None:
    assert {chosen(said("a"), said("b"), said("c"), seed=seed) for seed in range(40)} == {"a", "b", "c"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hi {name}", "Hi Li"),
        ("{name}{name}", "LiLi"),
        ("unset: {empty}", "unset: None"),
        ("{name} and {unknown}", "{name} and {unknown}"),
        ('/inform{"priority":"low"}', '/inform{"priority":"low"}'),
        ('/query_order{{"order_id":"A-1001"}}', '/query_order{"order_id":"A-1001"}'),
        ('/order{{"id":"{name}"}}', '/order{"id":"Li"}'),
        ("{{name}}", "{name}"),
        ("{{{name}}}", "{Li}"),
        ("a { alone", "a { alone"),
        ("a } alone {name}", "a } alone {name}"),
        ("{na\nme}", "{na\nme}"),
        ("{name.__class__}", "{name.__class__}"),
        ("{name[0]}", "{name[0]}"),
        ("您好 {name}", "您好 Li"),
        ("", ""),
    ],
)
def test_gaps(text: str, expected: str) -> None:
    assert fill_text(text, {"name": "Li", "empty": None}) == expected


def test_a_value_is_not_filled_again() -> None:
    assert fill_text("{a}", {"a": "{b}", "b": "secret"}) == "{b}"


def test_gaps_are_filled_however_deep_and_the_response_itself_stays_as_it_is() -> None:
    parts = {
        "text": "{n}",
        "buttons": [{"title": "{n}", "payload": '/x{{"n":"{n}"}}'}],
        "custom": {"deep": [{"n": "{n}"}, 5]},
    }
    filled = fill(parts, {"n": 7})
    assert filled == {
        "text": "7",
        "buttons": [{"title": "7", "payload": '/x{"n":"7"}'}],
        "custom": {"deep": [{"n": "7"}, 5]},
    }
    assert parts["text"] == "{n}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我的订单 A1001 到哪了", "zh"),
        ("where is A1001", "en"),
        ("A1001", None),
        ("139****5678", None),
        ("a***@example.com", None),
        ("?", None),
        ("OK 谢谢", "zh"),
        ("hi", "en"),
    ],
)
def test_the_language_is_seen_in_words_only(text: str, expected: str | None) -> None:
    assert language_of(text) == expected
