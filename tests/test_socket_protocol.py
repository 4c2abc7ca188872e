"""Bytes on the wire: sizes, fragments, encodings, and a reader that reads nothing. Written by hand, as no client library would."""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
import socket as sockets
import struct
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from api.protocol import FRAGMENTS
from models.entry import Author, AuthorKind, Message
from models.settings import Settings
from stream.change import Change
from stream.history import History
from stream.log import Log
from stream.store import Store
from tests.client import Customer
from tests.fixtures_api import Api

CONT, TEXT, BINARY, CLOSE, PING = 0, 1, 2, 8, 9


class Wire:
    """One connection after its handshake; frames are masked, as a client's must be."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.out = bytearray()

    @classmethod
    async def opened(cls, api: Api, token: str, *more: str) -> Wire:
        reader, writer = await asyncio.open_connection("127.0.0.1", api.settings.port)
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        lines = [
            "GET /chat HTTP/1.1", f"Host: 127.0.0.1:{api.settings.port}", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}", f"Authorization: Bearer {token}", *more,
        ]  # fmt: skip
        writer.write("\r\n".join([*lines, "", ""]).encode())
        answer = await reader.readuntil(b"\r\n\r\n")
        assert b" 101 " in answer
        wire = cls(reader, writer)
        assert b"welcome" in (await wire.frame())[1]
        return wire

    def send(self, opcode: int, payload: bytes, fin: bool = True, rsv: int = 0, masked: bool = True) -> None:
        self.begin(opcode, len(payload), fin, rsv, masked)
        mask = b"\1\2\3\4"
        if masked:
            self.out += mask
            payload = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
        self.out += payload

    def begin(self, opcode: int, length: int, fin: bool = True, rsv: int = 0, masked: bool = True) -> None:
        """A header that promises `length` bytes."""
        first, bit = (0x80 if fin else 0) | rsv | opcode, 0x80 if masked else 0
        if length < 126:
            self.out += struct.pack("!BB", first, bit | length)
        elif length < 2**16:
            self.out += struct.pack("!BBH", first, bit | 126, length)
        else:
            self.out += struct.pack("!BBQ", first, bit | 127, length)

    async def frame(self) -> tuple[int, bytes]:
        """The next one, after what was to be sent is sent, in one piece: a server that has closed answers a second with a reset."""
        if self.out:
            self.writer.write(bytes(self.out))
            self.out.clear()
        first, length = struct.unpack("!BB", await self.reader.readexactly(2))
        if length == 126:
            (length,) = struct.unpack("!H", await self.reader.readexactly(2))
        elif length == 127:
            (length,) = struct.unpack("!Q", await self.reader.readexactly(8))
        return first & 0x0F, await self.reader.readexactly(length)

    async def close_code(self) -> int:
        """Of the first close frame; what comes before is passed over."""
        while True:
            opcode, payload = await self.frame()
            if opcode == CLOSE:
                return int(struct.unpack("!H", payload[:2])[0])


@pytest.fixture
async def token(api: Api) -> str:
    async with httpx.AsyncClient(base_url=api.base) as http:
        return str((await http.post("/api/visitors")).raise_for_status().json()["token"])


def send(*frames: tuple[int, bytes, bool]) -> Callable[[Wire], None]:
    def act(wire: Wire) -> None:
        for opcode, payload, fin in frames:
            wire.send(opcode, payload, fin)

    return act


def nine_fragments(wire: Wire) -> None:
    send((TEXT, b"x" * 8192, False), *[(CONT, b"x" * 8192, False)] * 7)(wire)
    wire.begin(CONT, 8192, fin=False)


BAD: dict[str, tuple[int, Callable[[Wire], None]]] = {
    "a frame of 65,537 bytes": (1009, lambda wire: wire.begin(TEXT, 65_537)),
    "a promise of 2^40 bytes": (1009, lambda wire: wire.begin(TEXT, 2**40)),
    "a promise of 2^63 - 1 bytes": (1009, lambda wire: wire.begin(TEXT, 2**63 - 1)),
    "9 fragments of 8 KiB": (1009, nine_fragments),
    "more than 64 fragments": (1009, send((TEXT, b"", False), *[(CONT, b"", False)] * FRAGMENTS)),
    "unmasked": (1002, lambda wire: wire.send(TEXT, b"ping", masked=False)),
    "RSV1 without an extension": (1002, lambda wire: wire.send(TEXT, b"ping", rsv=0x40)),
    "opcode 3": (1002, send((3, b"x", True))),
    "opcode 11": (1002, send((11, b"x", True))),
    "a ping of 126 bytes": (1002, send((PING, b"x" * 126, True))),
    "a ping in parts": (1002, send((PING, b"x", False))),
    "close with code 1005": (1002, send((CLOSE, struct.pack("!H", 1005), True))),
    "close with one byte": (1002, send((CLOSE, b"x", True))),
    "bytes that are no UTF-8": (1007, send((TEXT, b"\xff\xfe", True))),
    "an overlong NUL": (1007, send((TEXT, b'{"type":"\xc0\x80"}', True))),
    "a lone surrogate's bytes": (1007, send((TEXT, b"\xed\xa0\x80", True))),
    "no UTF-8 in parts": (1007, send((TEXT, b"\xe5", False), (CONT, b"x", True))),
    "binary": (1003, send((BINARY, b"{}", True))),
}


async def test_what_is_no_websocket_of_ours_is_closed_with_its_code_and_harms_nobody(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    async with await Customer.visitor(api.base) as other:
        async with httpx.AsyncClient(base_url=api.base) as http:
            for name, (code, act) in BAD.items():
                token = (await http.post("/api/visitors")).json()["token"]
                wire = await Wire.opened(api, token)
                act(wire)
                assert await wire.close_code() == code, name
                wire.writer.close()
        await other.acknowledged(await other.say("unharmed"))
        assert other.connections == 1
    assert "Traceback" not in caplog.text
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_what_is_within_the_bounds_is_taken(api: Api, token: str) -> None:
    wire = await Wire.opened(api, token)
    text = json.dumps({"type": "say", "id": "1", "text": "字" * 100}, ensure_ascii=False).encode()
    parts = [text[index : index + 10] for index in range(0, len(text), 10)]
    assert len(parts) <= FRAGMENTS
    wire.send(TEXT, parts[0], fin=False)
    for part in parts[1:-1]:
        wire.send(CONT, part, fin=False)
    wire.send(CONT, parts[-1])
    kinds = {json.loads((await wire.frame())[1])["type"] for _ in range(2)}
    assert kinds == {"ack", "message"}
    wire.send(PING, b"are you there")
    assert await wire.frame() == (10, b"are you there")
    wire.writer.close()


async def test_compression_is_not_agreed_to(api: Api, token: str) -> None:
    wire = await Wire.opened(api, token, "Sec-WebSocket-Extensions: permessage-deflate")
    wire.send(TEXT, b"ping", rsv=0x40)
    assert await wire.close_code() == 1002
    wire.writer.close()


async def test_a_reader_that_reads_nothing_is_dropped_and_others_are_not(make_api: Callable[..., Api]) -> None:
    """What waits for it is bounded, and a close that waits for its reading would never end."""
    api = make_api(send_limit=timedelta(milliseconds=300), outbox_frames=50)
    async with await Customer.visitor(api.base) as customer:
        await customer.acknowledged(await customer.say("begin"))
        raw = sockets.socket()
        raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
        raw.connect(("127.0.0.1", api.settings.port))
        raw.sendall(
            f"GET /chat HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {base64.b64encode(b'k' * 16).decode()}\r\nAuthorization: Bearer {customer.token}\r\n\r\n".encode()
        )
        await connections(api, 2)
        sent = 0
        async with httpx.AsyncClient(base_url=api.base) as http:
            while 'bellhop_connections{role="customer"} 2.0' in (await http.get("/metrics")).text:
                await bot_says(api.settings, customer.conversation or "", "x" * 4_000, 20)
                sent += 20
                assert sent < 4_000, "it is never dropped"
        await customer.until(lambda: len(customer.messages("bot")) >= sent, "the other has everything")
        assert customer.connections == 1
        raw.close()


async def connections(api: Api, count: int) -> None:
    async with httpx.AsyncClient(base_url=api.base) as http:
        while f'bellhop_connections{{role="customer"}} {count}.0' not in (await http.get("/metrics")).text:
            await asyncio.sleep(0.01)


async def bot_says(settings: Settings, conversation: str, text: str, times: int) -> None:
    history: History = None  # type: ignore[assignment]  # the conversation is in the store
    async with Store.open(settings.store_url).opened() as store, Log(store, settings, history) as log:
        for _ in range(times):
            await log.commit(Change(conversation, (Message(Author(AuthorKind.BOT), text),)))
