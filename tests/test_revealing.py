"""A sealed number is opened by who holds the conversation, one at a time, on record; the clear text is nowhere but in the answer."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from models.database import open_engine
from models.sealed import KeyRing
from models.tables import audit
from stream.store import Store
from tests.client import Customer
from tests.fixtures_api import Api
from tests.test_api_people import signed_in
from tests.test_socket import agent
from tests.test_socket_rights import logged

PHONE, EMAIL = "13912345678", "li.lei@shop.example"


@pytest.fixture
async def held(api: Api) -> AsyncIterator[tuple[Customer, Customer]]:
    """The customer has said a phone and an address (1), nothing (2), and Wen holds it."""
    async with await Customer.visitor(api.base) as own, await agent(api) as wen:
        await own.acknowledged(await own.say(f"📱 call {PHONE} or write to {EMAIL}"))
        await own.acknowledged(await own.say("nothing here"))
        await wen.send({"type": "take", "conversation": own.conversation})
        await wen.until(lambda: any(each.get("holder") == "agent" for each in wen.frames), "taken")
        yield own, wen


async def test_who_holds_it_opens_one_span_and_it_is_on_record(
    api: Api, held: tuple[Customer, Customer], store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    own, wen = held
    await wen.send({"type": "resume", "conversation": own.conversation, "after": 0})
    await wen.until(lambda: 1 in wen.entries, "the message")
    said = wen.entries[1]
    kinds = [(each["kind"], said["text"][each["start"] : each["end"]]) for each in said["sealed"]]
    assert kinds == [("phone", "139****5678"), ("email", "l***@shop.example")]
    assert "sealed" not in own.entries[1], "customers need not know"
    path = f"/api/conversations/{own.conversation}/reveal"
    with signed_in(api, "wen@shop.test") as http, signed_in(api, "boss@shop.test") as boss:
        answer = http.post(path, json={"seq": 1, "span": 0, "reason": f"call back {PHONE}"})
        assert answer.json() == {"kind": "phone", "text": PHONE}
        assert answer.headers["Cache-Control"] == "no-store"
        assert boss.post(path, json={"seq": 1, "span": 1}).json() == {"kind": "email", "text": EMAIL}
        acts = boss.get("/api/audit", params={"act": "message.reveal"}).json()["acts"]
    assert [(each["name"], each["subject"], each["reason"]) for each in acts] == [
        ("Boss", own.conversation, "email in entry 1"),
        ("Wen", own.conversation, "phone in entry 1: call back 139****5678"),
    ]
    engine = open_engine(api.settings.sql_url)
    with engine.connect() as connection:
        assert PHONE not in str(connection.execute(select(audit)).all())
    engine.dispose()
    for secret in (PHONE, EMAIL):
        assert secret not in logged(caplog)
        files = [each for each in Path(api.settings.home).rglob("*") if each.is_file()]
        assert files
        assert not [each.name for each in files if secret.encode() in each.read_bytes()]
        for key in await store.commands.keys("*"):
            assert secret.encode() not in await store.commands.dump(key), key


REFUSED: list[tuple[str, dict[str, Any], int, str]] = [
    ("li", {"seq": 1, "span": 0}, 403, "not_assigned"),
    ("wen", {"seq": 1, "span": 2}, 404, "no_span"),
    ("wen", {"seq": 2, "span": 0}, 404, "no_span"),
    ("wen", {"seq": 3, "span": 0}, 404, "no_span"),
    ("wen", {"seq": 99, "span": 0}, 404, "no_span"),
    ("wen", {"seq": 0, "span": 0}, 422, "invalid"),
    ("wen", {"seq": 1, "span": -1}, 422, "invalid"),
    ("wen", {"seq": 1}, 422, "invalid"),
]


async def test_nobody_else_opens_anything_and_what_is_refused_is_not_on_record(
    api: Api, held: tuple[Customer, Customer]
) -> None:
    own, wen = held
    path = f"/api/conversations/{own.conversation}/reveal"
    for who, body, status, code in REFUSED:
        with signed_in(api, f"{who}@shop.test") as http:
            answer = http.post(path, json=body)
            assert (answer.status_code, answer.json()["code"]) == (status, code), body
    mine = httpx.post(f"{api.base}{path}", json={"seq": 1, "span": 0}, headers={"Authorization": f"Bearer {own.token}"})
    assert mine.status_code == 403, "not even the customer: who has the token has not typed it"
    await wen.send({"type": "close", "conversation": own.conversation})
    await wen.until(lambda: wen.frames[-1].get("holder") == "nobody", "closed")
    with signed_in(api, "wen@shop.test") as http, signed_in(api, "boss@shop.test") as boss:
        assert http.post(path, json={"seq": 1, "span": 0}).status_code == 403, "no longer"
        assert boss.get("/api/audit", params={"act": "message.reveal"}).json()["acts"] == []
        assert boss.post("/api/conversations/c_none/reveal", json={"seq": 1, "span": 0}).status_code == 404


async def test_a_whole_table_is_not_opened_at_once(api: Api, held: tuple[Customer, Customer]) -> None:
    own, _ = held
    with signed_in(api, "wen@shop.test") as http:
        path = f"/api/conversations/{own.conversation}/reveal"
        codes = [http.post(path, json={"seq": 1, "span": 0}).status_code for _ in range(60)]
    assert codes[:30] == [200] * 30
    assert 429 in codes


async def test_what_was_sealed_under_a_key_that_is_gone_is_said_to_be_unreadable(
    api: Api, held: tuple[Customer, Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    own, _ = held
    other = KeyRing.generated().rotated().without(1)
    monkeypatch.setattr(
        KeyRing, "open", lambda _, sealed, place: other.open_bytes(b"\x01\x01\x00\x00\x00\x01" + b"x" * 40, place)
    )
    with signed_in(api, "wen@shop.test") as http:
        answer = http.post(f"/api/conversations/{own.conversation}/reveal", json={"seq": 1, "span": 0})
    assert (answer.status_code, answer.json()["code"]) == (409, "unreadable")
