"""Puts what says the same into one group of the inbox, and what is worth a label first, in a process of its own that everything else
goes before."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Engine

from bot import aside
from bot.child import begin
from models.database import NO_SQL, open_engine
from models.examples import Examples
from models.inbox import WHOLE, Inbox
from models.settings import load
from stream.running import pause

# The most valuable groups; what lies behind them is put together when those are decided.
TEXTS = 10_000
LOOK_SECONDS = 60.0
AT_ONCE = 500
# Of what was decided, and of examples, at most so many of each kind are looked at: the encoder takes a millisecond for each.
KNOWN = 1_000

logger = logging.getLogger("bellhop.bot")

_Thing = TypeVar("_Thing")


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
        child = await begin("bot.grouping", str(self._nice), nice=self._nice, folder=self._folder)
        ended, stopped = asyncio.create_task(child.wait()), asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopped.cancel()
            if not ended.done():
                await child.end()
            code = await ended
        if code and not stop.is_set():
            logger.warning(
                "what says the same in the inbox was not put together (exit code %d); it is tried again", code
            )


def arrange(inbox: Inbox, examples: Examples, texts: int = TEXTS) -> int:
    """How many groups went into another. What is likely none of the bot's business comes behind what it should know."""
    from bot.nlu.alike import leaders, vectors_of
    from bot.nlu.outside import outside

    found = inbox.texts(texts)
    others, ours = inbox.outside(KNOWN), examples.known(KNOWN)
    vectors = vectors_of([*found.values(), *others, *ours])
    groups, waiting = list(found), vectors[: len(found)]
    led = leaders(waiting)
    moved = {groups[place]: groups[leader] for place, leader in enumerate(led) if leader != place}
    for some in _batches(list(moved.items())):
        inbox.regroup(dict(some))
    leading = [place for place, leader in enumerate(led) if leader == place]
    likely = outside(
        vectors[len(found) : len(found) + len(others)], vectors[len(found) + len(others) :], waiting[leading]
    )
    by_weight: dict[int, list[str]] = {}
    for place, share in zip(leading, likely.tolist(), strict=True):
        by_weight.setdefault(max(1, round(WHOLE * (1 - share))), []).append(groups[place])
    for tenths, weighed in by_weight.items():
        for each in _batches(weighed):
            inbox.weigh(tenths, each)
    return len(moved)


def _batches(of: Sequence[_Thing]) -> Iterator[Sequence[_Thing]]:
    for start in range(0, len(of), AT_ONCE):
        yield of[start : start + AT_ONCE]


def main(nice: str) -> None:
    aside.leave_with_the_other()
    engine = open_engine(load().sql_url)
    try:
        aside.aside(lambda: arrange(Inbox(engine), Examples(engine)), int(nice))
    finally:
        engine.dispose()
