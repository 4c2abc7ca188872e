"""Customers whom an agent leaves without an answer: the agent is told, or somebody else gets the conversation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import msgspec

from handoff import desk
from handoff.queue import OWED
from handoff.replies import Replies
from handoff.watch import Watch
from models.conversation import Expect
from models.entry import Author, Message
from models.settings import NoReply, Settings
from stream.change import Change
from stream.log import Log
from stream.presence import Presence
from stream.push import Push
from stream.store import Store, reaching
from tests.fixtures_store import eventually
from tests.test_routing import CUSTOMER, LI, WEN, known, log, waiting

__all__ = ["log"]


@asynccontextmanager
async def minding(store: Store, settings: Settings, log: Log, goes: NoReply, seconds: float) -> AsyncIterator[Replies]:
    for each in (WEN, LI):
        await Presence(store, settings).here(each.id or "", "s")
    stop = asyncio.Event()
    quick = replace(
        settings, lease=timedelta(milliseconds=800), no_reply=timedelta(seconds=seconds), no_reply_goes=goes
    )
    async with asyncio.TaskGroup() as group:
        group.create_task(Watch(store, quick, log, log.history).run(stop, lambda: None))
        yield Replies(store)
        stop.set()


async def says(log: Log, name: str, by: Author, text: str = "hello") -> None:
    expect = Expect(holder="agent", agent=by.id) if by.kind == "agent" else None
    await log.commit(Change(name, (Message(by, text),), expect=expect))


async def taken(log: Log, name: str, by: Author = WEN) -> None:
    await log.commit(desk.take(await waiting(log, name), by, 5))


async def test_an_answer_is_owed_from_the_take_or_the_first_unanswered_message_on(
    store: Store, settings: Settings, log: Log
) -> None:
    async with minding(store, settings, log, NoReply.WARN, seconds=60) as replies:

        async def owed(*expected: str) -> bool:
            return set(await replies.owed()) == set(expected)

        await taken(log, "c_1")
        await taken(log, "c_2")
        await eventually(lambda: owed("c_1", "c_2"), "nothing was said to either yet")
        await says(log, "c_1", WEN)
        await eventually(lambda: owed("c_2"), "Wen has answered one")
        await says(log, "c_1", CUSTOMER, "and?")
        await eventually(lambda: owed("c_1", "c_2"), "the customer asked on")
        first = (await replies.owed())["c_1"]
        await says(log, "c_1", CUSTOMER, "hello?")
        await says(log, "c_bot", CUSTOMER, "this is with the bot")
        await asyncio.sleep(1)
        assert (await replies.owed())["c_1"] >= first + 900, "the first message counts, not the last"
        await log.commit(desk.close(await known(log, "c_1"), WEN, 9))
        await log.commit(desk.give_back(await known(log, "c_2"), WEN, 9))
        await eventually(owed, "nobody owes anything")


async def test_what_is_left_unanswered_goes_to_the_front_of_the_queue(
    store: Store, settings: Settings, log: Log
) -> None:
    async with minding(store, settings, log, NoReply.QUEUE, seconds=1.5):
        await taken(log, "c_kept")
        await taken(log, "c_left")
        await says(log, "c_kept", WEN)

        async def left() -> bool:
            state = await known(log, "c_left")
            return (state.holder.value, state.left, state.reason, state.asked) == ("queue", "a_wen", "no_reply", 1_000)

        await eventually(left, "Wen did not answer")
        await asyncio.sleep(1)
        assert (await known(log, "c_kept")).agent == "a_wen"


async def test_an_index_that_missed_the_answer_takes_nothing_away(store: Store, settings: Settings, log: Log) -> None:
    async with minding(store, settings, log, NoReply.QUEUE, seconds=600) as replies:
        await taken(log, "c_1")

        async def something() -> bool:
            return set(await replies.owed()) == {"c_1"}

        await eventually(something, "the index knows of the take")
        await says(log, "c_1", WEN)

        async def nothing() -> bool:
            state = await known(log, "c_1")
            return await replies.owed() == {} and state.agent == "a_wen"

        await eventually(nothing, "answered")
        async with reaching():
            await store.commands.hset(OWED, "c_1", 1)
        await eventually(nothing, "the log has the last word")


async def test_the_agent_is_told_once_for_each_time(store: Store, settings: Settings, log: Log) -> None:
    told: list[bytes] = []
    async with asyncio.TaskGroup() as group:
        push = Push(store, settings.partitions)
        listening = group.create_task(push.run(lambda _: None, lambda: None, told.append))

        def overdue() -> list[tuple[str, str]]:
            frames = [msgspec.json.decode(each) for each in told]
            return [(each["conversation"], each["agent"]["id"]) for each in frames if each["type"] == "overdue"]

        async def times(count: int) -> bool:
            return overdue() == [("c_1", "a_wen")] * count

        async with minding(store, settings, log, NoReply.WARN, seconds=1):
            await taken(log, "c_1")
            await eventually(lambda: times(1), "told")
            await asyncio.sleep(1.5)
            assert await times(1), "once"
            await says(log, "c_1", WEN)
            await says(log, "c_1", CUSTOMER, "and?")
            await eventually(lambda: times(2), "told of the next")
            assert (await known(log, "c_1")).agent == "a_wen"
        listening.cancel()
