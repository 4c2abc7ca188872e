"""What people have said of synonyms, lookups, regular expressions and responses: the last word on each goes before the project's files.

Each change is a row of the next version, with who, when and why; of two who write the same version one is told. Synchronous: call it
through asyncio.to_thread.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, and_, func, insert, select
from sqlalchemy.exc import IntegrityError

from models import audit
from models.choosing import Outdated
from models.database import writing
from models.part_values import checked_name, checked_value
from models.project_data import Part, parts
from models.sensitive import redact
from models.tables import REASON_CHARACTERS, project_parts, taught_parts


@dataclass(frozen=True, slots=True)
class Taught:
    """`version` 0: nobody has said anything, and `value` is that of the files. No value: it is used no more. `filed` is what the files say,
    or nothing. `at` in ms since 1970."""

    kind: Part
    name: str
    version: int
    value: Any
    filed: Any
    person: str = ""
    at: int = 0
    reason: str = ""

    @property
    def used(self) -> Any:
        """What a rule needs can be changed, but not taken away: without another word the files' response goes on."""
        return self.filed if self.value is None and self.kind is Part.RESPONSE else self.value


class TaughtParts:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self, kind: Part) -> list[Taught]:
        """Of the files and of people, by name; also what is used no more."""
        filed = parts(self._engine, kind)
        said = {each.name: each for each in self._said(kind)}
        return [
            _taught(kind, name, said.get(name), filed.get(name)) for name in sorted({*filed, *said})
        ]  # fmt: skip

    def used(self, kind: Part) -> dict[str, Any]:
        return {each.name: each.used for each in self.all(kind) if each.used is not None}

    def said(self, kind: Part) -> dict[str, Any]:
        """name → the last word of people; None where they took it away."""
        return {each.name: msgspec.json.decode(each.value) for each in self._said(kind)}

    def number(self, kind: Part) -> int:
        """Another one after each change: rows are only added."""
        with self._engine.connect() as connection:
            return int(connection.scalar(select(func.count()).where(taught_parts.c.kind == kind)) or 0)

    def history(self, kind: Part, name: str) -> list[Taught]:
        """Newest first, down to what the files say."""
        c, f = taught_parts.c, project_parts.c
        with self._engine.connect() as connection:
            rows = connection.execute(
                select(taught_parts).where(c.kind == kind, c.name == name).order_by(c.version.desc())
            ).all()
            filed = connection.scalar(select(f.value).where(f.kind == kind, f.name == name))
        base = None if filed is None else msgspec.json.decode(filed)
        return [_taught(kind, name, each, base) for each in (*rows, *([None] if filed else []))]

    def change(self, kind: Part, name: str, version: int, value: Any, person: str, reason: str = "") -> int:
        """`version` is the one that was read; None takes it away. The new version. Raises UnusablePart, Outdated."""
        name = checked_name(kind, name)
        kept = None if value is None else checked_value(kind, value)
        try:
            with writing(self._engine) as connection:
                add(connection, kind, name, version, kept, person, reason)
                audit.write(connection, person, f"{kind}.change", name, reason)
        except IntegrityError:
            raise Outdated from None
        return version + 1

    def _said(self, kind: Part) -> Sequence[Any]:
        c = taught_parts.c
        last = select(c.name, func.max(c.version).label("version")).where(c.kind == kind).group_by(c.name).subquery()
        joined = taught_parts.join(last, and_(c.name == last.c.name, c.version == last.c.version))
        with self._engine.connect() as connection:
            return connection.execute(select(taught_parts).select_from(joined).where(c.kind == kind)).all()


def add(connection: Connection, kind: Part, name: str, version: int, value: Any, person: str, reason: str) -> None:
    """The next version. Raises Outdated, IntegrityError where somebody else was quicker."""
    c = taught_parts.c
    last = connection.scalar(select(func.max(c.version)).where(c.kind == kind, c.name == name)) or 0
    if last != version:
        raise Outdated
    row: Mapping[str, Any] = {
        "kind": str(kind), "name": name, "version": version + 1, "value": msgspec.json.encode(value).decode(), "person": person,
        "at": time.time_ns() // 1_000_000, "reason": redact(reason[:REASON_CHARACTERS])[:REASON_CHARACTERS],
    }  # fmt: skip
    connection.execute(insert(taught_parts).values(**row))


def _taught(kind: Part, name: str, row: Any, filed: Any) -> Taught:
    if row is None:
        return Taught(kind, name, 0, filed, filed)
    return Taught(kind, name, row.version, msgspec.json.decode(row.value), filed, row.person, row.at, row.reason)
