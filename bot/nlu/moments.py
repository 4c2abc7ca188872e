"""Dates and times in a text, in English and Chinese, as Duckling shapes them: moments with a grain, and intervals.

What is relative counts from a time that is passed in: no clock is read here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.nlu import calendar_words as words
from bot.nlu.instants import Moment, day_of, month_later, scanned
from bot.nlu.measures import SECONDS, Quantity


def moments_in(text: str, at: datetime, durations: Sequence[Quantity]) -> list[Quantity]:
    """In the order of the text. `at` has a time zone, which is that of all that is found."""
    found = [*scanned(text, at), *_relative(text, at, durations)]
    kept: list[Moment] = []
    for each in sorted(found, key=lambda moment: (moment.start, -moment.end)):
        if not kept or each.start >= kept[-1].end:
            kept.append(each)
    composed = _composed(text, kept)
    return [_quantity(each) for each in _spanning(text, [_coming(each, at) for each in composed])]


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
        return Moment(start, end, month_later(day_of(at), int(value) * (12 if unit == "year" else 1), at.day), "day")
    then = at + timedelta(seconds=value * SECONDS[unit])
    if SECONDS[unit] >= SECONDS["day"] and value == int(value):
        return Moment(start, end, day_of(then), "day")
    if unit == "second":
        return Moment(start, end, then.replace(microsecond=0), unit)
    return Moment(start, end, then.replace(second=0, microsecond=0), "minute")


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
    hours = time.at - day_of(time.at)
    evening = day.part and day.at.hour >= 12 and time.unsure_half and time.at.hour < 12
    when = day_of(day.at) + hours + timedelta(hours=12 if evening else 0)
    until = time.until and day_of(day.at) + (time.until - day_of(time.at))
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
        spanned = _span(text, kept[-1], each) if kept else None
        if spanned is None:
            kept.append(each)
        else:
            kept[-1] = spanned
    return kept


def _span(text: str, first: Moment, second: Moment) -> Moment | None:
    begins = _begins(text, first, second)
    if begins is None or first.until is not None or second.until is not None:
        return None
    try:
        then = second.at if second.at > first.at else _later(second, first.at)
        return replace(first, start=begins, end=second.end, until=_after(then, second.grain))
    except (ValueError, OverflowError):
        # Behind the year 9999.
        return None


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
        return month_later(when, 1 if grain == "month" else 12, when.day)
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


def _iso(when: datetime) -> str:
    return when.isoformat(timespec="milliseconds")
