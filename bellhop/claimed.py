"""What `bellhop train` does is a training job like others: on record, followed at the desk, cancelled there, and one at a time."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import TYPE_CHECKING

from bellhop.failure import BROKEN, Failure
from models.database import NO_SQL
from models.training import Job, Line, Outcome, Standing, State, Step, UnderWay, line, way
from models.training_jobs import TrainingJobs

if TYPE_CHECKING:
    from bot.train import TrainReport

RENEW_SECONDS = 1.0

_UNDER_WAY = Failure(
    "A training is under way already.",
    "Wait for it, or cancel it at the desk; `GET /api/training/jobs` shows it.",
    BROKEN,
)
_CANCELLED = Failure("The training was cancelled at the desk.", "The old model stays in use.", BROKEN)


class Claimed:
    """A thread says every second how far it is."""

    def __init__(self, jobs: TrainingJobs, job: Job, worker: str) -> None:
        self._jobs, self._job, self._worker = jobs, job, worker
        self._step, self._share, self._model = "", 0.0, ""
        # A version that was not there before: where the training comes to no end, it goes again.
        self.made = ""
        self._log: list[Line] = []
        self._unwanted = False
        self._ended = threading.Event()

    def step(self, stage: str, share: float) -> None:
        """Raises Failure where it was cancelled meanwhile."""
        if self._unwanted:
            raise _CANCELLED
        self._step, self._share = stage, way(Step(stage), share)

    def done(self, report: TrainReport, refused: str) -> None:
        self._model = report.version
        told = (*report.warnings, *report.lines(), *([f"It is refused: {refused}"] if refused else []))
        self._log = [line(each, time.time_ns() // 1_000_000) for each in told]

    def renew(self) -> None:
        while not self._ended.wait(RENEW_SECONDS):
            with suppress(*NO_SQL):
                standing = self._jobs.renew(self._job.id, self._worker, self._step, self._share, self._log, self.made)
                self._unwanted = self._unwanted or standing is not Standing.MINE

    def end(self, outcome: Outcome | None = None) -> None:
        """None: it is done."""
        self._ended.set()
        with suppress(*NO_SQL):
            how = outcome or Outcome(State.DONE, self._model)
            self._jobs.finish(self._job.id, self._worker, how, self._log, self.made)


@contextmanager
def claimed(jobs: TrainingJobs, reason: str, *, patient: Callable[[], None] | None = None) -> Iterator[Claimed]:
    """Raises Failure where another one is under way; where there is `patient`, it is called then, and that one waited for."""
    from bot.training_outcome import failed

    worker = f"command@{socket.gethostname()[:100]}:{os.getpid()}"
    mine = Claimed(jobs, _begun(jobs, worker, reason, patient), worker)
    renewing = threading.Thread(target=mine.renew, name="claim", daemon=True)
    renewing.start()
    outcome: Outcome | None = Outcome(State.CANCELLED)
    try:
        with _ended_in_order():
            yield mine
        outcome = None
    except Exception as error:
        if error is not _CANCELLED:
            outcome = failed(error)
        raise
    finally:
        mine.end(outcome)
        renewing.join()


def _begun(jobs: TrainingJobs, worker: str, reason: str, patient: Callable[[], None] | None) -> Job:
    told = False
    while True:
        try:
            return jobs.begin(worker, reason)
        except UnderWay:
            if patient is None:
                raise _UNDER_WAY from None
        if not told:
            patient()
            told = True
        time.sleep(RENEW_SECONDS)


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """SIGTERM ends it like Ctrl-C: what is on record would else be under way until it is missed."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
