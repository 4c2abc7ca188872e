"""What says the same is put together, the most valuable leading; and the inbox follows, in a process of its own."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse
from sqlalchemy import Engine

from bot.grouping import Grouping, regroup
from bot.nlu import alike
from models.inbox import Inbox, Item, Why
from tests.fixtures_store import eventually


def unit(*rows: tuple[float, ...]) -> np.ndarray:
    made = np.array(rows, dtype=np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def test_each_joins_the_leader_that_it_is_most_like() -> None:
    vectors = unit((1, 0), (0, 1), (1, 0.1), (0.1, 1), (1, 1), (1, 0.9))
    assert alike.joined(vectors, 0.95) == [0, 1, 0, 1, 4, 4]
    assert alike.joined(sparse.csr_array(vectors), 0.95) == [0, 1, 0, 1, 4, 4]
    assert alike.leaders([]) == []


@pytest.mark.parametrize("block", [1, 2, 3, 7, 50])
def test_blocks_make_no_difference(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    vectors = unit(*np.random.default_rng(1).normal(size=(40, 3)))
    whole = alike.joined(vectors, 0.9)
    monkeypatch.setattr(alike, "BLOCK", block)
    assert alike.joined(vectors, 0.9) == whole
    assert all(whole[leader] == leader for leader in whole)


def item(n: int, text: str) -> Item:
    return Item(f"c_{n}", 1, n, "en", text, (), Why.FALLBACK)


SAME = ["where is my parcel", "where is my parcel now", "I want my money back"]


@pytest.fixture(params=["encoder", "parts"])
def without(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "parts":
        monkeypatch.setattr(alike, "installed", lambda: None)


def test_the_inbox_is_put_together(sqlite_engine: Engine, without: None) -> None:
    box = Inbox(sqlite_engine)
    box.notice([item(n, text) for n, text in enumerate([*SAME, "Where is my parcel?"])])
    assert regroup(box) == 1
    assert [each.items for each in box.groups()] == [3, 1]
    assert regroup(box) == 0


async def test_one_worker_does_it_when_there_is_something_new_in_the_folder_where_the_bot_began(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    database = Path(str(sqlite_engine.url.database))
    monkeypatch.setenv("BELLHOP_DATABASE_URL", f"sqlite:///{database.name}")
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    box = Inbox(sqlite_engine)
    box.notice([item(n, text) for n, text in enumerate(SAME)])
    stop, mine = asyncio.Event(), [False]
    # Of the lowest priority it would wait for every other test.
    grouping = Grouping(sqlite_engine, database.parent, lambda: mine[0], every=0.05, nice=1)
    running = asyncio.create_task(grouping.run(stop))
    await asyncio.sleep(0.3)
    assert len(box.groups()) == 3, "another worker has the first partition"
    mine[0] = True

    async def grouped() -> bool:
        return len(await asyncio.to_thread(box.groups)) == 2

    await eventually(grouped, "they are together")
    stop.set()
    await running
