"""What staff did, for admins to look up. Who writes it does so where the thing is done."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from api.node import AdminOnly, Here
from api.problems import documented
from models.audit import Act
from models.frames import rfc3339
from models.tables import ACT_CHARACTERS, ID_CHARACTERS

router = APIRouter(prefix="/api", tags=["admin"])


class Acted(BaseModel):
    """`person` and `name` are empty for the command line; `subject` is an id, or the name of a setting."""

    id: str
    at: str
    person: str
    name: str
    act: str
    subject: str
    reason: str


class Acts(BaseModel):
    """Newest first. `next` goes into `after` for the next page; null at the end."""

    acts: list[Acted]
    next: str | None


@router.get("/audit", responses=documented(401, 403, 422))
async def audit(
    here: Here,
    _: AdminOnly,
    after: Annotated[str, Query(max_length=ID_CHARACTERS)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    person: Annotated[str, Query(max_length=ID_CHARACTERS)] = "",
    act: Annotated[str, Query(max_length=ACT_CHARACTERS)] = "",
    subject: Annotated[str, Query(max_length=ID_CHARACTERS)] = "",
) -> Acts:
    """Who did what, on what, when and why."""
    found = await asyncio.to_thread(here.audit.page, after, limit, person or None, act, subject)
    names = {each.id: each.name for each in await asyncio.to_thread(here.people.list)} if found else {}
    return Acts(
        acts=[_acted(each, names.get(each.person, "")) for each in found],
        next=found[-1].id if len(found) == limit else None,
    )


def _acted(act: Act, name: str) -> Acted:
    return Acted(
        id=act.id, at=rfc3339(act.at), person=act.person, name=name, act=act.act, subject=act.subject, reason=act.reason
    )
