"""One socket of /chat: a reader and a writer. What a frame may do is decided by the role in the token, never by what was sent."""

from __future__ import annotations

import asyncio
import time
from collections import deque

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from api.connection import CloseCode, Connection
from api.node import Node
from api.problems import REFUSALS, RETRY_MS, Refused, error_of
from api.rate import Pace
from api.verbs import Verbs
from models.frames import BadFrame, ErrorFrame, FromClient, Say, SayNote, parse

BAD_FRAMES = 10
BAD_FRAMES_SECONDS = 60.0


class Session:
    """From after the welcome to the close code."""

    def __init__(self, socket: WebSocket, connection: Connection, verbs: Verbs, node: Node) -> None:
        settings = node.settings
        self._socket = socket
        self._connection = connection
        self._outbox = connection.outbox
        self._verbs = verbs
        self._metrics = node.metrics
        self._silence = settings.silence.total_seconds()
        self._characters = settings.text_characters
        self._pace = Pace(settings.messages_per_second, settings.messages_burst, time.monotonic())
        self._bad: deque[float] = deque(maxlen=BAD_FRAMES)
        self._left = False

    async def run(self) -> None:
        """Until either side ends it. A reader that ends closes the outbox; a writer that ends closes the socket, and so ends the reader."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._write())
                await self._read()
        finally:
            # Nothing but a fault of ours comes here with an open socket.
            self._outbox.close(CloseCode.FAULT)
            await self._close()

    async def _write(self) -> None:
        """Until the outbox is closed and empty, or nobody is there any more (the protocol drops who does not read)."""
        try:
            while (text := await self._outbox.get()) is not None:
                await self._socket.send_text(text)
        except (WebSocketDisconnect, RuntimeError):
            self._outbox.close(CloseCode.FAULT)
        await self._close()

    async def _close(self) -> None:
        if self._left or self._socket.application_state is not WebSocketState.CONNECTED:
            return
        code = self._outbox.close_code or CloseCode.FAULT
        try:
            await self._socket.close(code)
        except (WebSocketDisconnect, RuntimeError):
            return  # the other side was quicker
        self._metrics.closed.labels(str(int(code))).inc()

    async def _read(self) -> None:
        while True:
            try:
                async with asyncio.timeout(self._silence):
                    message = await self._socket.receive()
            except TimeoutError:
                return self._outbox.close(CloseCode.SILENT)
            if message["type"] == "websocket.disconnect":
                self._left = True
                return self._outbox.close(CloseCode.FAULT)
            if message.get("text") is None:
                return self._outbox.close(CloseCode.UNSUPPORTED)
            if self._outbox.close_code is None:
                await self._heard(message["text"])

    async def _heard(self, text: str) -> None:
        wait = self._pace.take(time.monotonic())
        try:
            if text == "ping" and not wait:
                await self._verbs.here()
                return self._outbox.put("pong")
            frame = parse(text, self._characters)
        except BadFrame as bad:
            return self._bad_frame(bad)
        if wait:
            return self._too_fast(frame, wait)
        await self._do(frame)

    async def _do(self, frame: FromClient) -> None:
        kind = str(type(frame).__struct_config__.tag)
        self._metrics.frames.labels(kind).inc()
        began = time.perf_counter()
        try:
            await self._verbs.do(frame)
        except REFUSALS as error:
            self._tell(error_of(error, getattr(frame, "id", None), getattr(frame, "conversation", None)))
        else:
            if isinstance(frame, Say | SayNote):
                self._metrics.acks.observe(time.perf_counter() - began)

    def _tell(self, error: ErrorFrame) -> None:
        self._metrics.errors.labels(error.code).inc()
        self._connection.send(error)

    def _too_fast(self, frame: FromClient, wait: float) -> None:
        refused = Refused("rate_limited", retry_ms=max(1, min(RETRY_MS, round(wait * 1000))))
        self._tell(error_of(refused, getattr(frame, "id", None), getattr(frame, "conversation", None)))
        if self._pace.too_much:
            self._outbox.close(CloseCode.TOO_FAST)

    def _bad_frame(self, bad: BadFrame) -> None:
        self._tell(error_of(bad))
        now = time.monotonic()
        self._bad.append(now)
        if len(self._bad) == BAD_FRAMES and now - self._bad[0] < BAD_FRAMES_SECONDS:
            self._outbox.close(CloseCode.BAD_FRAMES)
        elif self._pace.too_much:
            self._outbox.close(CloseCode.TOO_FAST)
