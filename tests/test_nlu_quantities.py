"""Numbers, money, times and addresses, with the values that Duckling gives."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.nlu.data import NluConfig
from bot.nlu.fold import READ_CHARACTERS
from bot.nlu.quantities import QuantityReader, as_entity, quantities_in
from bot.nlu.reading import Entity, Guess, Reading

# A Monday.
AT = datetime(2026, 11, 23, 20, 38, 7, 5, tzinfo=timezone(timedelta(hours=8)))


def found(text: str) -> list[tuple[str, str, Any]]:
    return [(each.dimension, text[each.start : each.end], each.value) for each in quantities_in(text, AT)]


def day(of: str, hour: str = "00:00") -> str:
    return f"{of}T{hour}:00.000+08:00"


@pytest.mark.parametrize(
    ("text", "span", "value"),
    [
        ("book it for tomorrow at 5pm please", "tomorrow at 5pm", day("2026-11-24", "17:00")),
        ("9:30 am next friday", "9:30 am next friday", day("2026-12-04", "09:30")),
        ("wednesday", "wednesday", day("2026-11-25")),
        ("june 12", "june 12", day("2027-06-12")),
        ("the 3rd of march 2027", "the 3rd of march 2027", day("2027-03-03")),
        ("2 days ago", "2 days ago", day("2026-11-21")),
        ("half an hour later", "half an hour later", day("2026-11-23", "21:08")),
        ("at noon", "at noon", day("2026-11-24", "12:00")),
        ("明天下午五点半帮我订", "明天下午五点半", day("2026-11-24", "17:30")),
        ("今晚八点", "今晚八点", day("2026-11-23", "20:00")),
        ("下周三到货吗", "下周三", day("2026-12-02")),
        ("星期天", "星期天", day("2026-11-29")),
        ("二零二七年三月五号", "二零二七年三月五号", day("2027-03-05")),
        ("20号来", "20号", day("2026-12-20")),
        ("三天后提醒我", "三天后", day("2026-11-26")),
        ("两个月前", "两个月前", day("2026-09-23")),
        ("2026-12-01", "2026-12-01", day("2026-12-01")),
    ],
)
def test_moments_count_from_the_time_they_were_said(text: str, span: str, value: str) -> None:
    assert found(text) == [("time", span, value)]


@pytest.mark.parametrize(
    ("text", "span", "first", "last"),
    [
        ("from monday to friday", "from monday to friday", day("2026-11-23"), day("2026-11-28")),
        ("between march 1st and april 2", "between march 1st and april 2", day("2027-03-01"), day("2027-04-03")),
        ("this weekend", "this weekend", day("2026-11-28"), day("2026-11-30")),
        ("下周一到周五", "下周一到周五", day("2026-11-30"), day("2026-12-05")),
        ("周五晚上有人吗", "周五晚上", day("2026-11-27", "18:00"), day("2026-11-28")),
        ("从下午三点到五点", "从下午三点到五点", day("2026-11-24", "15:00"), day("2026-11-24", "18:00")),
    ],
)
def test_intervals_end_behind_their_last_grain(text: str, span: str, first: str, last: str) -> None:
    assert found(text) == [("time", span, {"from": first, "to": last})]


@pytest.mark.parametrize(
    ("text", "span", "value", "unit"),
    [
        ("I paid $30.50", "$30.50", 30.5, "$"),
        ("fifty euros", "fifty euros", 50, "EUR"),
        ("一千两百块", "一千两百块", 1200, "CNY"),
        ("三十块五", "三十块五", 30.5, "CNY"),
        ("￥１,２００", "￥１,２００", 1200, "CNY"),
        ("3.5万元", "3.5万元", 35_000, "CNY"),
    ],
)
def test_money_is_a_number_with_its_unit(text: str, span: str, value: float, unit: str) -> None:
    (each,) = quantities_in(text, AT)
    assert (each.dimension, text[each.start : each.end], each.value) == ("amount-of-money", span, value)
    assert each.info == {"value": value, "unit": unit, "type": "value"}


def test_durations_are_told_in_their_smallest_unit_and_in_seconds() -> None:
    (each,) = quantities_in("3 hours and 20 minutes", AT)
    assert (each.dimension, each.value, each.info["unit"]) == ("duration", 200, "minute")
    assert each.info["normalized"] == {"value": 12_000, "unit": "second"}
    assert found("等了两个半小时") == [("duration", "两个半小时", 2.5)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a hundred and five", [("number", "a hundred and five", 105)]),
        ("第三个", [("ordinal", "第三", 3)]),
        ("the second", [("ordinal", "second", 2)]),
        ("twenty five miles", [("distance", "twenty five miles", 25)]),
        ("五公里", [("distance", "五公里", 5)]),
        ("5kg, 20°C", [("quantity", "5kg", 5), ("temperature", "20°C", 20)]),
        ("来两瓶", [("number", "两", 2)]),
        ("mail a.b@c.com", [("email", "a.b@c.com", "a.b@c.com")]),
        ("看https://x.com/a?b=1，谢谢", [("url", "https://x.com/a?b=1", "https://x.com/a?b=1")]),
        ("call +44 20 7946 0958", [("phone-number", "+44 20 7946 0958", "+442079460958")]),
        ("电话010-62781234", [("phone-number", "010-62781234", "01062781234")]),
    ],
)
def test_other_dimensions(text: str, expected: list[tuple[str, str, Any]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize("text", ["有一点问题", "统一发货，等一下", "I may march on", "order A1001", "2月30号前", ""])
def test_what_only_looks_like_a_quantity_is_none(text: str) -> None:
    assert [each for each in found(text) if each[0] == "time" or text != "2月30号前"] == []


def test_the_longest_texts_are_read_in_part() -> None:
    assert found("x " * (READ_CHARACTERS // 2) + "3 euros") == []


def test_it_is_switched_on_by_the_pipeline_or_by_an_entity_of_that_name() -> None:
    reading = Reading("明天给我300元", Guess("pay", 1.0), ())
    at = AT.timestamp()
    assert QuantityReader(NluConfig(), {"city"}).read(reading, at) is reading
    by_config = QuantityReader(NluConfig(dimensions=("time",), timezone="Asia/Shanghai"), ()).read(reading, at)
    assert [(each.entity, each.value) for each in by_config.entities] == [("time", day("2026-11-24"))]
    by_domain = QuantityReader(NluConfig(), {"amount-of-money"}).read(reading, at)
    (money,) = by_domain.entities
    assert (money.value, money.extractor, money.confidence_entity) == (300, "DucklingEntityExtractor", 1.0)
    assert money.additional_info is not None
    assert money.additional_info["unit"] == "CNY"


def test_an_entity_of_the_projects_own_with_the_same_name_stays_alone() -> None:
    own = Entity("number", "A5", 0, 2, extractor="RegexEntityExtractor")
    reading = Reading("5 and 6", Guess("x", 1.0), (), (own,))
    both = QuantityReader(NluConfig(dimensions=("number",)), ()).read(reading, 0.0).entities
    assert [(each.entity, each.value) for each in both] == [("number", "A5"), ("number", 6)]


def test_an_entity_is_shaped_as_rasa_shapes_ducklings() -> None:
    (each,) = quantities_in("tomorrow", AT.astimezone(UTC))
    moment = {"value": "2026-11-24T00:00:00.000+00:00", "grain": "day", "type": "value"}
    assert as_entity(each).additional_info == {**moment, "values": [moment]}


SIGNS = ["一", "十", "万", "亿", "点", "半", "号", "月", "年", "周", "下", "零", "两", "到", "元", "后", "第"]
WORDS = [
    "hundred ",
    "a ",
    "and ",
    "first ",
    "at ",
    "to ",
    "tomorrow ",
    "next monday ",
    "half an hour ",
    "ago ",
    "pm ",
    "june ",
    "9999",
]
STRANGE = ["3", ":", ".", "-", "/", "$", " ", "²", "①", "٣", "३", "İ", "http://"]


@settings(deadline=None)
@given(st.lists(st.sampled_from([*SIGNS, *WORDS, *STRANGE]), max_size=30).map("".join))
@example("亿个亿")
@example("9999-12-31 to monday")
@example("一" * 400)
@example("二二点半")
def test_whatever_is_typed_is_read_and_what_is_found_lies_in_it(text: str) -> None:
    ends = 0
    for each in quantities_in(text, AT):
        assert ends <= each.start < each.end <= len(text)
        ends = each.end
