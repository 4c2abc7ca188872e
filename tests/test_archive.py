"""Reading and flushing: what one reader left pending comes first, everything reaches SQL once, nothing needed is trimmed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from models.database import open_engine
from models.entry import Author, AuthorKind, Message
from models.settings import Settings
from stream import keys
from stream.archive import Archive
from stream.change import Change, Line
from stream.history import History
from stream.lease import Leases
from stream.log import Log
from stream.reader import Reader
from stream.store import Script, Store
from tests.fixtures_sql import migrated
from tests.fixtures_store import archived, eventually

CUSTOMER = Author(AuthorKind.CUSTOMER, "u_1")


def said(conversation: str, number: int) -> Change:
    return Change(conversation, (Message(CUSTOMER, f"text {number}", id=f"m{number}"),), client_id=f"u_1:m{number}")


@pytest.fixture
def engine(settings: Settings) -> AsyncIterator[Engine]:
    migrated(settings.sql_url)
    opened = open_engine(settings.sql_url)
    yield opened
    opened.dispose()


@pytest.fixture
async def log(store: Store, settings: Settings, engine: Engine) -> AsyncIterator[Log]:
    async with Log(store, settings, History(engine)) as opened:
        yield opened


class Owner:
    """Holds all leases of a group while the block runs."""

    def __init__(self, store: Store, settings: Settings, group: str = keys.BOT) -> None:
        self.leases = Leases(store, settings, group, self._nothing_under_way)
        self.reader = Reader(store, settings, self.leases, group, 64)
        self._stop = asyncio.Event()

    async def _nothing_under_way(self, partition: int) -> None:
        return

    async def __aenter__(self) -> Reader:
        await self.reader.prepare()
        self._task = asyncio.create_task(self.leases.run(self._stop))

        async def owns() -> bool:
            return len(self.leases.owned) == 16

        await eventually(owns, "all partitions")
        return self.reader

    async def __aexit__(self, *exc: object) -> None:
        self._stop.set()
        await self._task


async def read_all(reader: Reader, count: int) -> list[Line]:
    lines: list[Line] = []
    while len(lines) < count:
        for each in (await reader.read()).values():
            lines += each
    return lines


async def test_a_new_owner_reads_what_was_left_pending_first_and_in_order(
    store: Store, settings: Settings, log: Log
) -> None:
    for number in range(10):
        await log.commit(said("c_1", number))
    async with Owner(store, settings) as reader:
        first = await read_all(reader, 10)
        p = log.partition("c_1")
        await store.commands.xack(keys.log(p), keys.BOT, *(line.stream_id for line in first[:4]))
    for number in range(10, 15):
        await log.commit(said("c_1", number))
    async with Owner(store, settings) as reader:
        lines = await read_all(reader, 11)
    assert [line.entry.seq for line in lines] == list(range(5, 16))
    assert [line.deliveries for line in lines] == [2] * 6 + [1] * 5


async def test_a_reader_that_has_lost_the_lease_gets_nothing(store: Store, settings: Settings, log: Log) -> None:
    async with Owner(store, settings) as reader:
        for p in range(16):
            await store.commands.set(keys.lease(p, keys.BOT), "somebody 99")
        await log.commit(said("c_1", 1))
        # By its own clock it still owns them; the store knows better.
        assert await reader.read() == {}
        pending = await store.commands.xpending(keys.log(log.partition("c_1")), keys.BOT)
        assert pending["pending"] == 0


async def test_an_entry_that_is_none_goes_to_the_dead_letters_and_stops_nobody(
    store: Store, settings: Settings, log: Log
) -> None:
    p = log.partition("c_1")
    await store.commands.xadd(keys.log(p), {"c": "c_1"})
    await store.commands.xadd(keys.log(p), {"c": "c_1", "e": "1 2 {}"})
    await log.commit(said("c_1", 1))
    async with Owner(store, settings) as reader:
        lines = await read_all(reader, 1)
    assert [line.entry.seq for line in lines] == [1]
    assert await store.commands.xlen(keys.dead(p)) == 2
    assert (await store.commands.xpending(keys.log(p), keys.BOT))["pending"] == 1


async def test_everything_reaches_sql_once_even_when_the_batch_is_read_twice(
    store: Store, settings: Settings, log: Log, engine: Engine
) -> None:
    await asyncio.gather(*(log.commit(said(f"c_{number % 7}", number)) for number in range(200)))
    stop = asyncio.Event()
    archives = [Archive(store, settings, log.history) for _ in range(2)]

    async def all_there() -> bool:
        with engine.connect() as connection:
            return connection.execute(text("SELECT count(*) FROM messages")).scalar() == 200

    async with asyncio.TaskGroup() as group:
        for each in archives:
            group.create_task(each.run(stop, lambda: None))
        await eventually(all_there, "200 rows")
        stop.set()
    for p in range(16):
        # Everything once more, as after a crash between SQL and XACK.
        await store.commands.xgroup_setid(keys.log(p), keys.ARCHIVE, "0")
    await archived(str(settings.redis_url), log, 28, "c_6")
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT conversation, seq FROM messages ORDER BY conversation, seq")).all()
    assert len(rows) == 200
    assert len(set(rows)) == 200


async def test_only_what_every_group_has_finished_with_is_trimmed(store: Store, settings: Settings, log: Log) -> None:
    for number in range(10):
        await log.commit(said("c_1", number))
    p = log.partition("c_1")
    trim = Script("trim.lua")
    far_away = 10**15
    for group in keys.GROUPS:
        await store.commands.xgroup_create(keys.log(p), group, "0")
    read = {g: (await store.commands.xreadgroup(g, "x", {keys.log(p): ">"}))[0][1] for g in keys.GROUPS}
    ids = [stream_id for stream_id, _ in read[keys.BOT]]
    await store.commands.xack(keys.log(p), keys.BOT, *ids)
    await store.commands.xack(keys.log(p), keys.ARCHIVE, *ids)
    await store.commands.xack(keys.log(p), keys.HANDOFF, *ids[:3])
    assert await trim(store.commands, [keys.log(p)], [far_away, *keys.GROUPS]) == 3
    await store.commands.xack(keys.log(p), keys.HANDOFF, *ids)
    assert await trim(store.commands, [keys.log(p)], [far_away, *keys.GROUPS, "another"]) == -1
    assert await trim(store.commands, [keys.log(p)], [0, *keys.GROUPS]) == 0
    assert await trim(store.commands, [keys.log(p)], [far_away, *keys.GROUPS]) == 6


async def test_an_archived_idle_conversation_leaves_the_store_and_one_that_goes_on_stays(
    store: Store, settings: Settings, log: Log
) -> None:
    short = replace(settings, idle=timedelta(seconds=50))
    log.settings = short
    await log.commit(said("c_1", 1))
    p = log.partition("c_1")
    assert await store.commands.ttl(keys.conversation(p, "c_1")) == -1
    await archived(settings.redis_url, log, 1)
    assert 0 < await store.commands.ttl(keys.conversation(p, "c_1")) <= 50
    assert 0 < await store.commands.ttl(keys.recent(p, "c_1")) <= 50
    await log.commit(said("c_1", 2))
    assert await store.commands.ttl(keys.conversation(p, "c_1")) == -1
    assert await store.commands.ttl(keys.recent(p, "c_1")) == -1
