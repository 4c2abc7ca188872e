"""The socket: every bad frame has its answer, the connection's other messages are unharmed, and nothing is written."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin, Subprotocol

from tests.client import Customer
from tests.fixtures_api import PASSWORD, Api


def socket(api: Api, token: str, **more: Any) -> connect:
    more.setdefault("subprotocols", [Subprotocol("bellhop.v1"), Subprotocol(f"bearer.{token}")])
    return connect(api.base.replace("http", "ws") + "/chat", compression=None, ping_interval=None, **more)


async def signed_in(api: Api, who: str = "wen") -> str:
    async with httpx.AsyncClient(base_url=api.base) as http:
        answer = await http.post("/api/login", json={"email": f"{who}@shop.test", "password": PASSWORD})
        return str(answer.raise_for_status().json()["token"])


async def agent(api: Api, who: str = "wen") -> Customer:
    """An agent's socket; the test client is the same."""
    return Customer(api.base, await signed_in(api, who), None)


@pytest.fixture
async def visitor(api: Api) -> AsyncIterator[Customer]:
    async with await Customer.visitor(api.base) as customer:
        yield customer


def say(**fields: Any) -> str:
    return json.dumps({"type": "say", "id": "x1", "text": "hello", **fields})


BAD_JSON = ["{", "nonsense", "[" * 60_000, '{"a": NaN}', '{"a": Infinity}', '{"a": 1e999}', '{"a": ' + "9" * 5_000 + "}",
            '{"type":"ping","type":"ping"}', "\ufeff{}"]  # fmt: skip
BAD_FRAME = ["[]", '"text"', "5", "null", "{}", '{"type": 5}', say(more=1), say(id=5), say(conversation={}), say(text=["a"]),
             say(seq=1),
             say(contact="12345678"), say(contact={}), say(contact={"reach": "12345678", "more": 1}),
             say(author={"kind": "agent"}), say(role="agent"), say(epoch="e"), '{"type":"say","text":"no id"}',
             *(json.dumps({"type": "resume", "conversation": "c", "after": after}) for after in (-1, 2**63, "1", 1.5, True, None)),
             '{"type":"read","seq":true}', '{"type":"typing","on":"yes"}', '{"type":"ping","x":1}']  # fmt: skip
OTHERS = [
    ("unknown_type", '{"type":"teleport"}'),
    ("unknown_type", '{"type":"hello"}'),
    ("bad_text", '{"type":"say","id":"x1","text":"\\ud800"}'),
    ("bad_text", say(text="nul \0 here")),
    ("bad_text", say(text="bell \a")),
    ("bad_id", say(id="x" * 65)),
    ("bad_id", say(id="a/b")),
    ("bad_id", say(id="a\nb")),
    ("bad_id", say(id="")),
    ("bad_id", say(id="13800138000")),
    ("bad_id", say(id="web:13800138000-1")),
    ("bad_id", say(id="6222-0212-3456-7894")),
    ("empty", say(text="")),
    ("empty", say(text=" \n\t ")),
    ("empty", say(text="\u200b\u200e")),
    ("too_long", say(text="字" * 4_001)),
    *(
        ("bad_contact", say(contact={"reach": each}))
        for each in ("call me", "12", "+" + "1" * 20, "a@b", "Li <li@shop.example>")
    ),
    ("bad_text", say(contact={"reach": "12345678", "name": "Li\a"})),
    ("not_found", say(conversation="c_somebody_elses")),
    ("not_found", '{"type":"resume","conversation":"c_unknown","after":0}'),
    ("forbidden", '{"type":"take","conversation":"c_1"}'),
    ("forbidden", '{"type":"watch","conversation":"c_1"}'),
    ("forbidden", '{"type":"give_back","conversation":"c_1"}'),
    ("forbidden", '{"type":"note","conversation":"c_1","id":"n","text":"x"}'),
    ("forbidden", '{"type":"status","status":"available"}'),
]
CASES = [*(("bad_json", each) for each in BAD_JSON), *(("bad_frame", each) for each in BAD_FRAME), *OTHERS]


async def test_every_bad_frame_has_its_code_and_harms_nothing(make_api: Callable[..., Api]) -> None:
    api = make_api(messages_per_second=10_000.0, messages_burst=10_000)
    for start in range(0, len(CASES), 8):
        async with await Customer.visitor(api.base) as customer:
            await customer.acknowledged(await customer.say("before"))
            assert customer._socket is not None
            for code, text in CASES[start : start + 8]:
                count = len(customer.errors)
                await customer._socket.send(text)
                await customer.until(lambda c=count: len(customer.errors) > c, "an error")  # type: ignore[misc]
                error = customer.errors[-1]
                assert error["code"] == code, text[:80]
                assert error["message"].endswith(".")
            ack = await customer.acknowledged(await customer.say("after"))
            assert ack["seq"] == 2, "something was written"
            assert customer.connections == 1


