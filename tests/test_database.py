from __future__ import annotations

import multiprocessing
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.exc import DBAPIError

from models import database
from models.tables import deployment, metadata, people
from tests.fixtures_sql import opened


def test_migrations_make_exactly_the_tables(sql_engine: Engine) -> None:
    with sql_engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []


@pytest.mark.mysql
def test_migrations_and_tables_agree_on_how_text_is_kept(mysql_url: str) -> None:
    query = "SELECT table_name, column_name, column_type, collation_name, is_nullable FROM information_schema.columns"
    query += " WHERE table_schema = database() AND table_name != 'alembic_version' ORDER BY 1, 2"
    with opened(mysql_url) as engine, engine.connect() as connection:
        migrated = connection.execute(text(query)).all()
        metadata.drop_all(connection)
        metadata.create_all(connection)
        assert migrated == connection.execute(text(query)).all()
    assert {row.collation_name for row in migrated} == {"utf8mb4_bin", None}


def test_upgrade_is_known_by_its_version_and_can_be_repeated(sql_url: str) -> None:
    engine = database.open_engine(sql_url)
    assert database.version(engine) is None
    database.upgrade(sql_url)
    assert database.version(engine) == database.newest()
    database.upgrade(sql_url)
    engine.dispose()


@pytest.mark.mysql
def test_upgrade_goes_on_where_it_was_cut_off(mysql_url: str) -> None:
    database.upgrade(mysql_url)
    engine = database.open_engine(mysql_url)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
        connection.execute(text("DROP TABLE deployment"))
        connection.execute(text("DROP INDEX conversations_agent ON conversations"))
    database.upgrade(mysql_url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_first_starts_at_once_make_the_tables_once(sql_url: str) -> None:
    """Real processes: locks of one process do not hold each other off."""
    program = f"from models.database import upgrade; upgrade({sql_url!r})"
    started = [
        subprocess.Popen([sys.executable, "-c", program], cwd=Path(__file__).parent.parent, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    assert [(each.communicate()[1], each.returncode) for each in started] == [(b"", 0)] * 4
    engine = database.open_engine(sql_url)
    assert database.version(engine) == database.newest()
    engine.dispose()


def connect_in_step(folder: Path, together: Barrier) -> None:
    """Runs in processes of its own; one that fails lets the others go."""
    try:
        for n in range(60):
            engine = database.open_engine(f"sqlite:///{folder / f'{n}.db'}")
            together.wait()
            with database.writing(engine) as connection:
                assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
            engine.dispose()
    except BaseException:
        together.abort()
        raise


def test_first_connections_at_once_all_succeed(tmp_path: Path) -> None:
    """SQLite does not wait for another's change to WAL: of 900 such connections 23 failed without our lock."""
    context = multiprocessing.get_context("spawn")
    together = context.Barrier(5)
    started = [context.Process(target=connect_in_step, args=(tmp_path, together)) for _ in range(5)]
    for each in started:
        each.start()
    for each in started:
        each.join()
    assert [each.exitcode for each in started] == [0] * 5


def test_sqlite_keeps_what_was_committed_through_a_power_cut(sqlite_engine: Engine) -> None:
    with sqlite_engine.connect() as connection:
        pragmas = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    assert pragmas == ["wal", 2, 1, 5000]


@pytest.mark.mysql
def test_mysql_is_strict_and_waits_briefly(mysql_engine: Engine) -> None:
    with mysql_engine.connect() as connection:
        assert connection.get_isolation_level() == "READ COMMITTED"
        assert connection.scalar(text("SELECT @@session.innodb_lock_wait_timeout")) < database.TIMEOUT_SECONDS
        assert connection.scalar(text("SELECT @@session.character_set_connection")) == "utf8mb4"
        with pytest.raises(DBAPIError, match="Data too long"):
            connection.execute(insert(deployment).values(name="n" * 129, value=""))


def test_mysql_that_does_not_answer_is_given_up() -> None:
    engine = database.open_engine("mysql://root@127.0.0.1:1/none")
    with pytest.raises(DBAPIError), engine.connect():
        pass
    engine.dispose()


def test_writers_wait_for_each_other(sql_engine: Engine) -> None:
    """Read, then write: without the lock at the start one of them is refused or one is lost."""
    database.record(sql_engine, "count", "0")

    def add(_: int) -> None:
        with database.writing(sql_engine) as connection:
            known = select(deployment.c.value).where(deployment.c.name == "count").with_for_update()
            value = int(connection.scalar(known) or 0) + 1
            connection.execute(deployment.update().where(deployment.c.name == "count").values(value=str(value)))

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(add, range(40)))
    assert database.recorded(sql_engine, "count") == "40"


def test_what_is_on_record_is_set_once_by_the_first(sql_engine: Engine) -> None:
    assert database.recorded(sql_engine, "partitions") is None
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda n: database.record_once(sql_engine, "partitions", str(n)), range(8)))
    assert set(answers) == {database.recorded(sql_engine, "partitions")}
    database.record(sql_engine, "partitions", "changed")
    assert database.record_once(sql_engine, "partitions", "late") == "changed"


def test_errors_do_not_repeat_what_was_written(sql_engine: Engine) -> None:
    row = {"id": "a_1", "email": "e", "name": "canary-4711", "role": "agent", "password_hash": "", "created": 0}
    row |= {"disabled": False, "tokens_valid_after": 0}
    with pytest.raises(DBAPIError) as raised, database.writing(sql_engine) as connection:
        connection.execute(insert(people), [row, row])
    assert "canary" not in str(raised.value)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "no url",
        "postgresql://u:hush@h/d",
        "sqlite://",
        "sqlite:///:memory:",
        "mysql://u:hush@h",
        "mysql://u:hush@h/",
    ],
)
def test_other_databases_are_refused_without_repeating_the_url(url: str) -> None:
    with pytest.raises(database.UnusableDatabase) as raised:
        database.open_engine(url)
    assert "hush" not in str(raised.value)


def test_a_wheel_carries_the_migrations(tmp_path: Path) -> None:
    """Alembic reads the steps as files, so they must lie in the package."""
    steps = Path(database.__file__).parent / "migrations" / "versions"
    assert any(steps.glob("0*.py"))
    assert (steps.parent / "env.py").exists()


def test_mysql_urls_of_any_spelling_use_our_driver() -> None:
    for scheme in ("mysql", "mariadb", "mysql+pymysql", "mariadb+pymysql"):
        assert database.open_engine(f"{scheme}://u@h/d").dialect.driver == "pymysql"
