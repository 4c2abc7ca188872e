"""Webhooks, and what they are told. Can be run again where a run was cut off."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_ID = sa.String(128)
_LONG = sa.Text().with_variant(mysql.LONGTEXT(), "mysql")
_MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_default_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    if not sa.inspect(op.get_bind()).has_table("webhooks"):
        op.create_table(
            "webhooks",
            sa.Column("id", _ID, nullable=False),
            sa.Column("url", sa.String(500), nullable=False),
            sa.Column("kinds", sa.String(200), nullable=False),
            sa.Column("secret", _LONG, nullable=False),
            sa.Column("disabled", sa.Boolean(), nullable=False),
            *(_number(name) for name in ("version", "failures", "failing_since", "paused_until", "at")),
            sa.Column("person", _ID, nullable=False),
            sa.PrimaryKeyConstraint("id"),
            **_MYSQL,
        )
    if not sa.inspect(op.get_bind()).has_table("deliveries"):
        op.create_table(
            "deliveries",
            sa.Column("id", _ID, nullable=False),
            sa.Column("webhook", _ID, nullable=False),
            sa.Column("conversation", _ID, nullable=False),
            _number("seq"),
            _number("place"),
            sa.Column("kind", sa.String(32), nullable=False),
            sa.Column("body", _LONG, nullable=False),
            sa.Column("state", sa.String(16), nullable=False),
            *(_number(name) for name in ("at", "tries", "first_at", "next_at", "done_at", "status")),
            sa.Column("error", sa.String(200), nullable=False),
            sa.PrimaryKeyConstraint("id"),
            sa.UniqueConstraint("webhook", "conversation", "seq", "place", name="deliveries_place"),
            **_MYSQL,
        )
    there = {each["name"] for each in sa.inspect(op.get_bind()).get_indexes("deliveries")}
    for name, columns in (("deliveries_due", ["state", "next_at"]), ("deliveries_at", ["at"])):
        if name not in there:
            op.create_index(name, "deliveries", columns)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False, autoincrement=False)
