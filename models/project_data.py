"""What the project's files have to learn from, put into SQL by who reads the files, so that the API can show it beside what people changed.

Replaced as a whole when anything of it changes; nothing else writes it. Synchronous: call it through asyncio.to_thread.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, delete, insert, select, update

from models.database import recorded, writing
from models.examples import fingerprint
from models.markup import Span
from models.tables import (
    ID_CHARACTERS,
    LANGUAGE_CHARACTERS,
    NAME_CHARACTERS,
    deployment,
    project_examples,
    project_parts,
)

# Under this name the deployment remembers the digest of what was put in last.
RECORD = "project_data"
# As many rows in one statement: of long examples more would be above what MySQL takes at once.
ROWS_AT_ONCE = 500


class Part(StrEnum):
    """What a project has by name, besides examples."""

    INTENT = "intent"
    ENTITY = "entity"
    HELD_OUT = "held_out"
    SLOT = "slot"
    SYNONYM = "synonym"
    REGEX = "regex"
    LOOKUP = "lookup"
    RESPONSE = "response"


@dataclass(frozen=True, slots=True)
class Line:
    """An example as the files have it."""

    intent: str
    text: str
    entities: tuple[Span, ...] = ()
    language: str = "en"

    @property
    def id(self) -> str:
        """Of what it says: the same line in another place of the files is the same."""
        said = msgspec.json.encode([self.intent, self.text, spans_json(self.entities)])
        return f"f_{hashlib.sha256(said).hexdigest()[:32]}"


@dataclass(frozen=True, slots=True)
class ProjectData:
    """`parts`: kind → name → what there is to say of it, as JSON has it."""

    project: str
    lines: Sequence[Line]
    parts: Mapping[Part, Mapping[str, Any]] = field(default_factory=dict)

    def digest(self) -> str:
        told = [self.project, [[each.id, each.language] for each in self.lines], self.parts]
        return hashlib.sha256(msgspec.json.encode(told)).hexdigest()


def spans_json(spans: Sequence[Span]) -> str:
    """As SQL keeps them."""
    rows = [[each.start, each.end, each.entity, each.value, each.role, each.group] for each in spans]
    return msgspec.json.encode(rows).decode()


def spans_of(written: str) -> tuple[Span, ...]:
    return tuple(Span(*row) for row in msgspec.json.decode(written))


def publish(engine: Engine, data: ProjectData) -> bool:
    """Whether anything was new."""
    digest = data.digest()
    if recorded(engine, RECORD) == digest:
        return False
    with writing(engine) as connection:
        if not _record(connection, digest):
            return False
        connection.execute(delete(project_examples))
        connection.execute(delete(project_parts))
        for rows, table in ((_lines(data), project_examples), (_parts(data), project_parts)):
            for first in range(0, len(rows), ROWS_AT_ONCE):
                connection.execute(insert(table), rows[first : first + ROWS_AT_ONCE])
    return True


def parts(engine: Engine, kind: Part) -> dict[str, Any]:
    """name → what the files say of it."""
    c = project_parts.c
    with engine.connect() as connection:
        rows = connection.execute(select(c.name, c.value).where(c.kind == kind).order_by(c.name))
        return {row.name: msgspec.json.decode(row.value) for row in rows}


def _record(connection: Connection, digest: str) -> bool:
    """First of all: of two who publish at once the second waits, and then has nothing to do."""
    here = deployment.c.name == RECORD
    if connection.scalar(select(deployment.c.value).where(here).with_for_update()) is None:
        connection.execute(insert(deployment).values(name=RECORD, value=digest))
        return True
    other = update(deployment).where(here, deployment.c.value != digest)
    return connection.execute(other.values(value=digest)).rowcount > 0


def _lines(data: ProjectData) -> list[dict[str, Any]]:
    """Each once: some projects say a line twice."""
    found: dict[str, dict[str, Any]] = {}
    for place, each in enumerate(data.lines, 1):
        if len(each.intent) <= NAME_CHARACTERS:
            found.setdefault(each.id, {
                "id": each.id, "place": place, "intent": each.intent, "text": each.text, "entities": spans_json(each.entities),
                "language": each.language[:LANGUAGE_CHARACTERS], "mark": fingerprint(each.text),
            })  # fmt: skip
    return list(found.values())


def _parts(data: ProjectData) -> list[dict[str, Any]]:
    return [
        {"kind": str(kind), "name": name, "value": msgspec.json.encode(value).decode()}
        for kind, named in data.parts.items()
        for name, value in named.items()
        if len(name) <= ID_CHARACTERS
    ]
