"""`bellhop migrate`: brings the SQL schema up to date."""

from __future__ import annotations

from models import database
from models.settings import Settings


def run(settings: Settings, quiet: bool = False) -> None:
    """Does nothing when the schema is the newest; any number of machines may call it at once."""
    if not settings.database_url:
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = database.open_engine(settings.sql_url)
    try:
        found, wanted = database.version(engine), database.newest()
    finally:
        engine.dispose()
    if found != wanted:
        database.upgrade(settings.sql_url)
    if not quiet:
        print(f"The schema is at version {wanted}." if found != wanted else f"Nothing to do: version {wanted}.")
