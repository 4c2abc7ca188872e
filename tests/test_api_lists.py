"""What agents look up: lists that know what SQL does not know yet, pages, and entries as each role may see them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from handoff import desk
from handoff.queue import Queue
from models.database import open_engine
from models.entry import Author, AuthorKind, HolderChange, Message, Note
from stream.change import Change
from stream.history import History
from stream.log import Log
from stream.store import Store
from tests.fixtures_api import PASSWORD, Api
from tests.fixtures_store import archived

BOT = Author(AuthorKind.BOT)


@pytest.fixture
async def log(api: Api) -> AsyncIterator[Log]:
    engine = open_engine(api.settings.sql_url)
    async with (
        Store.open(api.settings.store_url).opened() as store,
        Log(store, api.settings, History(engine)) as opened,
    ):
        yield opened
    engine.dispose()


@pytest.fixture
async def http(api: Api) -> AsyncIterator[httpx.AsyncClient]:
    """Signed in as Wen."""
    async with httpx.AsyncClient(base_url=api.base, timeout=20) as client:
        signed = await client.post("/api/login", json={"email": "wen@shop.test", "password": PASSWORD})
        client.headers["Authorization"] = f"Bearer {signed.json()['token']}"
        yield client


async def begun(log: Log, name: str, customer: str = "u_1") -> None:
    said = Message(Author(AuthorKind.CUSTOMER, customer), f"first words in {name}", id="1")
    await log.commit(Change(name, (said,), set={"customer": customer, "name": "ABCD"}, add={"unread_agent": 1}))


async def moved(log: Log, store: Store, name: str, how: str, by: Author = BOT) -> None:
    """The holder's move, and the index as the leader would have it a moment later."""
    state = await log.state(name)
    assert state is not None
    at = time.time_ns() // 1_000_000
    match how:
        case "ask":
            change = desk.ask(state, by, at, "customer_asked")
        case "take":
            change = desk.take(state, by, at)
        case _:
            change = desk.close(state, by, at)
    await log.commit(change)
    after = await log.state(name)
    body = change.entries[0]
    assert after is not None
    assert isinstance(body, HolderChange)
    await Queue(store).apply(after, after.seq, body.verb, at)