async def test_text_is_kept_as_it_was_typed(visitor: Customer) -> None:
    texts = [
        "\u202eright to left", "a\u0300" * 1_000, "<img src=x onerror=alert(1)>", "{{7*7}} ${jndi:ldap://x}", "'; DROP TABLE messages; --",
        "👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🧑🏽‍🚀", "\r\nINFO fake log line".replace("\r", ""), "字" * 4_000,
    ]  # fmt: skip
    for text in texts:
        await visitor.acknowledged(await visitor.say(text))
    await visitor.until(lambda: len(visitor.messages("customer")) == len(texts), "all are back")
    assert visitor.texts("customer") == texts


async def test_a_repeat_is_a_duplicate_and_other_words_under_the_same_id_are_a_conflict(visitor: Customer) -> None:
    id = await visitor.say("one")
    first = await visitor.acknowledged(id)
    del visitor.acks[id]
    await visitor.send({"type": "say", "id": id, "text": "one"})
    again = await visitor.acknowledged(id)
    assert again["duplicate"]
    assert again["seq"] == first["seq"]
    await visitor.send({"type": "say", "id": id, "text": "two"})
    await visitor.until(lambda: bool(visitor.errors), "a conflict")
    assert (visitor.errors[-1]["code"], visitor.errors[-1]["id"]) == ("id_conflict", id)


async def test_a_frame_of_64_kib_is_taken_and_one_byte_more_is_not(api: Api, visitor: Customer) -> None:
    assert visitor._socket is not None
    frame = say(text="")
    await visitor._socket.send(say(text="x" * (65_536 - len(frame))))
    await visitor.until(lambda: bool(visitor.errors), "too long a text, but no too big a frame")
    assert visitor.errors[-1]["code"] == "too_long"
    async with socket(api, visitor.token) as other:
        await other.recv()
        await other.send("x" * 65_537)
        assert await closed(other) == 1009
    async with socket(api, visitor.token) as other:
        await other.send(b"binary")
        assert await closed(other) == 1003


async def closed(socket: ClientConnection) -> int:
    """The close code; what comes before is passed over."""
    with suppress(ConnectionClosed):
        while True:
            await socket.recv()
    assert socket.close_code is not None
    return socket.close_code


async def test_ten_bad_frames_in_a_minute_close_the_socket(api: Api, visitor: Customer) -> None:
    async with socket(api, visitor.token) as other:
        for _ in range(10):
            await other.send("{")
        assert await closed(other) == 4400


async def test_too_fast_is_said_and_then_closed(api: Api, visitor: Customer) -> None:
    async with socket(api, visitor.token) as other:
        for i in range(60):
            await other.send(json.dumps({"type": "say", "id": f"f{i}", "text": "x"}))
        assert await closed(other) == 4529


async def test_silence_is_closed(make_api: Callable[..., Api]) -> None:
    api = make_api(silence=timedelta(milliseconds=300))
    async with httpx.AsyncClient(base_url=api.base) as http:
        token = (await http.post("/api/visitors", json={})).json()["token"]
    async with socket(api, token) as other:
        assert await closed(other) == 4508


async def test_the_sixth_socket_of_a_person_replaces_the_oldest(api: Api, visitor: Customer) -> None:
    async with socket(api, visitor.token) as second:
        others = [await socket(api, visitor.token) for _ in range(4)]
        assert visitor.connections >= 1
        await visitor.until(lambda: visitor.connections == 2, "the oldest was closed and came back")
        assert await closed(second) == 4409
        for each in others:
            await each.close()


async def test_bare_ping_is_answered(api: Api, visitor: Customer) -> None:
    async with socket(api, visitor.token) as other:
        await other.send("ping")
        while (text := await other.recv()) != "pong":
            assert json.loads(text)


async def status(api: Api, **more: Any) -> int:
    try:
        async with socket(api, "none", **more):
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


async def test_who_may_not_open_a_socket(api: Api, visitor: Customer) -> None:
    good = {"Authorization": f"Bearer {visitor.token}"}
    plain: dict[str, Any] = {"subprotocols": None, "additional_headers": good}
    assert await status(api, **plain) == 101
    assert await status(api, **plain, origin=Origin(api.base)) == 101
    for origin in ("https://evil.test", "null", f"{api.base}.evil.test"):
        assert await status(api, **plain, origin=Origin(origin)) == 403
    twice = [*good.items(), ("Origin", api.base), ("Origin", "https://evil.test")]
    # The WebSocket library refuses two Origin headers before we see them.
    assert await status(api, subprotocols=None, additional_headers=twice) == 400
    assert await status(api, subprotocols=None) == 401
    assert await status(api, subprotocols=None, additional_headers={"Authorization": "Bearer x.y.z"}) == 401
    assert await status(api, subprotocols=[Subprotocol("graphql-ws")]) == 400
    # A browser cannot read a handshake's status: the pair is accepted and closed.
    async with socket(api, "wrong") as other:
        assert await closed(other) == 4401
    async with httpx.AsyncClient(base_url=api.base) as http:
        assert (await http.get(f"/chat?token={visitor.token}")).status_code == 400


