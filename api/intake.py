"""What a connection has received and not parsed yet. One slice is parsed in each turn of the event loop, so that nobody's flood holds up
the others; the transport is not read from meanwhile, so that what waits here stays small."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

# A read brings up to 256 KiB. Parsed at once, 40,000 empty frames of it held up everybody for seconds.
SLICE_BYTES = 4_096
# A slice of empty frames takes 15 ms, and an answer to somebody else some ten turns of the loop. So a connection whose slices take long
# gets a tenth of the loop; slices of what clients send take 0.1 ms.
LONG_SECONDS = 0.001
SHARE = 10
REST_SECONDS = 0.25


class Intake:
    """`parse` takes a slice; `free` says whether the protocol can take one now. When that changes the protocol calls `go_on`."""

    __slots__ = ("_due", "_free", "_loop", "_parse", "_stopped", "_transport", "_waiting")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        transport: asyncio.Transport,
        parse: Callable[[bytes], None],
        free: Callable[[], bool],
    ) -> None:
        self._loop = loop
        self._transport = transport
        self._parse = parse
        self._free = free
        self._waiting = bytearray()
        self._due: asyncio.Handle | None = None
        self._stopped = False

    def feed(self, data: bytes) -> None:
        self._waiting += data
        if self._due is None:
            self._turn()
        else:
            self._transport.pause_reading()

    def go_on(self) -> None:
        """The next slice in the next turn, or the transport again when nothing waits."""
        if self._ended or self._due is not None:
            return
        if self._waiting:
            self._transport.pause_reading()
            if self._free():
                self._due = self._loop.call_soon(self._turn)
        elif self._free():
            self._transport.resume_reading()

    def rest(self, seconds: float) -> None:
        """Nothing is read or parsed until then."""
        if self._due is None and not self._ended:
            self._transport.pause_reading()
            self._due = self._loop.call_later(seconds, self._turn)

    def stop(self) -> None:
        """For good; what waits is dropped."""
        self._stopped = True
        self._waiting.clear()
        if self._due is not None:
            self._due.cancel()
            self._due = None

    @property
    def _ended(self) -> bool:
        return self._stopped or self._transport.is_closing()

    def _turn(self) -> None:
        self._due = None
        if self._ended:
            return
        if self._waiting and self._free():
            part = bytes(self._waiting[:SLICE_BYTES])
            del self._waiting[:SLICE_BYTES]
            began = time.perf_counter()
            self._parse(part)
            took = time.perf_counter() - began
            if self._waiting and took > LONG_SECONDS:
                self.rest(min(took * (SHARE - 1), REST_SECONDS))
        self.go_on()
