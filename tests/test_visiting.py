"""What customers tell beside what they say: a page without secrets, and one rating of what is closed."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from api.visiting import TITLE_CHARACTERS, URL_CHARACTERS, shown_page
from models.database import open_engine
from models.sensitive import open_text
from stream.history import History
from stream.log import Log
from stream.store import Store
from tests.client import Customer
from tests.fixtures_api import Api
from tests.test_socket import agent


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://shop.example/cups/blue?utm=1&token=secret#top", "https://shop.example/cups/blue"),
        ("https://user:secret@shop.example:8443/a", "https://shop.example/a"),
        ("https://shop.example/reset/eyJhbGciOiJIUzI1NiJ9eyJzdWIiOiIx", "https://shop.example/reset/…"),
        ("https://shop.example/call/13912345678", "https://shop.example/call/139****5678"),
        ("javascript:alert(1)", ""),
        ("file:///etc/passwd", ""),
        ("http://[broken", ""),
        ("", ""),
    ],
)
def test_a_page_is_shown_without_what_is_nobodys_business(url: str, shown: str) -> None:
    assert shown_page(url, " Cups ") == {"page": shown, "page_title": "Cups"}


def test_a_page_has_an_end() -> None:
    made = shown_page("https://shop.example/" + "a/" * 1000, "x " * 1000)
    assert len(made["page"]) <= URL_CHARACTERS
    assert len(made["page_title"]) <= TITLE_CHARACTERS


async def test_where_somebody_is_goes_with_what_they_say_next(api: Api) -> None:
    engine = open_engine(api.settings.sql_url)
    async with (
        await Customer.visitor(api.base) as customer,
        Store.open(api.settings.store_url).opened() as store,
        Log(store, api.settings, History(engine)) as log,
    ):
        await customer.send({"type": "page", "url": "https://shop.example/cups?a=1", "title": "Cups"})
        await customer.acknowledged(await customer.say("how large is it?"))
        state = await log.state(customer.conversation or "")
        assert state is not None
        assert (state.page, state.page_title) == ("https://shop.example/cups", "Cups")
    engine.dispose()


async def test_a_rating_is_an_entry_that_both_sides_see_sealed_and_once(api: Api) -> None:
    engine = open_engine(api.settings.sql_url)
    async with (
        await Customer.visitor(api.base) as customer,
        await agent(api) as wen,
        Store.open(api.settings.store_url).opened() as store,
        Log(store, api.settings, History(engine)) as log,
    ):
        name = customer.conversation or ""
        await customer.acknowledged(await customer.say("hello"))
        for kind in ("take", "close"):
            await wen.send({"type": kind, "conversation": name})
        await customer.until(
            lambda: any(each.get("holder") == "nobody" for each in customer.entries.values()), "closed"
        )
        rate: dict[str, Any] = {"type": "rate", "conversation": name, "stars": 4, "text": "good, call 13912345678"}
        for stars in (0, 6, True, "5"):
            await customer.send(rate | {"stars": stars})
        await customer.until(lambda: len(customer.errors) == 4, "no such number of stars")
        assert {each["code"] for each in customer.errors} == {"bad_frame"}
        await asyncio.gather(*(customer.send(rate) for _ in range(3)))
        await customer.send(rate | {"stars": 1})
        await customer.until(lambda: len(customer.errors) == 5, "another rating")
        assert customer.errors[-1]["code"] == "id_conflict"
        for side in (customer, wen):
            await side.until(lambda side=side: any(each["type"] == "rating" for each in side.entries.values()), "told")
            told = [each for each in side.entries.values() if each["type"] == "rating"]
            assert [(each["stars"], each["text"]) for each in told] == [(4, "good, call 139****5678")]
        entries, _ = await log.after(name, 0)
        body = entries[-1].body
        assert open_text(body.text, body.sealed, api.ring, body.row) == "good, call 13912345678"  # type: ignore[union-attr]
    engine.dispose()
