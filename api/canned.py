"""Canned responses: agents look them up, admins change them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from api.agent import ID_CHARACTERS, Limit
from api.choosing import OUTDATED
from api.node import AdminOnly, Here, Staff
from api.problems import NOT_FOUND, Problem, documented
from api.transcripts import Language
from models.canned import TEXT_CHARACTERS, Canned, NameTaken, UnusableText, filled
from models.choosing import Outdated
from models.conversation import Conversation
from models.frames import rfc3339
from models.tables import CANNED_NAME_CHARACTERS

NO_CANNED = (404, "not_found", "There is no such canned response.")
NAME_TAKEN = (409, "name_taken", "Another canned response of this language has this name.")

router = APIRouter(prefix="/api", tags=["canned responses"])

Id = Annotated[str, Path(max_length=ID_CHARACTERS)]
Version = Annotated[int, Field(ge=1, le=2**53)]


class CannedResponse(BaseModel):
    """`text` is as it was written, with its variables; `filled` is ready to be sent, where a conversation was named."""

    id: str
    name: str
    language: Language
    text: str
    filled: str | None
    version: int
    at: str
    person: str


class CannedList(BaseModel):
    """The best first: the name begins with what was asked for, has it, or the text does."""

    canned: list[CannedResponse]


class NewCanned(BaseModel):
    """`text` may have `{customer}` and `{agent}`; `{customer|there}` says `there` where the name is not known."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=CANNED_NAME_CHARACTERS + 1)
    language: Language
    text: str = Field(max_length=TEXT_CHARACTERS)


class CannedChange(NewCanned):
    """`version` is the one that was read."""

    version: Version


@router.get("/canned", responses=documented(401, 403, 404, 422))
async def canned(
    here: Here,
    who: Staff,
    text: Annotated[str, Query(max_length=100)] = "",
    language: Language | None = None,
    conversation: Annotated[str, Query(max_length=ID_CHARACTERS)] = "",
    limit: Limit = 50,
) -> CannedList:
    """`text` is what was typed after the slash, or any words. With `conversation` each is answered with the names filled in."""
    state = await here.log.state(conversation) if conversation else None
    if conversation and state is None:
        raise Problem(*NOT_FOUND)
    said = names(state, who.name) if state else None
    found = await asyncio.to_thread(here.canned.found, text, language or "", limit)
    return CannedList(canned=[_shown(each, filled(each.text, *said) if said else None) for each in found])


def names(state: Conversation, agent: str) -> tuple[str, str]:
    """The customer's and the agent's. A visitor's short name is for us: only whom the shop has named is called so."""
    return state.name if state.signed else "", agent


@router.post("/canned", status_code=201, responses=documented(401, 403, 409, 413, 415, 422))
async def add(here: Here, admin: AdminOnly, given: NewCanned) -> CannedResponse:
    """One more."""
    with _said():
        made = await asyncio.to_thread(here.canned.add, given.name, given.language, given.text, admin.person)
    return _shown(made)


@router.put("/canned/{id}", responses=documented(401, 403, 404, 409, 413, 415, 422))
async def change(here: Here, admin: AdminOnly, id: Id, given: CannedChange) -> CannedResponse:
    """All of it anew."""
    with _said():
        made = await asyncio.to_thread(
            here.canned.change, id, given.version, given.name, given.language, given.text, admin.person
        )
    return _shown(made)


@router.delete("/canned/{id}", status_code=204, responses=documented(401, 403, 404, 409, 422))
async def remove(here: Here, admin: AdminOnly, id: Id, version: Annotated[int, Query(ge=1, le=2**53)]) -> None:
    """`version` is the one that was read."""
    with _said():
        await asyncio.to_thread(here.canned.remove, id, version, admin.person)


@contextmanager
def _said() -> Iterator[None]:
    try:
        yield
    except KeyError:
        raise Problem(*NO_CANNED) from None
    except Outdated:
        raise Problem(*OUTDATED) from None
    except NameTaken:
        raise Problem(*NAME_TAKEN) from None
    except UnusableText as error:
        raise Problem(422, "invalid", str(error)) from None


def _shown(each: Canned, ready: str | None = None) -> CannedResponse:
    return CannedResponse(
        id=each.id, name=each.name, language="zh" if each.language == "zh" else "en", text=each.text, filled=ready,
        version=each.version, at=rfc3339(each.at), person=each.person,
    )  # fmt: skip
