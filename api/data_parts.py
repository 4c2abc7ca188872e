"""Synonyms, lookups, regular expressions and responses, for admins: what the files say, and what people have said over it."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from api.choosing import OUTDATED
from api.data import Reason
from api.node import AdminOnly, Here
from api.problems import Problem, documented
from models.choosing import Outdated
from models.frames import rfc3339
from models.part_values import UnusablePart
from models.project_data import Part, parts
from models.tables import ID_CHARACTERS
from models.taught_parts import Taught

_NO_PART = (404, "not_found", "There is no such part of the training data.")

router = APIRouter(prefix="/api/data", tags=["training data"])

Kind = Literal["synonym", "lookup", "regex", "response"]
PartName = Annotated[str, Field(max_length=2 * ID_CHARACTERS)]


class DataPart(BaseModel):
    """`value`: lines, or variations as Rasa has them; null where it is used no more. `version` 0: as the files have it (`filed`; null
    where they have none)."""

    name: str
    version: int
    value: Any
    filed: Any
    person: str
    at: str | None
    reason: str


class DataParts(BaseModel):
    """By name. `slots` are those of which a response may speak, with their types."""

    parts: list[DataPart]
    slots: dict[str, str]


class PartChange(BaseModel):
    """`version` is the one that was read; a `value` of null takes it away, of a response what people have said of it."""

    model_config = ConfigDict(extra="forbid")

    name: PartName
    version: int = Field(ge=0, le=2**31)
    value: Any
    reason: Reason = ""


class PartHistory(BaseModel):
    """Newest first."""

    versions: list[DataPart]


@router.get("/parts/{kind}", responses=documented(401, 403, 422))
async def all_parts(here: Here, _: AdminOnly, kind: Kind) -> DataParts:
    """Of the files and of people, also what is used no more."""
    found = await asyncio.to_thread(here.parts.all, Part(kind))
    slots = await asyncio.to_thread(parts, here.history.engine, Part.SLOT)
    return DataParts(parts=[_shown(each) for each in found], slots=slots)


@router.put("/parts/{kind}", responses=documented(401, 403, 409, 413, 415, 422))
async def change_part(here: Here, admin: AdminOnly, kind: Kind, given: PartChange) -> DataPart:
    """All of it anew. A response counts within seconds, all else with the next training."""
    try:
        await asyncio.to_thread(
            here.parts.change, Part(kind), given.name, given.version, given.value, admin.person, given.reason
        )
    except Outdated:
        raise Problem(*OUTDATED) from None
    except UnusablePart as error:
        raise Problem(422, "invalid", str(error)) from None
    return _shown((await asyncio.to_thread(here.parts.history, Part(kind), given.name))[0])


@router.get("/parts/{kind}/history", responses=documented(401, 403, 404, 422))
async def part_history(
    here: Here, _: AdminOnly, kind: Kind, name: Annotated[str, Query(max_length=2 * ID_CHARACTERS)]
) -> PartHistory:
    """Who said what of it, when and why; last of all what the files say."""
    found = await asyncio.to_thread(here.parts.history, Part(kind), name)
    if not found:
        raise Problem(*_NO_PART)
    return PartHistory(versions=[_shown(each) for each in found])


def _shown(each: Taught) -> DataPart:
    return DataPart(
        name=each.name, version=each.version, value=each.value, filed=each.filed, person=each.person,
        at=rfc3339(each.at) if each.at else None, reason=each.reason,
    )  # fmt: skip
