"""Who is there to answer: agents with their status and load, for the menu of a transfer and for supervisors."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict

from api.node import AdminOnly, Here, Staff
from api.problems import NOBODY, Problem, documented
from models.people import UnusableEntry

router = APIRouter(prefix="/api", tags=["agents"])


class Teammate(BaseModel):
    """`status` is available, away or offline; `online`: a socket is open; `holds` of `capacity` seats are in use. Who names no
    `languages` answers in all."""

    id: str
    name: str
    role: str
    status: str
    online: bool
    holds: int
    capacity: int
    languages: list[str]


class Team(BaseModel):
    """By name; who may not come in any more is not listed."""

    agents: list[Teammate]


@router.get("/agents", responses=documented(401, 403))
async def agents(here: Here, _: Staff) -> Team:
    """Everybody who may answer."""
    people = [each for each in await asyncio.to_thread(here.people.list) if not each.disabled]
    online, load = await here.presence.online([each.id for each in people]), await here.seats.load()
    may = await here.seats.capacities()
    statuses = await here.presence.statuses()
    made = [
        Teammate(
            id=each.id, name=each.name, role=each.role, status=statuses.get(each.id, "offline"), online=online[each.id],
            holds=load.get(each.id, 0), capacity=may.get(each.id, here.seats.capacity), languages=list(each.languages),
        )
        for each in people
    ]  # fmt: skip
    return Team(agents=sorted(made, key=lambda each: (each.name, each.id)))


class Languages(BaseModel):
    """Codes like zh and en; none: all."""

    model_config = ConfigDict(extra="forbid")

    languages: list[str]


@router.put("/agents/{id}/languages", responses=documented(401, 403, 404, 422))
async def set_languages(
    here: Here, admin: AdminOnly, id: Annotated[str, Path(max_length=64)], given: Languages
) -> Languages:
    """In which an agent answers: who waits goes to somebody who speaks their language, where there is one."""
    try:
        kept = await asyncio.to_thread(here.people.set_languages, id, given.languages, admin.person)
    except KeyError:
        raise Problem(*NOBODY) from None
    except UnusableEntry as error:
        raise Problem(422, "invalid", str(error)) from None
    await here.presence.set_languages(id, kept)
    return Languages(languages=list(kept))
