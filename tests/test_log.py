"""The one door: whole or not at all, once per client id, in order, fenced."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from handoff import desk
from models.conversation import Expect, Holder
from models.database import open_engine
from models.entry import Author, AuthorKind, Message, Note
from models.frames import TypingFrame
from models.settings import Settings
from stream import keys
from stream.change import Ack, Change, Lease
from stream.errors import Fenced, IdConflict, Stale, Unavailable
from stream.history import History
from stream.log import Log
from stream.push import Push, Pushed
from stream.store import Store
from tests.fixtures_sql import migrated
from tests.fixtures_store import StoreServer, archived, eventually

CUSTOMER = Author(AuthorKind.CUSTOMER, "u_1")
AGENT = Author(AuthorKind.AGENT, "a_1", "Wen")


def said(text: str, id: str = "m1", **more: object) -> Change:
    return Change(
        "c_1",
        (Message(CUSTOMER, text, id=id),),
        client_id=f"u_1:{id}",
        fingerprint=text,
        **{"set": {"customer": "u_1"}, **more},  # type: ignore[arg-type]
    )


@pytest.fixture
async def log(any_server: StoreServer, tmp_path: Path) -> AsyncIterator[Log]:
    any_server.flush()
    settings = replace(Settings(), home=tmp_path, redis_url=any_server.url)
    migrated(settings.sql_url)
    engine = open_engine(settings.sql_url)
    try:
        async with Store.open(any_server.url).opened() as store, Log(store, settings, History(engine)) as opened:
            yield opened
    finally:
        engine.dispose()


async def test_entries_get_the_next_seq_and_the_state_follows(log: Log) -> None:
    first = await log.commit(said("one"))
    second = await log.commit(said("two", "m2", add={"unread_agent": 1}))
    assert (first.seq, second.seq) == (1, 2)
    assert second.at >= first.at
    state = await log.state("c_1")
    assert state is not None
    assert (state.seq, state.customer, state.holder, state.unread_agent) == (2, "u_1", Holder.BOT, 1)


async def test_a_repeat_is_answered_with_the_first_seq_and_writes_nothing(log: Log) -> None:
    first = await log.commit(said("one"))
    again = await log.commit(said("one"))
    assert again.duplicate
    assert (again.seq, again.at) == (first.seq, first.at)
    entries, more = await log.after("c_1", 0)
    assert len(entries) == 1
    assert not more


async def test_five_repeats_at_once_are_one_entry(log: Log) -> None:
    answers = await asyncio.gather(*(log.commit(said("one")) for _ in range(5)))
    assert {answer.seq for answer in answers} == {1}
    assert sorted(answer.duplicate for answer in answers) == [False, True, True, True, True]


async def test_the_same_id_for_other_words_is_refused(log: Log) -> None:
    await log.commit(said("one"))
    with pytest.raises(IdConflict):
        await log.commit(said("other"))
    assert len((await log.after("c_1", 0))[0]) == 1


async def test_what_is_expected_must_hold_or_nothing_is_written(log: Log) -> None:
    await log.commit(said("one"))
    with pytest.raises(Stale) as stale:
        await log.commit(said("two", "m2", expect=Expect(holder="agent", agent="a_1")))
    assert stale.value.state.holder is Holder.BOT
    assert stale.value.state.seq == 1
    with pytest.raises(Stale):
        await log.commit(said("two", "m2", expect=Expect(answered=7)))
    assert len((await log.after("c_1", 0))[0]) == 1
    await log.commit(said("two", "m2", expect=Expect(holder="bot", answered=0, token=0)))


async def test_of_two_agents_who_take_at_once_one_wins(log: Log) -> None:
    await log.commit(said("one"))
    for round in range(20):
        state = await log.state("c_1")
        assert state is not None
        agents = [Author(AuthorKind.AGENT, f"a_{i}") for i in range(4)]
        answers = await asyncio.gather(
            *(log.commit(desk.take(state, agent, 1)) for agent in agents), return_exceptions=True
        )
        assert sum(not isinstance(answer, Stale) for answer in answers) == 1, round
        state = await log.state("c_1")
        assert state is not None
        await log.commit(desk.give_back(state, Author(AuthorKind.AGENT, state.agent), 1))


async def test_giving_back_marks_what_was_said_to_a_person_as_answered(log: Log) -> None:
    await log.commit(said("one"))
    state = await log.state("c_1")
    assert state is not None
    await log.commit(desk.take(state, AGENT, 1))
    await log.commit(said("to the person", "m2"))
    state = await log.state("c_1")
    assert state is not None
    given = await log.commit(desk.give_back(state, AGENT, 2))
    state = await log.state("c_1")
    assert state is not None
    assert (state.holder, state.answered, state.agent) == (Holder.BOT, given.seq, "")


async def test_a_worker_without_the_lease_is_fenced(log: Log, any_server: StoreServer) -> None:
    await log.commit(said("one"))
    p = log.partition("c_1")
    async with Store.open(any_server.url).opened() as store:
        await store.commands.set(keys.lease(p, "bot"), "other 2")
    with pytest.raises(Fenced):
        await log.commit(said("two", "m2", lease=Lease("bot", "me", 1)))
    await log.commit(said("two", "m2", lease=Lease("bot", "other", 2)))


async def test_the_cause_is_acknowledged_in_the_same_step(log: Log, any_server: StoreServer) -> None:
    p = log.partition("c_1")
    async with Store.open(any_server.url).opened() as store:
        await store.commands.xgroup_create(keys.log(p), "bot", "0", mkstream=True)
        await log.commit(said("one"))
        read = await store.commands.xreadgroup("bot", "p", {keys.log(p): ">"})
        stream_id = read[0][1][0][0].decode()
        with pytest.raises(Stale):
            await log.commit(said("x", "m2", ack=Ack("bot", stream_id), expect=Expect(answered=9)))
        assert (await store.commands.xpending(keys.log(p), "bot"))["pending"] == 1
        await log.commit(said("two", "m2", ack=Ack("bot", stream_id)))
        assert (await store.commands.xpending(keys.log(p), "bot"))["pending"] == 0


async def test_after_gives_the_recent_entries_in_order_and_says_whether_there_are_more(log: Log) -> None:
    await asyncio.gather(*(log.commit(said(f"text {i}", f"m{i}")) for i in range(50)))
    entries, more = await log.after("c_1", 10, 25)
    assert [entry.seq for entry in entries] == list(range(11, 36))
    assert more
    entries, more = await log.after("c_1", 35, 25)
    assert [entry.seq for entry in entries] == list(range(36, 51))
    assert not more
    assert await log.after("c_1", 50) == ([], False)


async def test_a_conversation_that_has_left_the_store_goes_on_where_sql_ended(
    log: Log, any_server: StoreServer
) -> None:
    await log.commit(said("one"))
    await log.commit(said("two", "m2", set={"customer": "u_1", "tracker": "{}"}))
    await archived(any_server.url, log, 2)
    any_server.flush()
    state = await log.state("c_1")
    assert state is not None
    assert (state.seq, state.customer) == (2, "u_1")
    assert [entry.seq for entry in (await log.after("c_1", 0))[0]] == [1, 2]
    committed = await log.commit(said("three", "m3"))
    assert committed.seq == 3
    assert (await log.fields(["c_1"]))["c_1"][b"tracker"] == b"{}"
    assert [entry.seq for entry in (await log.after("c_1", 0))[0]] == [1, 2, 3]


async def test_a_store_that_is_gone_is_said_at_once_and_nothing_hangs(log: Log, any_server: StoreServer) -> None:
    await log.commit(said("one"))
    any_server.stop()
    try:
        answers = await asyncio.gather(*(log.commit(said("x", f"x{i}")) for i in range(5)), return_exceptions=True)
        assert all(isinstance(answer, Unavailable) for answer in answers)
    finally:
        any_server.start()
    committed = await log.commit(said("x", "x0"))
    assert committed.seq >= 2


async def test_a_commit_is_pushed_and_a_whisper_is_no_entry(log: Log, any_server: StoreServer) -> None:
    got: list[Pushed] = []
    connections: list[int] = []
    async with Store.open(any_server.url).opened() as store, asyncio.TaskGroup() as group:
        push = Push(store, 16)
        listening = group.create_task(push.run(got.append, lambda: connections.append(1), lambda _: None))
        await push.subscribe("c_1")

        async def connected() -> bool:
            return bool(connections) and bool(
                (await store.commands.pubsub_numsub(keys.push(log.partition("c_1"), "c_1")))[0][1]
            )

        await eventually(connected, "the subscription holds")
        await log.commit(said("one"))
        state = await log.state("c_1")
        assert state is not None
        asked = desk.ask(state, CUSTOMER, 5, "asked")
        await log.commit(desk.said_with(asked, Message(Author(AuthorKind.BOT), "one moment")))
        await log.whisper("c_1", TypingFrame("c_1", CUSTOMER, True))
        await log.commit(Change("c_2", (Note(AGENT, "not for us"),)))

        async def all_there() -> bool:
            return len(got) == 3

        await eventually(all_there, "three pushes")
        listening.cancel()
    assert [[entry.seq for entry in each.entries] for each in got] == [[1], [2, 3], []]
    assert b'"typing"' in got[2].frames[0]
