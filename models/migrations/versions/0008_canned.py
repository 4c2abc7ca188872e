"""Canned responses of agents. Can be run again where a run was cut off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ID = sa.String(128)


def upgrade() -> None:
    if not sa.inspect(op.get_bind()).has_table("canned"):
        op.create_table(
            "canned",
            sa.Column("id", _ID, nullable=False),
            sa.Column("name", sa.String(40), nullable=False),
            sa.Column("language", sa.String(32), nullable=False),
            sa.Column("text", sa.Text().with_variant(mysql.LONGTEXT(), "mysql"), nullable=False),
            sa.Column("version", sa.BigInteger(), nullable=False, autoincrement=False),
            sa.Column("at", sa.BigInteger(), nullable=False, autoincrement=False),
            sa.Column("person", _ID, nullable=False),
            sa.PrimaryKeyConstraint("id"),
            sa.UniqueConstraint("language", "name", name="canned_name"),
            mysql_engine="InnoDB",
            mysql_default_charset="utf8mb4",
            mysql_collate="utf8mb4_bin",
        )
