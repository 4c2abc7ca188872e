"""uvicorn's HTTP with the bounds that it lacks: how long a head may be, how long head and body may take, how many requests wait in one
connection, and how long an answer waits for its reader."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from api.deadline import Deadline
from api.guard import FORMS, SECURITY
from api.intake import Intake
from api.problems import Problem, answer
from models.settings import Settings

# Line and headers, counted in slices: of a head that is almost as long the beginning of the body may be counted with it.
HEAD_BYTES = 32_768
# What may come in the place of a body that is wanted: its rest after it was answered, sizes and extensions of chunks, headers behind it.
NO_BODY_BYTES = 1_048_576
HEAD_TOO_LONG = Problem(431, "head_too_long", f"The head of a request has at most {HEAD_BYTES} bytes.")
LINE_TOO_LONG = Problem(400, "bad_request", "The address is too long.")
TOO_LATE = Problem(408, "too_late", "The request did not come in time. Please send it again.")


def request_protocol(settings: Settings) -> type[HttpToolsProtocol]:
    """The protocol class for uvicorn, which makes its objects by itself."""
    request_limit = settings.request_limit.total_seconds()
    upload_limit = settings.upload_limit.total_seconds()
    send_limit = settings.send_limit.total_seconds()

    class RequestProtocol(HttpToolsProtocol):
        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            self._request = Deadline(self.loop)
            self._taking = Deadline(self.loop)
            self._in_head = True
            self._head = self._no_body = 0

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._intake = Intake(self.loop, transport, self._parse, self._free)
            self.flow = _Flow(transport, self._intake.go_on)
            self._request.within(request_limit, self._too_late)

        def connection_lost(self, exc: Exception | None) -> None:
            self._request.cancel()
            self._taking.cancel()
            self._intake.stop()
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            self._intake.feed(data)

        def _free(self) -> bool:
            """What comes after a request that has to wait, waits in the client."""
            return not self.flow.read_paused and not self.pipeline

        def _parse(self, part: bytes) -> None:
            if not self._request.running:
                self._request.within(request_limit, self._too_late)
            if self._in_head:
                self._head += len(part)
            else:
                self._no_body += len(part)
            if self._in_head and self._head > HEAD_BYTES:
                self._refuse(HEAD_TOO_LONG if self.headers else LINE_TOO_LONG)
            elif self._no_body > NO_BODY_BYTES:
                self.transport.abort()
            else:
                super().data_received(part)

        def on_body(self, body: bytes) -> None:
            if self.cycle is not None and not self.cycle.response_complete:
                self._no_body -= len(body)
            super().on_body(body)

        def on_header(self, name: bytes, value: bytes) -> None:
            # Behind a chunked body there may be more headers, without end. Nobody has asked for them.
            if self._in_head:
                super().on_header(name, value)

        def on_headers_complete(self) -> None:
            super().on_headers_complete()
            self._in_head = False
            if self.url.partition(b"?")[0].decode("latin-1") in FORMS:
                self._request.within(upload_limit, self._too_late)

        def on_message_complete(self) -> None:
            self._in_head = True
            self._head = self._no_body = 0
            self._request.cancel()
            super().on_message_complete()

        def handle_websocket_upgrade(self) -> None:
            self._request.cancel()
            self._intake.stop()
            super().handle_websocket_upgrade()

        def send_400_response(self, msg: str) -> None:
            self._refuse(Problem(400, "bad_request", msg))

        def on_response_complete(self) -> None:
            super().on_response_complete()
            if self.transport.is_closing():
                self._end()

        def timeout_keep_alive_handler(self) -> None:
            super().timeout_keep_alive_handler()
            self._end()

        def pause_writing(self) -> None:
            super().pause_writing()
            self._taking.within(send_limit, self.transport.abort)

        def resume_writing(self) -> None:
            # Of a connection that is closing the rest has to be taken in time, too.
            if not self.transport.is_closing():
                self._taking.cancel()
            super().resume_writing()

        def _too_late(self) -> None:
            if self._in_head and not self._head:
                self.transport.close()
                self._end()
            else:
                self._refuse(TOO_LATE)

        def _refuse(self, problem: Problem) -> None:
            """Answers in the place of the app, where no answer is under way, and closes."""
            if self._may_answer:
                self.transport.write(_written(problem))
            if self.cycle is not None:
                self.cycle.disconnected = True
            self._intake.stop()
            self.transport.close()
            self._end()

        @property
        def _may_answer(self) -> bool:
            if self._in_head:
                return self.cycle is None or self.cycle.response_complete
            return self.cycle is not None and not self.cycle.response_started and not self.pipeline

        def _end(self) -> None:
            """A close waits until everything is taken, which may be never."""
            self._intake.stop()
            self._request.cancel()
            self._taking.within(send_limit, self.transport.abort)

    return RequestProtocol


class _Flow(FlowControl):
    """uvicorn's, which says that reading may go on and leaves it to the intake when."""

    def __init__(self, transport: asyncio.Transport, go_on: Callable[[], None]) -> None:
        super().__init__(transport)
        self._go_on = go_on

    def resume_reading(self) -> None:
        self.read_paused = False
        self._go_on()


def _written(problem: Problem) -> bytes:
    made = answer(problem)
    headers = {
        **SECURITY,
        "Connection": "close",
        "Content-Type": made.media_type,
        "Content-Length": str(len(made.body)),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return STATUS_LINE[problem.status] + lines.encode() + b"\r\n" + bytes(made.body)
