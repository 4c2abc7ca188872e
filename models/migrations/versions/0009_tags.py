"""Tags of conversations. Can be run again where a run was cut off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_ID = sa.String(128)


def upgrade() -> None:
    if not sa.inspect(op.get_bind()).has_table("tags"):
        op.create_table(
            "tags",
            sa.Column("conversation", _ID, nullable=False),
            sa.Column("tag", sa.String(40), nullable=False),
            sa.Column("at", sa.BigInteger(), nullable=False, autoincrement=False),
            sa.Column("person", _ID, nullable=False),
            sa.PrimaryKeyConstraint("conversation", "tag"),
            mysql_engine="InnoDB",
            mysql_default_charset="utf8mb4",
            mysql_collate="utf8mb4_bin",
        )
    if "tags_tag" not in {each["name"] for each in sa.inspect(op.get_bind()).get_indexes("tags")}:
        op.create_index("tags_tag", "tags", ["tag"])
