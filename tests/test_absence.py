"""Nobody is there: the customer is told once, leaves a message, and is answered in the same conversation later."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from handoff import absence, desk
from handoff.absence import sentence
from handoff.watch import Watch
from models.choosing import Choices
from models.entry import Message
from models.hours import Hours
from models.settings import Settings
from stream.change import Change
from stream.log import Log
from stream.presence import Presence
from stream.store import Store
from tests.fixtures_store import eventually
from tests.test_routing import CUSTOMER, WEN, known, log, waiting

__all__ = ["log"]


@asynccontextmanager
async def watching(store: Store, settings: Settings, log: Log) -> AsyncIterator[None]:
    stop = asyncio.Event()
    quick = replace(settings, lease=timedelta(milliseconds=800))
    async with asyncio.TaskGroup() as group:
        group.create_task(Watch(store, quick, log, log.history).run(stop, lambda: None))
        yield
        stop.set()


async def said(log: Log, name: str) -> list[tuple[str, str]]:
    entries, _ = await log.after(name, 0)
    return [(each.body.author.kind.value, each.body.text) for each in entries if isinstance(each.body, Message)]


async def test_who_waits_is_told_once_and_answered_later(
    store: Store, settings: Settings, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(absence, "ABSENT_SECONDS", 0.2)
    nobody = sentence("", Hours(), datetime.now(UTC))
    told = [("customer", "hello"), ("bot", nobody)]

    async def is_told() -> bool:
        return await said(log, "c_1") == told

    async with watching(store, settings, log):
        await waiting(log, "c_1")
        await eventually(is_told, "nobody is there")
        await log.commit(Change("c_1", (Message(CUSTOMER, "my order is late"),)))
        told.append(("customer", "my order is late"))
        await asyncio.sleep(1.2)
    async with watching(store, settings, log):
        await asyncio.sleep(1.5)
        assert await is_told(), "once, by the next leader too"
        presence = Presence(store, settings)
        await presence.here("a_wen", "s")
        await presence.set_status(WEN, "available")
        await asyncio.sleep(0.6)
        await waiting(log, "c_2")
        await asyncio.sleep(1.2)
        assert await said(log, "c_2") == [("customer", "hello")], "somebody is there"
    state = await known(log, "c_1")
    await log.commit(desk.take(state, WEN, 5))
    assert (await known(log, "c_1")).agent == "a_wen"


HOURS = Hours("Asia/Shanghai; Mo-Fr 09:00-18:00; 2026-12-01..2026-12-14 off")


@pytest.mark.parametrize(
    ("at", "language", "back"),
    [
        ("2026-11-24T12:00", "en", " We are back on Wednesday at 09:00 (Asia/Shanghai)."),
        ("2026-11-24T12:00", "zh", "我们周三 09:00（Asia/Shanghai）上班。"),
        ("2026-11-30T12:00", "en", " We are back on 2026-12-15 at 09:00 (Asia/Shanghai)."),
    ],
)
def test_outside_business_hours_it_is_told_when_somebody_is_back(at: str, language: str, back: str) -> None:
    now = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert sentence(language, HOURS, now) == sentence(language, Hours(), now) + back


def test_within_business_hours_nobody_knows_when() -> None:
    now = datetime(2026, 11, 24, 3, tzinfo=UTC)
    assert sentence("en", HOURS, now) == sentence("en", Hours(), now)


async def test_hours_that_an_admin_chose_go_before_those_of_the_environment(
    store: Store, settings: Settings, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(absence, "ABSENT_SECONDS", 0.2)
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    days = {"first": tomorrow, "last": tomorrow, "spans": ["07:15-08:00"]}
    Choices(log.history.engine).put("hours", 0, {"zone": "UTC", "dates": [days]}, "a_boss")

    async def is_told() -> bool:
        return any("at 07:15 (UTC)" in text for _, text in await said(log, "c_1"))

    async with watching(store, replace(settings, hours=HOURS), log):
        await waiting(log, "c_1")
        await eventually(is_told, "when somebody is back")
