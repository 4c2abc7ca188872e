"""SQL for tests: a new SQLite file, and a new database of the MySQL or MariaDB in BELLHOP_TEST_MYSQL_URL."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    """The engine of a database with our tables."""
    database.upgrade(url)
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


@pytest.fixture(params=["sqlite", pytest.param("mysql", marks=pytest.mark.mysql)])
def sql_url(request: pytest.FixtureRequest) -> str:
    """The test runs once on SQLite and once on MySQL; the database is empty."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def sql_engine(sql_url: str) -> Iterator[Engine]:
    """The test runs once on SQLite and once on MySQL; the tables are there."""
    with opened(sql_url) as engine:
        yield engine


@pytest.fixture
def sqlite_engine(sqlite_url: str) -> Iterator[Engine]:
    with opened(sqlite_url) as engine:
        yield engine


@pytest.fixture
def mysql_engine(mysql_url: str) -> Iterator[Engine]:
    with opened(mysql_url) as engine:
        yield engine
