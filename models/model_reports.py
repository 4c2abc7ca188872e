"""The reports of versions in SQL, one for each: what was found, and the page that shows it. They go with their version.

Synchronous: call it through asyncio.to_thread.
"""

from __future__ import annotations

import time
import zlib

from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from models.database import writing
from models.tables import model_reports, model_versions

# MySQL refuses statements above max_allowed_packet (16 MB by default).
REPORT_BYTES = 2_000_000
PAGE_BYTES = 4_000_000


class TooLong(Exception):
    """A report is bounded before it is kept."""


class ModelReports:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, version: str, report: bytes, page: str = "") -> bool:
        """In place of the one before. False: the version is gone. Raises TooLong."""
        packed = zlib.compress(page.encode()) if page else b""
        if len(report) > REPORT_BYTES or len(packed) > PAGE_BYTES:
            raise TooLong
        row = {"made": time.time_ns() // 1_000_000, "report": report.decode(), "page": packed}
        try:
            with writing(self._engine) as connection:
                there = select(model_versions.c.id).where(model_versions.c.id == version).with_for_update()
                if connection.execute(there).one_or_none() is None:
                    return False
                known = model_reports.c.version == version
                if not connection.execute(update(model_reports).where(known).values(**row)).rowcount:
                    connection.execute(insert(model_reports).values(version=version, **row))
        except IntegrityError:
            # Another machine has appraised the same at the same moment.
            pass
        return True

    def get(self, version: str) -> bytes | None:
        """JSON of models/model_report.py."""
        with self._engine.connect() as connection:
            found = connection.scalar(select(model_reports.c.report).where(model_reports.c.version == version))
        return None if found is None else found.encode()

    def page(self, version: str) -> str | None:
        """HTML that loads nothing; None where there is none."""
        with self._engine.connect() as connection:
            found = connection.scalar(select(model_reports.c.page).where(model_reports.c.version == version))
        return zlib.decompress(found).decode() if found else None


def remove(connection: Connection, version: str) -> None:
    connection.execute(delete(model_reports).where(model_reports.c.version == version))
