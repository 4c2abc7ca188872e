"""Single days, times and periods in a text, each by a pattern of its own. Nothing is put together here: see `moments.py`."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.nlu import calendar_words as words

_FIGURES = {sign: i for i, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_WEEKEND_FROM = 5


@dataclass(frozen=True, slots=True)
class Moment:
    """`text[start:end]` is a time of a grain; with `until` an interval up to it (exclusive).

    `dated` is False where only a time of day is said, `part` is a part of a day, and `unsure_half` a time before or after noon.
    """

    start: int
    end: int
    at: datetime
    grain: str
    until: datetime | None = None
    dated: bool = True
    part: bool = False
    unsure_half: bool = False


def scanned(text: str, at: datetime) -> Iterator[Moment]:
    for pattern, read in _READERS:
        for match in pattern.finditer(text):
            try:
                moment = read(match, at)
            except (ValueError, OverflowError):
                # The 30th of February, or the year 0.
                continue
            if moment is not None:
                yield moment


def _near(match: re.Match[str], at: datetime) -> Moment:
    word = re.sub(r"\s+", " ", match.group().lower())
    day = day_of(at) + timedelta(days=words.DAYS[word])
    part = words.PARTS.get(word) or words.PARTS.get(word[-1])
    return _with_part(match, day, part) if part and word not in ("today",) else _on(match, day)


def _dated(match: re.Match[str], at: datetime) -> Moment | None:
    fields = match.groupdict()
    month = _month(fields["m"])
    year, said = _year(fields.get("y"), at)
    if not 1 <= month <= 12:
        return None
    if not fields["d"]:
        first = datetime(year, month, 1, tzinfo=at.tzinfo)
        return Moment(*match.span(), first if said or month >= at.month else first.replace(year=year + 1), "month")
    day = datetime(year, month, _number(fields["d"]), tzinfo=at.tzinfo)
    return _on(match, day if said or day >= day_of(at) else day.replace(year=year + 1))


def _day_of_month(match: re.Match[str], at: datetime) -> Moment:
    day, shift = _number(match["d"]), match.groupdict().get("shift")
    first = month_later(day_of(at).replace(day=1), _shift(shift) if shift else 0, 1)
    if not shift and day < at.day:
        first = month_later(first, 1, 1)
    return _on(match, first.replace(day=day))


def _weekday(match: re.Match[str], at: datetime) -> Moment:
    said, shift = match["d"].lower(), match["shift"]
    wanted = words.WEEKDAYS.index(said) if said in words.WEEKDAYS else "一二三四五六日天".index(said) % 7
    wanted = 6 if said == "天" else wanted
    today = day_of(at)
    if shift is None or shift.lower() in ("this", "coming"):
        return _on(match, today + timedelta(days=(wanted - today.weekday()) % 7))
    monday = today - timedelta(days=today.weekday())
    return _on(match, monday + timedelta(days=wanted, weeks=_shift(shift)))


def _period(match: re.Match[str], at: datetime) -> Moment:
    fields = match.groupdict()
    shift = _shift(fields["shift"]) if fields["shift"] else 0
    said = "weekend" if fields.get("weekend") else words.UNITS.get(fields["u"], fields["u"].lower())
    monday = day_of(at) - timedelta(days=at.weekday()) + timedelta(weeks=shift)
    match said:
        case "weekend":
            saturday = monday + timedelta(days=_WEEKEND_FROM)
            return Moment(*match.span(), saturday, "day", saturday + timedelta(days=2), part=True)
        case "week":
            return Moment(*match.span(), monday, "week")
        case "month":
            return Moment(*match.span(), month_later(day_of(at).replace(day=1), shift, 1), "month")
        case _:
            return Moment(*match.span(), day_of(at).replace(year=at.year + shift, month=1, day=1), "year")


def _whole_year(match: re.Match[str], at: datetime) -> Moment:
    return Moment(*match.span(), datetime(_year(match["y"], at)[0], 1, 1, tzinfo=at.tzinfo), "year")


def _clock(match: re.Match[str], at: datetime) -> Moment | None:
    fields = match.groupdict()
    said = fields.get("h") or fields["h2"]
    hour = words.HOURS.index(said.lower()) or 12 if said.lower() in words.HOURS else _number(said)
    # 一点 is "a little" unless more is said.
    if said == "一" and not any(fields.get(each) for each in ("part", "half", "quarter", "min", "full")):
        return None
    minute = 30 if fields.get("half") else 0
    minute = 15 * _number(fields["quarter"]) if fields.get("quarter") else minute
    minute = _number(fields["min"]) if fields.get("min") else minute
    half = {"a": 0, "p": 12}.get((fields.get("ampm") or "").lower())
    if part := fields.get("part"):
        half = 12 if words.PARTS[part][0] >= 12 else 0
    if half is not None and hour <= 12:
        hour = hour % 12 + half
    if hour == 24:
        hour = 0
    when = day_of(at).replace(hour=hour, minute=minute)
    grain = "minute" if minute or fields.get("min") else "hour"
    return Moment(*match.span(), when, grain, dated=False, unsure_half=half is None and 0 < hour <= 12)


def _named_clock(match: re.Match[str], at: datetime) -> Moment:
    hour = 0 if match["name"].lower() == "midnight" else 12
    return Moment(*match.span(), day_of(at).replace(hour=hour), "hour", dated=False)


def _part(match: re.Match[str], at: datetime) -> Moment:
    moment = _with_part(match, day_of(at), words.PARTS[match.group().lower().split()[-1]])
    return replace(moment, dated=match.group().lower().startswith("this"))


def _now(match: re.Match[str], at: datetime) -> Moment:
    return Moment(*match.span(), at.replace(microsecond=0), "second")


def _with_part(match: re.Match[str], day: datetime, hours: tuple[int, int]) -> Moment:
    return Moment(
        *match.span(), day + timedelta(hours=hours[0]), "hour", day + timedelta(hours=hours[1]), part=True
    )  # fmt: skip


def _on(match: re.Match[str], day: datetime) -> Moment:
    return Moment(*match.span(), day, "day")


def day_of(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def month_later(day: datetime, months: int, of_month: int) -> datetime:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return day.replace(year=year, month=month + 1, day=min(of_month, calendar.monthrange(year, month + 1)[1]))


def _month(said: str) -> int:
    named = [name[:3] for name in words.MONTHS]
    return named.index(said[:3].lower()) + 1 if said[:3].lower() in named else _number(said)


def _year(said: str | None, at: datetime) -> tuple[int, bool]:
    if said is None:
        return at.year, False
    if said in words.SHIFTS:
        return at.year + words.SHIFTS[said], True
    return int("".join(str(_FIGURES.get(sign, sign)) for sign in said)), True


def _shift(said: str) -> int:
    return words.SHIFTS[said.lower().removesuffix("个")]


def _number(said: str) -> int:
    """Figures, or Chinese up to 99. Raises ValueError for two figures in a row."""
    if said.isascii():
        return int(said)
    tens, ten, units = said.rpartition("十")
    if any(each and each not in _FIGURES for each in (tens, units)):
        raise ValueError
    return (_FIGURES[tens] if tens else 1) * 10 * bool(ten) + (_FIGURES[units] if units else 0)


_READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], datetime], Moment | None]], ...] = (
    (words.NUMBERED, _dated),
    (words.AMERICAN, _dated),
    (words.NEAR, _near),
    (words.CHINESE_DATE, _dated),
    (words.CHINESE_DAY, _day_of_month),
    (words.CHINESE_WEEKDAY, _weekday),
    (words.CHINESE_PERIOD, _period),
    (words.CHINESE_YEAR, _whole_year),
    (words.ENGLISH_DATE, _dated),
    (words.ENGLISH_DATE_DAY_FIRST, _dated),
    (words.ENGLISH_DAY, _day_of_month),
    (words.ENGLISH_WEEKDAY, _weekday),
    (words.ENGLISH_PERIOD, _period),
    (words.CHINESE_CLOCK, _clock),
    (words.FIGURE_CLOCK, _clock),
    (words.ENGLISH_CLOCK, _clock),
    (words.NAMED_CLOCK, _named_clock),
    (words.PART, _part),
    (words.NOW, _now),
)
