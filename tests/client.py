"""A customer over a real WebSocket, as the web page is one: an outbox, resume by seq, the same id again after a lost connection."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

AGAIN_SECONDS = 0.1
ANSWER_SECONDS = 1.0
# As the page does when the store is too slow for a moment.
UNAVAILABLE, TRIES = 503, 50


class Customer:
    """`entries` are the frames with a seq, by seq; `acks` are by the customer's own ids."""

    def __init__(self, base: str, token: str, conversation: str | None) -> None:
        self.base = base
        self.token = token
        self.conversation = conversation
        self.entries: dict[int, dict[str, Any]] = {}
        self.acks: dict[str, dict[str, Any]] = {}
        self.errors: list[dict[str, Any]] = []
        self.frames: list[dict[str, Any]] = []
        self.outbox: dict[str, dict[str, Any]] = {}
        self.connections = 0
        self.heard = asyncio.Event()
        self.on_frame: Callable[[dict[str, Any]], None] = lambda _: None
        self._socket: ClientConnection | None = None
        self._task: asyncio.Task[None] | None = None

    @classmethod
    async def visitor(cls, base: str) -> Customer:
        async with httpx.AsyncClient(base_url=base, timeout=20) as http:
            for _ in range(TRIES):
                answer = await http.post("/api/visitors", json={})
                if answer.status_code != UNAVAILABLE:
                    break
                await asyncio.sleep(AGAIN_SECONDS)
            made = answer.raise_for_status().json()
        return cls(base, made["token"], made["conversation"])

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._stay())
        await self.until(lambda: self._socket is not None, "a connection")
        return self

    async def __aexit__(self, *exc: object) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _stay(self) -> None:
        """Connected for ever; what is in the outbox goes out again, in order, under the same ids."""
        url = self.base.replace("http", "ws", 1) + "/chat"
        while True:
            try:
                async with connect(
                    url,
                    subprotocols=[Subprotocol("bellhop.v1"), Subprotocol(f"bearer.{self.token}")],
                    open_timeout=5,
                    compression=None,
                    ping_interval=None,
                ) as socket:
                    await self._live(socket)
            except (OSError, InvalidHandshake, ConnectionClosed, TimeoutError, EOFError):
                await asyncio.sleep(AGAIN_SECONDS)

    async def _live(self, socket: ClientConnection) -> None:
        try:
            self._take(json.loads(await socket.recv()))
            self.connections += 1
            if self.conversation:
                await self._send(
                    socket, {"type": "resume", "conversation": self.conversation, "after": self._contiguous()}
                )
            for frame in list(self.outbox.values()):
                await self._send(socket, frame)
            self._socket = socket
            async for text in socket:
                frame = json.loads(text)
                self._take(frame)
                if frame["type"] == "resumed" and frame.get("more"):
                    await self._send(
                        socket, {"type": "resume", "conversation": frame["conversation"], "after": frame["seq"]}
                    )
        finally:
            self._socket = None

    def _contiguous(self) -> int:
        seq = 0
        while seq + 1 in self.entries:
            seq += 1
        return seq

    def _take(self, frame: dict[str, Any]) -> None:
        self.frames.append(frame)
        kind = frame["type"]
        if kind == "ack":
            self.acks[frame["id"]] = frame
            self.outbox.pop(frame["id"], None)
        elif kind == "error":
            self.errors.append(frame)
        elif (frame.get("seq") and kind in ("message", "note", "skip", "rating")) or (
            kind == "holder" and frame.get("at")
        ):
            self.entries[frame["seq"]] = frame
        self.on_frame(frame)
        self.heard.set()

    async def _send(self, socket: ClientConnection, frame: dict[str, Any]) -> None:
        await socket.send(json.dumps(frame, ensure_ascii=False))

    @property
    def connected(self) -> bool:
        return self._socket is not None

    async def send(self, frame: dict[str, Any]) -> None:
        assert self._socket is not None
        await self._send(self._socket, frame)

    async def say(self, text: str, **more: Any) -> str:
        """Puts it into the outbox and sends it, if there is a connection; the id."""
        id = secrets.token_hex(8)
        frame = {"type": "say", "id": id, "text": text, **more}
        self.outbox[id] = frame
        if self._socket is not None:
            # A connection that is gone costs nothing: it is in the outbox.
            with suppress(ConnectionClosed):
                await self._send(self._socket, frame)
        return id

    async def until(self, holds: Callable[[], bool], description: str, seconds: float = 30) -> None:
        end, looks = time.monotonic() + seconds, seconds / ANSWER_SECONDS
        while not holds():
            looks -= 1
            # A machine that stood still for a minute has waited for nothing.
            if time.monotonic() > end and looks < 0:
                raise AssertionError(f"never happened: {description}; last frames: {self.frames[-3:]}")
            self.heard.clear()
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    await self.heard.wait()
            except TimeoutError:
                continue

    async def acknowledged(self, id: str, seconds: float = 60) -> dict[str, Any]:
        """Sends what is in the outbox again each second, as a client does that gets no answer."""
        end, looks = time.monotonic() + seconds, seconds / ANSWER_SECONDS
        while id not in self.acks:
            looks -= 1
            if time.monotonic() > end and looks < 0:
                raise AssertionError("never acknowledged")
            try:
                await self.until(lambda: id in self.acks, "ack", ANSWER_SECONDS)
            except AssertionError:
                if self._socket is not None and id in self.outbox:
                    try:
                        await self._send(self._socket, self.outbox[id])
                    except ConnectionClosed:
                        continue
        return self.acks[id]

    def messages(self, author: str) -> list[dict[str, Any]]:
        found = [self.entries[seq] for seq in sorted(self.entries)]
        return [each for each in found if each["type"] == "message" and each["author"]["kind"] == author]

    def texts(self, author: str) -> list[str]:
        return [each["text"] for each in self.messages(author)]

    async def ask(self, text: str, **more: Any) -> list[dict[str, Any]]:
        """Says it and waits for the bot's first answer behind it."""
        ack = await self.acknowledged(await self.say(text, **more))
        await self.until(lambda: any(each["seq"] > ack["seq"] for each in self.messages("bot")), "an answer")
        return [each for each in self.messages("bot") if each["seq"] > ack["seq"]]
