"""What admins chose, kept in SQL with a version: of two who change the same at once, the second is told.

Every process looks again and again (`Chosen.look`): a choice counts everywhere within a few seconds, without a restart.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Engine, insert, select, update
from sqlalchemy.exc import IntegrityError

from models import audit
from models.choices import CHOICES, UnusableChoice, taken
from models.database import writing
from models.tables import choices

LOOK_EVERY_SECONDS = 2.0

_Choice = TypeVar("_Choice", bound=msgspec.Struct)


class Outdated(Exception):
    """Somebody else has changed it since it was read."""


@dataclass(frozen=True, slots=True)
class Kept:
    """`version` 0: nobody has chosen yet, and `value` is what holds by itself. `at` in ms since 1970."""

    version: int
    value: msgspec.Struct
    at: int = 0
    person: str = ""


class Choices:
    """Synchronous: call it through asyncio.to_thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> Mapping[str, Kept]:
        """Those that were chosen. One that this program cannot read, since a newer one wrote it, is left out."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(choices)).all()
        found = {}
        for row in rows:
            try:
                value = taken(row.name, msgspec.json.decode(row.value))
            except (UnusableChoice, KeyError):
                continue
            found[row.name] = Kept(row.version, value, row.at, row.person)
        return found

    def put(self, name: str, version: int, value: Any, person: str) -> Kept:
        """`version` is the one that was read. Raises Outdated, UnusableChoice, KeyError."""
        choice = taken(name, value)
        kept = Kept(version + 1, choice, time.time_ns() // 1_000_000, person)
        row = {"value": msgspec.json.encode(choice).decode(), "version": kept.version, "at": kept.at, "person": person}
        try:
            with writing(self._engine) as connection:
                known = choices.c
                if version == 0:
                    connection.execute(insert(choices).values(name=name, **row))
                else:
                    there = (known.name == name) & (known.version == version)
                    if connection.execute(update(choices).where(there).values(**row)).rowcount != 1:
                        raise Outdated
                audit.write(connection, person, "settings.change", name)
        except IntegrityError:
            raise Outdated from None
        return kept


class Chosen:
    """What holds now, in one process."""

    def __init__(self, store: Choices) -> None:
        self._store = store
        self._kept: Mapping[str, Kept] = {}
        self._looked = -LOOK_EVERY_SECONDS

    async def look(self) -> None:
        """At most every two seconds. Raises what SQL raises where it does not answer; what held before holds on."""
        if time.monotonic() - self._looked < LOOK_EVERY_SECONDS:
            return
        self._looked = time.monotonic()
        self._kept = await asyncio.to_thread(self._store.all)

    def heard(self, name: str, kept: Kept) -> None:
        """Chosen in this very process: who looks at once sees it here."""
        self._kept = {**self._kept, name: kept}

    def kept(self, name: str) -> Kept:
        return self._kept.get(name) or Kept(0, CHOICES[name]())

    def get(self, kind: type[_Choice]) -> _Choice | None:
        """None where nobody has chosen."""
        for each in self._kept.values():
            if isinstance(each.value, kind):
                return each.value
        return None
