"""One timer at a time, for what a connection must have done by then."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Deadline:
    __slots__ = ("_loop", "_timer")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._timer: asyncio.TimerHandle | None = None

    @property
    def running(self) -> bool:
        return self._timer is not None

    def within(self, seconds: float, otherwise: Callable[[], None]) -> None:
        """From now on; another that ran is forgotten."""
        self.cancel()
        self._timer = self._loop.call_later(seconds, otherwise)

    def cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
