"""Numbers with a unit: money, durations, distances, weights, volumes, temperatures. Shapes are Duckling's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from bot.nlu.numerals import Numeral, whole


class Quantity(msgspec.Struct, frozen=True):
    """`text[start:end]`; `info` is what Rasa's DucklingEntityExtractor gives as `additional_info`."""

    dimension: str
    start: int
    end: int
    value: Any
    info: dict[str, Any]


SECONDS = {
    "second": 1,
    "minute": 60,
    "hour": 3_600,
    "day": 86_400,
    "week": 604_800,
    "month": 2_592_000,
    "year": 31_536_000,
}
# Unit by dimension: what is written in either language. Of two that fit the longer counts.
_UNITS: dict[str, dict[str, str]] = {
    "amount-of-money": {
        "CNY": r"元|块钱|块|圆|人民币|rmb|cny|yuan|renminbi",
        "USD": r"美元|美金|us dollars?|usd",
        "$": r"dollars?|bucks?",
        "EUR": r"欧元|euros?|eur",
        "GBP": r"英镑|gbp|pounds sterling",
        "£": r"pounds?|quid",
        "JPY": r"日元|日圆|yen|jpy",
        "HKD": r"港币|港元|hkd",
        "cent": r"cents?",
    },
    "duration": {
        "second": r"秒钟?|seconds?|secs?",
        "minute": r"分钟|minutes?|mins?",
        "hour": r"个?半?(?:小时|钟头)|hours?|hrs?|h",
        "day": r"天|days?",
        "week": r"个?半?(?:星期|礼拜)|周(?![一二三四五六日天末])|weeks?",
        "month": r"个半?月|months?",
        "year": r"年半?|years?",
    },
    "distance": {
        "kilometre": r"公里|千米|kilomet(?:er|re)s?|km",
        "metre": r"米(?![饭粒])|met(?:er|re)s?|m",
        "centimetre": r"厘米|centimet(?:er|re)s?|cm",
        "millimetre": r"毫米|millimet(?:er|re)s?|mm",
        "mile": r"英里|miles?",
        "foot": r"英尺|feet|foot|ft",
        "inch": r"英寸|寸|inch(?:es)?",
    },
    "quantity": {
        "kilogram": r"公斤|千克|kilograms?|kilos?|kg",
        "gram": r"克|grams?|g",
        "pound": r"磅|lbs?",
        "ounce": r"盎司|ounces?|oz",
    },
    "volume": {
        "millilitre": r"毫升|millilit(?:er|re)s?|ml",
        "litre": r"升|lit(?:er|re)s?|l",
        "gallon": r"加仑|gallons?",
    },
    "temperature": {
        "celsius": r"摄氏度|°c|degrees? celsius",
        "fahrenheit": r"华氏度|°f|degrees? fahrenheit",
        "degree": r"度|°|degrees?",
    },
}
_PATTERNS = [
    ((dimension, unit), re.compile(rf"\s?(?:{written})(?:(?<![a-z])|(?![a-z0-9]))", re.IGNORECASE))
    for dimension, units in _UNITS.items()
    for unit, written in units.items()
]
_SIGNS = {
    "$": "$",
    "us$": "USD",
    "hk$": "HKD",
    "€": "EUR",
    "£": "£",
    "¥": "CNY",
    "rmb": "CNY",
    "usd": "USD",
    "eur": "EUR",
}
_SIGN = re.compile(r"(us\$|hk\$|[$€£¥]|rmb|usd|eur)\s?$", re.IGNORECASE)
_JIAO = re.compile(r"([一二两三四五六七八九]|[1-9])(?![\d一二三四五六七八九十百千万亿个天年月点小.])[毛角]?")
_HALF = re.compile(
    r"半个?(?P<zh>小时|钟头|天|年|个?月)|\b(?:half an?|an?|one) (?P<en>second|minute|hour|day|week|month|year)\b",
    re.IGNORECASE,
)
_HALVES = {"小时": "hour", "钟头": "hour", "天": "day", "年": "year", "月": "month", "个月": "month"}
_JOINED = re.compile(r"\s*(?:,|and|零|又)?\s*", re.IGNORECASE)
_TENTHS = {sign: i for i, sign in enumerate("一二三四五六七八九", 1)} | {"两": 2} | {str(i): i for i in range(1, 10)}


def measures_in(text: str, numerals: Sequence[Numeral]) -> list[Quantity]:
    """One for each number that has a unit, in the order of the text."""
    found = [each for numeral in numerals if not numeral.ordinal for each in _measure(text, numeral)]
    halves = [
        each for each in _halves(text) if not any(each.start < other.end and other.start < each.end for other in found)
    ]
    return _joined(text, sorted([*found, *halves], key=lambda each: each.start))


def _measure(text: str, numeral: Numeral) -> Iterator[Quantity]:
    sign = _SIGN.search(text, max(0, numeral.start - 5), numeral.start)
    if sign:
        yield _plain("amount-of-money", sign.start(), numeral.end, numeral.value, _SIGNS[sign[1].lower()])
        return
    longest = max(_units(text, numeral.end), key=lambda unit: unit[1], default=None)
    if longest is None:
        return
    (dimension, unit), end = longest
    written = text[numeral.end : end]
    if dimension == "duration":
        yield lasting(numeral.start, end, numeral.value + 0.5 * ("半" in written), unit)
    elif written in ("块", "元") and (tenths := _JIAO.match(text, end)):
        yield _plain(dimension, numeral.start, tenths.end(), whole(numeral.value + _TENTHS[tenths[1]] / 10), unit)
    else:
        yield _plain(dimension, numeral.start, end, numeral.value, unit)


def _units(text: str, at: int) -> Iterator[tuple[tuple[str, str], int]]:
    for kind, pattern in _PATTERNS:
        if match := pattern.match(text, at):
            yield kind, match.end()


def lasting(start: int, end: int, value: float, unit: str) -> Quantity:
    """A duration."""
    number = whole(value)
    normalized = {"value": whole(value * SECONDS[unit]), "unit": "second"}
    info = {"value": number, "unit": unit, unit: number, "type": "value", "normalized": normalized}
    return Quantity("duration", start, end, number, info)


def _plain(dimension: str, start: int, end: int, value: float, unit: str) -> Quantity:
    return Quantity(dimension, start, end, value, {"value": value, "unit": unit, "type": "value"})


def _halves(text: str) -> Iterator[Quantity]:
    for match in _HALF.finditer(text):
        value = 0.5 if match["zh"] or match.group().lower().startswith("half") else 1
        yield lasting(match.start(), match.end(), value, _HALVES[match["zh"]] if match["zh"] else match["en"].lower())


def _joined(text: str, found: list[Quantity]) -> list[Quantity]:
    """3 hours and 20 minutes are 200 minutes."""
    kept: list[Quantity] = []
    for each in found:
        last = kept[-1] if kept else None
        if last and last.dimension == each.dimension == "duration" and _JOINED.fullmatch(text, last.end, each.start):
            unit = each.info["unit"]
            if SECONDS[last.info["unit"]] > SECONDS[unit]:
                sum_ = last.value * SECONDS[last.info["unit"]] / SECONDS[unit] + each.value
                kept[-1] = lasting(last.start, each.end, sum_, unit)
                continue
        kept.append(each)
    return kept
