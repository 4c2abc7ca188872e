"""The training job: what is known of it, how far it is, and how it may end. Pure; models/training_jobs.py keeps it in SQL.

Nothing that customers typed is in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from models.sensitive import redact

LINES = 200
LINE_CHARACTERS = 300


class State(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Source(StrEnum):
    """What asked for it."""

    PERSON = "person"
    SCHEDULE = "schedule"
    COMMAND = "command"


class Step(StrEnum):
    """In the order in which they come. `share` of a job says how far it is on the whole way."""

    PROJECT = "project"
    PATTERNS = "patterns"
    INTENTS = "intents"
    MEASURE = "measure"
    PUBLISH = "publish"
    APPRAISE = "appraise"


class Cause(StrEnum):
    """Why it failed, for programs; `failure` says it to people."""

    PROJECT = "project"
    EXAMPLES = "examples"
    NO_EXAMPLES = "no_examples"
    ONE_INTENT = "one_intent"
    PATTERN = "pattern"
    MODEL = "model"
    SPACE = "space"
    MEMORY = "memory"
    KILLED = "killed"
    LOST = "lost"
    SYSTEM = "system"
    DATABASE = "database"
    UNKNOWN = "unknown"


# Where each ends, of the whole way, as it was measured with projects of 1,000 and 10,000 examples.
_ENDS: Mapping[Step, float] = {
    Step.PROJECT: 0.05, Step.PATTERNS: 0.1, Step.INTENTS: 0.7, Step.MEASURE: 0.75, Step.PUBLISH: 0.8, Step.APPRAISE: 1.0,
}  # fmt: skip


def way(step: Step, share: float) -> float:
    """How much of the whole way is gone when so much of this step is."""
    begins = max((end for end in _ENDS.values() if end < _ENDS[step]), default=0.0)
    return begins + (_ENDS[step] - begins) * min(1.0, max(0.0, share))


class Line(msgspec.Struct, frozen=True, array_like=True):
    """Of the log. `at` in ms since 1970."""

    at: int
    text: str


def line(text: str, at: int) -> Line:
    """As it is kept: one line, bounded, and masked, since a project's own mistakes may hold anything."""
    return Line(at, redact(" ".join(text.split())[:LINE_CHARACTERS])[:LINE_CHARACTERS])


@dataclass(frozen=True, slots=True)
class Job:
    """`person` is empty for the schedule and the command line. Times in ms since 1970, 0: not yet. `claimed_until`: until when `worker`
    need not be missed; `tries`: how many have begun it. `cancelling`: somebody wants it to end. `model` is the version that came of it.
    """

    id: str
    source: Source
    person: str
    reason: str
    state: State
    step: str
    share: float
    created: int
    started: int
    ended: int
    worker: str
    claimed_until: int
    tries: int
    cancelling: bool
    model: str
    cause: str
    failure: str
    log: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended. `failure` is one sentence."""

    state: State
    model: str = ""
    cause: str = ""
    failure: str = ""


class Standing(StrEnum):
    """What a worker that renews its claim learns: go on, stop since somebody wants that, or stop since it is no longer yours."""

    MINE = "mine"
    CANCELLING = "cancelling"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Figures:
    """`succeeded`: when a job was done last, ms, 0: never. `failed`: how many have failed since."""

    running: bool
    succeeded: int
    failed: int


class UnderWay(Exception):
    """There is a job already: `job`."""

    def __init__(self, job: Job | None) -> None:
        super().__init__("A training waits or is under way already.")
        self.job = job


class Known(Exception):
    """There was a job of this id before."""


class Ended(Exception):
    """It has ended already."""


def kept(log: Sequence[Line]) -> tuple[Line, ...]:
    """The beginning says what was trained, the end why it ended: what is too much went between."""
    return tuple(log) if len(log) <= LINES else (*log[: LINES // 2], *log[-LINES // 2 :])
