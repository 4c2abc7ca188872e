"""Does the training job that waits, in a process of its own, and asks for one when the day's time has come.

Its worker is the only one that writes of it into SQL, about once a second. Whatever happens to the process, the model that is live goes on.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from sqlalchemy import Engine

from bot.child import Child, begin
from bot.training_outcome import Told, failed
from models.choices import TrainingChoice
from models.choosing import Choices
from models.database import NO_SQL
from models.training import Cause, Job, Known, Line, Outcome, Source, Standing, State, UnderWay, kept, line
from models.training_jobs import TrainingJobs
from stream.running import pause

LOOK_SECONDS = 1.0
# Whether the day's time has come.
SCHEDULE_SECONDS = 20.0

logger = logging.getLogger("bellhop.bot")

_told = msgspec.json.Decoder(Told)


class Heard:
    """What the process has told so far."""

    def __init__(self, job: Job) -> None:
        self.step, self.share, self.made = job.step, job.share, job.model
        self.log: list[Line] = list(job.log)
        self.outcome: Outcome | None = None

    def hear(self, told: Told) -> None:
        if told.step:
            self.step, self.share = told.step, told.share
        if told.said:
            self.note(told.said)
        self.made = told.made or self.made
        self.outcome = told.outcome or self.outcome

    def note(self, text: str) -> None:
        self.log = [*kept([*self.log, line(text, time.time_ns() // 1_000_000)])]


class Training:
    """Of one worker; `mine` says whether it is the one that looks. The process starts in `folder`, to which
    settings may be relative, and stands back by `nice` (1 to 19)."""

    def __init__(
        self, engine: Engine, folder: Path, nice: int, mine: Callable[[], bool], every: float = LOOK_SECONDS
    ) -> None:
        self._jobs = TrainingJobs(engine)
        self._choices = Choices(engine)
        self._folder = folder
        self._nice = nice
        self._mine = mine
        self._every = every
        self._worker = f"{socket.gethostname()[:100]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._looked = -SCHEDULE_SECONDS

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; a job that is under way then is put back for another worker. Without SQL nothing begins."""
        while not stop.is_set():
            if self._mine():
                with suppress(*NO_SQL):
                    await self._schedule()
                    job = await asyncio.to_thread(self._jobs.claim, self._worker)
                    if job is not None:
                        await self._do(job, stop)
            await pause(self._every, stop)

    async def _schedule(self) -> None:
        if time.monotonic() - self._looked < SCHEDULE_SECONDS:
            return
        self._looked = time.monotonic()
        await asyncio.to_thread(asked_by_schedule, self._choices, self._jobs, datetime.now(UTC))

    async def _do(self, job: Job, stop: asyncio.Event) -> None:
        heard = Heard(job)
        heard.note(f"Begins, for the {'first' if job.tries == 1 else 'second'} time.")
        logger.info("training %s begins", job.id)
        try:
            child = await begin("bot.training_job", job.id, nice=self._nice, folder=self._folder)
        except OSError as error:
            return await self._finish(job, heard, failed(error))
        listening = asyncio.create_task(_listen(child, heard))
        standing = Standing.MINE
        try:
            standing = await self._follow(job, heard, listening, stop)
        finally:
            # What has told how it ended ends by itself.
            code = await (child.wait() if heard.outcome else child.end())
            await listening
        if standing is Standing.LOST:
            logger.warning("training %s was taken by another worker", job.id)
            return None
        return await self._finish(job, heard, heard.outcome or ended(standing, code, stopped=stop.is_set()))

    async def _follow(self, job: Job, heard: Heard, listening: asyncio.Task[None], stop: asyncio.Event) -> Standing:
        """Until it ends or is to end."""
        stopped = asyncio.create_task(stop.wait())
        standing = Standing.MINE
        try:
            while standing is Standing.MINE and not (stopped.done() or listening.done()):
                with suppress(*NO_SQL):
                    standing = await asyncio.to_thread(
                        self._jobs.renew, job.id, self._worker, heard.step, heard.share, heard.log, heard.made
                    )
                if standing is Standing.MINE:
                    await asyncio.wait({listening, stopped}, timeout=self._every, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopped.cancel()
        return standing

    async def _finish(self, job: Job, heard: Heard, outcome: Outcome | None) -> None:
        if outcome is None:
            logger.info("training %s waits for another worker", job.id)
            await asyncio.to_thread(self._jobs.put_back, job.id, self._worker, heard.made)
            return
        if outcome.failure:
            heard.note(outcome.failure)
        logger.info("training %s: %s", job.id, outcome.state)
        await asyncio.to_thread(self._jobs.finish, job.id, self._worker, outcome, heard.log, heard.made)


def asked_by_schedule(choices: Choices, jobs: TrainingJobs, now: datetime) -> None:
    """Once a day, whoever looks, and only where there is enough to learn."""
    kept = choices.all().get("training")
    choice = kept.value if kept else None
    if not isinstance(choice, TrainingChoice):
        return
    day = choice.due(now)
    new = sum(jobs.new()) if day else 0
    if day and new >= choice.examples:
        with suppress(Known, UnderWay):
            jobs.ask("", f"{new} examples are new", Source.SCHEDULE, f"t_{day.isoformat()}")


def ended(standing: Standing, code: int, *, stopped: bool) -> Outcome | None:
    """Of a process that has not said how it ended. None: it is to be begun again."""
    if standing is Standing.CANCELLING:
        return Outcome(State.CANCELLED)
    if stopped:
        return None
    if code == -signal.SIGKILL:
        sentence = "The process that trained was killed, most often because memory had run out."
        return Outcome(State.FAILED, cause=Cause.KILLED, failure=sentence)
    sentence = f"The process that trained ended by {f'signal {-code}' if code < 0 else f'itself (exit code {code})'}."
    return Outcome(State.FAILED, cause=Cause.UNKNOWN, failure=sentence)


async def _listen(child: Child, heard: Heard) -> None:
    """Until the end of what it tells."""
    # ValueError: a line that is far too long.
    with suppress(ValueError):
        while told := await child.told.readline():
            with suppress(msgspec.DecodeError, UnicodeDecodeError):
                heard.hear(_told.decode(told))
