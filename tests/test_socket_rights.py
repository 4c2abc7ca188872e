"""Who may do what on a socket: every type of frame by every role, in one's own, somebody else's and an unknown conversation."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from handoff import desk
from handoff.queue import Queue
from handoff.seats import Seats
from models.database import open_engine
from models.entry import Author, AuthorKind
from models.frames import FromClient
from models.sensitive import open_text
from stream.history import History
from stream.log import Log
from stream.presence import Presence
from stream.store import Store
from tests.client import Customer
from tests.fixtures_api import Api
from tests.fixtures_store import StoreServer, archived, eventually, valkey_binary
from tests.test_socket import agent

OK = None
# A frame of each type, and what it answers: the customer whose conversation it is, another customer, an agent who does not hold it,
# the agent who holds it. `None`: it is done.
MATRIX: dict[str, tuple[dict[str, Any], tuple[str | None, ...]]] = {
    "say": ({"id": "m1", "text": "hello"}, (OK, "not_found", "not_assigned", OK)),
    "typing": ({"on": True}, (OK, "not_found", OK, OK)),
    "read": ({"seq": 1}, (OK, "not_found", OK, OK)),
    "resume": ({"after": 0}, (OK, "not_found", OK, OK)),
    "ping": ({}, (OK, OK, OK, OK)),
    "watch": ({}, ("forbidden", "forbidden", OK, OK)),
    "look": ({}, ("forbidden", "forbidden", OK, OK)),
    "take": ({}, ("forbidden", "forbidden", "taken", OK)),
    "decline": ({}, ("forbidden", "forbidden", "not_possible", "not_possible")),
    "note": ({"id": "n1", "text": "for us"}, ("forbidden", "forbidden", OK, OK)),
    "status": ({"status": "away"}, ("forbidden", "forbidden", OK, OK)),
    "give_back": ({}, ("forbidden", "forbidden", "not_assigned", OK)),
    "transfer": ({"to": "queue"}, ("forbidden", "forbidden", "not_assigned", OK)),
    "reopen": ({}, ("forbidden", "forbidden", "not_possible", "not_possible")),
    "assign": ({"to": "a_nobody"}, ("forbidden", "forbidden", "not_available", "forbidden")),
    "page": ({"url": "https://shop.example/cups"}, (OK, OK, "forbidden", "forbidden")),
    "rate": ({"stars": 5}, ("not_closed", "not_found", "forbidden", "forbidden")),
    "close": ({}, (OK, "not_found", "not_assigned", OK)),
}
PINGS = 20
WITHOUT_CONVERSATION = ("ping", "status", "page")
UNKNOWN = "c_" + "0" * 32


@pytest.fixture
async def log(api: Api) -> AsyncIterator[Log]:
    engine = open_engine(api.settings.sql_url)
    async with (
        Store.open(api.settings.store_url).opened() as store,
        Log(store, api.settings, History(engine)) as opened,
    ):
        yield opened
    engine.dispose()


async def answer_to(who: Customer, frame: dict[str, Any]) -> str | None:
    """The code of the error, or None. A bare ping tells that the frame was worked off: frames are done one after the other."""
    errors, pongs = len(who.errors), count_pongs(who)
    await who.send(frame)
    await who.send({"type": "ping"})
    await who.until(lambda: count_pongs(who) > pongs, "a pong")
    return who.errors[-1]["code"] if len(who.errors) > errors else None


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """What the server has logged; the clients of this test live in the same process."""
    theirs = ("websockets.client", "httpx", "httpcore")
    return "\n".join(caplog.handler.format(each) for each in caplog.records if not each.name.startswith(theirs))


def count_pongs(who: Customer) -> int:
    return sum(frame["type"] == "pong" for frame in who.frames)


def test_every_type_of_frame_is_in_the_matrix() -> None:
    assert set(MATRIX) == {str(each.__struct_config__.tag) for each in get_args(FromClient)}


@pytest.mark.parametrize("kind", MATRIX)
async def test_each_role_may_do_what_the_matrix_says(make_api: Callable[..., Api], kind: str) -> None:
    api = make_api(messages_burst=1_000)
    fields, expected = MATRIX[kind]
    async with AsyncExitStack() as stack:
        own = await stack.enter_async_context(await Customer.visitor(api.base))
        other = await stack.enter_async_context(await Customer.visitor(api.base))
        looks_on = await stack.enter_async_context(await agent(api, "boss"))
        holds = await stack.enter_async_context(await agent(api, "wen"))
        await own.acknowledged(await own.say("first"))
        await holds.send({"type": "take", "conversation": own.conversation})
        await own.until(lambda: own.frames[-1].get("holder") == "agent", "taken")

        def frame(conversation: str | None) -> dict[str, Any]:
            named = {} if kind in WITHOUT_CONVERSATION else {"conversation": conversation}
            return {"type": kind, **fields, **named}

        # Who may least first: what the holder does changes the conversation.
        for who, wanted in list(zip((own, other, looks_on, holds), expected, strict=True))[1:3]:
            assert await answer_to(who, frame(own.conversation)) == wanted
        if kind not in WITHOUT_CONVERSATION:
            for who, refused in ((other, expected[1]), (looks_on, "not_found"), (holds, "not_found")):
                assert await answer_to(who, frame(UNKNOWN)) == refused, (
                    "an unknown one is answered like somebody else's"
                )
        mine, held = expected[0], expected[3]
        assert await answer_to(holds, frame(own.conversation)) == held
        closed = kind == "close"
        again = {**frame(own.conversation), **({"id": "m2"} if "id" in fields else {})}
        assert await answer_to(own, again) == ("not_possible" if closed else mine)


async def test_what_is_refused_writes_nothing(make_api: Callable[..., Api], store: Store) -> None:
    api = make_api(messages_burst=1_000)
    async with await Customer.visitor(api.base) as own, await agent(api) as wen:
        await own.acknowledged(await own.say("first"))
        before = len(await store.commands.keys("*"))
        for each in ("say", "note", "take", "watch", "close", "give_back", "transfer", "read", "typing", "resume"):
            assert await answer_to(wen, {"type": each, **MATRIX[each][0], "conversation": UNKNOWN}) == "not_found"
        assert len(await store.commands.keys("*")) == before, "an unknown conversation does not begin by being named"
        for each, code in (("say", "not_assigned"), ("give_back", "not_possible")):
            frame = {"type": each, **MATRIX[each][0], "conversation": own.conversation}
            assert await answer_to(wen, frame) == code, "the bot holds it"
        await own.acknowledged(await own.say("second"))
        await own.until(lambda: 2 in own.entries, "the second message comes, without a hole before it")
        assert sorted(own.entries) == [1, 2]


async def test_customers_may_close_their_own_and_agents_what_they_hold(api: Api) -> None:
    async with await Customer.visitor(api.base) as own:
        await own.acknowledged(await own.say("thanks, bye"))
        assert await answer_to(own, {"type": "close", "conversation": own.conversation}) is None
        await own.until(
            lambda: own.frames[-2].get("holder") == "nobody" or own.frames[-1].get("holder") == "nobody", ""
        )
        assert await answer_to(own, {"type": "say", "id": "late", "text": "one more"}) == "closed"


async def test_of_many_agents_who_take_at_once_one_has_it(make_api: Callable[..., Api], log: Log) -> None:
    api = make_api(connections_per_person=20)
    async with AsyncExitStack() as stack:
        own = await stack.enter_async_context(await Customer.visitor(api.base))
        agents = [await stack.enter_async_context(await agent(api, who)) for who in ("wen", "li", "boss")]
        for _ in range(15):
            await own.acknowledged(await own.say("a person, please"))
            codes = await asyncio.gather(
                *(answer_to(each, {"type": "take", "conversation": own.conversation}) for each in agents)
            )
            assert sorted(map(str, codes)) == ["None", "taken", "taken"]
            winner = agents[codes.index(None)]
            assert await answer_to(winner, {"type": "give_back", "conversation": own.conversation}) is None
            for each in agents:
                each.frames.clear()
            # Five frames a round: slower than the pace that a person may have.
            await asyncio.sleep(0.5)


async def test_a_supervisor_gives_a_conversation_to_somebody_else(make_api: Callable[..., Api], store: Store) -> None:
    api = make_api(capacity=1)
    async with AsyncExitStack() as stack:
        own = await stack.enter_async_context(await Customer.visitor(api.base))
        wen, li, boss = [await stack.enter_async_context(await agent(api, each)) for each in ("wen", "li", "boss")]
        await own.acknowledged(await own.say("a person, please"))
        named = {"conversation": own.conversation}
        assert await answer_to(wen, {"type": "take", **named}) is None
        to_li = {"type": "assign", **named, "to": api.li.id}
        assert await answer_to(wen, to_li) == "forbidden"
        assert await answer_to(boss, to_li) == "not_available", "Li is not there"
        assert await answer_to(li, {"type": "status", "status": "available"}) is None
        assert await answer_to(boss, to_li) is None
        await own.until(lambda: own.frames[-1].get("agent", {}).get("id") == api.li.id, "it is Li's")
        await li.until(lambda: any(each["type"] == "holder" for each in li.frames), "Li is told")
        assert await answer_to(wen, {"type": "say", "id": "x", "text": "hello", **named}) == "not_assigned"
        assert await answer_to(boss, to_li) is None, "it is so already"
        assert await answer_to(boss, {"type": "assign", **named, "to": api.boss.id}) is None, "joins, away or not"
        assert await answer_to(boss, {"type": "say", "id": "x", "text": "hello", **named}) is None
        assert await answer_to(boss, {"type": "close", **named}) is None
        assert await answer_to(boss, to_li) == "not_possible"


async def test_a_supervisor_sets_the_status_of_another(api: Api, store: Store) -> None:
    presence = Presence(store, api.settings)
    async with await agent(api, "wen") as wen, await agent(api, "boss") as boss:
        of_wen = {"type": "status", "status": "available", "agent": api.wen.id}
        assert await answer_to(wen, {**of_wen, "agent": api.li.id}) == "forbidden"
        assert await answer_to(wen, of_wen) is None
        assert await answer_to(boss, {**of_wen, "status": "away"}) is None
        await wen.until(lambda: any(each["type"] == "status" for each in wen.frames), "Wen is told")
        told = next(each for each in wen.frames if each["type"] == "status")
        assert (told["status"], told["reason"], told["agent"]["name"]) == ("away", "supervisor", "Wen")
        assert await answer_to(boss, {**of_wen, "agent": "a_nobody"}) == "not_available"
        async with httpx.AsyncClient(base_url=api.base, headers={"Authorization": f"Bearer {boss.token}"}) as http:
            listed = (await http.get("/api/agents")).json()["agents"]
    assert [(each["name"], each["role"], each["status"], each["online"]) for each in listed] == [
        ("Boss", "admin", "offline", True), ("Li", "agent", "offline", False), ("Wen", "agent", "away", True),
    ]  # fmt: skip
    assert {(each["holds"], each["capacity"]) for each in listed} == {(0, 8)}
    assert await presence.status(api.wen.id) == "away"


async def test_a_closed_conversation_may_be_reopened_until_the_customer_begins_another(
    make_api: Callable[..., Api], log: Log
) -> None:
    api = make_api(capacity=1)
    async with await Customer.visitor(api.base) as own, await agent(api) as wen, await agent(api, "li") as li:
        await own.acknowledged(await own.say("a person, please"))
        name = own.conversation or ""
        named = {"conversation": name}
        assert await answer_to(own, {"type": "close", **named}) is None
        codes = await asyncio.gather(*(answer_to(each, {"type": "reopen", **named}) for each in (wen, li)))
        assert sorted(map(str, codes)) in (["None", "not_possible"], ["None", "taken"])
        holds = wen if codes[0] is None else li
        assert await answer_to(holds, {"type": "say", "id": "x", "text": "one more thing", **named}) is None
        await own.until(lambda: any(each.get("text") == "one more thing" for each in own.frames), "told")
        assert await answer_to(own, {"type": "say", "id": "y", "text": "thank you"}) is None, "it is open again"
        assert await answer_to(holds, {"type": "close", **named}) is None
        async with httpx.AsyncClient(base_url=api.base, headers={"Authorization": f"Bearer {own.token}"}) as http:
            made = (await http.post("/api/conversations", json={})).json()
        async with Customer(api.base, made["token"], made["conversation"]) as anew:
            await anew.acknowledged(await anew.say("something else"))
        await archived(api.settings.redis_url, log, 1, made["conversation"])
        assert await answer_to(holds, {"type": "reopen", **named}) == "not_possible"


async def test_what_was_closed_long_ago_stays_closed(make_api: Callable[..., Api]) -> None:
    api = make_api(reopen=timedelta(milliseconds=1))
    async with await Customer.visitor(api.base) as own, await agent(api) as wen:
        await own.acknowledged(await own.say("thanks, bye"))
        assert await answer_to(own, {"type": "close", "conversation": own.conversation}) is None
        await asyncio.sleep(0.01)
        assert await answer_to(wen, {"type": "reopen", "conversation": own.conversation}) == "not_possible"


async def test_an_admin_says_in_which_languages_an_agent_answers(api: Api, store: Store) -> None:
    presence = Presence(store, api.settings)
    async with await agent(api, "wen") as wen, await agent(api, "boss") as boss:
        admin = {"Authorization": f"Bearer {boss.token}"}
        async with httpx.AsyncClient(base_url=api.base, headers=admin) as http:
            path = f"/api/agents/{api.wen.id}/languages"
            assert (await http.put(path, json={"languages": ["ZH", "en", "zh"]})).json() == {"languages": ["zh", "en"]}
            assert (await http.put(path, json={"languages": ["Chinese"]})).status_code == 422
            assert (await http.put(path, json={"languages": [], "more": 1})).status_code == 422
            assert (await http.put("/api/agents/a_x/languages", json={"languages": []})).status_code == 404
        assert await presence.languages() == {api.wen.id: {"zh", "en"}}
        api.people.set_languages(api.wen.id, ["fr"])
        assert await answer_to(wen, {"type": "status", "status": "available"}) is None
        assert (await presence.languages())[api.wen.id] == {"fr"}, "as SQL has it by now"


@pytest.mark.parametrize("to", ["agent", "queue"])
async def test_a_transfer_carries_a_note_for_agents(api: Api, log: Log, to: str) -> None:
    secret = "13912345678"
    async with await Customer.visitor(api.base) as own, await agent(api) as wen, await agent(api, "li") as li:
        await own.acknowledged(await own.say("a person, please"))
        named = {"conversation": own.conversation}
        for frame in ({"type": "take", **named}, {"type": "transfer", **named, "to": api.li.id, "note": "x" * 4_001}):
            code = await answer_to(wen, frame)
        assert code == "too_long"
        assert await answer_to(li, {"type": "status", "status": "available"}) is None
        receiver = api.li.id if to == "agent" else "queue"
        assert await answer_to(wen, {"type": "transfer", **named, "to": receiver, "note": f"call {secret}"}) is None
        await own.until(lambda: 4 in own.entries, "moved")
        assert await answer_to(li, {"type": "resume", **named, "after": 0}) is None
        await li.until(lambda: 4 in li.entries, "all read")
    assert own.entries[3] == {"type": "skip", "conversation": own.conversation, "seq": 3}
    assert (li.entries[3]["type"], li.entries[3]["author"]["id"]) == ("note", api.wen.id)
    assert secret not in json.dumps(li.frames)
    assert li.entries[4]["holder"] == to
    entries, _ = await log.after(own.conversation or "", 2)
    note = entries[0].body
    assert open_text(note.text, note.sealed, api.ring, note.row) == f"call {secret}"  # type: ignore[union-attr]


async def test_two_tabs_of_one_agent_may_take_at_once(make_api: Callable[..., Api], store: Store) -> None:
    api = make_api(capacity=1, connections_per_person=20)
    async with await Customer.visitor(api.base) as own, await agent(api) as one, await agent(api) as two:
        await own.acknowledged(await own.say("a person, please"))
        take = {"type": "take", "conversation": own.conversation}
        for _ in range(10):
            assert await asyncio.gather(answer_to(one, take), answer_to(two, take)) == [None, None]
            assert await Seats(store, 1).load() == {api.wen.id: 1}
            assert await answer_to(one, {"type": "give_back", "conversation": own.conversation}) is None
            await asyncio.sleep(0.5)


async def test_a_button_is_a_payload_that_begins_with_a_slash(api: Api, log: Log) -> None:
    async with await Customer.visitor(api.base) as own:
        for payload in ("human", "", " /human"):
            frame = {"type": "say", "id": "p", "text": "a person", "payload": payload}
            assert await answer_to(own, frame) == "bad_payload"
        assert await answer_to(own, {"type": "say", "id": "p1", "text": "A person", "payload": "/human"}) is None
        assert await answer_to(own, {"type": "say", "id": "p2", "payload": "/order"}) is None
        entries, _ = await log.after(own.conversation or "", 0)
    assert [(each.body.text, each.body.payload) for each in entries] == [("A person", "/human"), ("/order", "/order")]  # type: ignore[union-attr]


async def test_what_is_sensitive_is_sealed_before_it_is_written(
    api: Api, log: Log, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret, text = "13912345678", "call 13912345678 or a.b@example.com"
    async with await Customer.visitor(api.base) as own, await agent(api) as wen:
        said = {"type": "say", "id": "s1", "text": text, "payload": f'/inform{{"phone": "{secret}"}}'}
        assert await answer_to(own, said) is None
        assert await answer_to(wen, {"type": "take", "conversation": own.conversation}) is None
        spoken = {"id": "s2", "text": f"is it {secret}?", "conversation": own.conversation}
        assert await answer_to(wen, {"type": "say", **spoken}) is None
        assert await answer_to(wen, {"type": "note", **spoken, "id": "s3"}) is None
        await own.until(lambda: len(own.entries) == 4, "all are told")
        for frames in (own.frames, wen.frames):
            assert secret not in json.dumps(frames)
        entries, _ = await log.after(own.conversation or "", 0)
        first = entries[0].body
        assert open_text(first.text, first.sealed, api.ring, first.row) == text  # type: ignore[union-attr]
    for key in await store.commands.keys("*"):
        assert secret.encode() not in (await store.commands.dump(key) or b"")
    assert secret not in logged(caplog)


async def test_nothing_typed_and_no_token_reaches_a_log(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    """Also at debug, where the WebSocket library would log every frame."""
    caplog.set_level(logging.DEBUG)
    canary = "canary-5f0c"
    async with await Customer.visitor(api.base) as own, await agent(api) as wen:
        await own.acknowledged(await own.say(f"{canary} said"))
        await own.send({"type": "say", "id": "x", "text": canary, "more": canary})
        await own.send({"type": canary})
        await own.until(lambda: len(own.errors) == 2, "errors")
        assert canary not in json.dumps(own.errors)
        async with httpx.AsyncClient(base_url=api.base) as http:
            await http.post("/api/login", json={"email": f"{canary}@x.test", "password": canary})
            answer = await http.post("/webhooks/rest/webhook", json={"sender": 1, canary: 1, "message": [canary]})
            assert canary not in answer.text
            assert canary not in (await http.get("/metrics")).text
        assert wen.token not in logged(caplog)
        assert own.token not in logged(caplog)
    assert canary not in logged(caplog)
    assert caplog.records, "there is a log"


async def test_the_other_side_sees_typing_and_reading_of_who_answers_only(api: Api) -> None:
    async with await Customer.visitor(api.base) as own, await agent(api, "wen") as wen, await agent(api, "li") as li:
        await own.acknowledged(await own.say("hello"))
        await wen.send({"type": "take", "conversation": own.conversation})
        await li.send({"type": "watch", "conversation": own.conversation})
        await own.until(lambda: own.frames[-1].get("holder") == "agent", "taken")
        for who in (li, wen):
            await who.send({"type": "typing", "on": True, "conversation": own.conversation})
            await who.send({"type": "read", "seq": 1, "conversation": own.conversation})
        await own.send({"type": "typing", "on": True})
        await own.send({"type": "read", "seq": 99})
        await own.send({"type": "read", "seq": 2})

        def whispers(who: Customer) -> list[tuple[str, str]]:
            kinds = [frame for frame in who.frames if frame["type"] in ("typing", "read")]
            return [(each["type"], each.get("by") or each["author"]["id"]) for each in kinds]

        await own.until(lambda: len(whispers(own)) == 2, "the agent's")
        await wen.until(lambda: len(whispers(wen)) == 2, "the customer's")
        await li.until(lambda: len(whispers(li)) == 2, "the customer's")
        assert whispers(own) == [("typing", api.wen.id), ("read", "agent")]
        assert whispers(wen) == whispers(li)
        assert [kind for kind, _ in whispers(wen)] == ["typing", "read"]
        assert [frame["seq"] for frame in wen.frames if frame["type"] == "read"] == [2], "99 is not there to be read"


async def test_a_waiting_customer_is_told_the_place_and_agents_the_queue_at_connect(
    api: Api, log: Log, store: Store
) -> None:
    async with await Customer.visitor(api.base) as first:
        await first.acknowledged(await first.say("a person"))
        name = first.conversation or ""
    state = await log.state(name)
    assert state is not None
    await log.commit(desk.ask(state, Author(AuthorKind.BOT), 1_700_000_000_000, "customer_asked"))
    waiting = await log.state(name)
    assert waiting is not None
    await Queue(store).apply(waiting, waiting.seq, "ask", 1_700_000_000_000)
    async with Customer(api.base, first.token, name) as again, await agent(api) as wen:
        await again.until(lambda: any(frame.get("position") for frame in again.frames), "a place")
        place = next(frame for frame in again.frames if frame.get("position"))
        assert (place["type"], place["holder"], place["position"]) == ("holder", "queue", 1)
        assert not {"at", "wait_seconds", "wait_range"} & set(place), "nobody is there"
        await wen.until(lambda: any(frame["type"] == "queue" for frame in wen.frames), "the queue")
        queue = next(frame for frame in wen.frames if frame["type"] == "queue")
        assert (queue["total"], queue["waiting"][0]["conversation"]) == (1, name)
        await Queue(store).forget(name)
        await Queue(store).push()
        await wen.until(lambda: [f["total"] for f in wen.frames if f["type"] == "queue"][-1] == 0, "the queue now")
        assert not any(frame["type"] == "queue" for frame in again.frames)


async def test_welcome_says_what_an_agent_holds(api: Api, log: Log, store: Store) -> None:
    async with await Customer.visitor(api.base) as own:
        await own.acknowledged(await own.say("hello"))
        state = await log.state(own.conversation or "")
        assert state is not None
        await log.commit(desk.take(state, Author(AuthorKind.AGENT, api.wen.id, "Wen"), 1))
        held = await log.state(own.conversation or "")
        assert held is not None
        await Queue(store).apply(held, held.seq, "take", 1)
    async with await agent(api, "wen") as wen, await agent(api, "li") as li:
        assert wen.frames[0]["type"] == "welcome"
        assert wen.frames[0]["holds"] == [own.conversation]
        assert (wen.frames[0]["role"], wen.frames[0]["person"]["name"]) == ("agent", "Wen")
        assert "holds" not in li.frames[0]


async def test_a_hundred_sockets_at_once_are_all_served(make_api: Callable[..., Api]) -> None:
    """More than the store's clients are."""
    api = make_api(connections_per_person=200)
    first = await Customer.visitor(api.base)
    many = [Customer(api.base, first.token, first.conversation) for _ in range(100)]
    async with AsyncExitStack() as stack:
        await asyncio.gather(*(stack.enter_async_context(each) for each in many))
        await asyncio.gather(*(answered(each) for each in many))
        assert {error["code"] for each in many for error in each.errors} <= {"unavailable"}


