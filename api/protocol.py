"""uvicorn's WebSocket with the bounds that it lacks: a reader that takes nothing is dropped, and a message has a bounded number of
parts."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame

# Frames of no bytes never reach the limit of size: 300,000 of them were taken when measured.
FRAGMENTS = 64


def chat_protocol(send_limit: timedelta) -> type[WebSocketsSansIOProtocol]:
    """The protocol class for uvicorn, which makes its objects by itself."""

    class ChatProtocol(WebSocketsSansIOProtocol):
        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            self._not_taken: asyncio.TimerHandle | None = None

        def pause_writing(self) -> None:
            super().pause_writing()
            # A plain close waits until everything is written, which here is never.
            self._not_taken = self.loop.call_later(send_limit.total_seconds(), self.transport.abort)

        def resume_writing(self) -> None:
            self._taken()
            super().resume_writing()

        def connection_lost(self, exc: Exception | None) -> None:
            self._taken()
            super().connection_lost(exc)

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

        def _taken(self) -> None:
            if self._not_taken is not None:
                self._not_taken.cancel()
                self._not_taken = None

    return ChatProtocol


def _decodes(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True