async def test_resume_says_what_lies_behind_and_whether_the_client_knows_too_much(visitor: Customer) -> None:
    for i in range(5):
        await visitor.acknowledged(await visitor.say(f"text {i}"))
    visitor.entries.clear()
    await visitor.send({"type": "resume", "conversation": visitor.conversation, "after": 2})
    await visitor.until(lambda: set(visitor.entries) == {3, 4, 5}, "three entries")
    await visitor.send({"type": "resume", "conversation": visitor.conversation, "after": 99})
    await visitor.until(
        lambda: visitor.frames[-1]["type"] == "resumed" and not visitor.frames[-1]["recovered"], "refused"
    )


async def test_pong_tells_how_far_the_log_and_the_archive_are(visitor: Customer) -> None:
    await visitor.acknowledged(await visitor.say("hello"))
    await visitor.send({"type": "ping"})
    await visitor.until(lambda: visitor.frames[-1]["type"] == "pong", "a pong")
    assert visitor.frames[-1]["tops"] == {visitor.conversation: 1}
    assert visitor.frames[-1]["archived"] == {visitor.conversation: 0}


async def test_an_agent_takes_answers_notes_and_gives_back(api: Api, visitor: Customer) -> None:
    name = visitor.conversation
    await visitor.acknowledged(await visitor.say("I need a person"))
    async with await agent(api, "wen") as wen, await agent(api, "li") as li:
        await wen.send({"type": "say", "id": "a0", "text": "too early", "conversation": name})
        await wen.until(lambda: bool(wen.errors), "not assigned")
        assert wen.errors[-1]["code"] == "not_assigned"
        await wen.send({"type": "take", "conversation": name})
        await visitor.until(lambda: any(f["type"] == "holder" and f.get("agent") for f in visitor.frames), "an agent")
        assert visitor.frames[-1]["agent"]["name"] == "Wen"
        await li.send({"type": "take", "conversation": name})
        await li.until(lambda: bool(li.errors), "taken")
        assert li.errors[-1]["code"] == "taken"
        await wen.acknowledged(await wen.say("How can I help?", conversation=name))
        await wen.acknowledged(await note(wen, name))
        await visitor.until(lambda: any(f["type"] == "skip" for f in visitor.frames), "the note is only a place")
        assert "only for us" not in json.dumps(visitor.frames)
        await wen.send({"type": "typing", "on": True, "conversation": name})
        await visitor.until(lambda: any(f["type"] == "typing" for f in visitor.frames), "typing")
        assert not any(f["type"] == "typing" for f in wen.frames)
        await wen.send({"type": "give_back", "conversation": name})
        await visitor.until(lambda: visitor.frames[-1].get("holder") == "bot", "the bot again")
    assert [each["type"] for _, each in sorted(visitor.entries.items())] == [
        "message",
        "holder",
        "message",
        "skip",
        "holder",
    ]


async def note(agent: Customer, conversation: str | None) -> str:
    id = os.urandom(4).hex()
    await agent.send({"type": "note", "id": id, "conversation": conversation, "text": "only for us"})
    return id


async def test_a_closed_conversation_takes_nothing_more_and_a_new_one_can_be_opened(
    api: Api, visitor: Customer
) -> None:
    await visitor.acknowledged(await visitor.say("hello"))
    await visitor.send({"type": "close", "conversation": visitor.conversation})
    await visitor.until(lambda: visitor.frames[-1].get("holder") == "nobody", "closed")
    id = await visitor.say("one more")
    await visitor.until(lambda: bool(visitor.errors), "refused")
    assert (visitor.errors[-1]["code"], visitor.errors[-1]["id"]) == ("closed", id)
    visitor.outbox.clear()
    async with httpx.AsyncClient(base_url=api.base) as http:
        made = await http.post("/api/conversations", json={}, headers={"Authorization": f"Bearer {visitor.token}"})
    assert made.status_code == 201
    assert made.json()["customer"]
    assert made.json()["conversation"] != visitor.conversation
    async with Customer(api.base, made.json()["token"], made.json()["conversation"]) as again:
        assert (await again.acknowledged(await again.say("hello again")))["seq"] == 1


async def test_nobody_hears_another_customers_conversation(api: Api, visitor: Customer) -> None:
    async with await Customer.visitor(api.base) as other:
        await asyncio.gather(*(visitor.say(f"canary {i}") for i in range(5)))
        await visitor.until(lambda: len(visitor.acks) == 5, "acks")
        await other.acknowledged(await other.say("mine"))
        await other.send({"type": "resume", "conversation": visitor.conversation, "after": 0})
        await other.until(lambda: bool(other.errors), "refused")
        assert "canary" not in json.dumps(other.frames)


async def test_a_restart_tells_everybody_to_come_back(api: Api, visitor: Customer) -> None:
    async with socket(api, visitor.token) as other:
        await other.recv()
        ending = asyncio.create_task(asyncio.to_thread(api.stop))
        assert await closed(other) == 1012
        await ending
