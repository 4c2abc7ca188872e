"""Finds words in what was said: in the archive, masked as it is there, newest first, Chinese inside of sentences too.

No index of words: MariaDB cuts no Chinese (it has no ngram parser), SQLite's trigrams know no word of two characters, and pairs of
characters would be twenty rows for each message. So messages are read backwards in time, in windows, until there are enough, or the
time is up; then the answer says where to go on.

Synchronous: call it through asyncio.to_thread.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, Select, and_, func, or_, select
from sqlalchemy.engine import Row

from models.entry import Author, HolderChange, unpack
from models.tables import messages

# Of entries that are looked at in one statement: some 0.2 s where two cores have nothing else to do.
WINDOW = 20_000
BUDGET_SECONDS = 1.5
SNIPPET_CHARACTERS = 120
_BEFORE_CHARACTERS = 40
# Read at once: where the word is one of ours, as `text`, every row may have it.
ROWS = 200


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where an entry stands in time; `at` in ms since 1970."""

    at: int
    conversation: str
    seq: int


@dataclass(frozen=True, slots=True)
class Hit:
    """`snippet` is a part of the text around the first place where it is, `marks` are the places in it: from, until, in code points."""

    place: Place
    kind: str
    author: Author
    snippet: str
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Hits:
    """`next` is where to go on; None: all has been looked at. There may be fewer hits than were asked for, or none, and still more."""

    hits: Sequence[Hit]
    next: Place | None


class Search:
    """Of one database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, text: str, before: Place | None = None, limit: int = 50) -> Hits:
        """Small and capital letters are the same (on SQLite only those of ASCII)."""
        wanted = re.compile(re.escape(text), re.IGNORECASE)
        hits: list[Hit] = []
        end, begun = before, time.monotonic()
        with self._engine.connect() as connection:
            while True:
                first = _window(connection, end)
                whole = False
                while not whole:
                    rows = connection.execute(_inside(text, end, first).limit(ROWS)).all()
                    for row in rows:
                        end = Place(row.at, row.conversation, row.seq)
                        hits += _hit(end, row, wanted)
                        if len(hits) == limit:
                            return Hits(hits, end)
                    whole = len(rows) < ROWS
                    if not whole and time.monotonic() - begun > BUDGET_SECONDS:
                        return Hits(hits, end)
                if first is None:
                    return Hits(hits, None)
                end = Place(first, "", 0)
                if time.monotonic() - begun > BUDGET_SECONDS:
                    return Hits(hits, end)


def _window(connection: Connection, end: Place | None) -> int | None:
    """The time at which a window that ends before `end` begins; None: what is left is less than one."""
    m = messages.c
    asked = _before(select(m.at), end).order_by(m.at.desc()).offset(WINDOW).limit(1)
    at: int | None = connection.scalar(asked)
    return at


def _inside(text: str, end: Place | None, first: int | None) -> Select[tuple[int, str, int, str]]:
    """The rows in which the text may be; it may be in what only we read, too. It stands there as in JSON."""
    m = messages.c
    written = msgspec.json.encode(text.lower()).decode()[1:-1]
    asked = _before(select(m.at, m.conversation, m.seq, m.body), end).where(m.kind != "holder")
    if first is not None:
        asked = asked.where(m.at >= first)
    asked = asked.where(func.lower(m.body).contains(written, autoescape=True))
    return asked.order_by(m.at.desc(), m.conversation.desc(), m.seq.desc())


def _before(asked: Select[Any], end: Place | None) -> Select[Any]:
    m = messages.c
    if end is None:
        return asked
    same = and_(
        m.at == end.at,
        or_(m.conversation < end.conversation, and_(m.conversation == end.conversation, m.seq < end.seq)),
    )
    return asked.where(m.at <= end.at, or_(m.at < end.at, same))


def _hit(place: Place, row: Row[Any], wanted: re.Pattern[str]) -> list[Hit]:
    """One, or none where the text is not in what was said."""
    body = unpack(row.conversation, f"{row.seq} {row.at} {row.body}".encode()).body
    if isinstance(body, HolderChange):
        return []
    found = wanted.search(body.text)
    if found is None:
        return []
    start = max(0, min(found.start() - _BEFORE_CHARACTERS, len(body.text) - SNIPPET_CHARACTERS))
    snippet = body.text[start : max(start + SNIPPET_CHARACTERS, found.end())]
    marks = tuple((each.start(), each.end()) for each in wanted.finditer(snippet))
    return [Hit(place, str(body.__struct_config__.tag), body.author, snippet, marks)]
