"""uvicorn's WebSocket with the bounds that it lacks: floods do not hold up others, a message has a bounded number of parts, and who takes
nothing or never ends is dropped."""

from __future__ import annotations

import asyncio
import time
from typing import Any, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame
from websockets.protocol import State

from api.connection import CloseCode as Ours
from api.deadline import Deadline
from api.intake import Intake
from api.metrics import Metrics
from api.rate import Bucket
from models.settings import Settings

# Frames of no bytes never reach the limit of size: 300,000 of them were taken when measured.
FRAGMENTS = 64
# Pings and pongs that a second may bring. A client of ours sends one pong in twenty seconds.
CONTROL_PER_SECOND = 100.0
CONTROL_AT_ONCE = 100
# What may still be under way to us when we close. Who goes on after that is not listening.
AFTER_CLOSE_BYTES = 1_048_576
NO_HANDSHAKE = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


def chat_protocol(settings: Settings) -> type[WebSocketsSansIOProtocol]:
    """The protocol class for uvicorn, which makes its objects by itself."""
    send_limit = settings.send_limit.total_seconds()

    class ChatProtocol(WebSocketsSansIOProtocol):
        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            # A plain close waits until everything is written, which may be never.
            self._taking = Deadline(self.loop)
            self._ending = Deadline(self.loop)
            self._control = Bucket.full(CONTROL_PER_SECOND, CONTROL_AT_ONCE, time.monotonic())
            self._pings = self._pongs = self._after_close = 0

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            self._intake = Intake(self.loop, self.transport, self._parse, self._free)

        def connection_lost(self, exc: Exception | None) -> None:
            self._taking.cancel()
            self._ending.cancel()
            self._intake.stop()
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            if self.close_sent:
                self._after_close += len(data)
                if self._after_close > AFTER_CLOSE_BYTES:
                    return self.transport.abort()
            self._intake.feed(data)

        def _free(self) -> bool:
            """After our close all is read on, as the other side's close lies behind what it has sent before."""
            return self.close_sent or (self.queue.empty() and self.writable.is_set())

        def _parse(self, part: bytes) -> None:
            super().data_received(part)
            if self.conn.handshake_exc is not None and not self.handshake_complete:
                self.handshake_complete = True
                self.transport.write(NO_HANDSHAKE)
                self.transport.close()
            if self._pings or self._pongs:
                self._pace_control()

        def _pace_control(self) -> None:
            """Too many pongs are counted and otherwise ignored: the next slice has to wait. Pings are frames that ask for an answer."""
            for kind, count in (("ping", self._pings), ("pong", self._pongs)):
                if count:
                    self._metrics.control.labels(kind).inc(count)
            rest = self._control.spend(self._pings + self._pongs, time.monotonic())
            flooded = rest > 0 and self._pings > self._pongs
            self._pings = self._pongs = 0
            if flooded and self.conn.state is State.OPEN:
                self._close(Ours.TOO_FAST)
            elif rest:
                self._intake.rest(rest)

        @property
        def _metrics(self) -> Metrics:
            return cast(Metrics, self.app_state["node"].metrics)

        def _close(self, code: Ours) -> None:
            """As the app would close it."""
            self._metrics.closed.labels(str(int(code))).inc()
            self.queue.put_nowait({"type": "websocket.disconnect", "code": int(code)})
            self.conn.send_close(int(code))
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
            self.close_timer = self.loop.call_later(self.close_timeout, self.transport.close)

        async def receive(self) -> Any:
            message = await self.queue.get()
            if self.queue.empty():
                self.read_paused = False
            self._intake.go_on()
            return message

        async def send(self, message: Any) -> None:
            await super().send(message)
            if self.close_sent:
                # uvicorn would log an error for each handshake that is refused.
                self.handshake_complete = True
                self._intake.go_on()

        def pause_writing(self) -> None:
            super().pause_writing()
            self._taking.within(send_limit, self.transport.abort)

        def resume_writing(self) -> None:
            self._taking.cancel()
            super().resume_writing()
            self._intake.go_on()

        def on_task_complete(self, task: asyncio.Task[None]) -> None:
            """Whatever ended it: from here on it is only the rest of the close that is waited for."""
            super().on_task_complete(task)
            if not self.disconnected:
                self._ending.within(self.close_timeout + send_limit, self.transport.abort)

        def handle_ping(self) -> None:
            self._pings += 1
            if self.close_sent:
                self.conn.data_to_send()  # no answers behind a close
            else:
                super().handle_ping()

        def handle_pong(self, event: Frame) -> None:
            self._pongs += 1
            super().handle_pong(event)

        def handle_cont(self, event: Frame) -> None:
            if len(self.frames) >= FRAGMENTS:
                self._fail(CloseCode.MESSAGE_TOO_BIG)
            else:
                super().handle_cont(event)

        def send_receive_event_to_app(self) -> None:
            # uvicorn would log the exception, with its traceback, for each bad message.
            if self.curr_msg_data_type == "text" and not self.close_sent and not _decodes(b"".join(self.frames)):
                self._fail(CloseCode.INVALID_DATA)
            else:
                super().send_receive_event_to_app()

        def _fail(self, code: CloseCode) -> None:
            self.frames = []
            if not self.close_sent:
                self.conn.fail(code)
                self.handle_parser_exception()

    return ChatProtocol


def _decodes(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True
