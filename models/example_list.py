"""The examples that the next training learns: those of the files, and what people have said of them and beside them.

What somebody said of a text goes before each line of the files that says the same; what was only heard in the inbox changes no line
that means the same already. Synchronous: call it through asyncio.to_thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Engine, Select, and_, exists, func, literal, or_, select, union_all

from models.examples import HEARD, NO_INTENT
from models.markup import Span
from models.project_data import spans_of
from models.tables import examples, project_examples

FILES = "file"
_COLUMNS = ("id", "intent", "text", "entities", "language", "conversation", "seq", "person", "at", "mark")


@dataclass(frozen=True, slots=True)
class Listed:
    """`source` is `file`, or that of models/examples.py; `person` and `at` (ms since 1970) are empty and 0 for a line of a file."""

    id: str
    intent: str
    text: str
    entities: tuple[Span, ...]
    language: str
    source: str
    conversation: str
    seq: int
    person: str
    at: int
    mark: str
    place: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which ones. Empty: any."""

    intent: str = ""
    words: str = ""
    source: str = ""
    person: str = ""
    language: str = ""
    mark: str = ""


class ExampleList:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def page(self, wanted: Wanted, after: tuple[int, int, str] | None = None, limit: int = 50) -> list[Listed]:
        """Newest first, then the files' in their order. `after`: (at, place, id) of the last one that was shown."""
        u = _all(wanted).subquery("u").c
        asked = select(*u)
        if after is not None:
            at, place, id = after
            later = and_(u.at == at, or_(u.place > place, and_(u.place == place, u.id > id)))
            asked = asked.where(or_(u.at < at, later))
        with self._engine.connect() as connection:
            rows = connection.execute(asked.order_by(u.at.desc(), u.place, u.id).limit(limit)).all()
        return [_listed(each) for each in rows]

    def all(self) -> Iterator[Listed]:
        """By intent, the files' first."""
        u = _all(Wanted()).subquery("u").c
        with self._engine.connect() as connection:
            for each in connection.execute(select(*u).order_by(u.intent, u.at, u.place, u.id)):
                yield _listed(each)

    def counts(self, wanted: Wanted | None = None) -> dict[str, dict[str, int]]:
        """intent → language → how many."""
        u = _all(wanted or Wanted()).subquery("u").c
        found: dict[str, dict[str, int]] = {}
        with self._engine.connect() as connection:
            for intent, language, count in connection.execute(
                select(u.intent, u.language, func.count()).group_by(u.intent, u.language)
            ):
                found.setdefault(intent, {})[language] = count
        return found

    def people(self) -> list[str]:
        """The ids of those who have added or changed what is used."""
        c = examples.c
        with self._engine.connect() as connection:
            asked = select(c.person).where(c.withdrawn == 0, c.intent != NO_INTENT).distinct().order_by(c.person)
            return list(connection.scalars(asked))


def _all(wanted: Wanted) -> Select[Any] | Any:
    c, f = examples.c, project_examples.c
    said = c.mark == f.mark
    # What was only heard changes nothing where the files say so already.
    overruled = (
        exists().where(said, c.withdrawn == 0, or_(c.intent != f.intent, c.source != HEARD)).correlate(project_examples)
    )
    idle = and_(c.source == HEARD, exists().where(said, f.intent == c.intent).correlate(examples))
    filed: dict[str, ColumnElement[Any]] = {
        "conversation": literal(""), "seq": literal(0), "person": literal(""), "at": literal(0),
    }  # fmt: skip
    files = select(
        *(filed[name].label(name) if name in filed else f[name] for name in _COLUMNS),
        literal(FILES).label("source"), f.place,
    ).where(~overruled, *_narrowed(f, wanted))  # fmt: skip
    own = select(*(c[name] for name in _COLUMNS), c.source, literal(0).label("place")).where(
        c.withdrawn == 0, c.intent != NO_INTENT, ~idle, *_narrowed(c, wanted)
    )
    if wanted.source or wanted.person:
        own = own.where(*([c.source == wanted.source] if wanted.source else []))
        own = own.where(*([c.person == wanted.person] if wanted.person else []))
        return files if wanted.source == FILES and not wanted.person else own
    return union_all(files, own)


def _narrowed(c: Any, wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        c[name] == getattr(wanted, name) for name in ("intent", "language", "mark") if getattr(wanted, name)
    ]
    if wanted.words:
        found.append(func.lower(c.text).contains(wanted.words.lower(), autoescape=True))
    return found


def _listed(row: Any) -> Listed:
    known = {name: getattr(row, name) for name in Listed.__slots__ if name != "entities"}
    return Listed(**known, entities=spans_of(row.entities))
