"""SQL for tests: a new SQLite file, and a new database of the MySQL or MariaDB in BELLHOP_TEST_MYSQL_URL."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import Engine, NullPool, create_engine, make_url, text

from models import database


@contextmanager
def new_mysql() -> Iterator[str]:
    """The URL of an empty database that ends with the block. Skips without a server, but not where all must run."""
    given = os.environ.get("BELLHOP_TEST_MYSQL_URL", "")
    if not given:
        if os.environ.get("CI") == "true":
            pytest.fail("BELLHOP_TEST_MYSQL_URL is not set, and CI skips nothing")
        pytest.skip("BELLHOP_TEST_MYSQL_URL is not set")
    name = f"bellhop_test_{secrets.token_hex(6)}"
    server = create_engine(given, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        try:
            yield make_url(given).set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(text(f"DROP DATABASE {name}"))
    server.dispose()


def migrated(url: str) -> None:
    """Brings an empty database to where all migrations bring it, without running them again: they take a second each time on MySQL.

    Those of a database that is there already are run. That migrations do what they should, tests/test_database.py asks of themselves.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        path = Path(parsed.database or "")
        if path.exists():
            database.upgrade(url)
        else:
            path.write_bytes(_migrated_sqlite())
    else:
        server = create_engine(url, poolclass=NullPool)
        with server.begin() as connection:
            for statement in _migrated_mysql():
                connection.exec_driver_sql(statement)
        server.dispose()


@cache
def _migrated_sqlite() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        database.upgrade(f"sqlite:///{folder}/bellhop.db")
        assert [each.name for each in Path(folder).iterdir()] == ["bellhop.db"], (
            "nothing is left in the write-ahead log"
        )
        return (Path(folder) / "bellhop.db").read_bytes()


@cache
def _migrated_mysql() -> tuple[str, ...]:
    """The statements that make the tables."""
    with new_mysql() as url:
        database.upgrade(url)
        server = create_engine(url, poolclass=NullPool)
        with server.connect() as connection:
            tables = [name for (name,) in connection.exec_driver_sql("SHOW TABLES")]
            made = [connection.exec_driver_sql(f"SHOW CREATE TABLE `{name}`").one()[1] for name in tables]
            filled = [name for name in tables if connection.exec_driver_sql(f"SELECT COUNT(*) FROM `{name}`").scalar()]
            assert filled == ["alembic_version"], "migrations of an empty database fill no table"
            version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        server.dispose()
    return (*(each.replace("%", "%%") for each in made), f"INSERT INTO alembic_version VALUES ('{version}')")


def _emptied(url: str) -> None:
    """As it was made. Fails where a test has changed the tables."""
    *made, version = _migrated_mysql()
    server = create_engine(url, poolclass=NullPool)
    with server.begin() as connection:
        tables = [name for (name,) in connection.exec_driver_sql("SHOW TABLES")]
        now = [connection.exec_driver_sql(f"SHOW CREATE TABLE `{name}`").one()[1] for name in tables]
        assert [each.replace("%", "%%") for each in now] == made, "a test has changed tables that others use as well"
        for name in tables:
            connection.exec_driver_sql(f"DELETE FROM `{name}`")
        connection.exec_driver_sql(version)
    server.dispose()


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    """The engine of a database with our tables."""
    migrated(url)
    engine = database.open_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'bellhop.db'}"


@pytest.fixture
def mysql_url() -> Iterator[str]:
    with new_mysql() as url:
        yield url


@pytest.fixture(scope="session")
def mysql_tables() -> Iterator[str]:
    """The URL of a database with our tables, one for each test process: it takes a second to make one, in which the disk is waited for."""
    with new_mysql() as url:
        migrated(url)
        yield url


@pytest.fixture(params=["sqlite", pytest.param("mysql", marks=pytest.mark.mysql)])
def sql_url(request: pytest.FixtureRequest) -> str:
    """The test runs once on SQLite and once on MySQL; the database is empty."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(params=["sqlite", pytest.param("mysql", marks=pytest.mark.mysql)])
def sql_engine(request: pytest.FixtureRequest) -> Engine:
    """The test runs once on SQLite and once on MySQL; the tables are there."""
    engine: Engine = request.getfixturevalue(f"{request.param}_engine")
    return engine


@pytest.fixture
def sqlite_engine(sqlite_url: str) -> Iterator[Engine]:
    with opened(sqlite_url) as engine:
        yield engine


@pytest.fixture
def mysql_engine(mysql_tables: str) -> Iterator[Engine]:
    """Who changes the tables themselves takes `mysql_url`, a database of its own."""
    _emptied(mysql_tables)
    engine = database.open_engine(mysql_tables)
    try:
        yield engine
    finally:
        engine.dispose()
