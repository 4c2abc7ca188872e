"""Training jobs. Can be run again where a run was cut off."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_default_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    if not sa.inspect(op.get_bind()).has_table("training_jobs"):
        op.create_table(
            "training_jobs",
            sa.Column("id", sa.String(128), primary_key=True, nullable=False),
            _text("slot", 128),
            _text("source", 16),
            _text("person", 128),
            _text("reason", 500),
            _text("state", 16),
            _text("step", 16),
            *(_number(name) for name in ("share", "created", "started", "ended")),
            _text("worker", 200),
            *(_number(name) for name in ("claimed_until", "tries")),
            sa.Column("cancelling", sa.Boolean, nullable=False),
            _text("model", 128),
            _text("cause", 16),
            _text("failure", 500),
            sa.Column("log", sa.Text().with_variant(mysql.LONGTEXT(), "mysql"), nullable=False),
            sa.UniqueConstraint("slot", name="training_jobs_slot"),
            **_MYSQL,
        )
    known = {each["name"] for each in sa.inspect(op.get_bind()).get_indexes("training_jobs")}
    if "training_jobs_created" not in known:
        op.create_index("training_jobs_created", "training_jobs", ["created"])


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False, autoincrement=False)
