"""The shadow reads what others answer. It is never waited for: what does not fit into its queue is left out, and a crash forgets what it
had not written yet. Nothing of a turn depends on it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence

from bot.arms import Arms, Registry
from bot.jobs import Job
from bot.nlu.reading import Reading
from bot.turn import Bot
from models.database import NO_SQL
from models.shadows import ShadowReading
from stream.running import pause

WAITING_MOST = 256
AT_ONCE = 32
GATHER_SECONDS = 0.5
# Tidying each time would cost more than reading.
TIDY_EVERY = 100

logger = logging.getLogger("bellhop.bot")


class Shadowing:
    """Of one worker."""

    def __init__(self, arms: Arms, registry: Registry | None) -> None:
        self._arms = arms
        self._registry = registry
        self._waiting: asyncio.Queue[Job] = asyncio.Queue(WAITING_MOST)

    def offer(self, jobs: Iterable[Job]) -> None:
        if self._registry is None or self._arms.shadow is None:
            return
        for job in jobs:
            if self._waiting.full():
                return
            self._waiting.put_nowait(job)

    async def follow(self, stop: asyncio.Event) -> None:
        rounds = 0
        while self._registry is not None and not stop.is_set():
            await pause(GATHER_SECONDS, stop)
            bot, jobs = self._arms.shadow, self._taken()
            if bot is None or not jobs:
                continue
            rounds += 1
            try:
                await asyncio.to_thread(_read, self._registry, bot, jobs, rounds % TIDY_EVERY == 0)
            except NO_SQL:
                logger.warning("SQL does not answer: what the shadow read is forgotten")

    def _taken(self) -> list[Job]:
        return [self._waiting.get_nowait() for _ in range(min(AT_ONCE, self._waiting.qsize()))]


def _read(registry: Registry, bot: Bot, jobs: Sequence[Job], tidy: bool) -> None:
    readings = bot.read([job.heard for job in jobs])
    registry.note([_compared(bot.version, job, reading) for job, reading in zip(jobs, readings, strict=True)])
    if tidy:
        registry.tidy(bot.version)


def _compared(model: str, job: Job, reading: Reading) -> ShadowReading:
    mine, live = reading.intent, job.reading.intent
    return ShadowReading(
        model, job.heard.conversation, job.heard.seq, int(job.heard.at * 1000),
        mine.name, round(mine.confidence * 1000), live.name, round(live.confidence * 1000),
    )  # fmt: skip
