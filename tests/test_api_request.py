"""Requests that never end, or whose answers nobody takes: each is bounded, and the others are served meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from api.request import HEAD_BYTES, NO_BODY_BYTES
from tests.fixtures_api import Api

LIMIT = timedelta(milliseconds=400)
LATER = 5.0
POST = b"POST /api/visitors HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


@pytest.fixture
def quick(make_api: Callable[..., Api]) -> Api:
    return make_api(request_limit=LIMIT, send_limit=LIMIT)


async def opened(api: Api) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", api.settings.port)


async def rest(reader: asyncio.StreamReader) -> bytes:
    """All that is answered until the other side closes; a reset is an end, too."""
    got = b""
    async with asyncio.timeout(LATER):
        try:
            while part := await reader.read(65_536):
                got += part
        except ConnectionError:
            pass
    return got


async def exchanged(api: Api, sent: bytes) -> bytes:
    reader, writer = await opened(api)
    writer.write(sent)
    answer = await rest(reader)
    writer.close()
    return answer


async def test_a_head_without_end_is_refused_before_it_takes_memory(api: Api) -> None:
    head = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Long: "
    assert b" 200 " in await exchanged(api, head + b"x" * (HEAD_BYTES - 5_000) + b"\r\n\r\n")
    for endless in (
        head + b"x" * (2 * HEAD_BYTES),
        b"GET /" + b"x" * (2 * HEAD_BYTES),
        head + b"\r\nX-A: b" * HEAD_BYTES,
        b"\r\n" * HEAD_BYTES,
    ):
        answer = await exchanged(api, endless)
        assert answer.startswith((b"HTTP/1.1 431 ", b"HTTP/1.1 400 ")), answer[:50]
        assert b"connection: close" in answer.lower()
        assert b"nosniff" in answer


async def test_a_long_head_is_not_read_to_its_end(api: Api) -> None:
    _, writer = await opened(api)
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")
    sent, part = 0, b"X-Long: " + b"x" * 65_536 + b"\r\n"
    with pytest.raises((ConnectionError, AssertionError)):  # noqa: PT012 - whichever write it is that fails
        while True:
            writer.write(part)
            await writer.drain()
            sent += len(part)
            assert sent < 50_000_000
            await asyncio.sleep(0)
    assert sent < 20_000_000, "what the machine's own buffers take"
    writer.close()


async def test_headers_behind_a_body_have_no_room(api: Api) -> None:
    sent = POST + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"
    assert b" 201 " in await exchanged(api, sent + b"X-Trailer: y\r\n\r\n")
    began = time.monotonic()
    await exchanged(api, sent + b"X-Trailer: " + b"y" * (3 * NO_BODY_BYTES))
    assert time.monotonic() - began < api.settings.request_limit.total_seconds() / 2


@pytest.mark.parametrize(
    "half",
    [
        b"GET /healthz HT",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\n",
        b"\r\n",
        POST + b"Content-Length: 100\r\n\r\n{",
        POST + b"Transfer-Encoding: chunked\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX-A: ",
    ],
    ids=["line", "head", "empty line", "body", "chunks", "headers behind it"],
)
async def test_half_a_request_is_given_up(quick: Api, half: bytes) -> None:
    began = time.monotonic()
    answer = await exchanged(quick, half)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"problem+json" in answer
    assert time.monotonic() - began >= LIMIT.total_seconds() * 0.9


async def test_who_says_nothing_is_not_waited_for(quick: Api) -> None:
    assert await exchanged(quick, b"") == b""


async def test_a_byte_now_and_then_gives_no_more_time(quick: Api) -> None:
    for sent in (b"GET /healthz HTTP/1.1\r\nX-A: ", POST + b"Content-Length: 1000\r\n\r\n"):
        reader, writer = await opened(quick)
        writer.write(sent)

        async def drip(writer: asyncio.StreamWriter = writer) -> None:
            while True:
                writer.write(b" ")
                await asyncio.sleep(0.05)

        dripping = asyncio.create_task(drip())
        began = time.monotonic()
        assert (await rest(reader)).startswith(b"HTTP/1.1 408 ")
        assert time.monotonic() - began < LIMIT.total_seconds() + 2
        dripping.cancel()
        writer.close()


async def test_a_second_request_in_the_connection_has_its_own_time(quick: Api) -> None:
    reader, writer = await opened(quick)
    whole = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    for _ in range(4):
        await asyncio.sleep(LIMIT.total_seconds() / 2)
        writer.write(whole)
        assert b" 200 " in await reader.readuntil(b"\r\n\r\n")
        await reader.readuntil(b"}")
    writer.write(b"\r\n")
    assert (await rest(reader)).startswith(b"HTTP/1.1 408 ")
    writer.close()


async def test_a_body_that_was_refused_is_not_read_for_ever(api: Api) -> None:
    reader, writer = await opened(api)
    writer.write(POST + b"Content-Length: 1000000000\r\n\r\n")
    assert b" 413 " in await reader.readuntil(b"\r\n\r\n")
    sent = 0
    with pytest.raises((ConnectionError, AssertionError)):  # noqa: PT012 - whichever write it is that fails
        while True:
            writer.write(b" " * 65_536)
            await writer.drain()
            sent += 65_536
            assert sent < 50_000_000
            await asyncio.sleep(0)
    assert sent < 20_000_000
    writer.close()


async def test_an_answer_that_nobody_takes_is_given_up(quick: Api) -> None:
    """Requests without end, of which no answer is read: the answers fill what the machine buffers, then nothing is read any more."""
    reader, writer = await opened(quick)
    reader._transport.pause_reading()  # type: ignore[attr-defined]
    whole = b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 100
    with pytest.raises((ConnectionError, TimeoutError)):  # noqa: PT012 - whichever write it is that fails
        async with asyncio.timeout(20):
            while True:
                writer.write(whole)
                await writer.drain()
                await asyncio.sleep(0)
    assert writer.is_closing(), "it was dropped"
    async with httpx.AsyncClient(base_url=quick.base) as http:
        assert (await http.get("/healthz")).status_code == 200


@pytest.mark.parametrize(
    "head",
    [
        b"GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n",
        b"CONNECT shop.example:443 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n",
        POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
        POST + b"Content-Length: -1\r\n\r\n",
        POST + b"Content-Length: 99999999999999999999999\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
    ],
)
async def test_what_is_no_request_is_told_so(api: Api, head: bytes) -> None:
    answer = await exchanged(api, head)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"problem+json" in answer


async def test_many_requests_at_once_in_one_connection_are_answered_in_order(api: Api) -> None:
    reader, writer = await opened(api)
    names = [f"/assets/none{number}" for number in range(600)]
    paths = [name if number % 2 else "/healthz" for number, name in enumerate(names)]
    writer.write(b"".join(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode() for path in paths))
    for path in paths:
        head = await reader.readuntil(b"\r\n\r\n")
        assert (b" 200 " if path == "/healthz" else b" 404 ") in head.partition(b"\r\n")[0]
        await reader.readuntil(b"}")
    writer.close()


async def test_a_large_body_comes_in_whole(api: Api) -> None:
    """It is parsed in slices."""
    async with httpx.AsyncClient(base_url=api.base) as http:
        answer = await http.post("/webhooks/rest/webhook", json={"message": " ", "metadata": {"a": "x" * 60_000}})
        assert (answer.status_code, answer.json()) == (200, [])
