"""What people have said of synonyms, lookups, regular expressions and responses. Can be run again where a run was cut off."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if "taught_parts" not in sa.inspect(op.get_bind()).get_table_names():
        op.create_table(
            "taught_parts",
            _short("kind", 16), _short("name", 128), _number("version"),
            sa.Column("value", sa.Text().with_variant(mysql.LONGTEXT(), "mysql"), nullable=False),
            _short("person", 128), _number("at"), _short("reason", 500),
            sa.PrimaryKeyConstraint("kind", "name", "version"),
            sa.Index("taught_parts_at", "kind", "at"),
            mysql_engine="InnoDB", mysql_default_charset="utf8mb4", mysql_collate="utf8mb4_bin",
        )  # fmt: skip


def _short(name: str, length: int) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length), nullable=False)


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=False, autoincrement=False)
