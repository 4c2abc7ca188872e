"""What came of each conversation, for reports. Can be run again where a run was cut off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ID = sa.String(128)
_NUMBERS = ("customer_messages", "bot_messages", "agent_messages", "stars")


def upgrade() -> None:
    if not sa.inspect(op.get_bind()).has_table("outcomes"):
        op.create_table(
            "outcomes",
            sa.Column("conversation", _ID, nullable=False),
            *(_number(name) for name in ("seq", "began")),
            sa.Column("reason", sa.String(200), nullable=False),
            *(_number(name) for name in ("asked", "taken", "answered", "closed")),
            sa.Column("agent", _ID, nullable=False),
            *(_number(name) for name in _NUMBERS),
            sa.PrimaryKeyConstraint("conversation"),
            mysql_engine="InnoDB",
            mysql_default_charset="utf8mb4",
            mysql_collate="utf8mb4_bin",
        )
    if "outcomes_began" not in {each["name"] for each in sa.inspect(op.get_bind()).get_indexes("outcomes")}:
        op.create_index("outcomes_began", "outcomes", ["began"])


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False, autoincrement=False)
