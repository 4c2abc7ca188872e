"""The webhooks that admins have set, in SQL. A secret is shown once, and kept sealed."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, func, insert, select, update

from models import audit
from models.choosing import Outdated
from models.database import writing
from models.sealed import KeyRing, Place, Unreadable
from models.tables import deliveries, webhooks
from models.webhooks import Kind, new_secret

TABLE, COLUMN = "webhooks", "secret"
# Each entry is written once more for each of them.
MOST = 20


class TooMany(Exception):
    """There are as many as there may be."""


@dataclass(frozen=True, slots=True)
class Hook:
    """`failing_since` is the first failure after the last success, 0: none; `paused_until`: the server did not answer, and is tried again
    then. Times in ms since 1970."""

    id: str
    url: str
    kinds: tuple[Kind, ...]
    disabled: bool
    version: int
    failures: int
    failing_since: int
    paused_until: int
    at: int
    person: str


class Webhooks:
    """Synchronous: call it through asyncio.to_thread."""

    def __init__(self, engine: Engine, ring: KeyRing) -> None:
        self._engine = engine
        self._ring = ring

    def list(self) -> Sequence[Hook]:
        """The oldest first."""
        with self._engine.connect() as connection:
            return [_hook(row) for row in connection.execute(select(webhooks).order_by(webhooks.c.id))]

    def get(self, id: str) -> tuple[Hook, str]:
        """With its secret. Raises KeyError, Unreadable."""
        with self._engine.connect() as connection:
            row = connection.execute(select(webhooks).where(webhooks.c.id == id)).one_or_none()
        if row is None:
            raise KeyError("no such webhook")
        return _hook(row), self._ring.open(row.secret, Place(TABLE, COLUMN, id))

    def add(self, url: str, kinds: Sequence[Kind], person: str) -> tuple[Hook, str]:
        """With its secret. Raises TooMany."""
        # By time, so that lists are in their order.
        id, secret = f"w_{_now():012x}{secrets.token_hex(10)}", new_secret()
        made = Hook(id, url, tuple(kinds), False, 1, 0, 0, 0, _now(), person)
        with writing(self._engine) as connection:
            if (connection.scalar(select(func.count()).select_from(webhooks)) or 0) >= MOST:
                raise TooMany
            sealed = self._ring.seal(secret, Place(TABLE, COLUMN, id))
            row = {each: getattr(made, each) for each in Hook.__slots__} | {"kinds": " ".join(kinds), "secret": sealed}
            connection.execute(insert(webhooks).values(**row))
            audit.write(connection, person, "webhook.add", id)
        return made, secret

    def change(self, id: str, version: int, url: str, kinds: Sequence[Kind], disabled: bool, person: str) -> Hook:
        """Whatever it is, it is tried anew at once. Raises KeyError, Outdated."""
        with writing(self._engine) as connection:
            row = {
                "url": url, "kinds": " ".join(kinds), "disabled": disabled, "version": version + 1, "failures": 0,
                "failing_since": 0, "paused_until": 0, "at": _now(), "person": person,
            }  # fmt: skip
            there = (webhooks.c.id == id) & (webhooks.c.version == version)
            _require(connection, id, connection.execute(update(webhooks).where(there).values(**row)).rowcount)
            waiting = (deliveries.c.webhook == id) & (deliveries.c.state == "waiting")
            connection.execute(update(deliveries).where(waiting).values(next_at=0, first_at=0, tries=0))
            audit.write(connection, person, "webhook.change", id)
            return _hook(connection.execute(select(webhooks).where(webhooks.c.id == id)).one())

    def renew(self, id: str, person: str) -> str:
        """Another secret; what was signed with the old one is no longer known to be ours. Raises KeyError."""
        secret = new_secret()
        sealed = self._ring.seal(secret, Place(TABLE, COLUMN, id))
        with writing(self._engine) as connection:
            done = connection.execute(update(webhooks).where(webhooks.c.id == id).values(secret=sealed))
            _require(connection, id, done.rowcount)
            audit.write(connection, person, "webhook.secret", id)
        return secret

    def reseal(self) -> tuple[int, int]:
        """Secrets under an old key are sealed anew under the active one: (sealed anew, unreadable). What was renewed meanwhile stays."""
        with self._engine.connect() as connection:
            kept = connection.execute(select(webhooks.c.id, webhooks.c.secret)).all()
        fresh = unreadable = 0
        for id, secret in kept:
            try:
                anew = self._ring.reseal(secret, Place(TABLE, COLUMN, id))
            except Unreadable:
                unreadable += 1
                continue
            if anew != secret:
                same = (webhooks.c.id == id) & (webhooks.c.secret == secret)
                with writing(self._engine) as connection:
                    fresh += connection.execute(update(webhooks).where(same).values(secret=anew)).rowcount
        return fresh, unreadable

    def remove(self, id: str, version: int, person: str) -> None:
        """With what still waits for it. Raises KeyError, Outdated."""
        with writing(self._engine) as connection:
            done = connection.execute(delete(webhooks).where(webhooks.c.id == id, webhooks.c.version == version))
            _require(connection, id, done.rowcount)
            connection.execute(delete(deliveries).where(deliveries.c.webhook == id))
            audit.write(connection, person, "webhook.remove", id)


def _require(connection: Connection, id: str, rows: int) -> None:
    if rows == 1:
        return
    if connection.scalar(select(webhooks.c.version).where(webhooks.c.id == id)) is None:
        raise KeyError("no such webhook")
    raise Outdated


def _hook(row: Row[Any]) -> Hook:
    known = {each.value for each in Kind}
    kinds = tuple(Kind(each) for each in row.kinds.split() if each in known)
    return Hook(**{each: getattr(row, each) for each in Hook.__slots__ if each != "kinds"}, kinds=kinds)


def _now() -> int:
    return time.time_ns() // 1_000_000
