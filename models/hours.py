"""Business hours: a time zone, the hours of a week, and days that are otherwise. Pure; who asks brings the time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

WEEK = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
# Who is closed for longer has no next opening that is worth telling.
LOOK_AHEAD = timedelta(days=60)
_DAY_MINUTES = 24 * 60

# Minutes since midnight: from, until.
Span = tuple[int, int]


class Hours:
    """`Asia/Shanghai; Mo-Fr 09:00-12:00 13:00-18:00; Sa 10:00-14:00; 2026-10-01..2026-10-07 off; 2026-10-10 09:00-18:00`.

    A date goes before a day of the week, a later rule before an earlier one; a day that is not named is closed. Empty: always open.
    Raises ValueError where it cannot be read.
    """

    def __init__(self, text: str = "") -> None:
        self._text = text.strip()
        name, *rules = [part.strip() for part in self._text.split(";")]
        self.zone = zone(name) if name else ZoneInfo("UTC")
        self._week: dict[int, list[Span]] = {}
        self._dates: dict[date, list[Span]] = {}
        for rule in filter(None, rules):
            days, _, spans = rule.partition(" ")
            self._rule(days, _spans(spans))
        if self._text and not (self._week or self._dates):
            raise ValueError("no hours are given")

    def _rule(self, days: str, spans: list[Span]) -> None:
        if days[:1].isdigit():
            self._dates |= dict.fromkeys(_dates(days), spans)
        else:
            self._week |= dict.fromkeys(_weekdays(days), spans)

    def __str__(self) -> str:
        return self._text

    def open(self, at: datetime) -> bool:
        """`at` with its time zone."""
        if not self._text:
            return True
        local = at.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        return any(first <= minute < last for first, last in self._on(local.date()))

    def opens(self, at: datetime) -> datetime | None:
        """The next opening after `at`, in the zone of the hours; None where there is none, or it is always open."""
        today = at.astimezone(self.zone).date()
        for n in range(LOOK_AHEAD.days):
            day = today + timedelta(days=n)
            for first, _ in self._on(day):
                begin = datetime(day.year, day.month, day.day, first // 60, first % 60, tzinfo=self.zone)
                if begin.astimezone(UTC) > at.astimezone(UTC):
                    return begin
        return None

    def after(self, begin: datetime, worked: timedelta) -> datetime | None:
        """When so much time of business has passed since `begin`, in UTC; None where that is further off than LOOK_AHEAD."""
        now, left = begin.astimezone(UTC), worked
        if not self._text:
            return now + worked
        today = begin.astimezone(self.zone).date()
        for n in range(LOOK_AHEAD.days):
            day = today + timedelta(days=n)
            midnight = datetime(day.year, day.month, day.day, tzinfo=self.zone)
            for first, last in self._on(day):
                # Wall clock first: of a day on which clocks change, 09:00 is not nine hours after midnight.
                opens, closes = ((midnight + timedelta(minutes=each)).astimezone(UTC) for each in (first, last))
                opens = max(opens, now)
                if opens + left <= closes:
                    return opens + left
                left -= max(closes - opens, timedelta())
        return None

    def _on(self, day: date) -> list[Span]:
        return self._dates.get(day, self._week.get(day.weekday(), []))


@lru_cache(maxsize=16)
def read(text: str) -> Hours:
    """The same, read once: lists ask of each conversation. Raises ValueError."""
    return Hours(text)


def zone(name: str) -> ZoneInfo:
    """Raises ValueError."""
    try:
        return ZoneInfo(name)
    except (KeyError, OSError):
        raise ValueError("no such time zone") from None


def _spans(text: str) -> list[Span]:
    if text.strip() == "off":
        return []
    spans = []
    for each in text.split():
        first, _, last = each.partition("-")
        spans.append((_minute(first), _minute(last)))
    ordered = all(first < last for first, last in spans) and all(one[1] <= two[0] for one, two in pairwise(spans))
    if not spans or not ordered:
        raise ValueError("hours are like 09:00-12:00 13:00-18:00, in order, or off")
    return spans


def _minute(text: str) -> int:
    hour, _, minute = text.partition(":")
    if not (len(hour) == len(minute) == 2 and (hour + minute).isascii() and (hour + minute).isdigit()):
        raise ValueError("a time is like 09:00")
    value = int(hour) * 60 + int(minute)
    if int(minute) > 59 or value > _DAY_MINUTES:
        raise ValueError("a time lies between 00:00 and 24:00")
    return value


def _weekdays(text: str) -> Iterator[int]:
    for part in text.split(","):
        first, _, last = part.partition("-")
        begin = WEEK.index(first)
        end = WEEK.index(last or first)
        for n in range((end - begin) % 7 + 1):
            yield (begin + n) % 7


def _dates(text: str) -> Iterator[date]:
    first, _, last = text.partition("..")
    begin = date.fromisoformat(first)
    days = (date.fromisoformat(last or first) - begin).days
    if not 0 <= days <= 366:
        raise ValueError("days are in order, and at most a year")
    for n in range(days + 1):
        yield begin + timedelta(days=n)
