"""The SQL tables. Ids compare byte for byte, times are ms since 1970, and what people typed is only here masked or sealed.

docs/tables.md says what each column means; models/migrations/ makes the tables, and tests compare all three.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects import mysql

ID_CHARACTERS = 128
NAME_CHARACTERS = 200
EMAIL_CHARACTERS = 254
LAST_TEXT_CHARACTERS = 200
LANGUAGE_CHARACTERS = 32
LANGUAGES_CHARACTERS = 100
ACT_CHARACTERS = 64
REASON_CHARACTERS = 500
CANNED_NAME_CHARACTERS = 40
TAG_CHARACTERS = 40
URL_CHARACTERS = 500
SPANS_CHARACTERS = 4000

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


def _bytes(name: str) -> Column[bytes]:
    # BLOB of MySQL ends at 64 KiB.
    return Column(name, LargeBinary().with_variant(mysql.LONGBLOB(), "mysql"), nullable=False)


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
    Index("messages_at", "at", "conversation", "seq"),
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
    Column("capacity", Integer, nullable=False, server_default="0"),
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
    Column("said", Boolean, nullable=False, server_default="1"),
    Index("files_person", "person", "at"),
    Index("files_conversation", "conversation"),
    Index("files_said", "said", "at"),
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

canned = Table(
    "canned",
    metadata,
    _id("id", primary_key=True),
    _text("name", CANNED_NAME_CHARACTERS),
    _text("language", LANGUAGE_CHARACTERS),
    _long("text"),
    _number("version"),
    _number("at"),
    _id("person"),
    UniqueConstraint("language", "name", name="canned_name"),
    **_MYSQL,
)

webhooks = Table(
    "webhooks",
    metadata,
    _id("id", primary_key=True),
    _text("url", URL_CHARACTERS),
    _text("kinds", 200),
    _long("secret"),
    Column("disabled", Boolean, nullable=False),
    _number("version"),
    _number("failures"),
    _number("failing_since"),
    _number("paused_until"),
    _number("at"),
    _id("person"),
    **_MYSQL,
)

deliveries = Table(
    "deliveries",
    metadata,
    _id("id", primary_key=True),
    _id("webhook"),
    _id("conversation"),
    _number("seq"),
    _number("place"),
    _text("kind", 32),
    _long("body"),
    _text("state", 16),
    _number("at"),
    _number("tries"),
    _number("first_at"),
    _number("next_at"),
    _number("done_at"),
    _number("status"),
    _text("error", 200),
    UniqueConstraint("webhook", "conversation", "seq", "place", name="deliveries_place"),
    Index("deliveries_due", "state", "next_at"),
    Index("deliveries_at", "at"),
    **_MYSQL,
)

tags = Table(
    "tags",
    metadata,
    _id("conversation", primary_key=True),
    Column("tag", String(TAG_CHARACTERS), primary_key=True),
    _number("at"),
    _id("person"),
    Index("tags_tag", "tag"),
    **_MYSQL,
)

inbox = Table(
    "inbox",
    metadata,
    _id("conversation", primary_key=True),
    _number("seq", primary_key=True),
    _number("at"),
    _text("language", LANGUAGE_CHARACTERS),
    _text("text", LAST_TEXT_CHARACTERS),
    _long("ranking"),
    _number("doubt"),
    _text("why", 16),
    _text("cluster", 64),
    _text("state", 16),
    _text("intent", NAME_CHARACTERS),
    _id("person"),
    _number("decided"),
    _id("decision"),
    Column("worth", BigInteger, nullable=False, autoincrement=False, server_default=text("-1")),
    # All that the list of groups asks for, so that it reads nothing else.
    Index("inbox_worth", "state", "cluster", "worth", "at"),
    Index("inbox_decision", "decision"),
    **_MYSQL,
)

examples = Table(
    "examples",
    metadata,
    _id("id", primary_key=True),
    _text("intent", NAME_CHARACTERS),
    _long("text"),
    _text("language", LANGUAGE_CHARACTERS),
    _text("mark", 64),
    _text("source", 16),
    _id("conversation"),
    _number("seq"),
    _id("person"),
    _number("at"),
    _id("decision"),
    _number("withdrawn"),
    _id("withdrawn_by"),
    Column("entities", String(SPANS_CHARACTERS), nullable=False, server_default="[]"),
    Column("thing", String(ID_CHARACTERS), nullable=False, server_default=text("''")),
    Column("reason", String(REASON_CHARACTERS), nullable=False, server_default=text("''")),
    Column("ended", String(ID_CHARACTERS), nullable=False, server_default=text("''")),
    # A text is an example of one intent at a time; what was withdrawn does not count.
    UniqueConstraint("mark", "withdrawn", name="examples_mark"),
    Index("examples_intent", "intent", "id"),
    Index("examples_decision", "decision"),
    Index("examples_thing", "thing"),
    Index("examples_ended", "ended"),
    **_MYSQL,
)

project_examples = Table(
    "project_examples",
    metadata,
    _id("id", primary_key=True),
    _number("place"),
    _text("intent", NAME_CHARACTERS),
    _long("text"),
    _long("entities"),
    _text("language", LANGUAGE_CHARACTERS),
    _text("mark", 64),
    Index("project_examples_intent", "intent", "place"),
    Index("project_examples_mark", "mark", "intent"),
    **_MYSQL,
)

taught_parts = Table(
    "taught_parts",
    metadata,
    Column("kind", String(16), primary_key=True),
    _id("name", primary_key=True),
    _number("version", primary_key=True),
    _long("value"),
    _id("person"),
    _number("at"),
    _text("reason", REASON_CHARACTERS),
    Index("taught_parts_at", "kind", "at"),
    **_MYSQL,
)

project_parts = Table(
    "project_parts",
    metadata,
    Column("kind", String(16), primary_key=True),
    _id("name", primary_key=True),
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

model_versions = Table(
    "model_versions",
    metadata,
    _id("id", primary_key=True),
    _text("project", NAME_CHARACTERS),
    _number("created"),
    _id("person"),
    _text("reason", REASON_CHARACTERS),
    _text("data_hash", 64),
    _text("code_version", 64),
    _number("bytes"),
    _number("lived"),
    _text("refused", REASON_CHARACTERS),
    _long("manifest"),
    **_MYSQL,
)

model_files = Table(
    "model_files",
    metadata,
    _id("version", primary_key=True),
    Column("name", String(64), primary_key=True),
    _number("place", primary_key=True),
    _bytes("chunk"),
    **_MYSQL,
)

model_reports = Table(
    "model_reports",
    metadata,
    _id("version", primary_key=True),
    _number("made"),
    _long("report"),
    _bytes("page"),
    **_MYSQL,
)

releases = Table(
    "releases",
    metadata,
    _number("version", primary_key=True),
    _text("act", 16),
    _id("live"),
    _id("canary"),
    _number("percent"),
    _id("shadow"),
    _number("trial"),
    _number("at"),
    _id("person"),
    _text("reason", REASON_CHARACTERS),
    **_MYSQL,
)

trials = Table(
    "trials",
    metadata,
    _number("trial", primary_key=True),
    _id("conversation", primary_key=True),
    _id("model"),
    _number("turns"),
    _number("missed"),
    _number("handed"),
    _number("stars"),
    **_MYSQL,
)

shadow_readings = Table(
    "shadow_readings",
    metadata,
    _id("model", primary_key=True),
    _id("conversation", primary_key=True),
    _number("seq", primary_key=True),
    _number("at"),
    _text("intent", NAME_CHARACTERS),
    _number("confidence"),
    _text("live_intent", NAME_CHARACTERS),
    _number("live_confidence"),
    Index("shadow_readings_at", "model", "at"),
    **_MYSQL,
)

# What agents were shown to say to one message of a customer, and which kind of it they sent.
suggestions = Table(
    "suggestions",
    metadata,
    _id("conversation", primary_key=True),
    _number("seq", primary_key=True),
    _id("person", primary_key=True),
    _number("at"),
    _number("answers"),
    _number("canned"),
    _text("used", 16),
    _number("edited"),
    Index("suggestions_at", "at"),
    **_MYSQL,
)

training_jobs = Table(
    "training_jobs",
    metadata,
    _id("id", primary_key=True),
    _id("slot"),
    _text("source", 16),
    _id("person"),
    _text("reason", REASON_CHARACTERS),
    _text("state", 16),
    _text("step", 16),
    _number("share"),
    _number("created"),
    _number("started"),
    _number("ended"),
    _text("worker", NAME_CHARACTERS),
    _number("claimed_until"),
    _number("tries"),
    Column("cancelling", Boolean, nullable=False),
    _id("model"),
    _text("cause", 16),
    _text("failure", REASON_CHARACTERS),
    _long("log"),
    # One waits or runs at a time: its slot is `open`, that of each other one is its own id.
    UniqueConstraint("slot", name="training_jobs_slot"),
    Index("training_jobs_created", "created"),
    **_MYSQL,
)
