"""Versions of models with their files, and which of them answers whom. Can be run again where a run was cut off."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_default_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    there = set(sa.inspect(op.get_bind()).get_table_names())
    if "model_versions" not in there:
        op.create_table(
            "model_versions",
            _text("id", 128, key=True),
            _text("project", 200),
            _number("created"),
            _text("person", 128),
            _text("reason", 500),
            _text("data_hash", 64),
            _text("code_version", 64),
            _number("bytes"),
            _number("lived"),
            _text("refused", 500),
            sa.Column("manifest", sa.Text().with_variant(mysql.LONGTEXT(), "mysql"), nullable=False),
            **_MYSQL,
        )
    if "model_files" not in there:
        op.create_table(
            "model_files",
            _text("version", 128, key=True),
            _text("name", 64, key=True),
            _number("place", key=True),
            sa.Column("chunk", sa.LargeBinary().with_variant(mysql.LONGBLOB(), "mysql"), nullable=False),
            **_MYSQL,
        )
    if "releases" not in there:
        op.create_table(
            "releases",
            _number("version", key=True),
            _text("act", 16),
            *(_text(name, 128) for name in ("live", "canary")),
            _number("percent"),
            _text("shadow", 128),
            *(_number(name) for name in ("trial", "at")),
            _text("person", 128),
            _text("reason", 500),
            **_MYSQL,
        )


def _text(name: str, length: int, *, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), primary_key=key, nullable=False)


def _number(name: str, *, key: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), primary_key=key, nullable=False, autoincrement=False)