async def answered(one: Customer) -> None:
    """A ping, and again where the store was too slow for it or the connection was lost, as clients do."""
    for _ in range(PINGS):
        await one.until(lambda: one.connected, "a connection")
        errors, connections = len(one.errors), one.connections
        with suppress(ConnectionClosed):
            await one.send({"type": "ping"})
            await one.until(
                lambda: count_pongs(one) > 0 or len(one.errors) > errors or one.connections > connections,  # noqa: B023
                "a pong",
            )
        if count_pongs(one) > 0:
            return
        await asyncio.sleep(0.2)
    raise AssertionError("the store is too slow for any ping")


async def test_while_the_store_is_gone_nothing_is_promised_and_then_it_goes_on(
    make_api: Callable[..., Api], tmp_path: Path
) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    server = StoreServer(valkey_binary(), folder)
    server.start()
    try:
        api = make_api(redis_url=server.url)
        async with await Customer.visitor(api.base) as own, httpx.AsyncClient(base_url=api.base) as http:
            await own.acknowledged(await own.say("before"))
            server.stop()
            id = await own.say("meanwhile")
            await own.until(lambda: any(each["code"] == "unavailable" for each in own.errors), "unavailable")
            error = own.errors[-1]
            assert error["id"] == id
            assert error["retry_ms"] > 0
            assert id not in own.acks
            ready = await http.get("/readyz")
            assert (ready.status_code, ready.json()["missing"]) == (503, ["store"])
            assert (await http.get("/healthz")).status_code == 200
            refused = await http.post("/api/visitors")
            assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
            server.start()

            async def recovered() -> bool:
                return (await http.get("/readyz")).status_code == 200

            await eventually(recovered, "ready again")
            await own.acknowledged(id)
            await own.until(lambda: own.texts("customer") == ["before", "meanwhile"], "both, once")
    finally:
        server.stop()


async def test_a_message_sent_with_the_same_id_on_many_sockets_is_written_once(api: Api) -> None:
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(await Customer.visitor(api.base))
        others = [
            await stack.enter_async_context(Customer(api.base, first.token, first.conversation)) for _ in range(2)
        ]
        frame = {"type": "say", "id": "same", "text": "once"}
        await asyncio.gather(*(each.send(frame) for each in (first, *others) for _ in range(3)))
        for each in (first, *others):
            await each.until(lambda e=each: sum(f["type"] == "ack" for f in e.frames) == 3, "acks")  # type: ignore[misc]
        acks = [frame for each in (first, *others) for frame in each.frames if frame["type"] == "ack"]
        assert {ack["seq"] for ack in acks} == {1}
        assert sum(not ack.get("duplicate") for ack in acks) == 1
