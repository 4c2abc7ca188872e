"""The SQL tables. Ids compare byte for byte, times are ms since 1970, and what people typed is only here masked or sealed.

docs/tables.md says what each column means; models/migrations/ makes the tables, and tests compare all three.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Index, MetaData, String, Table, Text, UniqueConstraint
from sqlalchemy.dialects import mysql

ID_CHARACTERS = 128
NAME_CHARACTERS = 200
EMAIL_CHARACTERS = 254
LAST_TEXT_CHARACTERS = 200
LANGUAGE_CHARACTERS = 32
LANGUAGES_CHARACTERS = 100
ACT_CHARACTERS = 64
REASON_CHARACTERS = 500

metadata = MetaData()

# `a1` and `A1` are two ids; the collations that MySQL and MariaDB take by default would make them one.
_MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_default_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def _id(name: str, *, primary_key: bool = False, nullable: bool = False) -> Column[str]:
    return Column(name, String(ID_CHARACTERS), primary_key=primary_key, nullable=nullable)


def _number(name: str, *, primary_key: bool = False) -> Column[int]:
    return Column(name, BigInteger, primary_key=primary_key, nullable=False, autoincrement=False)


def _text(name: str, length: int) -> Column[str]:
    return Column(name, String(length), nullable=False)


def _long(name: str) -> Column[str]:
    # TEXT of MySQL ends at 64 KiB: a frame of that size with its sealed spans is longer.
    return Column(name, Text().with_variant(mysql.LONGTEXT(), "mysql"), nullable=False)


messages = Table(
    "messages",
    metadata,
    _id("conversation", primary_key=True),
    _number("seq", primary_key=True),
    _text("epoch", 64),
    _number("at"),
    _text("kind", 16),
    _text("author_kind", 16),
    _id("author_id", nullable=True),
    _id("client_id", nullable=True),
    _text("stream_id", 64),
    _long("body"),
    UniqueConstraint("conversation", "author_id", "client_id", name="messages_client_id"),
    **_MYSQL,
)

conversations = Table(
    "conversations",
    metadata,
    _id("id", primary_key=True),
    _id("customer"),
    _text("holder", 16),
    _id("agent"),
    _text("agent_name", NAME_CHARACTERS),
    _number("token"),
    _number("answered"),
    _number("asked"),
    _text("reason", NAME_CHARACTERS),
    _text("language", LANGUAGE_CHARACTERS),
    _number("seq"),
    _number("last_at"),
    _text("last_text", LAST_TEXT_CHARACTERS),
    _long("state"),
    Index("conversations_last", "last_at"),
    Index("conversations_holder", "holder", "last_at"),
    Index("conversations_agent", "agent", "last_at"),
    Index("conversations_customer", "customer", "last_at"),
    **_MYSQL,
)

people = Table(
    "people",
    metadata,
    _id("id", primary_key=True),
    Column("email", String(EMAIL_CHARACTERS), nullable=False),
    _text("name", NAME_CHARACTERS),
    _text("role", 16),
    _text("password_hash", 255),
    Column("disabled", Boolean, nullable=False),
    _number("tokens_valid_after"),
    _number("created"),
    Column("languages", String(LANGUAGES_CHARACTERS), nullable=True),
    UniqueConstraint("email", name="people_email"),
    **_MYSQL,
)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    _id("jti", primary_key=True),
    _id("person"),
    _id("family"),
    _number("expires"),
    Column("used", Boolean, nullable=False),
    Index("refresh_tokens_person", "person"),
    Index("refresh_tokens_family", "family"),
    **_MYSQL,
)

login_failures = Table(
    "login_failures",
    metadata,
    Column("account", String(64), primary_key=True),
    Column("failures", String(255), nullable=False),
    _number("last"),
    Index("login_failures_last", "last"),
    **_MYSQL,
)

files = Table(
    "files",
    metadata,
    _id("id", primary_key=True),
    _id("conversation"),
    _id("person"),
    _text("name", NAME_CHARACTERS),
    _text("type", 64),
    _number("bytes"),
    _number("width"),
    _number("height"),
    _number("at"),
    Index("files_person", "person", "at"),
    Index("files_conversation", "conversation"),
    **_MYSQL,
)

deployment = Table(
    "deployment",
    metadata,
    Column("name", String(ID_CHARACTERS), primary_key=True),
    _long("value"),
    **_MYSQL,
)

audit = Table(
    "audit",
    metadata,
    _id("id", primary_key=True),
    _number("at"),
    _id("person"),
    _text("act", ACT_CHARACTERS),
    _id("subject"),
    _text("reason", REASON_CHARACTERS),
    Index("audit_person", "person", "id"),
    Index("audit_subject", "subject", "id"),
    **_MYSQL,
)

choices = Table(
    "choices",
    metadata,
    _id("name", primary_key=True),
    _number("version"),
    _number("at"),
    _id("person"),
    _long("value"),
    **_MYSQL,
)

outcomes = Table(
    "outcomes",
    metadata,
    _id("conversation", primary_key=True),
    _number("seq"),
    _number("began"),
    _text("reason", NAME_CHARACTERS),
    _number("asked"),
    _number("taken"),
    _number("answered"),
    _number("closed"),
    _id("agent"),
    _number("customer_messages"),
    _number("bot_messages"),
    _number("agent_messages"),
    _number("stars"),
    Index("outcomes_began", "began"),
    **_MYSQL,
)
