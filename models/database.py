"""How SQL is reached: SQLite for one machine, MySQL or MariaDB for many, and the schema brought up to date by Alembic."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, insert, make_url, select, text, update
from sqlalchemy.exc import ArgumentError, IntegrityError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from models.tables import deployment

if TYPE_CHECKING:
    from alembic.config import Config

TIMEOUT_SECONDS = 5
# What is raised where SQL does not answer; a wrong statement of ours is no such thing.
NO_SQL = (OperationalError, InterfaceError, InternalError, NoConnection)
# Below the read timeout: a lock that is not given shows as error 1205, and the connection stays usable.
LOCK_WAIT_SECONDS = 3
# One machine may need long for a large table, and the others wait for it.
MIGRATION_SECONDS = 3600

_MYSQL_DRIVER = "mysql+pymysql"
_MYSQL_START = (
    "SET SESSION sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', "
    f"SESSION innodb_lock_wait_timeout = {LOCK_WAIT_SECONDS}"
)


class UnusableDatabase(Exception):
    """The URL names no database that Bellhop runs on. The message never repeats the URL: it may hold a password."""


def open_engine(url: str) -> Engine:
    """The engine of this URL; the caller disposes of it. Connects at first use. Raises UnusableDatabase.

    Statements' parameters are kept out of exceptions: they are what people typed.
    """
    return _open(_parsed(url), TIMEOUT_SECONDS, pool_pre_ping=True, pool_recycle=1800, pool_timeout=TIMEOUT_SECONDS)


@contextmanager
def writing(engine: Engine) -> Generator[Connection]:
    """A transaction that will write. SQLite takes its lock at the start: one that has read first cannot wait for it later."""
    with engine.connect() as plain:
        connection = plain.execution_options(bellhop_writes=True)
        with connection.begin():
            yield connection


def upgrade(url: str) -> None:
    """Brings the schema up to date. Any number of processes may call it at once: one does it, the others wait.

    Raises UnusableDatabase, or SQLAlchemy's errors where the database does not answer.
    """
    # Alembic costs a quarter of a second to import; only who looks at the schema needs it, not every process.
    from alembic import command

    parsed = _parsed(url)
    engine = _open(parsed, MIGRATION_SECONDS, poolclass=NullPool)
    try:
        with _alone(engine) as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()


def version(engine: Engine) -> str | None:
    """The schema's version; None for a database without our tables."""
    from alembic.runtime.migration import MigrationContext

    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    """The version that this program needs."""
    from alembic.script import ScriptDirectory

    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None, "the package carries its migrations"
    return head


def recorded(engine: Engine, name: str) -> str | None:
    """What the deployment has on record under this name (partitions, epoch)."""
    with engine.connect() as connection:
        return connection.scalar(select(deployment.c.value).where(deployment.c.name == name))


def record(engine: Engine, name: str, value: str) -> None:
    """Puts it on record, over what was there."""
    if record_once(engine, name, value) != value:
        with writing(engine) as connection:
            connection.execute(update(deployment).where(deployment.c.name == name).values(value=value))


def record_once(engine: Engine, name: str, value: str) -> str:
    """Puts it on record unless something is there; answers what is on record now. The first of several callers wins."""
    try:
        with writing(engine) as connection:
            known = connection.scalar(select(deployment.c.value).where(deployment.c.name == name))
            if known is None:
                connection.execute(insert(deployment).values(name=name, value=value))
            return known if known is not None else value
    except IntegrityError:
        return recorded(engine, name) or value


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise UnusableDatabase(
            "The database URL cannot be read; it looks like mysql+pymysql://user@host/name"
        ) from None
    match parsed.get_backend_name():
        case "sqlite" if parsed.database and parsed.database != ":memory:":
            return parsed.set(drivername="sqlite")
        case "sqlite":
            raise UnusableDatabase("A SQLite database needs a file: several processes share it.")
        case "mysql" | "mariadb" if parsed.database:
            return parsed.set(drivername=_MYSQL_DRIVER)
        case "mysql" | "mariadb":
            raise UnusableDatabase("The database URL names no database after the last slash.")
        case _:
            raise UnusableDatabase("Bellhop runs on SQLite, MySQL and MariaDB; the database URL names another.")


def _open(url: URL, seconds: int, **options: Any) -> Engine:
    if url.drivername == _MYSQL_DRIVER:
        return create_engine(
            url,
            isolation_level="READ COMMITTED",
            hide_parameters=True,
            connect_args=_mysql_arguments(seconds),
            **options,
        )
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": seconds}, **options)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _mysql_arguments(seconds: int) -> Mapping[str, object]:
    return {
        "charset": "utf8mb4",
        "connect_timeout": TIMEOUT_SECONDS,
        "read_timeout": seconds,
        "write_timeout": seconds,
        "init_command": _MYSQL_START,
    }


def _prepare_sqlite(connection: Any, _: object) -> None:
    # Python's driver would begin transactions by itself, only before writes and never before DDL.
    connection.isolation_level = None
    mode, path = connection.execute("PRAGMA journal_mode").fetchone()[0], _path(connection)
    if mode != "wal":
        # Two first connections that change the mode at once do not wait for each other: one of them fails.
        with _locked(path.parent):
            connection.execute("PRAGMA journal_mode = WAL")
    # FULL: what was called archived leaves the log, so it must outlive a power cut. Batches make the fsync cheap.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("bellhop_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _path(connection: Any) -> Path:
    return Path(connection.execute("PRAGMA database_list").fetchone()[2])


@contextmanager
def _locked(folder: Path) -> Generator[None]:
    """One process at a time. The folder is locked, not the file: closing another handle of the file would drop SQLite's locks."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def _alone(engine: Engine) -> Generator[Connection]:
    """A connection that no other migrating process has at the same time."""
    if engine.dialect.name == "sqlite":
        with writing(engine) as connection:
            yield connection
        return
    with engine.connect() as connection:
        name = f"bellhop-migrate-{engine.url.database}"[:64]
        connection.execute(text("SELECT GET_LOCK(:name, :seconds)"), {"name": name, "seconds": MIGRATION_SECONDS})
        yield connection
        connection.commit()
        # Closing the connection gives the lock back, also when the process is killed.


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config
