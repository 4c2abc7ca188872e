"""The hub: every entry once and in order, whatever becomes of the pushes; an outbox that is bounded."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from sqlalchemy import Engine

from api.auth import Identity, Role
from api.connection import CloseCode, Connection, Outbox
from api.hub import Hub
from models.entry import Author, AuthorKind, Message, Note
from models.frames import ReadFrame, TypingFrame
from models.settings import Settings
from stream.change import Change
from stream.history import History
from stream.log import Log
from stream.push import Push, Pushed
from stream.store import Store
from tests.fixtures_store import eventually

CONVERSATION = "c_1"


@pytest.fixture
async def log(store: Store, settings: Settings, sqlite_engine: Engine) -> AsyncIterator[Log]:
    async with Log(store, settings, History(sqlite_engine)) as opened:
        await opened.open(CONVERSATION, {"customer": "u_1"})
        yield opened


@pytest.fixture
async def hub(log: Log, store: Store, settings: Settings) -> AsyncIterator[Hub]:
    made = Hub(log, Push(store, settings.partitions), settings)
    running = asyncio.create_task(made.run())
    await eventually(lambda: _there(made._push._pubsub is not None), "it listens")
    yield made
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def _there(value: bool) -> bool:
    return value


def connection(settings: Settings, person: str = "u_1", role: Role = Role.CUSTOMER) -> Connection:
    conversation = CONVERSATION if role is Role.CUSTOMER else ""
    return Connection(Identity(person, role, "j", 0, 0, conversation), "s", settings)


def waiting(one: Connection) -> list[dict[str, Any]]:
    return [msgspec.json.decode(text) for text, _ in one.outbox._waiting]


def seqs(one: Connection) -> list[int]:
    return [frame["seq"] for frame in waiting(one) if frame["type"] in ("message", "skip")]


async def said(log: Log, text: str = "hello") -> int:
    author = Author(AuthorKind.CUSTOMER, "u_1")
    return (await log.commit(Change(CONVERSATION, (Message(author, text),)))).seq


async def has(one: Connection, expected: list[int]) -> None:
    await eventually(lambda: _there(seqs(one) == expected), f"{expected} are delivered, not {seqs(one)}")


async def test_what_is_committed_is_delivered_in_order(hub: Hub, log: Log, settings: Settings) -> None:
    one, two = connection(settings), connection(settings, "a_1", Role.AGENT)
    for each in (one, two):
        await hub.watch(each, CONVERSATION, 0)
    await asyncio.gather(*(said(log) for _ in range(30)))
    for each in (one, two):
        await has(each, list(range(1, 31)))


async def test_a_gap_is_filled_before_what_lies_behind_it(hub: Hub, log: Log, settings: Settings) -> None:
    one = connection(settings)
    for _ in range(5):
        await said(log)
    entries, _ = await log.after(CONVERSATION, 0)
    one.sent[CONVERSATION] = 0
    hub._watchers[CONVERSATION].add(one)
    for number in (4, 2, 4, 0):
        hub._deliver(Pushed(CONVERSATION, entries=(entries[number],)))
    await has(one, [1, 2, 3, 4, 5])


async def test_pushes_that_come_twice_are_dropped(hub: Hub, log: Log, settings: Settings) -> None:
    one = connection(settings)
    await hub.watch(one, CONVERSATION, 0)
    await said(log)
    await has(one, [1])
    entries, _ = await log.after(CONVERSATION, 0)
    hub._deliver(Pushed(CONVERSATION, entries=tuple(entries)))
    await said(log)
    await has(one, [1, 2])


async def test_a_subscription_that_is_cut_again_and_again_loses_nothing(
    hub: Hub, log: Log, store: Store, settings: Settings
) -> None:
    one = connection(settings)
    await hub.watch(one, CONVERSATION, 0)
    for number in range(60):
        await said(log)
        if number % 10 == 5:
            await store.commands.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
    await has(one, list(range(1, 61)))


async def test_what_is_read_again_keeps_its_order_while_others_write(hub: Hub, log: Log, settings: Settings) -> None:
    one = connection(settings)
    for _ in range(20):
        await said(log)
    await hub.watch(one, CONVERSATION, 20)
    writing = asyncio.gather(*(said(log) for _ in range(20)))
    for after in (0, 10, 15):
        start = len(seqs(one))
        reached, more = await hub.replay(one, CONVERSATION, after, 200)
        replayed = seqs(one)[start:]
        assert reached >= 20
        assert not more
        behind = [seq for seq in replayed if seq > after]
        assert behind[-(reached - after) :] == sorted(set(behind[-(reached - after) :]))
    await writing
    await eventually(lambda: _there(seqs(one)[-1] == 40), "all are there")
    last = seqs(one)
    tail = last[max(index for index, seq in enumerate(last) if seq == 16) :]
    assert tail == list(range(16, 41)), "each once and in order after the last resume"


async def test_a_long_reading_waits_for_a_slow_reader_instead_of_closing_it(
    hub: Hub, log: Log, settings: Settings
) -> None:
    one = connection(settings)
    one.outbox = Outbox(frames=8, size=1_000_000)
    for _ in range(50):
        await said(log)
    await hub.watch(one, CONVERSATION, 0)
    got: list[int] = []
    while len(got) < 50:
        text = await one.outbox.get()
        assert text is not None
        got.append(msgspec.json.decode(text)["seq"])
        if random.random() < 0.3:
            await asyncio.sleep(0)
    assert got == list(range(1, 51))


async def test_pushes_to_a_reader_that_reads_nothing_close_it(hub: Hub, log: Log, settings: Settings) -> None:
    slow, quick = connection(settings), connection(settings, "a_1", Role.AGENT)
    slow.outbox = Outbox(frames=8, size=1_000_000)
    for each in (slow, quick):
        await hub.watch(each, CONVERSATION, 0)
    for _ in range(9):
        await said(log)
    await has(quick, list(range(1, 10)))
    await eventually(lambda: _there(slow.outbox.close_code is CloseCode.SLOW_READER), "it is closed")
    assert await slow.outbox.get() is None, "what waited is dropped"


def test_an_outbox_is_bounded_in_bytes_too() -> None:
    outbox = Outbox(frames=100, size=10)
    outbox.put("字字字")
    assert outbox.close_code is None
    outbox.put("字")
    assert outbox.close_code is CloseCode.SLOW_READER


async def test_what_waits_is_written_before_an_orderly_close_and_the_first_code_counts() -> None:
    outbox = Outbox(frames=10, size=100)
    outbox.put("a")
    outbox.close(CloseCode.RESTART)
    outbox.close(CloseCode.FAULT)
    outbox.put("too late")
    assert [await outbox.get(), await outbox.get()] == ["a", None]
    assert outbox.close_code is CloseCode.RESTART


async def test_customers_get_the_place_of_a_note_only(hub: Hub, log: Log, settings: Settings) -> None:
    one, agent = connection(settings), connection(settings, "a_1", Role.AGENT)
    for each in (one, agent):
        await hub.watch(each, CONVERSATION, 0)
    await log.commit(Change(CONVERSATION, (Note(Author(AuthorKind.AGENT, "a_1"), "only for us"),)))
    await has(one, [1])
    assert waiting(one) == [{"type": "skip", "conversation": CONVERSATION, "seq": 1}]
    await eventually(lambda: _there("only for us" in str(waiting(agent))), "agents see it")


async def test_who_types_or_reads_is_told_to_the_other_side_only(hub: Hub, log: Log, settings: Settings) -> None:
    one, agent, other = (
        connection(settings),
        connection(settings, "a_1", Role.AGENT),
        connection(settings, "a_2", Role.ADMIN),
    )
    for each in (one, agent, other):
        await hub.watch(each, CONVERSATION, 0)
    await said(log)
    await has(other, [1])
    await log.whisper(CONVERSATION, TypingFrame(CONVERSATION, Author(AuthorKind.AGENT, "a_1"), True))
    await log.whisper(CONVERSATION, ReadFrame(CONVERSATION, AuthorKind.CUSTOMER, 1))
    await log.whisper(CONVERSATION, TypingFrame(CONVERSATION, Author(AuthorKind.BOT), True))
    for each, kinds in ((one, ["typing", "typing"]), (agent, ["read", "typing"]), (other, ["read", "typing"])):
        await eventually(lambda e=each, k=kinds: _there([f["type"] for f in waiting(e)[1:]] == k), f"{kinds}")  # type: ignore[misc]
    assert [frame["author"]["kind"] for frame in waiting(one)[1:]] == ["agent", "bot"]


async def test_it_subscribes_only_while_somebody_needs_it(hub: Hub, store: Store, settings: Settings) -> None:
    async def channels() -> int:
        return len(await store.commands.execute_command("PUBSUB", "CHANNELS", "*:push:*"))

    one, two = connection(settings), connection(settings)
    await hub.watch(one, CONVERSATION, 0)
    await hub.watch(two, CONVERSATION, 0)
    async with hub.listening(CONVERSATION):
        await hub.leave(one)
        await hub.leave(two)
        await eventually(lambda: _is(channels, 1), "one needs it")
    await eventually(lambda: _is(channels, 0), "nobody needs it")
    assert not hub._watchers
    assert not hub._listeners


async def _is(count: Any, expected: int) -> bool:
    return bool(await count() == expected)


def test_of_too_many_sockets_of_one_person_the_oldest_goes(settings: Settings) -> None:
    hub = Hub.__new__(Hub)
    Hub.__init__(hub, None, None, settings)  # type: ignore[arg-type]
    own = [connection(settings) for _ in range(7)]
    with hub.joined(own[0]), hub.joined(own[1]), hub.joined(own[2]), hub.joined(own[3]), hub.joined(own[4]):
        assert hub.connections == 5
        with hub.joined(own[5]), hub.joined(own[6]):
            closed = [each.outbox.close_code for each in own]
            assert closed == [CloseCode.REPLACED, CloseCode.REPLACED, None, None, None, None, None]
    assert hub.connections == 0
    assert hub.everybody() == []
