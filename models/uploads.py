"""Files that people have sent: what is known of each. The bytes are elsewhere (api/file_store.py), sealed. Synchronous, as all of SQL."""

from __future__ import annotations

import random
import time
from collections.abc import Collection
from dataclasses import asdict, dataclass

from sqlalchemy import Engine, Select, delete, func, insert, select, update
from sqlalchemy.exc import OperationalError

from models.database import writing
from models.tables import files

# Of so many at once by one person the last waits about a second.
_TRIES = 30
_PAUSE_SECONDS = 0.05
# Of MySQL: a lock that was not given, and a transaction that was ended since two waited for each other.
_LOCK_WAIT, _DEADLOCK = 1205, 1213


class OverQuota(Exception):
    """This person has sent as much as one may."""


@dataclass(frozen=True, slots=True)
class Upload:
    """`name` is masked and for people only; `width` and `height` are 0 for what is no picture. `at` in ms since 1970."""

    id: str
    conversation: str
    person: str
    name: str
    type: str
    bytes: int
    width: int
    height: int
    at: int


_KNOWN = [each for each in files.c if each.name != "said"]


class Uploads:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, upload: Upload, since: int, most: int) -> None:
        """Where this person has sent at most `most` bytes since then, with it. Raises OverQuota, however many are sent at once."""
        for left in reversed(range(_TRIES)):
            try:
                return self._add(upload, since, most)
            except OperationalError as error:
                if not left or error.orig is None or error.orig.args[:1] not in ((_LOCK_WAIT,), (_DEADLOCK,)):
                    raise
            time.sleep(random.uniform(0, _PAUSE_SECONDS))

    def _add(self, upload: Upload, since: int, most: int) -> None:
        with writing(self._engine) as connection:
            # First the row, then the sum with locks: of two at once each waits for the other's row, and one of them begins anew.
            connection.execute(insert(files), {**asdict(upload), "said": False})
            if int(connection.scalar(_sent(upload.person, since).with_for_update()) or 0) > most:
                raise OverQuota

    def found(self, ids: Collection[str]) -> dict[str, Upload]:
        wanted = select(*_KNOWN).where(files.c.id.in_(ids))
        with self._engine.connect() as connection:
            return {row.id: Upload(**row._mapping) for row in connection.execute(wanted)}

    def sent_since(self, person: str, at: int) -> int:
        """Bytes of all that this person has sent since then."""
        with self._engine.connect() as connection:
            return int(connection.scalar(_sent(person, at)) or 0)

    def claim(self, ids: Collection[str]) -> bool:
        """They are said now, so nobody takes them away; False where one of them is gone."""
        with writing(self._engine) as connection:
            return connection.execute(update(files).where(files.c.id.in_(ids)).values(said=True)).rowcount == len(
                set(ids)
            )

    def unsaid(self, before: int, limit: int) -> list[str]:
        """Ids of what was sent before then (ms) and never said, oldest first."""
        wanted = (
            select(files.c.id).where(files.c.said.is_(False), files.c.at < before).order_by(files.c.at).limit(limit)
        )
        with self._engine.connect() as connection:
            return list(connection.scalars(wanted))

    def drop(self, id: str) -> bool:
        """False where it was said after all, or is gone."""
        with writing(self._engine) as connection:
            return connection.execute(delete(files).where(files.c.id == id, files.c.said.is_(False))).rowcount == 1

    def ids(self, after: str, limit: int) -> list[str]:
        """In order, those behind `after`."""
        wanted = select(files.c.id).where(files.c.id > after).order_by(files.c.id).limit(limit)
        with self._engine.connect() as connection:
            return list(connection.scalars(wanted))


def _sent(person: str, since: int) -> Select[tuple[int]]:
    return select(func.coalesce(func.sum(files.c.bytes), 0)).where(files.c.person == person, files.c.at >= since)
