"""Webhooks: admins say which system is told what, try it out, and see what came of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from api.agent import ID_CHARACTERS, Limit
from api.choosing import OUTDATED
from api.node import AdminOnly, Here
from api.problems import Problem, documented
from models.choosing import Outdated
from models.frames import rfc3339
from models.hooks import MOST, Hook, TooMany
from models.sealed import Unreadable
from models.settings import Targets
from models.tables import URL_CHARACTERS
from models.webhooks import PING, Kind, UnusableUrl, checked_url, ping
from stream.deliveries import Delivery
from stream.posting import NotSent, Poster
from stream.telling import send

NO_HOOK = (404, "not_found", "There is no such webhook.")
NO_SECRET = (409, "unreadable", "The secret of this webhook cannot be opened any more: give it another one.")

router = APIRouter(prefix="/api/webhooks", tags=["webhooks"])

Id = Annotated[str, Path(max_length=ID_CHARACTERS)]
Kinds = Annotated[list[Kind], Field(min_length=1, max_length=len(Kind))]
Url = Annotated[str, Field(max_length=URL_CHARACTERS)]


class Webhook(BaseModel):
    """`failing_since`: nothing was taken since then; null: all is well. `paused_until`: it did not answer and is tried again then."""

    id: str
    url: str
    kinds: list[Kind]
    disabled: bool
    version: int
    failing_since: str | None
    paused_until: str | None
    at: str
    person: str


class WebhookList(BaseModel):
    """The oldest first."""

    webhooks: list[Webhook]


class NewWebhook(BaseModel):
    model_config = ConfigDict(extra="forbid")

    url: Url
    kinds: Kinds


class WebhookChange(NewWebhook):
    """`version` is the one that was read."""

    version: int = Field(ge=1, le=2**53)
    disabled: bool = False


class MadeWebhook(BaseModel):
    """`secret` is shown this once."""

    webhook: Webhook
    secret: str


class OneSecret(BaseModel):
    """Shown this once."""

    secret: str


class Tried(BaseModel):
    """`ok`: it was taken, with a `status` of 2xx. `status` is null where there was no answer; then `error` says why."""

    ok: bool
    status: int | None
    error: str
    milliseconds: int


class Told(BaseModel):
    """`state`: `waiting`, `done`, or `failed` where it was given up. `status` is what was answered last."""

    id: str
    kind: str
    conversation: str
    seq: int
    state: Literal["waiting", "done", "failed"]
    at: str
    tries: int
    status: int | None
    error: str
    next_at: str | None
    done_at: str | None


class ToldPage(BaseModel):
    """Newest first. `next` goes into `after`; null at the end. Kept for a week."""

    deliveries: list[Told]
    next: str | None


@router.get("", responses=documented(401, 403))
async def webhooks(here: Here, _: AdminOnly) -> WebhookList:
    """All of them, without their secrets."""
    return WebhookList(webhooks=[_shown(each) for each in await asyncio.to_thread(here.webhooks.list)])


@router.post("", status_code=201, responses=documented(401, 403, 409, 413, 415, 422))
async def add(here: Here, admin: AdminOnly, given: NewWebhook) -> MadeWebhook:
    """Counts from the next seconds on: what happened before is not told."""
    with _said():
        url = checked_url(given.url, _anywhere(here))
        made, secret = await asyncio.to_thread(here.webhooks.add, url, _once(given.kinds), admin.person)
    return MadeWebhook(webhook=_shown(made), secret=secret)


@router.put("/{id}", responses=documented(401, 403, 404, 409, 413, 415, 422))
async def change(here: Here, admin: AdminOnly, id: Id, given: WebhookChange) -> Webhook:
    """All of it anew; what waits is tried again at once. Who is disabled is told nothing that happens meanwhile."""
    with _said():
        url = checked_url(given.url, _anywhere(here))
        kinds = _once(given.kinds)
        made = await asyncio.to_thread(
            here.webhooks.change, id, given.version, url, kinds, given.disabled, admin.person
        )
    return _shown(made)


@router.delete("/{id}", status_code=204, responses=documented(401, 403, 404, 409, 422))
async def remove(here: Here, admin: AdminOnly, id: Id, version: Annotated[int, Query(ge=1, le=2**53)]) -> None:
    """With what still waits for it."""
    with _said():
        await asyncio.to_thread(here.webhooks.remove, id, version, admin.person)


@router.post("/{id}/secret", responses=documented(401, 403, 404))
async def renew(here: Here, admin: AdminOnly, id: Id) -> OneSecret:
    """Another secret; from now on everything is signed with it."""
    with _said():
        return OneSecret(secret=await asyncio.to_thread(here.webhooks.renew, id, admin.person))


@router.post("/{id}/test", responses=documented(401, 403, 404, 409))
async def test(here: Here, _: AdminOnly, id: Id) -> Tried:
    """Sends a `ping` at once, also to one that is disabled, and says what came back."""
    with _said():
        hook, secret = await asyncio.to_thread(here.webhooks.get, id)
    now = time.time_ns() // 1_000_000
    begun, status, problem = time.monotonic(), None, ""
    try:
        async with Poster(_anywhere(here)) as poster:
            body = msgspec.json.encode(ping(now))
            status = await send(poster, hook.url, secret, f"d_{now:012x}", PING, body)
    except NotSent as error:
        problem = str(error)
    ok = status is not None and 200 <= status < 300
    took = int((time.monotonic() - begun) * 1000)
    return Tried(ok=ok, status=status, error=problem, milliseconds=took)


@router.get("/{id}/deliveries", responses=documented(401, 403, 404, 422))
async def deliveries(
    here: Here, _: AdminOnly, id: Id, after: Annotated[str, Query(max_length=ID_CHARACTERS)] = "", limit: Limit = 50
) -> ToldPage:
    """What it was told, what waits, and what went wrong."""
    with _said():
        await asyncio.to_thread(here.webhooks.get, id)
    found = await asyncio.to_thread(here.deliveries.page, id, after, limit)
    return ToldPage(deliveries=[_told(each) for each in found], next=found[-1].id if len(found) == limit else None)


@contextmanager
def _said() -> Iterator[None]:
    try:
        yield
    except KeyError:
        raise Problem(*NO_HOOK) from None
    except Outdated:
        raise Problem(*OUTDATED) from None
    except TooMany:
        raise Problem(409, "too_many", f"There are at most {MOST} webhooks.") from None
    except Unreadable:
        raise Problem(*NO_SECRET) from None
    except UnusableUrl as error:
        raise Problem(422, "invalid", str(error)) from None


def _anywhere(here: Here) -> bool:
    return here.settings.webhook_targets is Targets.ANY


def _once(kinds: list[Kind]) -> list[Kind]:
    return list(dict.fromkeys(kinds))


def _time(at: int) -> str | None:
    return rfc3339(at) if at else None


def _shown(hook: Hook) -> Webhook:
    return Webhook(
        id=hook.id, url=hook.url, kinds=list(hook.kinds), disabled=hook.disabled, version=hook.version,
        failing_since=_time(hook.failing_since), paused_until=_time(hook.paused_until), at=rfc3339(hook.at), person=hook.person,
    )  # fmt: skip


def _told(each: Delivery) -> Told:
    return Told(
        id=each.id, kind=each.kind, conversation=each.conversation, seq=each.seq, at=rfc3339(each.at), tries=each.tries,
        state="done" if each.state == "done" else "failed" if each.state == "failed" else "waiting",
        status=each.status or None, error=each.error, next_at=_time(each.next_at), done_at=_time(each.done_at),
    )  # fmt: skip
