"""How far a group is behind: counted over all partitions, also where nothing was said yet."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from models.database import open_engine
from models.entry import Author, AuthorKind, Message
from models.settings import Settings
from stream import keys
from stream.backlog import Backlog
from stream.change import Change
from stream.history import History
from stream.log import Log
from stream.store import Store
from tests.fixtures_sql import migrated

CUSTOMER = Author(AuthorKind.CUSTOMER, "u_1")


@pytest.fixture
async def log(store: Store, valkey_url: str, tmp_path: Path) -> AsyncIterator[Log]:
    settings = replace(Settings(), home=tmp_path, redis_url=valkey_url)
    migrated(settings.sql_url)
    engine = open_engine(settings.sql_url)
    async with Log(store, settings, History(engine)) as opened:
        yield opened
    engine.dispose()


async def test_what_was_not_read_and_not_finished_is_counted_for_each_group(store: Store, log: Log) -> None:
    assert await log.backlogs() == [Backlog(each, 0, 0) for each in keys.GROUPS]
    names = ["c_one", "c_two", "c_three"]
    for name in names:
        for group in keys.GROUPS:
            await store.commands.xgroup_create(log_of(log, name), group, id="0", mkstream=True)
        await log.commit(Change(name, (Message(CUSTOMER, "hello"), Message(CUSTOMER, "again"))))
    await store.commands.xreadgroup("bot", "w", {log_of(log, "c_one"): ">"}, count=1)
    assert await log.backlogs() == [Backlog("bot", 5, 1), Backlog("handoff", 6, 0), Backlog("archive", 6, 0)]


def log_of(log: Log, conversation: str) -> str:
    return keys.log(log.partition(conversation))
