"""Who gets a socket: what is refused before it, how tokens come, and when an open one is closed because its person may not any more."""

from __future__ import annotations

import asyncio
import base64
import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import httpx
import jwt
import pytest
from redis import Redis
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from api import roster
from api.auth import AUDIENCE, ISSUER, BadToken, Identity, Kind, Role, Tokens
from models.settings import Settings
from tests.client import Customer
from tests.fixtures_api import PASSWORD, Api
from tests.test_socket import agent, closed, signed_in, socket
from tests.test_socket_rights import logged

SIGNING = b"s" * 32
PAIR = ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"]


async def raw(
    api: Api, *lines: str, path: str = "/chat", key: bool = True, upgrade: list[str] = PAIR
) -> tuple[int, str]:
    """(status, all that was answered) to a handshake written by hand."""
    reader, writer = await asyncio.open_connection("127.0.0.1", api.settings.port)
    host = f"127.0.0.1:{api.settings.port}"
    own = [f"Sec-WebSocket-Key: {base64.b64encode(secrets.token_bytes(16)).decode()}"] if key else []
    head = "\r\n".join([f"GET {path} HTTP/1.1", f"Host: {host}", *upgrade, *own, *lines])
    writer.write(f"{head}\r\n\r\n".encode())
    answer = (await reader.readuntil(b"\r\n\r\n")).decode()
    writer.close()
    return int(answer.split(" ")[1]), answer


async def token(api: Api) -> str:
    async with httpx.AsyncClient(base_url=api.base) as http:
        return str((await http.post("/api/visitors")).raise_for_status().json()["token"])


async def test_handshakes_that_are_refused(api: Api) -> None:
    bearer = f"Authorization: Bearer {await token(api)}"
    own = f"http://127.0.0.1:{api.settings.port}"
    assert (await raw(api, bearer))[0] == 101
    assert (await raw(api, bearer, f"Origin: {own}"))[0] == 101
    assert (await raw(api, bearer, f"Origin: {own.replace('http', 'https')}"))[0] == 101
    assert (await raw(api, bearer, key=False))[0] == 400
    version = [*PAIR[:2], "Sec-WebSocket-Version: 8"]
    assert (await raw(api, bearer, upgrade=version))[0] in (400, 426)
    for origin in ("https://evil.test", "null", f"{own}.evil.test", f"{own}:1", own.upper(), "http://127.0.0.1", ""):
        assert (await raw(api, bearer, f"Origin: {origin}"))[0] == 403, origin
    assert (await raw(api, bearer, f"Origin: {own}", f"Origin: {own}"))[0] in (400, 403)
    for asked in ("graphql-ws", "bellhop.v2", "bellhop.v1, other", "bearer.x", "bellhop.v1, bearer.x, bearer.y"):
        assert (await raw(api, bearer, f"Sec-WebSocket-Protocol: {asked}"))[0] == 400, asked
    assert (await raw(api))[0] == 401
    assert (await raw(api, "Authorization: Basic eDp5"))[0] == 401
    assert (await raw(api, bearer, path="/elsewhere"))[0] in (403, 404)


async def test_an_origin_that_is_allowed_may_come(make_api: Callable[..., Api]) -> None:
    api = make_api(allowed_origins="https://shop.test, https://www.shop.test")
    bearer = f"Authorization: Bearer {await token(api)}"
    assert (await raw(api, bearer, "Origin: https://www.shop.test"))[0] == 101
    assert (await raw(api, bearer, "Origin: https://shop.test.evil.test"))[0] == 403


