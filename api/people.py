"""Who may come in, for admins; and for everybody their own password. A generated password is answered once, and only its hash is kept."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from api.node import AdminOnly, Here, Staff
from api.problems import NOBODY, UNAUTHORIZED, Problem, documented
from models.frames import rfc3339
from models.people import (
    CAPACITY,
    GENERATED_BYTES,
    LANGUAGES,
    PASSWORD_CHARACTERS,
    EmailTaken,
    LastAdmin,
    Person,
    Role,
    UnusableEntry,
)
from models.tables import EMAIL_CHARACTERS, NAME_CHARACTERS

router = APIRouter(prefix="/api", tags=["admin"])

Id = Annotated[str, Path(max_length=64)]
Languages = Annotated[list[Annotated[str, Field(max_length=8)]], Field(max_length=LANGUAGES)]
Name = Annotated[str, Field(max_length=NAME_CHARACTERS)]
Password = Annotated[str, Field(max_length=PASSWORD_CHARACTERS[1])]


class Member(BaseModel):
    """Who names no `languages` answers in all. `capacity` is how many conversations they may hold; 0: as many as all others."""

    id: str
    email: str
    name: str
    role: Role
    disabled: bool
    languages: list[str]
    capacity: int
    created: str


class Members(BaseModel):
    """By e-mail; those who may not come in are listed too."""

    people: list[Member]


class NewMember(BaseModel):
    model_config = ConfigDict(extra="forbid")

    email: str = Field(max_length=EMAIL_CHARACTERS)
    name: Name
    role: Role = Role.AGENT
    languages: Languages = []


class Invited(BaseModel):
    """`password` is shown this once."""

    person: Member
    password: str


class MemberChange(BaseModel):
    """What is not named stays as it is."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    role: Role | None = None
    disabled: bool | None = None
    languages: Languages | None = None
    capacity: Annotated[int, Field(ge=0, le=CAPACITY)] | None = None


class OnePassword(BaseModel):
    """Shown this once."""

    password: str


class OwnPassword(BaseModel):
    model_config = ConfigDict(extra="forbid")

    current: Password
    password: Password


@router.get("/people", responses=documented(401, 403))
async def people(here: Here, _: AdminOnly) -> Members:
    """Agents and admins, also those who are disabled."""
    return Members(people=[_member(each) for each in await asyncio.to_thread(here.people.list)])


@router.post("/people", status_code=201, responses=documented(401, 403, 409, 413, 415, 422))
async def add(here: Here, admin: AdminOnly, given: NewMember) -> Invited:
    """The password is generated, and answered this once: the person changes it after the first login."""
    password = secrets.token_urlsafe(GENERATED_BYTES)
    with _said():
        async with here.hashing:
            made = await asyncio.to_thread(
                here.people.add, given.email, given.name, given.role, password, given.languages, admin.person
            )
    return Invited(person=_member(made), password=password)


@router.patch("/people/{id}", responses=documented(401, 403, 404, 409, 413, 415, 422))
async def change(here: Here, admin: AdminOnly, id: Id, given: MemberChange) -> Member:
    """Who is disabled, or given another role, is signed out everywhere. The last admin stays one."""
    with _said():
        made = await asyncio.to_thread(
            lambda: here.people.change(
                id,
                admin.person,
                name=given.name,
                role=given.role,
                disabled=given.disabled,
                languages=given.languages,
                capacity=given.capacity,
            )
        )
    if given.languages is not None:
        await here.presence.set_languages(id, made.languages)
    if given.capacity is not None:
        await here.seats.set_capacity(id, made.capacity)
    return _member(made)


@router.post("/people/{id}/password", responses=documented(401, 403, 404))
async def reset(here: Here, admin: AdminOnly, id: Id) -> OnePassword:
    """For a lost password: a new one is generated and answered this once; the person is signed out everywhere."""
    if await asyncio.to_thread(here.people.by_id, id) is None:
        raise Problem(*NOBODY)
    password = secrets.token_urlsafe(GENERATED_BYTES)
    async with here.hashing:
        await asyncio.to_thread(here.people.set_password, id, password, admin.person)
    return OnePassword(password=password)


@router.post("/password", status_code=204, responses=documented(401, 403, 413, 415, 422, 429))
async def own_password(here: Here, who: Staff, given: OwnPassword) -> None:
    """One's own. Signs out everywhere, here too. Five wrong ones lock the account, as at the login."""
    person = await asyncio.to_thread(here.people.by_id, who.person)
    if person is None:
        raise Problem(*UNAUTHORIZED)
    async with here.hashing:
        if await asyncio.to_thread(here.people.verify, person.email, given.current) is None:
            raise Problem(403, "wrong_password", "The current password is wrong.")
        with _said():
            await asyncio.to_thread(here.people.set_password, person.id, given.password, person.id)


@contextmanager
def _said() -> Iterator[None]:
    """What people did that cannot be, as an answer."""
    try:
        yield
    except KeyError:
        raise Problem(*NOBODY) from None
    except EmailTaken as error:
        raise Problem(409, "email_taken", str(error)) from None
    except LastAdmin as error:
        raise Problem(409, "last_admin", str(error)) from None
    except UnusableEntry as error:
        raise Problem(422, "invalid", str(error)) from None


def _member(person: Person) -> Member:
    return Member(
        id=person.id, email=person.email, name=person.name, role=person.role, disabled=person.disabled,
        languages=list(person.languages), capacity=person.capacity, created=rfc3339(person.created),
    )  # fmt: skip
