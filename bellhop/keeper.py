"""Keeps one process alive: started again with back-off when it dies, until it is told to end."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable
from datetime import timedelta

from bellhop.failure import USAGE

FIRST_PAUSE = timedelta(seconds=0.2)
LONGEST_PAUSE = timedelta(seconds=10)
HEALTHY = timedelta(seconds=30)

Start = Callable[["Keeper"], Awaitable[asyncio.subprocess.Process]]


def next_pause(last: timedelta | None, alive: timedelta) -> timedelta:
    """The pause before the next start, after a life of `alive`; `last` is the pause before that life, None at the first."""
    if last is None or alive >= HEALTHY:
        return FIRST_PAUSE
    return min(last * 2, LONGEST_PAUSE)


def ended_by(code: int) -> str:
    """An exit code in words."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


class Keeper:
    """`warn` tells the operator. Exit code 2 before `ready` says that a restart cannot help: it stays down, and `give_up` is called."""

    def __init__(self, name: str, start: Start, warn: Callable[[str], None], give_up: Callable[[], None]) -> None:
        self.name = name
        self.ready = asyncio.Event()
        self._start = start
        self._warn = warn
        self._give_up = give_up
        self._ending = asyncio.Event()
        self._gone = asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """Of the process that runs now."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def run(self) -> None:
        try:
            await self._keep()
        finally:
            self._gone.set()

    async def end(self, limit: timedelta) -> None:
        """SIGTERM; SIGKILL when it is still there after `limit`. Returns when it is gone."""
        self._ending.set()
        self._signal(signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limit.total_seconds()):
                await self._gone.wait()
        if not self._gone.is_set():
            self._warn(f"{self.name} did not end in {limit.total_seconds():g} s; it is ended by force")
            self.kill()
            await self._gone.wait()

    def kill(self) -> None:
        self._ending.set()
        self._signal(signal.SIGKILL)

    async def _keep(self) -> None:
        pause: timedelta | None = None
        clock = asyncio.get_running_loop().time
        while not self._ending.is_set():
            began = clock()
            code = await self._live()
            if self._ending.is_set():
                return
            if code == USAGE and not self.ready.is_set():
                return self._give_up()
            pause = next_pause(pause, timedelta(seconds=clock() - began))
            self._warn(f"{self.name} ended ({ended_by(code)}); it is started again in {pause.total_seconds():g} s")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause.total_seconds()):
                    await self._ending.wait()

    async def _live(self) -> int:
        self._process = await self._start(self)
        if self._ending.is_set():
            self._signal(signal.SIGTERM)
        return await self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)
