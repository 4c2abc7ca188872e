"""What is promised is counted in business hours, said twice to whom it concerns, and kept or missed in the report."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from handoff import desk
from handoff.promises import Promises
from handoff.queue import Queue
from models.choices import SlaChoice, UnusableChoice, taken
from models.conversation import Conversation, Holder
from models.database import open_engine
from models.entry import Author, AuthorKind
from models.frames import SlaFrame
from models.hours import Hours
from models.promise import Target, promised, standing
from models.settings import Settings
from stream.history import History
from stream.log import Log
from stream.reports import Reports, Span
from stream.store import Store
from tests.client import Customer
from tests.fixtures_api import Api
from tests.test_api_people import signed_in
from tests.test_reports import filled, ms
from tests.test_routing import WEN, known, log, waiting
from tests.test_socket import agent

__all__ = ["log"]

SHANGHAI = "Asia/Shanghai; Mo-Fr 09:00-12:00 13:00-18:00; 2026-11-25 off; 2026-11-29 22:00-24:00"
BERLIN = "Europe/Berlin; Su 00:00-24:00"
CHOICE = SlaChoice(first_response_minutes=10, resolution_minutes=60, warn_percent=80)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "begin", "minutes", "due"),
    [
        ("", "2026-11-23T01:00", 90, "2026-11-23T02:30"),
        (SHANGHAI, "2026-11-23T01:00", 60, "2026-11-23T02:00"),
        (SHANGHAI, "2026-11-23T03:30", 30, "2026-11-23T04:00"),  # to the last minute before noon
        (SHANGHAI, "2026-11-23T03:30", 31, "2026-11-23T05:01"),  # over noon
        (SHANGHAI, "2026-11-23T04:30", 10, "2026-11-23T05:10"),  # asked at noon
        (SHANGHAI, "2026-11-22T20:00", 10, "2026-11-23T01:10"),  # asked at night
        (SHANGHAI, "2026-11-24T09:50", 20, "2026-11-26T01:10"),  # over a holiday
        (SHANGHAI, "2026-11-27T09:59", 31, "2026-11-29T14:30"),  # a Sunday that is worked, up to midnight
        (BERLIN, "2026-10-25T00:00", 120, "2026-10-25T02:00"),  # clocks are put back: this hour is twice
        (BERLIN, "2026-03-28T23:00", 23 * 60, "2026-03-29T22:00"),  # put forward: this day has 23 hours
        (SHANGHAI, "2026-11-23T01:00", 60 * 24 * 60, None),
    ],
)
def test_only_business_hours_count(hours: str, begin: str, minutes: int, due: str | None) -> None:
    found = Hours(hours).after(utc(begin), timedelta(minutes=minutes))
    assert found == (None if due is None else utc(due))


def test_what_is_still_to_be_kept_depends_on_what_has_happened() -> None:
    def targets(**fields: Any) -> list[Target]:
        return [each.target for each in standing(Conversation("c_1", **fields), CHOICE, Hours())]

    both = [Target.FIRST_RESPONSE, Target.RESOLUTION]
    assert targets(asked=1_000, holder=Holder.QUEUE) == both
    assert targets(asked=1_000, holder=Holder.AGENT, replied=500) == both, "an answer in an earlier wait"
    assert targets(asked=1_000, holder=Holder.AGENT, replied=1_000) == [Target.RESOLUTION]
    assert targets(asked=0, holder=Holder.AGENT) == [], "an agent stepped in unasked"
    assert targets(asked=1_000, holder=Holder.BOT) == []
    first, _ = promised(1_000, CHOICE, Hours())
    assert (first.warn, first.due) == (1_000 + 480_000, 1_000 + 600_000)
    assert promised(1_000, SlaChoice(), Hours()) == []


@pytest.mark.parametrize(
    "value", [{"first_response_minutes": -1}, {"warn_percent": 100}, {"minutes": 5}, {"resolution_minutes": "5"}]
)
def test_what_cannot_be_promised_is_refused(value: dict[str, Any]) -> None:
    with pytest.raises(UnusableChoice):
        taken("sla", value)


class Heard(Queue):
    """A queue that keeps what it tells."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.told: list[tuple[str, str, bool, str | None]] = []

    async def tell(self, frame: Any) -> None:
        assert isinstance(frame, SlaFrame)
        self.told.append((frame.conversation, frame.target, frame.missed, frame.agent.id if frame.agent else None))


