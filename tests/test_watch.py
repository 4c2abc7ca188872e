"""The queue: first asked first served, places told live, an index that can be made again, nobody left with an agent who is gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial

import msgspec
import pytest
from sqlalchemy import Engine

from handoff import desk
from handoff.lines import OTHERS, Stands
from handoff.queue import Queue
from handoff.watch import Watch
from models.conversation import Holder
from models.database import open_engine
from models.entry import Author, AuthorKind, Message
from models.settings import Settings
from stream.change import Change
from stream.history import History
from stream.log import Log
from stream.presence import Presence
from stream.push import Push, Pushed
from stream.store import Store
from tests.fixtures_sql import migrated
from tests.fixtures_store import archived, eventually

CUSTOMER = Author(AuthorKind.CUSTOMER, "u_1")
WEN, LI = Author(AuthorKind.AGENT, "a_wen", "Wen"), Author(AuthorKind.AGENT, "a_li", "Li")


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    migrated(settings.sql_url)
    opened = open_engine(settings.sql_url)
    yield opened
    opened.dispose()


@pytest.fixture
async def log(store: Store, settings: Settings, engine: Engine) -> AsyncIterator[Log]:
    async with Log(store, settings, History(engine)) as opened:
        yield opened


async def waits(log: Log, conversation: str, at: int) -> None:
    await log.commit(Change(conversation, (Message(CUSTOMER, "hello"),), set={"customer": "u_1", "name": "4F2A"}))
    state = await log.state(conversation)
    assert state is not None
    await log.commit(desk.ask(state, CUSTOMER, at, "asked"))


async def take(log: Log, conversation: str, agent: Author) -> None:
    state = await log.state(conversation)
    assert state is not None
    await log.commit(desk.take(state, agent, 50))


@asynccontextmanager
async def watching(store: Store, settings: Settings, log: Log) -> AsyncIterator[Queue]:
    stop = asyncio.Event()
    quick = replace(settings, lease=timedelta(milliseconds=800), grace=timedelta(milliseconds=300))
    async with asyncio.TaskGroup() as group:
        group.create_task(Watch(store, quick, log, log.history).run(stop, lambda: None))
        yield Queue(store)
        stop.set()


async def listed(queue: Queue) -> list[str]:
    return [each.conversation for each in (await queue.snapshot()).waiting]


async def test_first_asked_is_first_and_a_take_moves_the_others_up(store: Store, settings: Settings, log: Log) -> None:
    async with watching(store, settings, log) as queue:
        await waits(log, "c_b", 2_000)
        await waits(log, "c_a", 1_000)
        await waits(log, "c_c", 3_000)

        async def three() -> bool:
            return await listed(queue) == ["c_a", "c_b", "c_c"]

        await eventually(three, "three wait in order")
        assert await queue.stands("c_c") == Stands("c_c", OTHERS, 3)
        shown = (await queue.snapshot()).waiting[0]
        assert (shown.name, shown.reason, shown.asked) == ("4F2A", "asked", "1970-01-01T00:00:01.000Z")
        await take(log, "c_a", WEN)

        async def two() -> bool:
            return await listed(queue) == ["c_b", "c_c"]

        await eventually(two, "two wait")
        assert await queue.stands("c_a") is None
        assert await queue.held() == {"c_a": "a_wen"}


async def test_who_was_held_by_a_vanished_agent_stands_in_front(store: Store, settings: Settings, log: Log) -> None:
    presence = Presence(store, settings)
    await presence.here("a_wen", "s1")
    await presence.here("a_li", "s2")
    async with watching(store, settings, log) as queue:
        await waits(log, "c_old", 1_000)
        await waits(log, "c_held", 2_000)
        await take(log, "c_held", WEN)
        await waits(log, "c_kept", 2_500)
        await take(log, "c_kept", LI)

        async def held() -> bool:
            return await queue.held() == {"c_held": "a_wen", "c_kept": "a_li"} and await listed(queue) == ["c_old"]

        await eventually(held, "two are held, one waits")
        await presence.gone("a_wen", "s1")

        async def back() -> bool:
            return await listed(queue) == ["c_held", "c_old"]

        await eventually(back, "it stands in front of who asked earlier")
        state = await log.state("c_held")
        assert state is not None
        assert (state.holder, state.agent, state.asked) == (Holder.QUEUE, "", 2_000)
        kept = await log.state("c_kept")
        assert kept is not None
        assert kept.agent == "a_li"


async def test_a_lost_index_is_made_again_from_sql_and_the_state(store: Store, settings: Settings, log: Log) -> None:
    await Presence(store, settings).here("a_wen", "s1")
    async with watching(store, settings, log) as queue:
        await waits(log, "c_a", 1_000)
        await waits(log, "c_b", 2_000)
        await take(log, "c_b", WEN)

        async def there() -> bool:
            return await listed(queue) == ["c_a"] and await queue.held() == {"c_b": "a_wen"}

        await eventually(there, "one waits, one is held")
    await archived(settings.redis_url, log, 2, "c_a")
    await archived(settings.redis_url, log, 3, "c_b")
    for key in await store.commands.keys("{handoff}:*"):
        await store.commands.delete(key)
    async with watching(store, settings, log):
        await eventually(there, "the index is back")


async def test_the_customer_is_told_each_new_place(store: Store, settings: Settings, log: Log) -> None:
    frames: list[bytes] = []

    def deliver(pushed: Pushed) -> None:
        frames.extend(pushed.frames)

    queues: list[bytes] = []
    async with asyncio.TaskGroup() as group:
        push = Push(store, settings.partitions)
        listening = group.create_task(push.run(deliver, lambda: None, queues.append))
        await push.subscribe("c_b")
        async with watching(store, settings, log):
            await waits(log, "c_a", 1_000)
            await waits(log, "c_b", 2_000)

            async def second() -> bool:
                return any(b'"position":2' in frame for frame in frames)

            await eventually(second, "second place")
            await take(log, "c_a", WEN)

            async def first() -> bool:
                return b'"position":1' in (frames[-1] if frames else b"")

            await eventually(first, "first place")
        listening.cancel()
    assert any(b'"c_a"' in each and b'"c_b"' in each for each in queues)


async def test_what_customers_were_told_is_the_queue_as_it_is(store: Store, settings: Settings, log: Log) -> None:
    told: dict[str, dict[str, object]] = {}

    def deliver(pushed: Pushed) -> None:
        for frame in map(msgspec.json.decode, pushed.frames):
            told[pushed.conversation] = frame

    names = [f"c_{n}" for n in range(6)]
    presence = Presence(store, settings)
    async with asyncio.TaskGroup() as group:
        push = Push(store, settings.partitions)
        listening = group.create_task(push.run(deliver, lambda: None, lambda _: None))
        for name in names:
            await push.subscribe(name)
        async with watching(store, settings, log) as queue:

            async def agrees(*waiting: str) -> bool:
                places = await queue.positions()
                return (
                    list(places) == list(waiting)
                    and {name: told.get(name, {}).get("position") for name in places} == places
                )

            for n, name in enumerate(names):
                await waits(log, name, 1_000 + n)
                await eventually(partial(agrees, *names[: n + 1]), "one more waits")
            assert not any("wait_seconds" in each for each in told.values()), "nobody is there"
            await presence.here("a_li", "s")
            await presence.set_status(LI, "available")

            async def wait_is_told(there: bool) -> bool:
                return all(
                    ("wait_seconds" in told[name], "wait_range" in told[name]) == (there, there) for name in names[3:]
                )

            await eventually(partial(wait_is_told, True), "somebody is there")
            assert (told["c_5"]["wait_seconds"], told["c_5"]["wait_range"]) == (360, [180, 720])
            await take(log, "c_0", LI)
            await take(log, "c_2", LI)
            await eventually(partial(agrees, "c_1", "c_3", "c_4", "c_5"), "two were taken")
            assert len(await queue.costs()) == 2
            state = await log.state("c_2")
            assert state is not None
            await log.commit(desk.put_back(state, LI, 60))
            await eventually(partial(agrees, "c_2", "c_1", "c_3", "c_4", "c_5"), "one came back to the front")
            await presence.set_status(LI, "away")
            await eventually(partial(wait_is_told, False), "nobody is there any more")
            assert await agrees("c_2", "c_1", "c_3", "c_4", "c_5")
        listening.cancel()


async def test_a_message_while_waiting_does_not_cost_the_place(store: Store, settings: Settings, log: Log) -> None:
    async with watching(store, settings, log) as queue:
        await waits(log, "c_a", 1_000)
        await waits(log, "c_b", 2_000)
        await log.commit(Change("c_a", (Message(CUSTOMER, "still there?"),)))

        async def there() -> bool:
            return await listed(queue) == ["c_a", "c_b"]

        await eventually(there, "the same order")
