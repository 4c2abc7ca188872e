"""Reports of models. Can be run again where a run was cut off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if not sa.inspect(op.get_bind()).has_table("model_reports"):
        op.create_table(
            "model_reports",
            sa.Column("version", sa.String(128), primary_key=True, nullable=False),
            sa.Column("made", sa.BigInteger(), nullable=False, autoincrement=False),
            sa.Column("report", sa.Text().with_variant(mysql.LONGTEXT(), "mysql"), nullable=False),
            sa.Column("page", sa.LargeBinary().with_variant(mysql.LONGBLOB(), "mysql"), nullable=False),
            mysql_engine="InnoDB",
            mysql_default_charset="utf8mb4",
            mysql_collate="utf8mb4_bin",
        )
