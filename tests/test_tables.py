from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select
from sqlalchemy.exc import DBAPIError

from models.database import writing
from models.tables import deployment, messages, metadata

PAGE = Path(__file__).parent.parent / "docs" / "tables.md"
TYPES = {
    "VARCHAR": "text|id",
    "BIGINT": "number|time",
    "INTEGER": "number",
    "TEXT": "long text",
    "BOOLEAN": "yes or no",
    "BLOB": "bytes",
}


def described() -> dict[str, dict[str, str]]:
    """table → column → type, as the page has them."""
    _, *parts = re.split(r"^## `(\w+)`$", PAGE.read_text(), flags=re.MULTILINE)
    rows = r"^\| `(\w+)` \| ([^|]+) \| [^|]+ \|$"
    return {
        name: dict(re.findall(rows, text, flags=re.MULTILINE))
        for name, text in zip(parts[::2], parts[1::2], strict=True)
    }


def test_the_page_describes_each_column_in_its_place() -> None:
    tables = {table.name: [column.name for column in table.columns] for table in metadata.tables.values()}
    assert {name: list(columns) for name, columns in described().items()} == tables


def test_the_page_tells_the_types() -> None:
    for name, columns in described().items():
        for column in metadata.tables[name].columns:
            kind = TYPES[str(column.type).split("(")[0]]
            assert re.fullmatch(rf"({kind})(, key|, unique)?( or nothing)?", columns[column.name]), f"{name}.{column}"
            assert (", key" in columns[column.name]) == column.primary_key, f"{name}.{column}"
            assert ("or nothing" in columns[column.name]) == bool(column.nullable), f"{name}.{column}"


def test_names_need_no_quotes() -> None:
    """The archive writes its own statements."""
    for table in metadata.tables.values():
        for name in (table.name, *(column.name for column in table.columns)):
            assert re.fullmatch(r"[a-z][a-z_]*", name)


def test_an_index_fits_into_innodb() -> None:
    for table in metadata.tables.values():
        keys = [index.columns for index in table.indexes] + [
            constraint.columns for constraint in table.constraints if hasattr(constraint, "columns")
        ]
        for columns in keys:
            assert sum(4 * (getattr(column.type, "length", None) or 2) for column in columns) <= 3072


def test_the_largest_body_fits(sql_engine: Engine) -> None:
    """64 KiB of text as three-byte characters, escaped or sealed, is several times TEXT's 64 KiB."""
    value = "长😀" * 200_000
    with writing(sql_engine) as connection:
        connection.execute(insert(deployment).values(name="n", value=value))
    with sql_engine.connect() as connection:
        assert connection.scalar(select(deployment.c.value)) == value


def test_one_author_uses_an_id_once_in_a_conversation(sql_engine: Engine) -> None:
    row: dict[str, object] = {
        "conversation": "c",
        "seq": 1,
        "epoch": "",
        "at": 0,
        "kind": "message",
        "author_kind": "customer",
    }
    row |= {"author_id": "u", "client_id": "1", "stream_id": "", "body": "{}"}
    others: list[dict[str, object]] = [
        {"seq": 2, "author_id": "v"},
        {"seq": 3, "client_id": "2"},
        {"seq": 4, "client_id": None},
    ]
    others += [{"seq": 5, "client_id": None}, {"conversation": "d"}]
    with writing(sql_engine) as connection:
        connection.execute(insert(messages), [row, *(row | other for other in others)])
    with pytest.raises(DBAPIError), writing(sql_engine) as connection:
        connection.execute(insert(messages).values(row | {"seq": 9}))
