"""For the machines that watch this one: whether it lives, whether it can work, and its figures."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from api.door import MetricsDoor
from api.metrics import MEDIA_TYPE
from api.node import AdminOnly, Here
from api.problems import documented
from stream.errors import Unavailable
from stream.history import ArchiveUnavailable

router = APIRouter(tags=["health"])


class Alive(BaseModel):
    status: str


class Ready(BaseModel):
    """`missing` names what does not answer: store, sql, draining."""

    ready: bool
    missing: list[str]


@router.get("/healthz", responses=documented())
async def healthz() -> Alive:
    """The process lives."""
    return Alive(status="ok")


@router.get(
    "/readyz", response_model=Ready, responses={**documented(), 503: {"model": Ready, "description": "Not ready"}}
)
async def readyz(here: Here) -> Response:
    """Store and SQL answer."""
    missing = []
    try:
        await here.log.ping()
    except Unavailable:
        missing.append("store")
    try:
        await asyncio.to_thread(here.history.after, "c_", 0, 1)
    except ArchiveUnavailable:
        missing.append("sql")
    if here.hub.draining:
        missing.append("draining")
    return JSONResponse(Ready(ready=not missing, missing=missing).model_dump(), 503 if missing else 200)


class Behind(BaseModel):
    """`waiting`: entries of the log that this group has not read, null where the store cannot tell; `working`: read and not finished."""

    group: str
    waiting: int | None
    working: int


class Pipeline(BaseModel):
    """`bot` answers, `handoff` brings to people, `archive` writes into the database."""

    groups: list[Behind]


@router.get("/api/pipeline", responses=documented(401, 403, 503))
async def pipeline(here: Here, _: AdminOnly) -> Pipeline:
    """How far the parts behind the log are."""
    told = await here.log.backlogs()
    return Pipeline(groups=[Behind(group=each.group, waiting=each.waiting, working=each.working) for each in told])


@router.get("/metrics", include_in_schema=False, dependencies=[MetricsDoor])
async def metrics(here: Here) -> Response:
    return Response(here.metrics.text(), media_type=MEDIA_TYPE)
