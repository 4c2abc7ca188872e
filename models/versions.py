"""The versions of models in SQL, files and all, so that every bot worker on every machine gets the same bytes.

Synchronous: call it through asyncio.to_thread. A version is there only when all of its files are.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from models import audit, model_reports
from models.database import writing
from models.sensitive import redact
from models.tables import REASON_CHARACTERS, model_files, model_versions, shadow_readings, trials

# MySQL refuses statements above max_allowed_packet (16 MB by default), and a chunk may double when it is written.
CHUNK_BYTES = 1_048_576
TRIES = 3


class IncompleteUpload(Exception):
    """Files of the version went away while it was written."""


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """`manifest` is the JSON of bot/registry.py, with parameters, metrics and the hash of each file; `bytes` of all files. `created` and
    `lived` (when it became live last; 0: never) in ms since 1970. `refused`: why it is worse or cannot be loaded; empty: it is not."""

    id: str
    project: str
    created: int
    person: str
    reason: str
    data_hash: str
    code_version: str
    bytes: int
    lived: int
    refused: str
    manifest: str


class Versions:
    """All of the deployment."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, version: ModelVersion, files: Mapping[str, Path]) -> bool:
        """Whether it was not there yet. Raises IncompleteUpload, OSError."""
        for _ in range(TRIES):
            if self.get(version.id) is not None:
                return False
            self._upload(version.id, files)
            if self._finish(version):
                return True
        raise IncompleteUpload("Something took the model's files away while they were written.")

    def get(self, id: str) -> ModelVersion | None:
        with self._engine.connect() as connection:
            row = connection.execute(select(model_versions).where(model_versions.c.id == id)).one_or_none()
        return None if row is None else ModelVersion(*(getattr(row, name) for name in ModelVersion.__slots__))

    def all(self) -> list[ModelVersion]:
        """Newest first."""
        c = model_versions.c
        with self._engine.connect() as connection:
            rows = connection.execute(select(model_versions).order_by(c.created.desc(), c.id)).all()
        return [ModelVersion(*(getattr(row, name) for name in ModelVersion.__slots__)) for row in rows]

    def newest(self) -> ModelVersion | None:
        """The one that was trained last."""
        c = model_versions.c
        with self._engine.connect() as connection:
            id = connection.scalar(select(c.id).order_by(c.created.desc(), c.id).limit(1))
        return self.get(id) if id else None

    def chunks(self, id: str) -> Iterator[tuple[str, bytes]]:
        """Parts of files with the file's name, in order. One statement each: none takes long, and none fills the memory."""
        c = model_files.c
        with self._engine.connect() as connection:
            places = connection.execute(select(c.name, c.place).where(c.version == id).order_by(c.name, c.place)).all()
            for name, place in places:
                here = (c.version == id) & (c.name == name) & (c.place == place)
                yield name, connection.scalar(select(c.chunk).where(here)) or b""

    def refuse(self, id: str, why: str, person: str = audit.COMMAND_LINE) -> None:
        """On record once for each reason."""
        kept = redact(why[:REASON_CHARACTERS])[:REASON_CHARACTERS]
        c = model_versions.c
        with writing(self._engine) as connection:
            other = (c.id == id) & (c.refused != kept)
            if connection.execute(update(model_versions).where(other).values(refused=kept)).rowcount:
                audit.write(connection, person, "model.refuse", id, kept)

    def absolve(self, id: str, why: str) -> None:
        """It is not refused any more, where `why` is what it was refused for."""
        c = model_versions.c
        with writing(self._engine) as connection:
            refused = (c.id == id) & (c.refused == why) & (c.refused != "")
            if connection.execute(update(model_versions).where(refused).values(refused="")).rowcount:
                audit.write(connection, audit.COMMAND_LINE, "model.absolve", id)

    def remove(self, id: str, person: str, reason: str = "") -> None:
        """With its files. That nothing answers with it is the caller's to know."""
        with writing(self._engine) as connection:
            remove(connection, id, person, reason)

    def _upload(self, id: str, files: Mapping[str, Path]) -> None:
        """A transaction for each part: nobody waits long for a lock. The same name is the same bytes, so a part that is there is right."""
        for name, path in files.items():
            for place, chunk in enumerate(_cut(path)):
                try:
                    with writing(self._engine) as connection:
                        connection.execute(insert(model_files).values(version=id, name=name, place=place, chunk=chunk))
                except IntegrityError:
                    continue

    def _finish(self, version: ModelVersion) -> bool:
        f = model_files.c
        try:
            with writing(self._engine) as connection:
                whole = select(func.coalesce(func.sum(func.length(f.chunk)), 0)).where(f.version == version.id)
                if connection.scalar(whole) != version.bytes:
                    return False
                row = {name: getattr(version, name) for name in ModelVersion.__slots__}
                connection.execute(insert(model_versions).values(**row))
                audit.write(connection, version.person, "model.add", version.id, version.reason)
        except IntegrityError:
            return False
        return True


def lived(connection: Connection, id: str) -> None:
    """It is live now; a reason for which it was refused has been overruled."""
    here = model_versions.c.id == id
    connection.execute(update(model_versions).where(here).values(lived=time.time_ns() // 1_000_000, refused=""))


def remove(connection: Connection, id: str, person: str, reason: str) -> None:
    connection.execute(delete(model_versions).where(model_versions.c.id == id))
    connection.execute(delete(model_files).where(model_files.c.version == id))
    model_reports.remove(connection, id)
    connection.execute(delete(trials).where(trials.c.model == id))
    connection.execute(delete(shadow_readings).where(shadow_readings.c.model == id))
    audit.write(connection, person, "model.remove", id, reason)


def remove_orphans(connection: Connection, but: Iterable[str] = ()) -> None:
    """Files whose version was never finished."""
    known = select(model_versions.c.id)
    f = model_files.c.version
    connection.execute(delete(model_files).where(f.not_in(known), f.not_in(list(but))))


def _cut(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk
