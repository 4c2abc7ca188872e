"""Numbers in a text, in figures and in words of English and Chinese: where they stand and what they say.

The words are read by text2num and cn2an; here is only where one begins and ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SMALL = (
    "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    "eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|billion"
)
_ORDINAL = (
    "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|"
    "sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth"
)
_AND = r"(?:(?<=hundred)\s+and|(?<=thousand)\s+and)?"
_WORDS = rf"(?:(?:a|an)\s+(?=hundred|thousand|million))?(?:(?:{_SMALL})(?:{_AND}[\s-]+(?={_SMALL}|{_ORDINAL})|\b))*"
_FIGURES = r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?"
_CHINESE = "零〇一二两三四五六七八九十百千万亿"
_ENGLISH = re.compile(rf"\b(?=[a-z])(?:{_WORDS})(?:(?:{_ORDINAL})\b)?", re.IGNORECASE)
_PLAIN = re.compile(rf"(?<![\w.,])-?(?:{_FIGURES})|(?<=[^\x00-\x7f])(?:{_FIGURES})|(?<=[$€£¥])(?:{_FIGURES})")
_UNSPACED_NUMBER = re.compile(rf"[{_CHINESE}]+(?:点[零〇一二三四五六七八九]+)?")
_FACTORS = {"万": 10_000, "亿": 100_000_000, "千": 1_000, "百": 100, "k": 1_000}
_FACTOR = re.compile(r"(?:万|亿|千|百)|\s?[kK](?![A-Za-z0-9])")
_TAIL = re.compile(r"(?:st|nd|rd|th)\b", re.IGNORECASE)
# 一 in 一下 or 统一 counts nothing: of one sign only before what is counted, or alone.
_COUNTED = re.compile(
    r"[个個位件条張张把台臺部杯瓶盒包袋箱雙双对對套本份次间間晚人名岁歲块塊元毛角分天日号號月年周週星小公千里米厘斤克吨升度秒刻礼]"
)
_LONGEST_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Numeral:
    """`text[start:end]`; whole numbers are int."""

    start: int
    end: int
    value: int | float
    ordinal: bool = False


def numerals_in(text: str) -> list[Numeral]:
    """In the order of the text; none overlaps another."""
    found = sorted([*_figures(text), *_chinese(text), *_english(text)], key=lambda each: (each.start, -each.end))
    kept: list[Numeral] = []
    for each in found:
        if not kept or each.start >= kept[-1].end:
            kept.append(each)
    return kept


def whole(value: float) -> int | float:
    rounded = round(value, 6)
    return int(rounded) if rounded == int(rounded) else rounded


def _figures(text: str) -> Iterator[Numeral]:
    for match in _PLAIN.finditer(text):
        figures = match.group().replace(",", "")
        if len(figures) > _LONGEST_DIGITS:
            continue
        end, value = match.end(), float(figures)
        if factor := _FACTOR.match(text, end):
            value *= _FACTORS[factor.group().strip().lower()]
            end = factor.end()
        tail = _TAIL.match(text, end)
        before = text[match.start() - 1 : match.start()]
        yield Numeral(
            match.start() - (before == "第"), tail.end() if tail else end, whole(value), bool(tail) or before == "第"
        )


def _chinese(text: str) -> Iterator[Numeral]:
    if text.isascii():
        return
    from cn2an import cn2an

    for match in _UNSPACED_NUMBER.finditer(text):
        start, end = match.span()
        ordinal = text[start - 1 : start] == "第"
        if end - start == 1 and not ordinal and not _counts(text, start, end):
            continue
        try:
            value = float(cn2an(match.group().replace("〇", "零"), "smart"))
        except (ValueError, KeyError, OverflowError):
            # 亿个亿: what it cannot read it tells in several ways.
            continue
        if value < 10**_LONGEST_DIGITS:
            yield Numeral(start - ordinal, end, whole(value), ordinal)


def _counts(text: str, start: int, end: int) -> bool:
    if _COUNTED.match(text, end):
        return text[start:end] not in "百千万亿零〇"
    return not text[start - 1 : start].isalnum() and not text[end : end + 1].isalnum()


def _english(text: str) -> Iterator[Numeral]:
    from text_to_num import alpha2digit

    for match in _ENGLISH.finditer(text):
        words = match.group().lower().strip(" -")
        if not words or words in ("hundred", "thousand", "million", "billion"):
            continue
        read = alpha2digit(re.sub(r"^an? ", "one ", re.sub(r"[\s-]+", " ", words)), "en", 0)
        digits = re.fullmatch(r"(\d+)(st|nd|rd|th|)", read)
        if digits and len(digits[1]) <= _LONGEST_DIGITS:
            yield Numeral(match.start(), match.start() + len(words), int(digits[1]), bool(digits[2]))
