"""What says the same is put together, the most valuable leading; and the inbox follows, in a process of its own."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse
from sqlalchemy import Engine

from bot.grouping import Grouping, arrange
from bot.nlu import alike
from bot.nlu.outside import outside
from models.examples import Examples
from models.inbox import Inbox, Item, Verdict, Why
from models.teaching import Teaching
from tests.fixtures_store import eventually


def unit(*rows: tuple[float, ...]) -> np.ndarray:
    made = np.array(rows, dtype=np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def test_each_joins_the_leader_that_it_is_most_like() -> None:
    vectors = unit((1, 0), (0, 1), (1, 0.1), (0.1, 1), (1, 1), (1, 0.9))
    assert alike.joined(vectors, 0.95) == [0, 1, 0, 1, 4, 4]
    assert alike.joined(sparse.csr_array(vectors), 0.95) == [0, 1, 0, 1, 4, 4]
    assert alike.leaders(alike.vectors_of([])) == []


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
    assert arrange(box, Examples(sqlite_engine)) == 1
    assert [each.items for each in box.groups()] == [3, 1]
    assert arrange(box, Examples(sqlite_engine)) == 0


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


OUTSIDE = ["will it rain tomorrow", "what is the weather like today", "will it be sunny on sunday"]
OURS = ["my parcel has not come", "cancel my order please", "the invoice is wrong", "how do I pay"]


def test_what_is_likely_none_of_our_business_comes_last(sql_engine: Engine, without: None) -> None:
    box, examples = Inbox(sql_engine), Examples(sql_engine)
    box.notice([item(n, text) for n, text in enumerate(OUTSIDE)])
    decided = box.decide([(f"c_{n}", 1) for n in range(3)], Verdict.OUTSIDE, "", "a_boss").decision
    teaching = Teaching(sql_engine)
    for each in OURS:
        teaching.add("order", each, "a_boss")
    box.notice([item(10, "will it rain on sunday"), item(11, "my order has not come"), item(12, "and pay it")])
    arrange(box, examples)
    *ours, last = box.groups()
    assert last.samples[0].text == "will it rain on sunday"
    assert last.value < min(each.value for each in ours)
    box.notice([Item("c_13", 1, 13, "en", "will it rain on monday", (), Why.FLAG)])
    arrange(box, examples)
    assert next(each.value for each in box.groups() if "rain" in each.samples[0].text) > 1, "an agent asks for it"
    box.undo(decided, "a_boss")
    arrange(box, examples)
    assert all(each.value == each.items for each in box.groups()), "it was a mistake"


def test_nothing_is_held_back_where_nothing_was_said() -> None:
    some, none = unit((1, 0), (0, 1)), np.zeros((0, 2))
    for others, ours in ((none, some), (some, none), (none, none)):
        assert outside(others, ours, some).tolist() == [0, 0]
    assert outside(some, some, none).tolist() == []
