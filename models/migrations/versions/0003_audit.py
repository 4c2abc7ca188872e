"""Who did what. Can be run again where a run was cut off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.String(128)


def upgrade() -> None:
    if not sa.inspect(op.get_bind()).has_table("audit"):
        op.create_table(
            "audit",
            sa.Column("id", _ID, nullable=False),
            sa.Column("at", sa.BigInteger(), nullable=False, autoincrement=False),
            sa.Column("person", _ID, nullable=False),
            sa.Column("act", sa.String(64), nullable=False),
            sa.Column("subject", _ID, nullable=False),
            sa.Column("reason", sa.String(500), nullable=False),
            sa.PrimaryKeyConstraint("id"),
            mysql_engine="InnoDB",
            mysql_default_charset="utf8mb4",
            mysql_collate="utf8mb4_bin",
        )
    known = {each["name"] for each in sa.inspect(op.get_bind()).get_indexes("audit")}
    for column in {"person", "subject"} - {each.removeprefix("audit_") for each in known if each}:
        op.create_index(f"audit_{column}", "audit", [column, "id"])
