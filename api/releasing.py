"""Which model answers whom, for admins: versions, canary, shadow, promoting and going back. Who changes what another has just changed is
told, and changes nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from api.node import AdminOnly, Here, Node
from api.problems import Problem, documented
from models import shadows, trials
from models.choosing import Outdated
from models.database import NO_SQL
from models.frames import rfc3339
from models.release import Arm, NotCompared, RefusedRelease, Release, State, state_of, worse
from models.releases import Releases
from models.versions import ModelVersion, Versions

LOOK_EVERY_SECONDS = 5.0
NO_MODEL = (404, "not_found", "There is no such model.")
OUTDATED = (
    409,
    "outdated",
    "Somebody else has changed which model answers since you opened it. Load it again; nothing was done.",
)

router = APIRouter(prefix="/api/models", tags=["admin"])
logger = logging.getLogger("bellhop.api")

Id = Annotated[str, Path(max_length=128)]


class ModelShown(BaseModel):
    """`person` is empty for the command line; `lived`: when it became live last. `refused`: why it is worse or cannot be loaded."""

    id: str
    state: State
    project: str
    created: str
    person: str
    reason: str
    lived: str | None
    refused: str
    bytes: int
    data_hash: str
    code_version: str


class ArmShown(BaseModel):
    """Of the conversations of one model since the comparison began: those that went to a person, those in which something was not
    understood; of the `rated` those with four or five stars."""

    model: str
    conversations: int
    turns: int
    missed: int
    handed: int
    rated: int
    satisfied: int
    stars: int


class ReleaseShown(BaseModel):
    """`version` goes into what changes it. `arms` compare live and canary; `worse` says why the canary is about to be stopped."""

    version: int
    act: str
    live: str
    canary: str
    percent: int
    shadow: str
    at: str | None
    person: str
    reason: str
    arms: list[ArmShown]
    worse: str


class ModelsShown(BaseModel):
    release: ReleaseShown
    models: list[ModelShown]


class ShadowExample(BaseModel):
    """One message that the shadow read otherwise; confidences from 0 to 1."""

    conversation: str
    seq: int
    at: str
    intent: str
    confidence: float
    live_intent: str
    live_confidence: float


class ShadowPair(BaseModel):
    live_intent: str
    intent: str
    times: int


class ShadowShown(BaseModel):
    """Of the last 10,000 messages that it `read`, how many as the same intent; what it reads otherwise, most frequent first."""

    read: int
    same: int
    pairs: list[ShadowPair]
    examples: list[ShadowExample]


class ModelWhole(BaseModel):
    model: ModelShown
    parameters: dict[str, Any]
    metrics: dict[str, Any]
    shadow: ShadowShown


class Changing(BaseModel):
    """`version` is that of the release which was looked at."""

    model_config = ConfigDict(extra="forbid")

    version: int = Field(ge=0, le=2**53)
    reason: str = Field("", max_length=500)


class CanaryChange(Changing):
    percent: int = Field(ge=1, le=100)


@router.get("", responses=documented(401, 403))
async def models(here: Here, _: AdminOnly) -> ModelsShown:
    """All versions, newest first, and which of them answers whom."""
    release, found = await asyncio.gather(_now(here), asyncio.to_thread(_versions(here).all))
    return ModelsShown(release=await _release(here, release), models=[_shown(release, each) for each in found])


@router.post("/rollback", responses=documented(401, 403, 409, 413, 415, 422))
async def roll_back(here: Here, admin: AdminOnly, given: Changing) -> ReleaseShown:
    """Back to the model that was live before; a second time to the one before that."""
    return await _changed(here, lambda releases: releases.rollback(given.version, admin.person, given.reason))


@router.get("/{id}", responses=documented(401, 403, 404))
async def model(here: Here, _: AdminOnly, id: Id) -> ModelWhole:
    """With parameters and figures, and what it reads otherwise where it is or was a shadow."""
    release, version = await asyncio.gather(_now(here), asyncio.to_thread(_versions(here).get, id))
    if version is None:
        raise Problem(*NO_MODEL)
    manifest = msgspec.json.decode(version.manifest)
    compared = await asyncio.to_thread(shadows.compared, here.history.engine, id)
    return ModelWhole(
        model=_shown(release, version),
        parameters=manifest.get("parameters", {}),
        metrics=manifest.get("metrics", {}),
        shadow=_compared(compared),
    )


@router.post("/{id}/promote", responses=documented(401, 403, 404, 409, 413, 415, 422))
async def promote(here: Here, admin: AdminOnly, id: Id, given: Changing) -> ReleaseShown:
    """It answers everybody. One that was refused needs a reason; 409 `not_compared` before the gate has spoken."""
    await _there(here, id)
    return await _changed(here, lambda releases: releases.promote(id, given.version, admin.person, given.reason))


@router.post("/{id}/canary", responses=documented(401, 403, 404, 409, 413, 415, 422))
async def canary(here: Here, admin: AdminOnly, id: Id, given: CanaryChange) -> ReleaseShown:
    """It answers a share of conversations, always the same ones. It is stopped by itself where it does worse beyond noise."""
    await _there(here, id)
    return await _changed(
        here, lambda releases: releases.canary(id, given.percent, given.version, admin.person, given.reason)
    )


@router.post("/{id}/shadow", responses=documented(401, 403, 404, 409, 413, 415, 422))
async def shadow(here: Here, admin: AdminOnly, id: Id, given: Changing) -> ReleaseShown:
    """It reads what others answer, and what it reads is kept for comparison."""
    await _there(here, id)
    return await _changed(here, lambda releases: releases.shadow(id, given.version, admin.person, given.reason))


@router.post("/{id}/stop", responses=documented(401, 403, 404, 409, 413, 415, 422))
async def stop(here: Here, admin: AdminOnly, id: Id, given: Changing) -> ReleaseShown:
    """A canary or shadow no more."""
    await _there(here, id)
    return await _changed(here, lambda releases: releases.stop(id, given.version, admin.person, given.reason))


@router.delete("/{id}", status_code=204, responses=documented(401, 403, 404, 422))
async def remove(here: Here, admin: AdminOnly, id: Id) -> None:
    """With its files; never one that answers or reads."""
    await _there(here, id)
    try:
        await asyncio.to_thread(Releases(here.history.engine).remove, id, admin.person)
    except RefusedRelease as refused:
        raise Problem(422, "invalid", str(refused)) from None


async def _changed(here: Node, change: Callable[[Releases], Release]) -> ReleaseShown:
    try:
        release = await asyncio.to_thread(change, Releases(here.history.engine))
    except Outdated:
        raise Problem(*OUTDATED) from None
    except NotCompared as refused:
        raise Problem(409, "not_compared", str(refused)) from None
    except RefusedRelease as refused:
        raise Problem(422, "invalid", str(refused)) from None
    return await _release(here, release)


async def _there(here: Node, id: str) -> None:
    if await asyncio.to_thread(_versions(here).get, id) is None:
        raise Problem(*NO_MODEL)


async def _now(here: Node) -> Release:
    return await asyncio.to_thread(Releases(here.history.engine).now)


def _versions(here: Node) -> Versions:
    return Versions(here.history.engine)


async def _release(here: Node, release: Release) -> ReleaseShown:
    counts = await asyncio.to_thread(trials.arms, here.history.engine, release.trial) if release.canary else {}
    arms = [counts.get(name, Arm(name)) for name in (release.live, release.canary) if release.canary]
    return ReleaseShown(
        **{
            name: getattr(release, name)
            for name in ("version", "act", "live", "canary", "percent", "shadow", "person", "reason")
        },
        at=rfc3339(release.at) if release.at else None,
        arms=[ArmShown(**{name: getattr(each, name) for name in Arm.__slots__}) for each in arms],
        worse=worse(*arms) if arms else "",
    )


def _shown(release: Release, version: ModelVersion) -> ModelShown:
    return ModelShown(
        **{
            name: getattr(version, name)
            for name in ("id", "project", "person", "reason", "refused", "bytes", "data_hash", "code_version")
        },
        state=state_of(release, version.id, lived=version.lived > 0, refused=bool(version.refused)),
        created=rfc3339(version.created),
        lived=rfc3339(version.lived) if version.lived else None,
    )


def _compared(found: shadows.Comparison) -> ShadowShown:
    return ShadowShown(
        read=found.read,
        same=found.same,
        pairs=[ShadowPair(live_intent=live, intent=intent, times=times) for live, intent, times in found.pairs],
        examples=[
            ShadowExample(
                conversation=each.conversation, seq=each.seq, at=rfc3339(each.at), intent=each.intent,
                confidence=each.confidence / 1000, live_intent=each.live_intent, live_confidence=each.live_confidence / 1000,
            )
            for each in found.examples
        ],
    )  # fmt: skip


async def follow(node: Node) -> None:
    """For ever: an alarm where what is released cannot be used."""
    while True:
        try:
            node.metrics.models_refused.set(await asyncio.to_thread(Releases(node.history.engine).refused))
        except NO_SQL:
            logger.warning("SQL does not answer: whether models can be used is not known")
        await asyncio.sleep(LOOK_EVERY_SECONDS)
