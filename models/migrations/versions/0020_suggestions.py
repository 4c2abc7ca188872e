"""What was suggested to agents, and what they used. Can be run again where a run was cut off."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if "suggestions" not in sa.inspect(op.get_bind()).get_table_names():
        op.create_table(
            "suggestions",
            _short("conversation", 128), _number("seq"), _short("person", 128), _number("at"), _number("answers"),
            _number("canned"), _short("used", 16), _number("edited"),
            sa.PrimaryKeyConstraint("conversation", "seq", "person"),
            sa.Index("suggestions_at", "at"),
            mysql_engine="InnoDB", mysql_default_charset="utf8mb4", mysql_collate="utf8mb4_bin",
        )  # fmt: skip


def _short(name: str, length: int) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length), nullable=False)


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=False, autoincrement=False)
