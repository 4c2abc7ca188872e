"""Who gets whom: least to do first, then idle longest; never more than the seats there are, whatever races or dies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from handoff import desk
from handoff.assigning import KEPT_MS, Sweep
from handoff.matching import strangers
from handoff.offers import Offers
from handoff.queue import Queue
from handoff.routing import Free, match
from handoff.seats import LOAD, SEATS, Full, Kept, Seats
from handoff.taking import seated
from handoff.watch import Watch
from models.conversation import Conversation
from models.entry import Author, AuthorKind, Message
from models.settings import Routing, Settings
from stream.change import Change
from stream.errors import Stale
from stream.history import History
from stream.log import Log
from stream.presence import Presence
from stream.store import Store, reaching
from tests.fixtures_store import eventually

CUSTOMER = Author(AuthorKind.CUSTOMER, "u_1")
WEN, LI = Author(AuthorKind.AGENT, "a_wen", "Wen"), Author(AuthorKind.AGENT, "a_li", "Li")


def test_least_to_do_first_then_idle_longest() -> None:
    agents = [Free("busy", 2, 8, 1), Free("new", 0, 8, 9), Free("idle", 0, 8, 5)]
    assert match(["a", "b", "c", "d"], agents) == [("a", "idle"), ("b", "new"), ("c", "idle"), ("d", "new")]


def test_nobody_gets_more_than_there_are_seats() -> None:
    given = match([str(n) for n in range(10)], [Free("a", 1, 2), Free("b", 0, 2), Free("c", 3, 2)])
    assert [agent for _, agent in given] == ["b", "a", "b"]
    assert match(["x"], []) == []
    assert match(["c", "d"], [Free("a", 0, 2), Free("b", 1, 2)], {"c": ["a"]}) == [("c", "b"), ("d", "a")]
    assert match(["c", "d"], [Free("a", 0, 2)], {"c": ["a"]}) == [("d", "a")], "who gave it back does not get it again"
    assert match([], [Free("a", 0, 2)]) == []


def test_who_may_hold_more_gets_more() -> None:
    given = match([str(n) for n in range(9)], [Free("half", 0, 2), Free("whole", 0, 4), Free("full", 1, 1)])
    assert [agent for _, agent in given] == ["half", "whole", "whole", "half", "whole", "whole"]


@pytest.fixture
async def log(store: Store, settings: Settings, sqlite_engine: Engine) -> AsyncIterator[Log]:
    async with Log(store, settings, History(sqlite_engine)) as opened:
        yield opened


async def waiting(log: Log, name: str, at: int = 1_000) -> Conversation:
    await log.commit(Change(name, (Message(CUSTOMER, "hello"),), set={"customer": "u_1"}))
    await log.commit(desk.ask(await known(log, name), CUSTOMER, at, "asked"))
    return await known(log, name)


async def known(log: Log, name: str) -> Conversation:
    state = await log.state(name)
    assert state is not None
    return state


async def test_an_agent_may_have_a_capacity_of_their_own(store: Store) -> None:
    seats = Seats(store, capacity=2)
    await seats.set_capacity("a_wen", 1)
    await seats.keep("c_1", "a_wen", 1)
    with pytest.raises(Full):
        await seats.keep("c_2", "a_wen", 1)
    await seats.keep("c_2", "a_li", 1)
    await seats.keep("c_3", "a_li", 1)
    assert await seats.capacities() == {"a_wen": 1}
    await seats.set_capacity("a_wen", 0)
    await seats.keep("c_4", "a_wen", 1)


async def test_a_seat_is_kept_once_and_only_while_one_is_free(store: Store) -> None:
    seats = Seats(store, capacity=2)
    await seats.keep("c_1", "a_wen", 1)
    await seats.keep("c_1", "a_wen", 1)
    assert await seats.load() == {"a_wen": 1}
    with pytest.raises(Kept):
        await seats.keep("c_1", "a_li", 1)
    await seats.keep("c_2", "a_wen", 1)
    with pytest.raises(Full):
        await seats.keep("c_3", "a_wen", 1)
    await seats.let_go("c_2", "a_wen", 7)
    assert await seats.load() == {"a_wen": 2}, "another seat than the one that was kept"
    await seats.let_go("c_2", "a_wen", 1)
    assert await seats.load() == {"a_wen": 1}
    await seats.keep("c_1", "a_li", 2)
    assert await seats.load() == {"a_li": 1}, "the conversation has moved on since"
    with pytest.raises(Kept):
        await seats.keep("c_1", "a_wen", 1)


async def test_a_seat_whose_taker_died_is_free_again_and_the_take_can_come_no_more(store: Store, log: Log) -> None:
    seats = Seats(store, capacity=1)
    state = await waiting(log, "c_1")
    late = desk.take(state, WEN, 5)
    await seats.keep("c_1", "a_wen", state.token)
    async with reaching():
        seat = (await store.commands.hget(SEATS, "c_1")).decode()
        agent, token, at = seat.split(" ")
        await store.commands.hset(SEATS, "c_1", f"{agent} {token} {int(at) - KEPT_MS}")
    await Sweep(log, seats, Offers(store)).run()
    assert await seats.load() == {}
    with pytest.raises(Stale):
        await log.commit(late)
    await seated(log, seats, await known(log, "c_1"), LI, desk.take(await known(log, "c_1"), LI, 6))
    assert (await known(log, "c_1")).agent == "a_li"


async def test_two_takes_of_one_agent_keep_one_seat(store: Store, log: Log) -> None:
    seats = Seats(store, capacity=2)
    state = await waiting(log, "c_1")
    twice = [seated(log, seats, state, WEN, desk.take(state, WEN, 5)) for _ in range(2)]
    done = await asyncio.gather(*twice, return_exceptions=True)
    assert sorted(type(each).__name__ for each in done) == ["Committed", "Stale"]
    assert await seats.load() == {"a_wen": 1}, "the seat is that of the take that was done"


async def test_who_takes_has_an_id(store: Store, log: Log) -> None:
    state = await waiting(log, "c_1")
    nameless = Author(AuthorKind.AGENT)
    with pytest.raises(ValueError, match="has an id"):
        await seated(log, Seats(store, 1), state, nameless, desk.take(state, WEN, 5))


async def test_a_refused_take_gives_its_seat_back(store: Store, log: Log) -> None:
    seats = Seats(store, capacity=1)
    old = await waiting(log, "c_1")
    await log.commit(desk.give_back(old, WEN, 5))
    with pytest.raises(Stale):
        await seated(log, seats, old, WEN, desk.take(old, WEN, 6))
    assert await seats.load() == {}


async def test_a_transfer_needs_a_seat_and_the_old_one_is_free_once_it_is_done(
    store: Store, settings: Settings, log: Log
) -> None:
    seats = Seats(store, capacity=1)
    async with watching(store, settings, log):
        for name, agent in (("c_1", WEN), ("c_2", LI)):
            state = await waiting(log, name)
            await seated(log, seats, state, agent, desk.take(state, agent, 5))
        state = await known(log, "c_1")
        with pytest.raises(Full):
            await seated(log, seats, state, LI, desk.transfer(state, WEN, LI, 6))
        await log.commit(desk.close(await known(log, "c_2"), LI, 7))

        async def load(**expected: int) -> bool:
            return await seats.load() == expected

        await eventually(lambda: load(a_wen=1), "Li has closed")
        await seated(log, seats, state, LI, desk.transfer(state, WEN, LI, 8))
        await eventually(lambda: load(a_li=1), "it is Li's alone")
        state = await known(log, "c_1")
        assert (state.holder.value, state.agent, state.asked) == ("agent", "a_li", 1_000)
        await log.commit(desk.put_back(state, LI, 9))
        await eventually(lambda: load(), "nobody has it")
        assert (await known(log, "c_1")).asked == 1_000


async def test_a_transfer_that_never_came_leaves_one_seat(store: Store, settings: Settings, log: Log) -> None:
    seats = Seats(store, capacity=1)
    async with watching(store, settings, log):
        state = await waiting(log, "c_1")
        await seated(log, seats, state, WEN, desk.take(state, WEN, 5))
        state = await known(log, "c_1")
        late = desk.transfer(state, WEN, LI, 6)
        await seats.keep("transfer:c_1", "a_li", state.token)
        async with reaching():
            kept = (await store.commands.hget(SEATS, "transfer:c_1")).decode()
            agent, token, at = kept.split(" ")
            await store.commands.hset(SEATS, "transfer:c_1", f"{agent} {token} {int(at) - KEPT_MS}")

        async def one() -> bool:
            return await seats.load() == {"a_wen": 1}

        await eventually(one, "Li's seat is free")
        with pytest.raises(Stale):
            await log.commit(late)


@asynccontextmanager
async def watching(store: Store, settings: Settings, log: Log) -> AsyncIterator[None]:
    async with assigning(store, replace(settings, routing=Routing.PULL), log, capacity=1):
        yield


@asynccontextmanager
async def assigning(store: Store, settings: Settings, log: Log, capacity: int) -> AsyncIterator[Queue]:
    stop = asyncio.Event()
    quick = replace(settings, lease=timedelta(milliseconds=800), capacity=capacity)
    async with asyncio.TaskGroup() as group:
        group.create_task(Watch(store, quick, log, log.history).run(stop, lambda: None))
        yield Queue(store)
        stop.set()


async def test_what_an_agent_put_back_is_given_to_another_first(store: Store, settings: Settings, log: Log) -> None:
    presence = Presence(store, settings)
    for agent in (WEN, LI):
        await presence.here(agent.id or "", f"s_{agent.id}")
    await presence.set_status(WEN, "available")
    async with assigning(store, replace(settings, routing=Routing.ASSIGN), log, capacity=2):
        await waiting(log, "c_1")

        async def held_by(agent: str) -> bool:
            return (await known(log, "c_1")).agent == agent

        await eventually(lambda: held_by("a_wen"), "Wen has it")
        await log.commit(desk.put_back(await known(log, "c_1"), WEN, 2_000))
        await asyncio.sleep(1.5)
        assert await held_by(""), "Wen is the only one, and is not given it again at once"
        await presence.set_status(LI, "available")
        await eventually(lambda: held_by("a_li"), "Li has it")


def test_strangers_do_not_speak_the_language_but_are_better_than_nobody() -> None:
    spoken = {"a": {"zh"}, "b": {"en", "de"}}
    assert strangers("zh-CN", ["a", "b", "c"], spoken) == {"b"}
    assert strangers("fr", ["a", "b", "c"], spoken) == {"a", "b"}, "who names none speaks all"
    assert strangers("fr", ["a", "b"], spoken) == set()
    assert strangers("", ["a", "b"], spoken) == set()


async def test_who_waits_is_given_to_who_speaks_their_language(store: Store, settings: Settings, log: Log) -> None:
    presence = Presence(store, settings)
    for who, languages in ((WEN, ["zh"]), (LI, ["en"])):
        await presence.here(who.id or "", f"s_{who.id}")
        await presence.set_status(who, "available")
        await presence.set_languages(who.id or "", languages)
    for n, language in enumerate(["en", "en", "zh", "en"]):
        name = f"c_{n}"
        await log.commit(Change(name, (Message(CUSTOMER, "x"),), set={"customer": "u_1", "language": language}))
        await log.commit(desk.ask(await known(log, name), CUSTOMER, 1_000 + n, "asked"))
    async with assigning(store, replace(settings, routing=Routing.ASSIGN), log, capacity=2):

        async def given() -> bool:
            held = [(await known(log, f"c_{n}")).agent for n in range(4)]
            return held == ["a_li", "a_li", "a_wen", ""]

        await eventually(given, "each by language; the last waits for a seat of who speaks English")
        await asyncio.sleep(1)
        assert await given()


async def test_who_waits_is_given_to_who_is_available_and_the_rest_when_a_seat_is_free(
    store: Store, settings: Settings, log: Log
) -> None:
    presence = Presence(store, settings)
    for agent, status in ((WEN, "available"), (LI, "away")):
        await presence.here(agent.id or "", f"s_{agent.id}")
        await presence.set_status(agent, status)
    await presence.set_status(Author(AuthorKind.AGENT, "a_gone", "Gone"), "available")
    async with assigning(store, replace(settings, routing=Routing.ASSIGN), log, capacity=2):
        for n in range(3):
            await waiting(log, f"c_{n}", 1_000 + n)

        async def held(*expected: tuple[str, str]) -> bool:
            states = await log.states(["c_0", "c_1", "c_2"])
            return [(each.holder.value, each.agent) for each in states.values()] == list(expected)

        full = [("agent", "a_wen"), ("agent", "a_wen"), ("queue", "")]
        await eventually(lambda: held(*full), "two are given to Wen, the third waits")
        await asyncio.sleep(1.2)
        assert await held(*full), "nobody else is available"
        await log.commit(desk.close(await known(log, "c_0"), WEN, 9))
        await eventually(lambda: held(("nobody", ""), ("agent", "a_wen"), ("agent", "a_wen")), "the seat is used")
        await presence.set_status(LI, "available")
        await waiting(log, "c_3", 3_000)

        async def li_has_it() -> bool:
            state = await known(log, "c_3")
            return (state.holder.value, state.agent, state.agent_name) == ("agent", "a_li", "Li")

        await eventually(li_has_it, "Wen has no seat, Li has one")
        async with reaching():
            load = await store.commands.hgetall(LOAD)
        assert {agent.decode(): int(seats) for agent, seats in load.items()} == {"a_wen": 2, "a_li": 1}
