"""What admins choose while it runs. Can be run again where a run was cut off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ID = sa.String(128)


def upgrade() -> None:
    if not sa.inspect(op.get_bind()).has_table("choices"):
        op.create_table(
            "choices",
            sa.Column("name", _ID, nullable=False),
            sa.Column("version", sa.BigInteger(), nullable=False, autoincrement=False),
            sa.Column("at", sa.BigInteger(), nullable=False, autoincrement=False),
            sa.Column("person", _ID, nullable=False),
            sa.Column("value", sa.Text().with_variant(mysql.LONGTEXT(), "mysql"), nullable=False),
            sa.PrimaryKeyConstraint("name"),
            mysql_engine="InnoDB",
            mysql_default_charset="utf8mb4",
            mysql_collate="utf8mb4_bin",
        )
