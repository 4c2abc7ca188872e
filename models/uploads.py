"""Files that people have sent: what is known of each. The bytes are elsewhere (api/file_store.py), sealed. Synchronous, as all of SQL."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass

from sqlalchemy import Engine, func, insert, select

from models.database import writing
from models.tables import files


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


class Uploads:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, upload: Upload) -> None:
        with writing(self._engine) as connection:
            connection.execute(insert(files), asdict(upload))

    def found(self, ids: Collection[str]) -> dict[str, Upload]:
        wanted = select(*files.c).where(files.c.id.in_(ids))
        with self._engine.connect() as connection:
            return {row.id: Upload(**row._mapping) for row in connection.execute(wanted)}

    def sent_since(self, person: str, at: int) -> int:
        """Bytes of all that this person has sent since then."""
        wanted = select(func.coalesce(func.sum(files.c.bytes), 0)).where(files.c.person == person, files.c.at >= at)
        with self._engine.connect() as connection:
            return int(connection.scalar(wanted) or 0)
