"""Who did what that others may ask about: written in the same transaction as what was done, and never changed.

Nothing that customers typed is in it: `subject` is an id or the name of a setting, `reason` is what staff said of it.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, insert, select

from models.database import writing
from models.sensitive import redact
from models.tables import ACT_CHARACTERS, REASON_CHARACTERS, audit

# Who works at the command line has no sign-in.
COMMAND_LINE = ""
PAGE = 200


@dataclass(frozen=True, slots=True)
class Act:
    """One line. `id` grows with the time; `person` is empty for the command line. `at` in ms since 1970."""

    id: str
    at: int
    person: str
    act: str
    subject: str
    reason: str


def write(connection: Connection, person: str, act: str, subject: str = "", reason: str = "") -> None:
    """`act` is a verb on a noun: `settings.change`, `message.reveal`. Raises ValueError for one that is too long."""
    if not act or len(act) > ACT_CHARACTERS:
        raise ValueError("an act has a short name")
    at, within = divmod(time.time_ns(), 1_000_000)
    kept = redact(reason[:REASON_CHARACTERS])[:REASON_CHARACTERS]
    row = Act(f"{at:012x}{within:05x}{secrets.token_hex(6)}", at, person, act, subject, kept)
    connection.execute(insert(audit).values(**{name: getattr(row, name) for name in Act.__slots__}))


class Audit:
    """Synchronous: call it through asyncio.to_thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def write(self, person: str, act: str, subject: str = "", reason: str = "") -> None:
        """For what is done elsewhere than in SQL: written before it is done, so that nothing is done unseen."""
        with writing(self._engine) as connection:
            write(connection, person, act, subject, reason)

    def page(
        self, before: str = "", limit: int = 50, person: str | None = None, act: str = "", subject: str = ""
    ) -> Sequence[Act]:
        """Newest first, older than the act `before`."""
        known, asked = audit.c, select(audit)
        if before:
            asked = asked.where(known.id < before)
        if person is not None:
            asked = asked.where(known.person == person)
        if act:
            asked = asked.where(known.act == act)
        if subject:
            asked = asked.where(known.subject == subject)
        with self._engine.connect() as connection:
            found = connection.execute(asked.order_by(known.id.desc()).limit(min(limit, PAGE))).all()
        return [Act(*(getattr(row, name) for name in Act.__slots__)) for row in found]
