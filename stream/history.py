"""What SQL holds of the log. write() may be given anything again, in any order, by two writers at once: the outcome is the same.

Synchronous: call it through asyncio.to_thread. All methods raise ArchiveUnavailable where the database does not answer.
"""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection, Engine, Select, Table, TextClause, and_, or_, select, text, tuple_
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from models.database import writing
from models.entry import Entry, HolderChange, encode_body, unpack
from models.tables import conversations, messages, tags
from stream.change import Line
from stream.fields import Fields, decoded, gathered, hash_fields, newest, row

# Pauses before the batch is tried again after a deadlock, a lock wait or a busy SQLite file; each is doubled or halved by chance.
PAUSES_SECONDS = (0.02, 0.1, 0.5)
# MariaDB turns longer IN lists into a subquery, and then reads the whole table.
_KEYS_AT_ONCE = 500
_LOCK_WAIT, _DEADLOCK = 1205, 1213

_Row = dict[str, Any]
_Item = TypeVar("_Item")


class ArchiveUnavailable(Exception):
    """The database does not answer, or cannot write now. The outcome is unknown: give the same batch again."""


class SeqConflict(Exception):
    """SQL holds another entry at this place: the log has lost its end and counts again. Nothing of the batch was written."""

    def __init__(self, places: Sequence[tuple[str, int]]) -> None:
        super().__init__(f"{len(places)} places of the log hold other entries in SQL, first {places[0]}")
        self.places = places


class Summary(msgspec.Struct, frozen=True):
    """One conversation in a list. `last_text` is masked and cut; `asked` in ms, 0 = not waiting."""

    id: str
    customer: str
    holder: str
    agent: str
    agent_name: str
    seq: int
    last_at: int
    language: str
    last_text: str
    asked: int
    reason: str


class History:
    """The archive's side of the log, and the place to read what has left Redis."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        mysql = engine.dialect.name != "sqlite"
        self._insert_messages = _insert(messages, _nothing(messages, mysql))
        self._insert_conversations = _insert(conversations, _nothing(conversations, mysql))
        self._merge_conversations = _insert(conversations, _replace(conversations, mysql))

    @property
    def engine(self) -> Engine:
        """For what lies beside the log in the same database."""
        return self._engine

    def write(self, lines: Sequence[Line], epoch: str = "") -> dict[str, int]:
        """Writes messages and conversations in one transaction: conversation → highest seq that SQL holds now.

        A sender's id that SQL knows already, with the same words, is a repeat that the log no longer remembered: not written twice.
        Raises ArchiveUnavailable (after a few tries), SeqConflict.
        """
        ordered = sorted(lines, key=_place)
        rows, news = [_message(line, epoch) for line in ordered], gathered(ordered)
        with _reaching():
            for pause in PAUSES_SECONDS:
                try:
                    return self._write(rows, news)
                except OperationalError as error:
                    if not _passes(error):
                        raise
                time.sleep(pause * random.uniform(0.5, 2))
            return self._write(rows, news)

    def base(self, conversation: str) -> dict[str, str] | None:
        """The fields of the conversation's hash, with `seq` and `archived`; None where SQL has never heard of it."""
        wanted = select(conversations.c.state).where(conversations.c.id == conversation)
        with _reaching(), self._engine.connect() as connection:
            state = connection.scalar(wanted)
        if state is None:
            return None
        return hash_fields(decoded(state))

    def after(self, conversation: str, after: int, limit: int) -> list[Entry]:
        """The entries behind `after`, in order, at most `limit`."""
        m = messages.c
        wanted = select(m.seq, m.at, m.body).where(m.conversation == conversation, m.seq > after).order_by(m.seq)
        with _reaching(), self._engine.connect() as connection:
            rows = connection.execute(wanted.limit(limit)).all()
        return [unpack(conversation, f"{row.seq} {row.at} {row.body}".encode()) for row in rows]

    def conversations(
        self,
        *,
        holder: str | None = None,
        agent: str | None = None,
        customer: str | None = None,
        before: tuple[int, str] | None = None,
        tag: str | None = None,
        limit: int = 50,
    ) -> list[Summary]:
        """Newest first; None is not looked at. `before` is (last_at, id) of the last one that was shown."""
        c = conversations.c
        wanted: Select[Any] = select(*(c[name] for name in Summary.__struct_fields__))
        for column, value in ((c.holder, holder), (c.agent, agent), (c.customer, customer)):
            wanted = wanted if value is None else wanted.where(column == value)
        if tag is not None:
            wanted = wanted.where(c.id.in_(select(tags.c.conversation).where(tags.c.tag == tag)))
        if before is not None:
            at, id = before
            wanted = wanted.where(or_(c.last_at < at, and_(c.last_at == at, c.id < id)))
        with _reaching(), self._engine.connect() as connection:
            rows = connection.execute(wanted.order_by(c.last_at.desc(), c.id.desc()).limit(limit)).all()
        return [Summary(*row) for row in rows]

    def _write(self, rows: Sequence[_Row], news: Mapping[str, Fields]) -> dict[str, int]:
        if not rows:
            return {}
        with writing(self._engine) as connection:
            connection.execute(self._insert_messages, rows)
            self._settle(connection, rows)
            return self._merge(connection, news)

    def _settle(self, connection: Connection, rows: Sequence[_Row]) -> None:
        """Looks at what the insert left out: nothing may be called archived that SQL does not hold."""
        m = messages.c
        written = {
            (row.conversation, row.seq): row.stream_id
            for row in _found(connection, (m.conversation, m.seq), (m.stream_id,), rows)
        }
        places = [(row, written.get((row["conversation"], row["seq"]))) for row in rows]
        _refuse_others(connection, [row for row, held in places if held is not None and held != row["stream_id"]])
        known = [row for row, held in places if held is None]
        if other := _other_words(connection, known):
            connection.execute(self._insert_messages, [row | {"client_id": None} for row in other])

    def _merge(self, connection: Connection, news: Mapping[str, Fields]) -> dict[str, int]:
        """Adds what is new to the conversations. The first statement makes and locks their rows, so that no writer's part is lost."""
        c = conversations.c
        connection.execute(self._insert_conversations, [row(id, {}) for id in news])
        stored: dict[str, Fields] = {}
        for ids in _chunks(list(news)):
            for id, state in connection.execute(select(c.id, c.state).where(c.id.in_(ids))):
                stored[id] = decoded(state)
        merged = [row(id, newest(stored[id], fields)) for id, fields in news.items()]
        connection.execute(self._merge_conversations, merged)
        return {each["id"]: each["seq"] for each in merged}


