"""Words of the calendar and the clock in English and Chinese, as patterns. What they come to is in `moments.py`."""

from __future__ import annotations

import re

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
HOURS = ("twelve", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven")
# Days from today.
DAYS = {
    "大前天": -3, "前天": -2, "昨天": -1, "昨日": -1, "昨晚": -1, "今天": 0, "今日": 0, "今晚": 0, "今早": 0, "今晨": 0,
    "明天": 1, "明日": 1, "明晚": 1, "明早": 1, "大后天": 3, "后天": 2,
    "the day after tomorrow": 2, "day after tomorrow": 2, "the day before yesterday": -2, "day before yesterday": -2,
    "today": 0, "tonight": 0, "tomorrow": 1, "yesterday": -1,
}  # fmt: skip
# First and last hour of a part of the day, as Duckling has them.
PARTS = {
    "凌晨": (0, 6), "清晨": (4, 9), "早上": (4, 12), "早晨": (4, 12), "早": (4, 12), "晨": (4, 12), "上午": (4, 12),
    "中午": (12, 14), "下午": (12, 19), "傍晚": (17, 20), "晚上": (18, 24), "夜里": (18, 24), "晚": (18, 24),
    "morning": (4, 12), "afternoon": (12, 19), "evening": (18, 24), "night": (18, 24), "tonight": (18, 24),
}  # fmt: skip
SHIFTS = {
    "上上": -2, "上": -1, "这": 0, "本": 0, "下": 1, "下下": 2, "last": -1, "past": -1, "this": 0, "coming": 0, "next": 1,
    "去": -1, "前": -2, "今": 0, "明": 1, "后": 2,
}  # fmt: skip
UNITS = {"周": "week", "星期": "week", "礼拜": "week", "月": "month", "年": "year", "周末": "weekend"}

_N = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_WEEK = "周|星期|礼拜"
_MONTH = "|".join(sorted((*MONTHS, *(name[:3] for name in MONTHS if name != "may"), "sept"), key=len, reverse=True))
_DAY = r"(?:[12]?\d|3[01])"
_HOUR = "|".join(HOURS)


def _pattern(written: str) -> re.Pattern[str]:
    # ASCII: figures of other scripts are no numbers here, and a word may stand beside Chinese.
    return re.compile(written, re.IGNORECASE | re.ASCII)


NUMBERED = _pattern(r"(?<![\d-])(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?![\d-])")
AMERICAN = _pattern(r"(?<![\d/])(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})(?![\d/])")
NEAR = _pattern(
    "|".join(rf"\b{day}\b" if day.isascii() else day for day in sorted(DAYS, key=len, reverse=True))
)  # fmt: skip
CHINESE_DATE = _pattern(
    rf"(?:(?P<y>\d{{4}}|[零〇一二三四五六七八九]{{4}}|[今明去后前])年)?(?P<m>{_N})月份?(?:(?P<d>{_N})[日号]?)?"
)
CHINESE_DAY = _pattern(rf"(?:(?P<shift>上个?|下个?|这个?|本)月)?(?<![\d月])(?P<d>{_N})[号日](?![线楼门店])")
CHINESE_WEEKDAY = _pattern(rf"(?P<shift>上上个?|下下个?|上个?|下个?|这个?|本)?(?:{_WEEK})(?P<d>[一二三四五六日天])")
CHINESE_PERIOD = _pattern(
    rf"(?P<shift>上上个?|下下个?|上个?|下个?|这个?|本)(?P<u>周末|{_WEEK}|月)(?![一二三四五六日天])|(?P<weekend>周末)"
)
CHINESE_YEAR = _pattern(r"(?P<y>\d{4}|[零〇一二三四五六七八九]{4}|[今明去])年(?!\d)")
ENGLISH_DATE = _pattern(
    rf"\b(?P<m>{_MONTH})\.?\s+(?:the\s+)?(?P<d>{_DAY})(?:st|nd|rd|th)?\b(?:,?\s+(?P<y>\d{{4}}))?(?!:)"
)
ENGLISH_DATE_DAY_FIRST = _pattern(
    rf"\b(?:the\s+)?(?P<d>{_DAY})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m>{_MONTH})\b(?:,?\s+(?P<y>\d{{4}}))?"
)
ENGLISH_DAY = _pattern(rf"\bthe\s+(?P<d>{_DAY})(?:st|nd|rd|th)\b")
ENGLISH_WEEKDAY = _pattern(rf"\b(?:(?P<shift>next|last|this|coming)\s+)?(?P<d>{'|'.join(WEEKDAYS)})\b")
ENGLISH_PERIOD = _pattern(r"\b(?P<shift>next|last|past|this|coming)\s+(?P<u>weekend|week|month|year)\b")
CHINESE_CLOCK = _pattern(
    rf"(?P<part>凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里)?(?P<h>{_N}|两)[点點]"
    rf"(?:(?P<half>半)|(?P<quarter>[一三])刻|(?P<min>{_N})分?|(?P<full>[钟整]))?"
)
FIGURE_CLOCK = _pattern(
    r"(?P<part>凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里)?(?:\bat\s+)?(?<![\d:.])"
    r"(?P<h>[01]?\d|2[0-4]):(?P<min>[0-5]\d)(?![\d:])(?:\s?(?P<ampm>[ap])\.?m\b\.?)?"
)
ENGLISH_CLOCK = _pattern(
    rf"\b(?:at\s+)?(?P<h>1[0-2]|0?[1-9]|{_HOUR})(?:\s?(?P<ampm>[ap])\.?m\b\.?|\s?o'?clock\b)"
    rf"|\bat\s+(?P<h2>2[0-3]|1\d|0?\d|{_HOUR})\b(?![\d:.,%/°-])"
)
NAMED_CLOCK = _pattern(r"\b(?:at\s+)?(?P<name>noon|midnight|midday)\b")
PART = _pattern(
    r"凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|\b(?:(?:in|during)\s+the\s+|this\s+)?(?:morning|afternoon|evening|night)\b"
)
NOW = _pattern(r"\b(?:right\s+)?now\b|现在")
AFTER = _pattern(r"\s?(?:之后|以后|后|(?:later|from now)\b)")
AGO = _pattern(r"\s?(?:之前|以前|前|(?:ago|earlier)\b)")
IN = _pattern(r"\b(?:in|within)\s+$")
BESIDE = _pattern(r"\s*(?:,\s*|\bat\s+|\bon\s+|的)?")
UNTIL = _pattern(r"\s*(?:\bto\b|\buntil\b|\btill\b|-|~|到|至)\s*")
AND = _pattern(r"\s+and\s+")
FROM = _pattern(r"(?:\bfrom\s+|从|自)$")
BETWEEN = _pattern(r"\bbetween\s+$")
