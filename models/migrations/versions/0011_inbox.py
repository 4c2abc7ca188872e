"""What admins should label, and the examples that came of it. Can be run again where a run was cut off."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_OPTIONS: dict[str, Any] = {
    "mysql_engine": "InnoDB",
    "mysql_default_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_bin",
}


def upgrade() -> None:
    there = set(sa.inspect(op.get_bind()).get_table_names())
    if "inbox" not in there:
        op.create_table(
            "inbox",
            _short("conversation", 128), _number("seq"), _number("at"), _short("language", 32), _short("text", 200),
            _long("ranking"), _number("doubt"), _short("why", 16), _short("cluster", 64), _short("state", 16),
            _short("intent", 200), _short("person", 128), _number("decided"), _short("decision", 128),
            sa.PrimaryKeyConstraint("conversation", "seq"),
            sa.Index("inbox_groups", "state", "cluster", "doubt", "at"),
            sa.Index("inbox_decision", "decision"),
            **_OPTIONS,
        )  # fmt: skip
    if "examples" not in there:
        op.create_table(
            "examples",
            _short("id", 128), _short("intent", 200), _long("text"), _short("language", 32), _short("mark", 64),
            _short("source", 16), _short("conversation", 128), _number("seq"), _short("person", 128), _number("at"),
            _short("decision", 128), _number("withdrawn"), _short("withdrawn_by", 128),
            sa.PrimaryKeyConstraint("id"),
            sa.UniqueConstraint("mark", "withdrawn", name="examples_mark"),
            sa.Index("examples_intent", "intent", "id"),
            sa.Index("examples_decision", "decision"),
            **_OPTIONS,
        )  # fmt: skip


def _short(name: str, length: int) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length), nullable=False)


def _long(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text().with_variant(mysql.LONGTEXT(), "mysql"), nullable=False)


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=False, autoincrement=False)