def _refuse_others(connection: Connection, rows: Sequence[_Row]) -> None:
    """The same entry may come with another stream id, from a log that was built again; another entry may not."""
    m = messages.c
    bodies = {
        (row.conversation, row.seq): row.body for row in _found(connection, (m.conversation, m.seq), (m.body,), rows)
    }
    if places := [place for row in rows if bodies[place := (row["conversation"], row["seq"])] != row["body"]]:
        raise SeqConflict(places)


def _other_words(connection: Connection, rows: Sequence[_Row]) -> list[_Row]:
    """Those whose sender used an id again for something else: they are kept, without the id."""
    m = messages.c
    said = {
        (row.conversation, row.author_id, row.client_id): _words(row.body)
        for row in _found(connection, (m.conversation, m.author_id, m.client_id), (m.body,), rows)
    }
    return [
        row for row in rows if said[(row["conversation"], row["author_id"], row["client_id"])] != _words(row["body"])
    ]


def _words(body: str) -> tuple[object, ...]:
    """What was said. Sealed spans differ each time that the same text is sealed."""
    raw = msgspec.json.decode(body)
    return raw["kind"], raw.get("text"), raw.get("payload")


def _found(connection: Connection, key: Sequence[Any], more: Sequence[Any], rows: Sequence[_Row]) -> Iterator[Any]:
    """The rows of `messages` with the same key, `key` and `more` of each."""
    for chunk in _chunks(rows):
        keys = [tuple(row[column.name] for column in key) for row in chunk]
        yield from connection.execute(select(*key, *more).where(tuple_(*key).in_(keys)))


def _chunks(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    return (items[start : start + _KEYS_AT_ONCE] for start in range(0, len(items), _KEYS_AT_ONCE))


def _message(line: Line, epoch: str) -> _Row:
    entry, body = line.entry, line.entry.body
    return {
        "conversation": entry.conversation,
        "seq": entry.seq,
        "epoch": epoch,
        "at": entry.at,
        "kind": body.__struct_config__.tag,
        "author_kind": str(body.author.kind),
        "author_id": body.author.id,
        "client_id": None if isinstance(body, HolderChange) else body.id,
        "stream_id": line.stream_id,
        "body": encode_body(body).decode(),
    }


def _place(line: Line) -> tuple[str, int]:
    """Rows are locked in this order by every writer."""
    return line.entry.conversation, line.entry.seq


def _insert(table: Table, conflict: str) -> TextClause:
    """Plain text, because PyMySQL sends many rows in one statement only where it recognises `INSERT … VALUES (…) ON DUPLICATE …`."""
    names = [column.name for column in table.columns]
    values = ", ".join(f":{name}" for name in names)
    return text(f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({values}) {conflict}")  # noqa: S608 - our own names


def _nothing(table: Table, mysql: bool) -> str:
    """Leaves an existing row as it is. INSERT IGNORE would also cut what is too long, and say nothing."""
    first = next(iter(table.columns)).name
    return f"ON DUPLICATE KEY UPDATE {first} = {table.name}.{first}" if mysql else "ON CONFLICT DO NOTHING"


def _replace(table: Table, mysql: bool) -> str:
    names = [column.name for column in table.columns if not column.primary_key]
    if mysql:
        return "ON DUPLICATE KEY UPDATE " + ", ".join(f"{name} = VALUES({name})" for name in names)
    return "ON CONFLICT (id) DO UPDATE SET " + ", ".join(f"{name} = excluded.{name}" for name in names)


@contextmanager
def _reaching() -> Generator[None]:
    try:
        yield
    except (OperationalError, InterfaceError, InternalError, NoConnection) as error:
        raise ArchiveUnavailable("the database does not answer") from error


def _passes(error: DBAPIError) -> bool:
    """Whether the same batch may succeed in a moment: deadlock, lock wait, busy file."""
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return cause is not None and cause.args[:1] in ((_LOCK_WAIT,), (_DEADLOCK,))
