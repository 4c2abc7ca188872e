"""What came of conversations while two models were compared, and what a shadow read. Can be run again where a run was cut off."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_default_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    found = sa.inspect(op.get_bind())
    if not found.has_table("trials"):
        op.create_table(
            "trials",
            _number("trial", key=True),
            _text("conversation", 128, key=True),
            _text("model", 128),
            *(_number(name) for name in ("turns", "missed", "handed", "stars")),
            **_MYSQL,
        )
    if not found.has_table("shadow_readings"):
        op.create_table(
            "shadow_readings",
            *(_text(name, 128, key=True) for name in ("model", "conversation")),
            _number("seq", key=True),
            _number("at"),
            _text("intent", 200),
            _number("confidence"),
            _text("live_intent", 200),
            _number("live_confidence"),
            **_MYSQL,
        )
    known = {each["name"] for each in sa.inspect(op.get_bind()).get_indexes("shadow_readings")}
    if "shadow_readings_at" not in known:
        op.create_index("shadow_readings_at", "shadow_readings", ["model", "at"])


def _text(name: str, length: int, *, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), primary_key=key, nullable=False)


def _number(name: str, *, key: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), primary_key=key, nullable=False, autoincrement=False)
