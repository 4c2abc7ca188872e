"""Threads for code that is not ours. Daemons: one that hangs keeps neither a process from leaving nor Python's own pool from working."""

from __future__ import annotations

import asyncio
import inspect
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

# More at once wait for a free one, until their time is up.
THREADS_MOST = 64
IDLE_SECONDS = 60.0


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[tuple[Any, Exception | None]]


class Left(Exception):
    """The code tried to end the process (SystemExit, KeyboardInterrupt)."""


class Threads:
    """As many as are busy at once, up to a bound; each with an event loop of its own, so that a coroutine may block too."""

    def __init__(self, name: str, limit_seconds: float) -> None:
        """A coroutine that waits is cancelled after `limit_seconds`; what blocks cannot be."""
        self._name = name
        self._limit = limit_seconds
        self._jobs: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._count = 0
        # Below zero: so many jobs wait for a thread.
        self._free = 0

    async def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """What the function, plain or async, returns or raises. Cancelled: it goes on, and nobody hears of it."""
        loop = asyncio.get_running_loop()
        job = _Job(function, arguments, loop, loop.create_future())
        with self._lock:
            self._free -= 1
            if self._free < 0 and self._count < THREADS_MOST:
                self._count += 1
                self._free += 1
                threading.Thread(target=self._work, name=self._name, daemon=True).start()
        self._jobs.put(job)
        value, error = await job.answer
        if error is not None:
            raise error
        return value

    def _work(self) -> None:
        with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
            while (job := self._next()) is not None:
                if not job.answer.cancelled():
                    self._answer(job, *_tried(runner, job, self._limit))
                # What it was given may be opened: it must not live on in a thread that waits.
                del job
                with self._lock:
                    self._free += 1

    def _next(self) -> _Job | None:
        """None after a long time without work. A job that was promised a free thread is still waited for."""
        while True:
            try:
                return self._jobs.get(timeout=IDLE_SECONDS)
            except queue.Empty:
                with self._lock:
                    if self._free > 0:
                        self._free -= 1
                        self._count -= 1
                        return None

    def _answer(self, job: _Job, value: Any, error: Exception | None) -> None:
        """A loop that was closed meanwhile has nobody who waits."""
        with suppress(RuntimeError):
            job.loop.call_soon_threadsafe(_set, job.answer, (value, error))


def _set(answer: asyncio.Future[tuple[Any, Exception | None]], outcome: tuple[Any, Exception | None]) -> None:
    if not answer.done():
        answer.set_result(outcome)


def _tried(runner: asyncio.Runner, job: _Job, limit_seconds: float) -> tuple[Any, Exception | None]:
    try:
        value = job.function(*job.arguments)
        if inspect.isawaitable(value):
            value = runner.run(_awaited(value, limit_seconds))
    except Exception as error:  # noqa: BLE001 - it is raised again where it is waited for
        return None, error
    except BaseException as error:  # noqa: BLE001 - a project may end its own action, not our process
        return None, Left(type(error).__name__)
    return value, None


async def _awaited(value: Any, limit_seconds: float) -> Any:
    async with asyncio.timeout(limit_seconds):
        return await value