async def test_a_token_in_the_url_is_refused_and_never_logged(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    good = await token(api)
    for query in (f"token={good}", f"access_token={good}", f"t={good}", f"%74oken={good}"):
        status, answer = await raw(api, f"Authorization: Bearer {good}", path=f"/chat?{query}")
        assert status == 400, query.partition("=")[0]
        assert good not in answer
    assert good not in logged(caplog)
    assert caplog.records


async def test_the_header_may_come_with_the_sub_protocol(api: Api) -> None:
    """As the terminal does it."""
    headers = {"Authorization": f"Bearer {await token(api)}"}
    url = api.base.replace("http", "ws") + "/chat"
    async with connect(url, subprotocols=[Subprotocol("bellhop.v1")], additional_headers=headers) as one:
        assert one.subprotocol == "bellhop.v1"
        assert "welcome" in str(await one.recv())
    with pytest.raises(InvalidStatus) as refused:
        await connect(url, subprotocols=[Subprotocol("bellhop.v1")])
    assert refused.value.response.status_code == 401


async def test_the_pair_is_answered_with_the_protocol_and_never_with_the_token(api: Api) -> None:
    good = await token(api)
    status, answer = await raw(api, f"Sec-WebSocket-Protocol: bellhop.v1, bearer.{good}")
    assert status == 101
    assert "sec-websocket-protocol: bellhop.v1\r\n" in answer.lower()
    assert good not in answer


async def test_more_sockets_than_are_allowed_are_told_to_try_later(make_api: Callable[..., Api]) -> None:
    api = make_api(connections=1)
    good = await token(api)
    async with socket(api, good) as first:
        await first.recv()
        async with socket(api, await token(api)) as second:
            assert await closed(second) == 1013
        await first.send("ping")


async def test_a_disabled_person_is_out_at_once_and_gets_no_socket(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    assert roster.LOOK_EVERY_SECONDS < 5
    monkeypatch.setattr(roster, "LOOK_EVERY_SECONDS", 0.05)
    wen, li = await signed_in(api, "wen"), await signed_in(api, "li")
    async with socket(api, wen) as hers, socket(api, li) as others:
        await hers.recv()
        api.people.disable(api.wen.id)
        assert await closed(hers) == 4410
        async with socket(api, wen) as again:
            assert await closed(again) == 4410
        assert (await raw(api, f"Authorization: Bearer {wen}"))[0] == 401
        await others.send("ping")
        assert "welcome" in str(await others.recv())


async def test_who_is_signed_out_everywhere_loses_the_socket_and_may_sign_in_again(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roster, "LOOK_EVERY_SECONDS", 0.05)
    old = await signed_in(api, "wen")
    async with socket(api, old) as hers:
        await hers.recv()
        api.people.set_password(api.wen.id, "another long password")
        assert await closed(hers) == 4401
    async with httpx.AsyncClient(base_url=api.base) as http:
        signed = await http.post("/api/login", json={"email": "wen@shop.test", "password": "another long password"})
    async with socket(api, signed.json()["token"]) as fresh:
        assert "welcome" in str(await fresh.recv())


async def test_who_logs_out_loses_the_sockets_of_that_sign_in(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster, "LOOK_EVERY_SECONDS", 0.05)
    async with httpx.AsyncClient(base_url=api.base) as http:
        given = {"email": "wen@shop.test", "password": PASSWORD}
        here, elsewhere = [(await http.post("/api/login", json=given)).json() for _ in range(2)]
        async with socket(api, here["token"]) as hers, socket(api, elsewhere["token"]) as other:
            await hers.recv()
            assert (await http.post("/api/logout", json={"refresh": here["refresh"]})).status_code == 204
            assert await closed(hers) == 4401
            async with socket(api, here["token"]) as again:
                assert await closed(again) == 4401
            await asyncio.sleep(0.2)
            await other.send("ping")
            while await other.recv() != "pong":
                pass


async def test_a_socket_ends_with_its_token(make_api: Callable[..., Api], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster, "LOOK_EVERY_SECONDS", 0.05)
    monkeypatch.setattr(roster, "LEEWAY_SECONDS", 0)
    api = make_api(agent_token=timedelta(seconds=1))
    async with socket(api, await signed_in(api)) as hers:
        assert await closed(hers) == 4401


async def test_an_agent_keeps_what_they_hold_over_a_restart(api: Api) -> None:
    """Their online key stays: the conversation is not taken from them while they come back."""
    async with await Customer.visitor(api.base) as customer, await agent(api) as wen:
        await customer.acknowledged(await customer.say("hello"))
        await wen.send({"type": "take", "conversation": customer.conversation})
        await customer.until(lambda: customer.frames[-1].get("holder") == "agent", "taken")
        await asyncio.to_thread(api.stop)
        with Redis.from_url(api.settings.redis_url) as store:
            assert store.exists(f"online:{api.wen.id}")


@pytest.fixture
def tokens() -> Tokens:
    return Tokens(SIGNING, Settings())


def test_a_token_says_who_it_is_for(tokens: Tokens) -> None:
    made, expires = tokens.access("u_1", Role.CUSTOMER, "c_1", "ABCD")
    read = tokens.read(made)
    assert replace(read, jti="", issued=0) == Identity("u_1", Role.CUSTOMER, "", 0, expires, "c_1", "ABCD")
    assert abs(read.issued - time.time() * 1000) < 5_000
    assert not read.staff
    assert tokens.read(tokens.access("a_1", Role.ADMIN)[0]).staff


def test_kinds_of_tokens_are_not_exchanged(tokens: Tokens) -> None:
    refresh, jti, _ = tokens.refresh("a_1", Role.AGENT)
    assert tokens.read(refresh, Kind.REFRESH).jti == jti
    with pytest.raises(BadToken):
        tokens.read(refresh)
    with pytest.raises(BadToken):
        tokens.read(tokens.access("a_1", Role.AGENT)[0], Kind.REFRESH)


def test_customers_have_a_conversation_and_agents_none(tokens: Tokens) -> None:
    for role, conversation in ((Role.CUSTOMER, ""), (Role.AGENT, "c_1")):
        with pytest.raises(BadToken):
            tokens.read(tokens.access("x", role, conversation)[0])


def claims(exp: int = 60, iat: int = 0, **more: object) -> dict[str, object]:
    now = int(time.time())
    whole = {"typ": "access", "role": "agent", "sub": "a", "iss": ISSUER, "aud": AUDIENCE, "jti": "j"}
    return {**whole, "iat": now + iat, "exp": now + exp, **more}


@pytest.mark.parametrize("missing", ["exp", "iat", "sub", "aud", "iss", "jti", "typ", "role"])
def test_every_claim_is_needed(tokens: Tokens, missing: str) -> None:
    whole = claims()
    assert tokens.read(jwt.encode(whole, SIGNING, "HS256")).person == "a"
    del whole[missing]
    with pytest.raises(BadToken):
        tokens.read(jwt.encode(whole, SIGNING, "HS256"))


@pytest.mark.parametrize(
    "wrong",
    [{"iat": "soon"}, {"exp": "1e400"}, {"exp": []}, {"role": 5}, {"role": "Admin"}, {"typ": ["access"]}, {"sub": 5}],
)
def test_claims_of_another_kind_are_refused(tokens: Tokens, wrong: dict[str, object]) -> None:
    with pytest.raises(BadToken):
        tokens.read(jwt.encode({**claims(), **wrong}, SIGNING, "HS256"))


def test_thirty_seconds_of_wrong_clocks_are_forgiven(tokens: Tokens) -> None:
    for exp, iat in ((-20, -100), (60, 20)):
        assert tokens.read(jwt.encode(claims(exp, iat), SIGNING, "HS256")).person == "a"
    for exp, iat in ((-40, -100), (100, 60)):
        with pytest.raises(BadToken):
            tokens.read(jwt.encode(claims(exp, iat), SIGNING, "HS256"))
