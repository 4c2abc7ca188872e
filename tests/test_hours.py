"""Business hours: weeks, holidays, days that are worked instead, and clocks that are put forward."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from models.hours import Hours
from models.settings import SettingsError, load

SHANGHAI = (
    "Asia/Shanghai; Mo-Fr 09:00-12:00 13:00-18:00; Sa 10:00-14:00; 2026-10-01..2026-10-07 off; 2026-10-10 09:00-18:00"
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2026-11-23T01:00", True),  # Monday, 09:00 in Shanghai
        ("2026-11-23T00:59", False),
        ("2026-11-23T04:00", False),  # noon
        ("2026-11-23T10:00", False),  # 18:00
        ("2026-11-28T05:59", True),  # Saturday, 13:59
        ("2026-11-29T03:00", False),  # Sunday
        ("2026-10-01T03:00", False),  # Thursday, a holiday
        ("2026-10-08T03:00", True),
        ("2026-10-10T09:30", True),  # a Saturday worked until 18:00
    ],
)
def test_open_by_the_shops_own_clock(at: str, is_open: bool) -> None:
    assert Hours(SHANGHAI).open(utc(at)) is is_open


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-11-27T10:00", "2026-11-28T02:00"),  # Friday evening: Saturday
        ("2026-11-28T06:00", "2026-11-30T01:00"),  # then Monday
        ("2026-11-23T04:00", "2026-11-23T05:00"),  # after lunch
        ("2026-09-30T10:00", "2026-10-08T01:00"),  # behind the holidays
    ],
)
def test_the_next_opening(at: str, opens: str) -> None:
    assert Hours(SHANGHAI).opens(utc(at)) == utc(opens)


def test_the_clock_that_is_put_forward_moves_the_opening() -> None:
    berlin = Hours("Europe/Berlin; Mo-Su 09:00-17:00")
    assert berlin.opens(utc("2026-03-28T20:00")) == utc("2026-03-29T07:00")
    assert berlin.opens(utc("2026-03-27T20:00")) == utc("2026-03-28T08:00")


def test_without_hours_it_is_always_open() -> None:
    assert Hours().open(utc("2026-11-29T03:00"))
    assert Hours().opens(utc("2026-11-29T03:00")) is None
    assert Hours("UTC; Mo off").opens(utc("2026-11-29T03:00")) is None
    assert Hours("UTC; Fr-Mo 00:00-24:00").open(utc("2026-11-29T23:59"))


@pytest.mark.parametrize(
    "text",
    [
        "Mo-Fr 09:00-18:00", "UTC", "UTC; Mo", "UTC; Mo 9-18", "UTC; Mo 18:00-09:00", "UTC; Xx 09:00-18:00", "UTC; Mo 09:00-25:00",
        "UTC; Mo 09:00-12:00 11:00-13:00", "UTC; 2026-13-01 off", "UTC; 2026-10-07..2026-10-01 off", "Nowhere/Atall; Mo 09:00-10:00",
        "../../etc/passwd; Mo 09:00-10:00", "UTC; Mo 09:60-10:00",
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each has a sentence of its own
        Hours(text)
    with pytest.raises(SettingsError, match="BELLHOP_HOURS must be business hours"):
        load({"BELLHOP_HOURS": text})
