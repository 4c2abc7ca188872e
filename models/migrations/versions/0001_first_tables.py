"""The first tables: messages, conversations, people and what signs them in, deployment.

Can be run again where a run was cut off: MySQL keeps the tables that were made before the cut.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID, _NAME, _TIME = sa.String(128), sa.String(200), sa.BigInteger()
_LONG = sa.Text().with_variant(mysql.LONGTEXT(), "mysql")
_MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_default_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    _messages()
    _conversations()
    _people()
    _table("deployment", _column("name", _ID), _column("value", _LONG), sa.PrimaryKeyConstraint("name"))


def _messages() -> None:
    _table(
        "messages",
        _column("conversation", _ID),
        _column("seq", _TIME),
        _column("epoch", sa.String(64)),
        _column("at", _TIME),
        _column("kind", sa.String(16)),
        _column("author_kind", sa.String(16)),
        _column("author_id", _ID, nullable=True),
        _column("client_id", _ID, nullable=True),
        _column("stream_id", sa.String(64)),
        _column("body", _LONG),
        sa.PrimaryKeyConstraint("conversation", "seq"),
        sa.UniqueConstraint("conversation", "author_id", "client_id", name="messages_client_id"),
    )


def _conversations() -> None:
    _table(
        "conversations",
        _column("id", _ID),
        _column("customer", _ID),
        _column("holder", sa.String(16)),
        _column("agent", _ID),
        _column("agent_name", _NAME),
        _column("token", _TIME),
        _column("answered", _TIME),
        _column("asked", _TIME),
        _column("reason", _NAME),
        _column("language", sa.String(32)),
        _column("seq", _TIME),
        _column("last_at", _TIME),
        _column("last_text", _NAME),
        _column("state", _LONG),
        sa.PrimaryKeyConstraint("id"),
    )
    _index("conversations_last", "conversations", "last_at")
    _index("conversations_holder", "conversations", "holder", "last_at")
    _index("conversations_agent", "conversations", "agent", "last_at")
    _index("conversations_customer", "conversations", "customer", "last_at")


def _people() -> None:
    _table(
        "people",
        _column("id", _ID),
        _column("email", sa.String(254)),
        _column("name", _NAME),
        _column("role", sa.String(16)),
        _column("password_hash", sa.String(255)),
        _column("disabled", sa.Boolean()),
        _column("tokens_valid_after", _TIME),
        _column("created", _TIME),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email", name="people_email"),
    )
    _table(
        "refresh_tokens",
        _column("jti", _ID),
        _column("person", _ID),
        _column("family", _ID),
        _column("expires", _TIME),
        _column("used", sa.Boolean()),
        sa.PrimaryKeyConstraint("jti"),
    )
    _index("refresh_tokens_person", "refresh_tokens", "person")
    _index("refresh_tokens_family", "refresh_tokens", "family")
    _table(
        "login_failures",
        _column("account", sa.String(64)),
        _column("failures", sa.String(255)),
        _column("last", _TIME),
        sa.PrimaryKeyConstraint("account"),
    )
    _index("login_failures_last", "login_failures", "last")


def _column(name: str, kind: Any, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=nullable, autoincrement=False)


def _table(name: str, *parts: sa.schema.SchemaItem) -> None:
    if not sa.inspect(op.get_bind()).has_table(name):
        op.create_table(name, *parts, **_MYSQL)


def _index(name: str, table: str, *columns: str) -> None:
    if name not in {each["name"] for each in sa.inspect(op.get_bind()).get_indexes(table)}:
        op.create_index(name, table, list(columns))
