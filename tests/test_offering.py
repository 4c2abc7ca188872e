"""Offers: one agent after the other is asked, a seat is kept for each who is, and who does not answer is away in the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from handoff import desk
from handoff.assigning import KEPT_MS, Sweep
from handoff.offers import Offer, Offers
from handoff.seats import SEATS, Kept, Seats
from handoff.taking import seated
from handoff.watch import Watch
from models.entry import Author
from models.settings import Routing, Settings
from stream.log import Log
from stream.presence import Presence
from stream.store import Store, reaching
from tests.client import Customer
from tests.fixtures_api import Api
from tests.fixtures_store import eventually
from tests.test_routing import LI, WEN, known, log, waiting
from tests.test_socket import agent
from tests.test_socket_rights import answer_to

__all__ = ["log"]


async def there(store: Store, settings: Settings, *agents: Author) -> Presence:
    presence = Presence(store, settings)
    for each in agents:
        await presence.here(each.id or "", f"s_{each.id}")
        await presence.set_status(each, "available")
    return presence


@asynccontextmanager
async def offering(store: Store, settings: Settings, log: Log, accept: float) -> AsyncIterator[Offers]:
    stop = asyncio.Event()
    quick = replace(
        settings,
        lease=timedelta(milliseconds=800),
        capacity=1,
        routing=Routing.OFFER,
        accept=timedelta(seconds=accept),
    )
    async with asyncio.TaskGroup() as group:
        group.create_task(Watch(store, quick, log, log.history).run(stop, lambda: None))
        yield Offers(store)
        stop.set()


async def asked(offers: Offers, name: str) -> str | None:
    found = (await offers.all()).get(name)
    return found.agent if found else None


async def test_who_does_not_answer_is_followed_by_the_next_and_after_two_is_away(
    store: Store, settings: Settings, log: Log
) -> None:
    presence = await there(store, settings, WEN)
    async with offering(store, settings, log, accept=0.6) as offers:
        await waiting(log, "c_1")

        async def offered_to(who: Author) -> bool:
            return await asked(offers, "c_1") == who.id

        await eventually(lambda: offered_to(WEN), "Wen is asked")
        assert await Seats(store, 1).load() == {"a_wen": 1}
        await there(store, settings, LI)
        await eventually(lambda: offered_to(LI), "then Li")
        assert (await known(log, "c_1")).holder.value == "queue", "the customer waits all the while"
        await waiting(log, "c_2", 2_000)

        async def away() -> bool:
            return await presence.status("a_wen") == "away"

        await eventually(away, "Wen left two unanswered")
        assert await presence.status("a_li") == "available"


async def test_an_offer_is_a_seat_that_only_the_one_who_is_asked_can_take(
    store: Store, settings: Settings, log: Log
) -> None:
    presence = await there(store, settings, WEN)
    seats = Seats(store, 1)
    async with offering(store, settings, log, accept=60) as offers:
        await waiting(log, "c_1")

        async def is_asked() -> bool:
            return await asked(offers, "c_1") == "a_wen"

        await eventually(is_asked, "Wen is asked")
        state = await known(log, "c_1")
        with pytest.raises(Kept):
            await seated(log, seats, state, LI, desk.take(state, LI, 5))
        await seated(log, seats, state, WEN, desk.take(state, WEN, 6))

        async def over() -> bool:
            return await asked(offers, "c_1") is None

        await eventually(over, "the offer is over")
        assert await seats.load() == {"a_wen": 1}
        assert (await known(log, "c_1")).agent == "a_wen"
        assert await presence.status("a_wen") == "available"


async def test_a_socket_that_is_gone_ends_the_offer_without_blame(store: Store, settings: Settings, log: Log) -> None:
    presence = await there(store, settings, WEN)
    async with offering(store, settings, log, accept=60) as offers:
        await waiting(log, "c_1")

        async def is_asked(who: str | None) -> bool:
            return await asked(offers, "c_1") == who

        await eventually(lambda: is_asked("a_wen"), "Wen is asked")
        await presence.gone("a_wen", "s_a_wen")
        await eventually(lambda: is_asked(None), "nobody is asked")
        assert await Seats(store, 1).load() == {}
        assert await presence.status("a_wen") == "available"


async def test_the_seat_of_an_offer_outlives_those_of_takers_who_died(store: Store, log: Log) -> None:
    seats, offers = Seats(store, 1), Offers(store)
    state = await waiting(log, "c_1")
    await seats.keep("c_1", "a_wen", state.token)
    async with reaching():
        whose, token, at = (await store.commands.hget(SEATS, "c_1")).decode().split(" ")
        await store.commands.hset(SEATS, "c_1", f"{whose} {token} {int(at) - KEPT_MS}")
    await offers.put("c_1", Offer("a_wen", state.token, int(at) + 60_000))
    await Sweep(log, seats, offers).run()
    assert await seats.load() == {"a_wen": 1}
    await offers.drop("c_1")
    await Sweep(log, seats, offers).run()
    assert await seats.load() == {}


async def test_the_desk_is_told_of_an_offer_and_may_decline_it(
    make_api: Callable[..., Api], store: Store, log: Log
) -> None:
    api = make_api(capacity=1)
    presence = Presence(store, api.settings)
    async with await Customer.visitor(api.base) as own, await agent(api) as wen:
        await own.acknowledged(await own.say("a person, please"))
        named = {"conversation": own.conversation}
        assert await answer_to(wen, {"type": "status", "status": "available"}) is None
        async with offering(store, api.settings, log, accept=60) as offers:
            state = await known(log, own.conversation or "")
            await log.commit(desk.ask(state, WEN, 1, "asked"))

            def offers_to(who: Customer) -> list[float]:
                return [each["seconds"] for each in who.frames if each["type"] == "offer"]

            await wen.until(lambda: offers_to(wen) != [], "an offer")
            assert 50 < offers_to(wen)[0] <= 60
            async with await agent(api) as second_tab:
                await second_tab.until(lambda: offers_to(second_tab) != [], "told again to a new socket")
            assert await answer_to(wen, {"type": "decline", **named}) is None
            await wen.until(lambda: offers_to(wen)[-1] == 0, "it is over")
            assert await answer_to(wen, {"type": "decline", **named}) == "not_possible"
            await asyncio.sleep(1.2)
            assert await offers.all() == {}, "nobody else is there, and Wen is not asked again at once"
        assert await presence.status(api.wen.id) == "available"
