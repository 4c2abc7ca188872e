"""Canned responses: what agents say again and again, found by a short name, with the names of who speaks put in.

Rows have a version: of two admins who change the same one at once, the second is told.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, case, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from models import audit
from models.choosing import Outdated
from models.database import writing
from models.frames import plain, visible
from models.tables import CANNED_NAME_CHARACTERS, canned

TEXT_CHARACTERS = 4000
# More than that nobody remembers, and every search looks at all of them.
MOST = 2000
LANGUAGES = ("zh", "en")

_NAME = re.compile(r"[^\W_]([\w-]*[^\W_])?")
# `{customer}`, and with what to say where the name is not known: `{customer|there}`.
_VARIABLE = re.compile(r"(?P<space>[ \u3000]*)\{(?P<name>customer|agent)(?:\|(?P<otherwise>[^{}|]{0,60}))?\}")


class NameTaken(Exception):
    """Another one of this language has this name."""


class UnusableText(Exception):
    """It cannot be taken; the message says why, never what was sent."""


@dataclass(frozen=True, slots=True)
class Canned:
    """`name` is what is typed after the slash, unique in its language. `at` (ms since 1970) and `person`: who changed it last, and when."""

    id: str
    name: str
    language: str
    text: str
    version: int
    at: int
    person: str


def checked(name: str, language: str, text: str) -> tuple[str, str, str]:
    """As it is kept. Raises UnusableText."""
    name = name.strip().lower().removeprefix("/")
    if not _NAME.fullmatch(name) or len(name) > CANNED_NAME_CHARACTERS:
        raise UnusableText(f"A short name has 1 to {CANNED_NAME_CHARACTERS} letters, digits and hyphens.")
    if language not in LANGUAGES:
        raise UnusableText("The language is zh or en.")
    if not visible(text) or not plain(text) or len(text) > TEXT_CHARACTERS:
        raise UnusableText(f"A text has 1 to {TEXT_CHARACTERS} characters, and no control characters.")
    if re.search(r"[{}]", _VARIABLE.sub("", text)):
        raise UnusableText("Braces are for {customer} and {agent}; {customer|there} says “there” without a name.")
    return name, language, text.strip()


def filled(text: str, customer: str, agent: str) -> str:
    """With the names. One that is not known, and for which the text has nothing else, goes with the space before it."""

    def put(found: re.Match[str]) -> str:
        said = {"customer": customer, "agent": agent}[found["name"]] or found["otherwise"] or ""
        return found["space"] + said if said else ""

    return _VARIABLE.sub(put, text)


class CannedResponses:
    """Synchronous: call it through asyncio.to_thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def found(self, words: str = "", language: str = "", limit: int = 50) -> Sequence[Canned]:
        """Those whose name begins with the words first, then those that have them in the name, then in the text; each by name."""
        c, words = canned.c, words.strip().lower().removeprefix("/")
        asked = select(canned)
        if language:
            asked = asked.where(c.language == language)
        if words:
            name, text = func.lower(c.name), func.lower(c.text)
            begins, has = name.startswith(words, autoescape=True), name.contains(words, autoescape=True)
            asked = asked.where(or_(has, text.contains(words, autoescape=True)))
            asked = asked.order_by(case((begins, 0), (has, 1), else_=2))
        with self._engine.connect() as connection:
            rows = connection.execute(asked.order_by(c.name, c.language).limit(limit)).all()
        return [Canned(*row) for row in rows]

    def of(self, ids: Sequence[str]) -> dict[str, Canned]:
        """By id; what is gone is not there."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(canned).where(canned.c.id.in_(ids))).all()
        return {row.id: Canned(*row) for row in rows}

    def add(self, name: str, language: str, text: str, person: str) -> Canned:
        """Raises UnusableText, NameTaken."""
        name, language, text = checked(name, language, text)
        made = Canned(f"r_{secrets.token_hex(16)}", name, language, text, 1, _now(), person)
        try:
            with writing(self._engine) as connection:
                if (connection.scalar(select(func.count()).select_from(canned)) or 0) >= MOST:
                    raise UnusableText(f"There are {MOST} canned responses already; remove some first.")
                connection.execute(insert(canned).values(**{each: getattr(made, each) for each in Canned.__slots__}))
                audit.write(connection, person, "canned.add", made.id)
        except IntegrityError:
            raise NameTaken from None
        return made

    def change(self, id: str, version: int, name: str, language: str, text: str, person: str) -> Canned:
        """`version` is the one that was read. Raises KeyError, Outdated, UnusableText, NameTaken."""
        name, language, text = checked(name, language, text)
        made = Canned(id, name, language, text, version + 1, _now(), person)
        row = {each: getattr(made, each) for each in Canned.__slots__ if each != "id"}
        try:
            with writing(self._engine) as connection:
                c = canned.c
                done = connection.execute(update(canned).where(c.id == id, c.version == version).values(**row))
                _require(connection, id, done.rowcount)
                audit.write(connection, person, "canned.change", id)
        except IntegrityError:
            raise NameTaken from None
        return made

    def remove(self, id: str, version: int, person: str) -> None:
        """Raises KeyError, Outdated."""
        with writing(self._engine) as connection:
            c = canned.c
            done = connection.execute(delete(canned).where(c.id == id, c.version == version))
            _require(connection, id, done.rowcount)
            audit.write(connection, person, "canned.remove", id)


def _require(connection: Connection, id: str, rows: int) -> None:
    if rows == 1:
        return
    if connection.scalar(select(canned.c.version).where(canned.c.id == id)) is None:
        raise KeyError("no such canned response")
    raise Outdated


def _now() -> int:
    return time.time_ns() // 1_000_000