async def test_each_is_said_once_when_it_is_nearly_over_and_once_when_it_is_and_anew_to_the_next(
    store: Store, settings: Settings, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handoff.promises.LOOK_EVERY_SECONDS", 0.0)
    now, queue = [0], Heard(store)
    monkeypatch.setattr("handoff.promises.time.time_ns", lambda: now[0] * 1_000_000)
    state = await waiting(log, "c_1")
    await queue.apply(state, state.seq, "ask", 1_000)
    look = Promises(lambda: CHOICE, Hours, log, queue)

    async def said(at_minute: float) -> list[tuple[str, str, bool, str | None]]:
        queue.told.clear()
        now[0] = state.asked + round(at_minute * 60_000)
        for _ in range(3):
            await look.run()
        return queue.told[:]

    assert await said(7.9) == []
    assert await said(8) == [("c_1", "first_response", False, None)]
    assert await said(10) == [("c_1", "first_response", True, None)]
    await log.commit(desk.take(await known(log, "c_1"), WEN, 5))
    assert await said(11) == [("c_1", "first_response", True, "a_wen")], "now it is Wen's"
    assert await said(48) == [("c_1", "resolution", False, "a_wen")]
    await log.commit(desk.close(await known(log, "c_1"), WEN, 9))
    assert await said(70) == []
    monkeypatch.undo()
    quiet = Promises(SlaChoice, Hours, log, queue)
    await quiet.run()


def test_the_report_counts_by_what_is_promised_now(sql_engine: Engine) -> None:
    began = ms(2026, 3, 2, 2, 0)

    def after(minutes: int) -> int:
        return began + minutes * 60_000

    rows: list[dict[str, Any]] = [
        {"asked": began, "answered": after(9), "closed": after(59)},
        {"asked": began, "answered": after(11), "closed": after(61)},
        {"asked": began, "closed": after(5)},
        {"asked": began},
        {"asked": 0},
    ]
    filled(sql_engine, [{"began": began, "reason": "asked", **each} for each in rows])
    span = Span(ms(2026, 3, 1), ms(2026, 3, 9), ZoneInfo("UTC"))
    found = Reports(sql_engine, CHOICE).sla(span)
    assert found.columns[1:] == ("first_response_met", "first_response_missed", "resolution_met", "resolution_missed")
    assert found.rows == (("2026-03-02", 1, 2, 2, 2),), "closed before it was due and unanswered: counts as neither"
    night = Reports(sql_engine, CHOICE, Hours("UTC; Mo-Su 20:00-21:00")).sla(span)
    assert night.rows == (("2026-03-02", 2, 1, 3, 1),), "none of it was in business hours"


@pytest.fixture
async def shared(api: Api, store: Store) -> AsyncIterator[Log]:
    """The log of the server."""
    engine = open_engine(api.settings.sql_url)
    async with Log(store, api.settings, History(engine)) as opened:
        yield opened
    engine.dispose()


async def test_who_holds_it_and_admins_are_told_and_lists_have_the_clock(api: Api, store: Store, shared: Log) -> None:
    with signed_in(api, "boss@shop.test") as http:
        done = http.put(
            "/api/settings/sla", json={"version": 0, "value": {"first_response_minutes": 10, "resolution_minutes": 60}}
        )
        assert done.status_code == 200
        async with (
            await Customer.visitor(api.base) as own,
            await agent(api) as wen, await agent(api, "li") as li, await agent(api, "boss") as boss,
        ):  # fmt: skip
            await own.acknowledged(await own.say("first"))
            assert own.conversation
            frame = SlaFrame(
                own.conversation,
                "resolution",
                missed=True,
                due="2026-11-27T08:00:00.000Z",
                agent=Author(AuthorKind.AGENT, api.wen.id, "Wen"),
            )
            await Queue(store).tell(frame)
            for who in (wen, boss):
                await who.until(lambda who=who: any(each["type"] == "sla" for each in who.frames), "told")  # type: ignore[misc]
            await Queue(store).tell(
                SlaFrame(own.conversation, "first_response", missed=False, due="2026-11-27T08:00:00.000Z")
            )
            await li.until(lambda: any(each["type"] == "sla" for each in li.frames), "all are told of who waits")
            assert [each["target"] for each in li.frames if each["type"] == "sla"] == ["first_response"]
            path = f"/api/conversations/{own.conversation}"
            assert http.get(path).json()["due"] == [], "with the bot"
            state = await shared.state(own.conversation)
            assert state is not None
            await shared.commit(desk.ask(state, Author(AuthorKind.BOT), time.time_ns() // 1_000_000, "asked"))
            due = http.get(path).json()["due"]
            assert [each["target"] for each in due] == ["first_response", "resolution"]
            assert due[0]["warn"] < due[0]["due"] < due[1]["due"]
            await wen.send({"type": "take", "conversation": own.conversation})
            await wen.until(lambda: any(each.get("holder") == "agent" for each in wen.frames), "taken")
            await wen.acknowledged(await wen.say("hello", conversation=own.conversation))
            assert [each["target"] for each in http.get(path).json()["due"]] == ["resolution"], "answered"
            assert http.get("/api/reports/sla").status_code == 200
