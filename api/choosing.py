"""What admins choose while Bellhop runs, and the part of it that every visitor's page reads."""

from __future__ import annotations

import asyncio
import logging
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from api.node import AdminOnly, Here, Node
from api.problems import Problem, documented
from models.choices import CHOICES, UnusableChoice, WidgetChoice
from models.choosing import LOOK_EVERY_SECONDS, Kept, Outdated
from models.database import NO_SQL
from models.frames import rfc3339

NO_SETTING = (404, "not_found", "There is no such setting.")
OUTDATED = (409, "outdated", "Somebody else has changed this since you opened it. Load it again; nothing was saved.")

router = APIRouter(prefix="/api", tags=["admin"])
logger = logging.getLogger("bellhop.api")

Name = Annotated[str, Path(max_length=32)]


class Setting(BaseModel):
    """`version` 0: nobody has chosen yet, and `value` is what holds by itself. docs/admin.md describes the values."""

    name: str
    version: int
    value: dict[str, Any]
    at: str | None
    person: str


class Change(BaseModel):
    """`version` is the one that was read: who is second is told, and overwrites nothing."""

    model_config = ConfigDict(extra="forbid")

    version: int = Field(ge=0, le=2**53)
    value: dict[str, Any]


class Look(BaseModel):
    """Texts by language (`zh`, `en`); what is empty is as the widget has it by itself."""

    accent: str
    side: str
    title: dict[str, str]
    greeting: dict[str, str]
    suggestions: dict[str, list[str]]


@router.get("/settings/{name}", responses=documented(401, 403, 404, 422))
async def setting(here: Here, _: AdminOnly, name: Name) -> Setting:
    """`gate`, `hours`, `queues`, `sla`, `training` or `widget`."""
    _known(name)
    kept = (await asyncio.to_thread(here.choices.all)).get(name)
    return _shown(name, kept or Kept(0, CHOICES[name]()))


@router.put("/settings/{name}", responses=documented(401, 403, 404, 409, 413, 415, 422))
async def change(here: Here, admin: AdminOnly, name: Name, given: Change) -> Setting:
    """Counts in every process within a few seconds. Who changed it is on record."""
    _known(name)
    try:
        kept = await asyncio.to_thread(here.choices.put, name, given.version, given.value, admin.person)
    except Outdated:
        raise Problem(*OUTDATED) from None
    except UnusableChoice as error:
        raise Problem(422, "invalid", str(error)) from None
    here.chosen.heard(name, kept)
    return _shown(name, kept)


@router.get("/widget-settings", responses=documented())
async def widget_settings(here: Here) -> Look:
    """How the widget looks and what it says first: for every page that has it."""
    return Look(**msgspec.to_builtins(here.chosen.get(WidgetChoice) or WidgetChoice()))


def _known(name: str) -> None:
    if name not in CHOICES:
        raise Problem(*NO_SETTING)


def _shown(name: str, kept: Kept) -> Setting:
    return Setting(
        name=name,
        version=kept.version,
        value=msgspec.to_builtins(kept.value),
        at=rfc3339(kept.at) if kept.at else None,
        person=kept.person,
    )


async def follow(node: Node) -> None:
    """For ever. While SQL does not answer, what held before holds on."""
    while True:
        try:
            await node.chosen.look()
        except NO_SQL:
            logger.warning("SQL does not answer: settings are as they were")
        await asyncio.sleep(LOOK_EVERY_SECONDS)
