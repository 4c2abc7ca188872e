"""One socket of /chat: a reader and a writer. What it may do is decided by the role in its token, never by what it sends."""

from __future__ import annotations

import asyncio
import time
from collections import deque

from starlette.websockets import WebSocket, WebSocketDisconnect

from api.hub import Connection
from api.metrics import Metrics
from api.verbs import Refused, Verbs
from models.frames import BadFrame, ErrorFrame, FromClient, parse
from models.settings import Settings

UNSUPPORTED, TOO_BIG, FAULT = 1003, 1009, 1011
TOO_MANY_BAD, SILENT, TOO_FAST = 4400, 4508, 4529
BAD_FRAMES = 10
BAD_FRAMES_SECONDS = 60.0
TIMES_TOO_FAST = 3


class Bucket:
    """A token bucket: `rate` a second, `burst` at once."""

    def __init__(self, rate: float, burst: int, now: float) -> None:
        self._rate, self._burst = rate, float(burst)
        self._left, self._at = float(burst), now

    def take(self, now: float) -> float:
        """0 where it is allowed, else the seconds until it is."""
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left >= 1:
            self._left -= 1
            return 0.0
        return (1 - self._left) / self._rate


class Session:
    """The life of one socket, from welcome to close code."""

    def __init__(
        self, socket: WebSocket, connection: Connection, verbs: Verbs, settings: Settings, metrics: Metrics
    ) -> None:
        self._socket = socket
        self._connection = connection
        self._verbs = verbs
        self._settings = settings
        self._metrics = metrics
        now = time.monotonic()
        self._bucket = Bucket(settings.messages_per_second, settings.messages_burst, now)
        self._too_fast = 0
        self._bad: deque[float] = deque(maxlen=BAD_FRAMES)

    async def run(self) -> None:
        """Until either side ends it."""
        async with asyncio.TaskGroup() as group:
            writing = group.create_task(self._write())
            reading = group.create_task(self._read())
            await asyncio.wait((writing, reading), return_when=asyncio.FIRST_COMPLETED)
            # Where the reader ended, the writer closes with the code; where the writer ended, nobody reads.
            self._connection.outbox.close(FAULT)
            reading.cancel()

    async def _write(self) -> None:
        limit = self._settings.send_limit.total_seconds()
        outbox = self._connection.outbox
        try:
            while (text := await outbox.get()) is not None:
                async with asyncio.timeout(limit):
                    await self._socket.send_text(text)
            async with asyncio.timeout(limit):
                await self._socket.close(outbox.close_code or FAULT)
        except (TimeoutError, WebSocketDisconnect, RuntimeError):
            return  # nobody reads any more

    async def _read(self) -> None:
        outbox = self._connection.outbox
        silence = self._settings.silence.total_seconds()
        while outbox.close_code is None:
            try:
                async with asyncio.timeout(silence):
                    message = await self._socket.receive()
            except TimeoutError:
                return outbox.close(SILENT)
            if message["type"] == "websocket.disconnect":
                return outbox.close(FAULT)
            text = message.get("text")
            if text is None:
                return outbox.close(UNSUPPORTED)
            await self._heard(text)

    async def _heard(self, text: str) -> None:
        if text == "ping":
            return self._connection.outbox.put("pong")
        wait = self._bucket.take(time.monotonic())
        if wait:
            return self._slow_down(wait)
        try:
            frame = parse(text, self._settings.text_characters)
        except BadFrame as bad:
            return self._refuse(bad)
        await self._do(frame)
        return None

    async def _do(self, frame: FromClient) -> None:
        kind = type(frame).__struct_config__.tag
        self._metrics.frames.labels(str(kind)).inc()
        began = time.perf_counter()
        try:
            await self._verbs.do(self._connection, frame)
        except Refused as refused:
            self._tell(refused.frame)
        else:
            if kind == "say":
                self._metrics.acknowledged.observe(time.perf_counter() - began)

    def _tell(self, error: ErrorFrame) -> None:
        self._metrics.errors.labels(error.code).inc()
        self._connection.send(error)

    def _slow_down(self, wait: float) -> None:
        self._too_fast += 1
        self._tell(
            ErrorFrame("rate_limited", "That was too fast. Please wait a moment.", retry_ms=int(wait * 1000) + 1)
        )
        if self._too_fast >= TIMES_TOO_FAST:
            self._connection.outbox.close(TOO_FAST)

    def _refuse(self, bad: BadFrame) -> None:
        self._tell(ErrorFrame(bad.code, bad.message, id=bad.id))
        now = time.monotonic()
        self._bad.append(now)
        if len(self._bad) == BAD_FRAMES and now - self._bad[0] < BAD_FRAMES_SECONDS:
            self._connection.outbox.close(TOO_MANY_BAD)
