"""Dates and times in a text, in English and Chinese, as Duckling shapes them: moments with a grain, and intervals.

What is relative counts from a time that is passed in: no clock is read here.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.nlu import calendar_words as words
from bot.nlu.measures import SECONDS, Quantity

_FIGURES = {sign: i for i, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_WEEKEND_FROM = 5


@dataclass(frozen=True, slots=True)
class Moment:
    """`text[start:end]` is a time of a grain; with `until` an interval up to it (exclusive).

    `hour` is free where only a day is said, `dated` is False where only a time is.
    """

    start: int
    end: int
    at: datetime
    grain: str
    until: datetime | None = None
    dated: bool = True
    part: bool = False
    unsure_half: bool = False


def moments_in(text: str, at: datetime, durations: Sequence[Quantity]) -> list[Quantity]:
    """In the order of the text. `at` has a time zone, which is that of all that is found."""
    found = [*_scanned(text, at), *_relative(text, at, durations)]
    kept: list[Moment] = []
    for each in sorted(found, key=lambda moment: (moment.start, -moment.end)):
        if not kept or each.start >= kept[-1].end:
            kept.append(each)
    composed = _composed(text, kept)
    return [_quantity(each) for each in _spanning(text, [_coming(each, at) for each in composed])]


def _scanned(text: str, at: datetime) -> Iterator[Moment]:
    for pattern, read in _READERS:
        for match in pattern.finditer(text):
            try:
                moment = read(match, at)
            except (ValueError, OverflowError):
                # The 30th of February, or the year 0.
                continue
            if moment is not None:
                yield moment


def _relative(text: str, at: datetime, durations: Sequence[Quantity]) -> Iterator[Moment]:
    for each in durations:
        after, ago = words.AFTER.match(text, each.end), words.AGO.match(text, each.end)
        ahead = words.IN.search(text, 0, each.start)
        if not (after or ago or ahead):
            continue
        start = ahead.start() if ahead and not (after or ago) else each.start
        end = after.end() if after else ago.end() if ago else each.end
        try:
            yield _moved(start, end, at, -each.value if ago else each.value, each.info["unit"])
        except (ValueError, OverflowError):
            continue


def _moved(start: int, end: int, at: datetime, value: float, unit: str) -> Moment:
    if unit in ("month", "year") and value == int(value):
        return Moment(start, end, _month_later(_day(at), int(value) * (12 if unit == "year" else 1), at.day), "day")
    then = at + timedelta(seconds=value * SECONDS[unit])
    if SECONDS[unit] >= SECONDS["day"] and value == int(value):
        return Moment(start, end, _day(then), "day")
    if unit == "second":
        return Moment(start, end, then.replace(microsecond=0), unit)
    return Moment(start, end, then.replace(second=0, microsecond=0), "minute")


def _near(match: re.Match[str], at: datetime) -> Moment:
    word = re.sub(r"\s+", " ", match.group().lower())
    day = _day(at) + timedelta(days=words.DAYS[word])
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
    return _on(match, day if said or day >= _day(at) else day.replace(year=year + 1))


def _day_of_month(match: re.Match[str], at: datetime) -> Moment:
    day, shift = _number(match["d"]), match.groupdict().get("shift")
    first = _month_later(_day(at).replace(day=1), _shift(shift) if shift else 0, 1)
    if not shift and day < at.day:
        first = _month_later(first, 1, 1)
    return _on(match, first.replace(day=day))


def _weekday(match: re.Match[str], at: datetime) -> Moment:
    said, shift = match["d"].lower(), match["shift"]
    wanted = words.WEEKDAYS.index(said) if said in words.WEEKDAYS else "一二三四五六日天".index(said) % 7
    wanted = 6 if said == "天" else wanted
    today = _day(at)
    if shift is None or shift.lower() in ("this", "coming"):
        return _on(match, today + timedelta(days=(wanted - today.weekday()) % 7))
    monday = today - timedelta(days=today.weekday())
    return _on(match, monday + timedelta(days=wanted, weeks=_shift(shift)))


def _period(match: re.Match[str], at: datetime) -> Moment:
    fields = match.groupdict()
    shift = _shift(fields["shift"]) if fields["shift"] else 0
    said = "weekend" if fields.get("weekend") else words.UNITS.get(fields["u"], fields["u"].lower())
    monday = _day(at) - timedelta(days=at.weekday()) + timedelta(weeks=shift)
    match said:
        case "weekend":
            saturday = monday + timedelta(days=_WEEKEND_FROM)
            return Moment(*match.span(), saturday, "day", saturday + timedelta(days=2), part=True)
        case "week":
            return Moment(*match.span(), monday, "week")
        case "month":
            return Moment(*match.span(), _month_later(_day(at).replace(day=1), shift, 1), "month")
        case _:
            return Moment(*match.span(), _day(at).replace(year=at.year + shift, month=1, day=1), "year")


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
    when = _day(at).replace(hour=hour, minute=minute)
    grain = "minute" if minute or fields.get("min") else "hour"
    return Moment(*match.span(), when, grain, dated=False, unsure_half=half is None and 0 < hour <= 12)


def _named_clock(match: re.Match[str], at: datetime) -> Moment:
    hour = 0 if match["name"].lower() == "midnight" else 12
    return Moment(*match.span(), _day(at).replace(hour=hour), "hour", dated=False)


def _part(match: re.Match[str], at: datetime) -> Moment:
    moment = _with_part(match, _day(at), words.PARTS[match.group().lower().split()[-1]])
    return replace(moment, dated=match.group().lower().startswith("this"))


def _now(match: re.Match[str], at: datetime) -> Moment:
    return Moment(*match.span(), at.replace(microsecond=0), "second")


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


def _composed(text: str, moments: Sequence[Moment]) -> list[Moment]:
    """A day and a time that stand side by side are one."""
    kept: list[Moment] = []
    for each in moments:
        last = kept[-1] if kept else None
        beside = last is not None and words.BESIDE.fullmatch(text, last.end, each.start)
        joined = _both(last, each) if last is not None and beside else None
        if joined is None:
            kept.append(each)
        else:
            kept[-1] = joined
    return kept


def _both(first: Moment, second: Moment) -> Moment | None:
    day, time = (first, second) if first.dated else (second, first)
    if not day.dated or time.dated or (day.grain != "day" and not (day.part and not time.part)):
        return None
    hours = time.at - _day(time.at)
    evening = day.part and day.at.hour >= 12 and time.unsure_half and time.at.hour < 12
    when = _day(day.at) + hours + timedelta(hours=12 if evening else 0)
    until = time.until and _day(day.at) + (time.until - _day(time.at))
    return replace(
        time, start=first.start, end=second.end, at=when, until=until, dated=True, unsure_half=False, part=time.part
    )


def _coming(moment: Moment, at: datetime) -> Moment:
    """A time without a day is the next that comes, in the morning or after noon where neither was said."""
    if moment.dated or moment.part:
        return moment
    when, step = moment.at, timedelta(hours=12 if moment.unsure_half else 24)
    while when < at:
        when += step
    return replace(moment, at=when)


def _spanning(text: str, moments: Sequence[Moment]) -> list[Moment]:
    """Two moments with a word such as "to" between them are an interval; it ends with the second's own end, as Duckling's do."""
    kept: list[Moment] = []
    for each in moments:
        last = kept[-1] if kept else None
        if (
            last is not None
            and last.until is None
            and each.until is None
            and (begins := _begins(text, last, each)) is not None
        ):
            then = each.at if each.at > last.at else _later(each, last.at)
            kept[-1] = replace(last, start=begins, end=each.end, until=_after(then, each.grain))
        else:
            kept.append(each)
    return kept


def _begins(text: str, first: Moment, second: Moment) -> int | None:
    between = words.BETWEEN.search(text, 0, first.start)
    if between and words.AND.fullmatch(text, first.end, second.start):
        return between.start()
    if not words.UNTIL.fullmatch(text, first.end, second.start):
        return None
    opening = words.FROM.search(text, 0, first.start)
    return opening.start() if opening else first.start


def _later(moment: Moment, than: datetime) -> datetime:
    """Monday to Friday, said on a Wednesday: the Friday after that Monday."""
    step = (
        timedelta(hours=12 if moment.unsure_half else 24)
        if not moment.dated or moment.grain != "day"
        else timedelta(days=7)
    )
    when = moment.at
    while when <= than and moment.grain in ("day", "hour", "minute"):
        when += step
    return when


def _after(when: datetime, grain: str) -> datetime:
    if grain in ("month", "year"):
        return _month_later(when, 1 if grain == "month" else 12, when.day)
    return when + timedelta(seconds=SECONDS[grain])


def _quantity(moment: Moment) -> Quantity:
    first = _iso(moment.at)
    if moment.until is None:
        plain = {"value": first, "grain": moment.grain, "type": "value"}
        return Quantity("time", moment.start, moment.end, first, {**plain, "values": [plain]})
    last = _iso(moment.until)
    interval = {
        "type": "interval",
        "from": {"value": first, "grain": moment.grain},
        "to": {"value": last, "grain": moment.grain},
    }
    return Quantity("time", moment.start, moment.end, {"from": first, "to": last}, {**interval, "values": [interval]})


def _with_part(match: re.Match[str], day: datetime, hours: tuple[int, int]) -> Moment:
    return Moment(
        *match.span(), day + timedelta(hours=hours[0]), "hour", day + timedelta(hours=hours[1]), part=True
    )  # fmt: skip


def _on(match: re.Match[str], day: datetime) -> Moment:
    return Moment(*match.span(), day, "day")


def _day(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def _month_later(day: datetime, months: int, of_month: int) -> datetime:
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
    """Figures, or Chinese up to 99."""
    if said.isascii():
        return int(said)
    tens, ten, units = said.rpartition("十")
    return (_FIGURES[tens] if tens else 1) * 10 * bool(ten) + (_FIGURES[units] if units else 0)


def _iso(when: datetime) -> str:
    return when.isoformat(timespec="milliseconds")
