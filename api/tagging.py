"""Tags: agents put them on conversations and take them off, and everybody who watches is told."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.agent import Id
from api.node import Here, Staff
from api.problems import NOT_FOUND, Problem, documented
from models.frames import TagsFrame
from models.tables import TAG_CHARACTERS
from models.tags import MOST, UnusableTag

router = APIRouter(prefix="/api", tags=["conversations"])

# What is typed may be longer than what is kept: spaces go.
Given = Annotated[list[Annotated[str, Field(max_length=TAG_CHARACTERS * 2)]], Field(max_length=MOST)]


class TagChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    add: Given = []
    remove: Given = []


class TagsOf(BaseModel):
    """By name, in small letters."""

    tags: list[str]


class UsedTag(BaseModel):
    tag: str
    conversations: int


class UsedTags(BaseModel):
    """The most used first, at most 200."""

    tags: list[UsedTag]


@router.get("/tags", responses=documented(401, 403))
async def tags(here: Here, _: Staff) -> UsedTags:
    """To choose from."""
    found = await asyncio.to_thread(here.tags.known)
    return UsedTags(tags=[UsedTag(tag=tag, conversations=number) for tag, number in found])


@router.post("/conversations/{id}/tags", responses=documented(401, 403, 404, 413, 415, 422))
async def tag(here: Here, who: Staff, id: Id, given: TagChange) -> TagsOf:
    """Answers those that it has then. What is there already, or not there, changes nothing."""
    state = await here.log.state(id)
    if state is None:
        raise Problem(*NOT_FOUND)
    try:
        has = await asyncio.to_thread(here.tags.change, id, given.add, given.remove, who.person)
    except UnusableTag as error:
        raise Problem(422, "invalid", str(error)) from None
    await here.log.whisper(id, TagsFrame(id, has))
    return TagsOf(tags=list(has))
