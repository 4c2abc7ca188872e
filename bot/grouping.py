"""Puts what says the same into one group of the inbox, in a process of its own that everything else goes before."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Engine

from bot import aside
from models.database import NO_SQL, open_engine
from models.inbox import Inbox
from models.settings import load
from stream.running import pause

# The most valuable groups; what lies behind them is put together when those are decided.
TEXTS = 10_000
LOOK_SECONDS = 60.0
AT_ONCE = 500

logger = logging.getLogger("bellhop.bot")


class Grouping:
    """Looks once a minute whether there is something new; `mine` says whether this worker is the one that looks. The process starts in
    `folder`: settings may be relative to it."""

    def __init__(
        self,
        engine: Engine,
        folder: Path,
        mine: Callable[[], bool],
        every: float = LOOK_SECONDS,
        nice: int = aside.LAST,
    ) -> None:
        self._inbox = Inbox(engine)
        self._folder = folder
        self._mine = mine
        self._every = every
        self._nice = nice

    async def run(self, stop: asyncio.Event) -> None:
        seen: tuple[int, int] = (0, 0)
        while not stop.is_set():
            if self._mine():
                with suppress(*NO_SQL):
                    now = await asyncio.to_thread(self._inbox.mark)
                    if now[0] and now != seen:
                        await self._group(stop)
                        # Moving them is no news.
                        seen = now
            await pause(self._every, stop)

    async def _group(self, stop: asyncio.Event) -> None:
        child = await aside.begin("bot.grouping", str(self._nice), nice=self._nice, folder=self._folder)
        ended, stopped = asyncio.create_task(child.wait()), asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopped.cancel()
            if child.returncode is None:
                await aside.end(child)
            code = await ended
        if code and not stop.is_set():
            logger.warning(
                "what says the same in the inbox was not put together (exit code %d); it is tried again", code
            )


def regroup(inbox: Inbox, texts: int = TEXTS) -> int:
    """How many groups went into another."""
    from bot.nlu.alike import leaders

    found = inbox.texts(texts)
    groups = list(found)
    moved = {
        groups[place]: groups[leader] for place, leader in enumerate(leaders(list(found.values()))) if leader != place
    }
    for start in range(0, len(moved), AT_ONCE):
        inbox.regroup(dict(list(moved.items())[start : start + AT_ONCE]))
    return len(moved)


def main(nice: str) -> None:
    aside.leave_with_the_other()
    engine = open_engine(load().sql_url)
    try:
        aside.aside(lambda: regroup(Inbox(engine)), int(nice))
    finally:
        engine.dispose()
