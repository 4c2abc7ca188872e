"""How a worker process starts and ends: SIGTERM or SIGINT asks it to stop taking, finish and leave."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable

from stream.errors import Unavailable

RETRY_SECONDS = 0.3


def settled() -> None:
    """Called when all is loaded: it stays. Looking at it again in every full collection stopped the bot for 0.2 s each time."""
    gc.collect()
    gc.freeze()


async def until_stopped(work: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Runs `work(stop)`; `stop` is set by the first signal."""
    settled()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop.set)
    try:
        await work(stop)
    finally:
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(each)


async def patiently(work: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
    """Tries until the store is there, or we are to stop."""
    while not stop.is_set():
        try:
            await work()
        except Unavailable:
            await asyncio.sleep(RETRY_SECONDS)
        else:
            return


async def pause(seconds: float, stop: asyncio.Event) -> None:
    """Sleeps, but not beyond `stop`."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
