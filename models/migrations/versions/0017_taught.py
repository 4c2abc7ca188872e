"""Entities of examples and who changed them why, and what the project's own files have. Can be run again where a run was cut off."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_OPTIONS: dict[str, Any] = {
    "mysql_engine": "InnoDB",
    "mysql_default_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_bin",
}
_NEW = {"entities": (4000, "'[]'"), "thing": (128, "''"), "reason": (500, "''"), "ended": (128, "''")}


def upgrade() -> None:
    schema = sa.inspect(op.get_bind())
    columns = {each["name"] for each in schema.get_columns("examples")}
    for name, (length, otherwise) in _NEW.items():
        if name not in columns:
            op.add_column(
                "examples", sa.Column(name, sa.String(length), nullable=False, server_default=sa.text(otherwise))
            )
    # An example from before is the first of its own history.
    op.execute("UPDATE examples SET thing = id WHERE thing = ''")
    indexes = {each["name"] for each in schema.get_indexes("examples")}
    for name in ("thing", "ended"):
        if f"examples_{name}" not in indexes:
            op.create_index(f"examples_{name}", "examples", [name])
    there = set(schema.get_table_names())
    if "project_examples" not in there:
        op.create_table(
            "project_examples",
            _short("id", 128), sa.Column("place", sa.BigInteger(), nullable=False, autoincrement=False),
            _short("intent", 200), _long("text"), _long("entities"), _short("language", 32), _short("mark", 64),
            sa.PrimaryKeyConstraint("id"),
            sa.Index("project_examples_intent", "intent", "place"),
            sa.Index("project_examples_mark", "mark", "intent"),
            **_OPTIONS,
        )  # fmt: skip
    if "project_parts" not in there:
        op.create_table(
            "project_parts",
            _short("kind", 16), _short("name", 128), _long("value"),
            sa.PrimaryKeyConstraint("kind", "name"),
            **_OPTIONS,
        )  # fmt: skip


def _short(name: str, length: int) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length), nullable=False)


def _long(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text().with_variant(mysql.LONGTEXT(), "mysql"), nullable=False)