async def listed(http: httpx.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (
        (await http.get("/api/conversations", params=query)).raise_for_status().json()["conversations"]
    )
    return found


async def test_what_was_just_taken_or_asked_for_is_listed_before_sql_knows_it(
    api: Api, http: httpx.AsyncClient, log: Log, store: Store
) -> None:
    wen, li = Author(AuthorKind.AGENT, api.wen.id, "Wen"), Author(AuthorKind.AGENT, api.li.id, "Li")
    for name, how, by in (("c_1", "ask", BOT), ("c_2", "take", wen), ("c_3", "take", li)):
        await begun(log, name)
        await moved(log, store, name, how, by)
    [mine] = await listed(http)
    assert (mine["id"], mine["holder"], mine["agent"], mine["agent_name"]) == ("c_2", "agent", api.wen.id, "Wen")
    assert (mine["last_text"], mine["unread"], mine["name"], mine["seq"]) == ("first words in c_2", 1, "ABCD", 2)
    [queued] = await listed(http, state="queue")
    assert (queued["id"], queued["reason"]) == ("c_1", "customer_asked")
    assert queued["asked"].endswith("Z")
    queue = (await http.get("/api/queue")).json()
    assert (queue["total"], queue["waiting"][0]["conversation"], queue["waiting"][0]["position"]) == (1, "c_1", 1)


async def test_lists_follow_the_log_where_sql_is_behind(
    api: Api, http: httpx.AsyncClient, log: Log, store: Store
) -> None:
    for number in range(5):
        await begun(log, f"c_{number}")
    for number in range(5):
        await archived(api.settings.store_url, log, 1, f"c_{number}")
    await moved(log, store, "c_3", "close")
    assert sorted(each["id"] for each in await listed(http, state="bot")) == ["c_0", "c_1", "c_2", "c_4"]
    await archived(api.settings.store_url, log, 2, "c_3")
    [closed] = await listed(http, state="closed")
    assert (closed["id"], closed["holder"], closed["last_text"]) == ("c_3", "nobody", "first words in c_3")


async def test_lists_can_be_asked_by_tag(api: Api, http: httpx.AsyncClient, log: Log, store: Store) -> None:
    wen = Author(AuthorKind.AGENT, api.wen.id, "Wen")
    for number in range(4):
        await begun(log, f"c_{number}")
        await archived(api.settings.store_url, log, 1, f"c_{number}")
    for number in (1, 2):
        await http.post(f"/api/conversations/c_{number}/tags", json={"add": ["vip"]})
    assert {each["id"] for each in await listed(http, state="all", tag="vip", limit=1)} == {"c_2"}
    assert {each["id"] for each in await listed(http, state="bot", tag="vip")} == {"c_1", "c_2"}
    for number in (1, 3):
        await moved(log, store, f"c_{number}", "take", wen)
    [mine] = await listed(http, tag="vip")
    assert (mine["id"], mine["tags"]) == ("c_1", ["vip"])


async def test_pages_follow_each_other_without_hole_or_repeat(api: Api, http: httpx.AsyncClient, log: Log) -> None:
    for number in range(7):
        await begun(log, f"c_{number}")
    for number in range(7):
        await archived(api.settings.store_url, log, 1, f"c_{number}")
    seen, after, pages = [], "", 0
    while pages == 0 or after:
        answer = await http.get("/api/conversations", params={"state": "all", "limit": 3, "after": after})
        page = answer.raise_for_status().json()
        seen += [each["id"] for each in page["conversations"]]
        after, pages = page["next"], pages + 1
    assert sorted(seen) == [f"c_{number}" for number in range(7)]
    assert pages == 3


@pytest.mark.parametrize("after", ["x.y", "1", "1.", ".c", "-1.c", "1e3.c", "٣.c", f"{2**63}.c", "x" * 101])
async def test_a_place_in_the_list_that_is_none_is_refused(http: httpx.AsyncClient, after: str) -> None:
    assert (await http.get("/api/conversations", params={"after": after})).status_code == 422


async def test_entries_are_shown_as_each_role_may_see_them(api: Api, http: httpx.AsyncClient, log: Log) -> None:
    made = (await http.post("/api/visitors")).json()
    name = made["conversation"]
    said = Message(Author(AuthorKind.CUSTOMER, made["customer"]), "hello", id="1")
    note = Note(Author(AuthorKind.AGENT, api.wen.id), "only for us", id="2")
    await log.commit(Change(name, (said, note, Message(BOT, "hi"))))
    path = f"/api/conversations/{name}/messages"
    entries = (await http.get(path)).json()
    assert [(each["type"], each["seq"]) for each in entries["entries"]] == [("message", 1), ("note", 2), ("message", 3)]
    assert entries["more"] is False
    own = {"Authorization": f"Bearer {made['token']}"}
    shown = await http.get(path, headers=own)
    assert [each["type"] for each in shown.json()["entries"]] == ["message", "skip", "message"]
    assert "only for us" not in shown.text
    page = (await http.get(path, params={"after": 1, "limit": 1}, headers=own)).json()
    assert ([each["seq"] for each in page["entries"]], page["more"]) == ([2], True)
    one = (await http.get(f"/api/conversations/{name}", headers=own)).json()
    assert (one["id"], one["seq"], one["last_text"]) == (name, 3, "hi")


async def test_a_conversation_that_nobody_has_spoken_in_is_there(http: httpx.AsyncClient) -> None:
    made = (await http.post("/api/visitors", json={})).json()
    one = (await http.get(f"/api/conversations/{made['conversation']}")).json()
    assert (one["seq"], one["holder"], one["last_at"], one["asked"]) == (0, "bot", None, None)


async def test_too_many_tries_from_one_address_wait(api: Api) -> None:
    async with httpx.AsyncClient(base_url=api.base, timeout=60) as http:
        tries = await asyncio.gather(
            *(http.post("/api/login", json={"email": f"p{n}@shop.test", "password": "guess"}) for n in range(30))
        )
    refused = [each for each in tries if each.status_code == 429]
    assert 20 <= sum(each.status_code == 401 for each in tries) < 30
    assert len(refused) == 30 - sum(each.status_code == 401 for each in tries)
    assert all(int(each.headers["Retry-After"]) > 0 for each in refused)
