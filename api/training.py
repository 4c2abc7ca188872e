"""The training job, for admins: asked for, looked at, cancelled. Nothing of it lives here: a bot does it, and SQL knows how far it is."""

from __future__ import annotations

import asyncio
import logging
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from api.agent import ID_CHARACTERS
from api.node import AdminOnly, Here, Node
from api.problems import Problem, documented
from models.database import NO_SQL
from models.frames import rfc3339
from models.training import Cause, Ended, Job, Source, State, Step, UnderWay
from models.training_jobs import KEPT, TrainingJobs

LOOK_EVERY_SECONDS = 5.0
NO_JOB = (404, "not_found", "There is no such training.")
UNDER_WAY = (409, "under_way", "A training waits or is under way already. Wait for it, or cancel it.")
ENDED = (409, "ended", "This training has ended already.")

router = APIRouter(prefix="/api/training", tags=["admin"])
logger = logging.getLogger("bellhop.api")

Id = Annotated[str, Path(max_length=ID_CHARACTERS)]


class TrainingJob(BaseModel):
    """`share`: how much of the whole way is gone, 0 to 1. `person` is empty for the schedule and the command line. `cancelling`: somebody
    wants it to end, and it has not yet. `model`: the version that came of it. `failure` says in a sentence what `cause` says in a word."""

    id: str
    source: Source
    person: str
    reason: str
    state: State
    step: Step | None
    share: float
    created: str
    started: str | None
    ended: str | None
    cancelling: bool
    model: str
    cause: Cause | None
    failure: str


class TrainingLine(BaseModel):
    at: str
    text: str


class TrainingWhole(TrainingJob):
    """`log`: oldest first, at most 200 lines."""

    log: list[TrainingLine]


class NewExamples(BaseModel):
    """How many were added and taken back since the live model was trained; all that are used where none is live."""

    added: int
    withdrawn: int


class TrainingJobsShown(BaseModel):
    """Newest first."""

    jobs: list[TrainingJob]
    new: NewExamples


class NewTraining(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: str = Field("", max_length=500)


@router.post("/jobs", status_code=201, responses=documented(401, 403, 409, 413, 415, 422))
async def train(here: Here, admin: AdminOnly, given: NewTraining) -> TrainingJob:
    """A bot trains a candidate from the project and what people have taught. One at a time."""
    try:
        return _shown(await asyncio.to_thread(_jobs(here).ask, admin.person, given.reason))
    except UnderWay:
        raise Problem(*UNDER_WAY) from None


@router.get("/jobs", responses=documented(401, 403, 422))
async def jobs(here: Here, _: AdminOnly, limit: Annotated[int, Query(ge=1, le=KEPT)] = 20) -> TrainingJobsShown:
    """With how much there is to learn."""
    found, new = await asyncio.gather(asyncio.to_thread(_jobs(here).page, limit), asyncio.to_thread(_new, here))
    return TrainingJobsShown(jobs=[_shown(each) for each in found], new=new)


@router.get("/jobs/{id}", responses=documented(401, 403, 404, 422))
async def job(here: Here, _: AdminOnly, id: Id) -> TrainingWhole:
    found = await asyncio.to_thread(_jobs(here).get, id)
    if found is None:
        raise Problem(*NO_JOB)
    log = [TrainingLine(at=rfc3339(each.at), text=each.text) for each in found.log]
    return TrainingWhole(**_shown(found).model_dump(), log=log)


@router.post("/jobs/{id}/cancel", responses=documented(401, 403, 404, 409, 422))
async def cancel(here: Here, admin: AdminOnly, id: Id) -> TrainingJob:
    """One that waits ends at once, one that runs within seconds. Which model answers does not change."""
    try:
        return _shown(await asyncio.to_thread(_jobs(here).cancel, id, admin.person))
    except KeyError:
        raise Problem(*NO_JOB) from None
    except Ended:
        raise Problem(*ENDED) from None


def _jobs(here: Node) -> TrainingJobs:
    return TrainingJobs(here.history.engine)


def _new(here: Node) -> NewExamples:
    added, withdrawn = _jobs(here).new()
    return NewExamples(added=added, withdrawn=withdrawn)


def _shown(job: Job) -> TrainingJob:
    return TrainingJob(
        **{
            name: getattr(job, name)
            for name in ("id", "source", "person", "reason", "state", "share", "cancelling", "model", "failure")
        },
        step=Step(job.step) if job.step else None,
        cause=Cause(job.cause) if job.cause else None,
        created=rfc3339(job.created),
        started=rfc3339(job.started) if job.started else None,
        ended=rfc3339(job.ended) if job.ended else None,
    )


async def follow(node: Node) -> None:
    """For ever: whether one is under way, and an alarm where they fail."""
    while True:
        try:
            figures = await asyncio.to_thread(_jobs(node).figures)
            node.metrics.training_running.set(figures.running)
            node.metrics.training_succeeded.set(figures.succeeded / 1000)
            node.metrics.training_failed.set(figures.failed)
        except NO_SQL:
            logger.warning("SQL does not answer: how training goes is not known")
        await asyncio.sleep(LOOK_EVERY_SECONDS)
