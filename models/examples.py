"""What people have said of texts: the intent that they mean, or none. It goes before the project's files. Never deleted: withdrawn.

A text is an example of one intent at a time. Synchronous: call it through asyncio.to_thread.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import time
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, and_, func, insert, or_, select, update

from models.tables import examples, project_examples

TEXT_CHARACTERS = 1000
INTENT_CHARACTERS = 100
# As Rasa's: a retrieval intent has its key behind one slash.
_INTENT = re.compile(r"[^\W_][\w.-]*(/[\w.-]+)?")
# Names that the bot gives by itself: nothing can be learned for them.
_RESERVED = frozenset({"nlu_fallback", "restart", "back", "session_start", "out_of_scope"})
HEARD = "inbox"
# Of a text that is to be an example of nothing.
NO_INTENT = ""
_NO_ENTITIES: Mapping[str, str] = MappingProxyType({})


class UnusableExample(Exception):
    """It cannot be taken; the message says why, never what was sent."""


class Known(Exception):
    """The intent has this example already."""


class Contradiction(Exception):
    """The text is an example of another intent already: `intent`."""

    def __init__(self, intent: str) -> None:
        super().__init__("This text is an example of another intent.")
        self.intent = intent


@dataclass(frozen=True, slots=True)
class Example:
    """`text` is masked. `source` says where it is from; `conversation` and `seq` where it was heard. `at` in ms since 1970;
    `withdrawn` is 0 while it is used. `entities` as models/project_data.py writes them.
    """

    id: str
    intent: str
    text: str
    language: str
    source: str
    conversation: str
    seq: int
    person: str
    at: int
    withdrawn: int
    withdrawn_by: str
    entities: str = "[]"


@dataclass(frozen=True, slots=True)
class Heard:
    """A text, masked, and where it was said."""

    text: str
    language: str
    conversation: str
    seq: int


def folded(text: str) -> str:
    """What makes two texts the same: width, case, space and the marks at their ends do not count."""
    plain = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return plain.strip(" .,!?;:…。，！？；：、~～") or plain


def fingerprint(text: str) -> str:
    return hashlib.sha256(folded(text).encode()).hexdigest()[:32]


def checked_intent(name: str) -> str:
    """As it is kept. Raises UnusableExample."""
    name = name.strip()
    if not _INTENT.fullmatch(name) or len(name) > INTENT_CHARACTERS:
        raise UnusableExample(
            "The name of an intent begins with a letter and has letters, digits, underscores and hyphens."
        )
    if name in _RESERVED:
        raise UnusableExample("This name is the bot's own; say “out of scope” where it should not know something.")
    return name


class Examples:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add_heard(
        self,
        connection: Connection,
        items: Sequence[Heard],
        intent: str,
        person: str,
        decision: str,
        at: int,
        entities: Mapping[str, str] = _NO_ENTITIES,
    ) -> int:
        """How many are new; those that this intent has already, here or in the files, are left as they are. `entities`: fingerprint →
        spans (models/project_data.py). Raises Contradiction, and Known where one with entities would be left as it is.
        """
        marks = {fingerprint(each.text): each for each in items}
        c, f = examples.c, project_examples.c
        asked = select(c.mark, c.intent).where(c.mark.in_(list(marks)), c.withdrawn == 0).with_for_update()
        said = {row.mark: row.intent for row in connection.execute(asked)}
        for of in said.values():
            if of not in (intent, NO_INTENT):
                raise Contradiction(of)
        # What somebody took out of the training means something after all.
        out = [mark for mark, of in said.items() if of == NO_INTENT]
        withdraw(connection, c.mark.in_(out), person, decision)
        filed = select(f.mark).where(f.mark.in_(list(marks)), f.intent == intent)
        known = {mark for mark, of in said.items() if of == intent} | set(connection.scalars(filed)) - set(out)
        if known & entities.keys():
            raise Known
        rows = [
            row(each.text, intent, person, at, decision)
            | {"language": each.language, "source": HEARD, "conversation": each.conversation, "seq": each.seq}
            | {"entities": entities.get(mark, "[]")}
            for mark, each in marks.items()
            if mark not in known
        ]
        if rows:
            connection.execute(insert(examples), rows)
        return len(rows)

    def withdraw_decision(self, connection: Connection, decision: str, person: str) -> None:
        withdraw(connection, examples.c.decision == decision, person)

    def used(self) -> list[Example]:
        """What training has to know, by intent and age; first what is to be an example of nothing."""
        c = examples.c
        wanted = select(*(c[name] for name in Example.__slots__)).where(c.withdrawn == 0).order_by(c.intent, c.at, c.id)
        with self._engine.connect() as connection:
            return [Example(*row) for row in connection.execute(wanted)]

    def known(self, limit: int) -> list[str]:
        """Texts that mean something: at most so many of people, newest first, and as many of the project's files, some of each intent."""
        c, lines = examples.c, project_examples.c
        heard = select(c.text).where(c.withdrawn == 0, c.intent != NO_INTENT).order_by(c.at.desc(), c.id).limit(limit)
        place = func.row_number().over(partition_by=lines.intent, order_by=lines.place).label("nth")
        ranked = select(lines.text, lines.place, place).subquery()
        files = select(ranked.c.text).order_by(ranked.c.nth, ranked.c.place).limit(limit)
        with self._engine.connect() as connection:
            return [*connection.scalars(heard), *connection.scalars(files)]

    def counts(self) -> dict[str, int]:
        """intent → how many examples people have added to it that are used."""
        c = examples.c
        counted = select(c.intent, func.count()).where(c.withdrawn == 0, c.intent != NO_INTENT).group_by(c.intent)
        with self._engine.connect() as connection:
            return {row[0]: row[1] for row in connection.execute(counted)}

    def since(self, at: int) -> tuple[int, int]:
        """How many that are used were added later than this (ms), and how many that were used then have been taken back."""
        c = examples.c
        new = and_(c.at > at, c.withdrawn == 0)
        added = select(func.count()).select_from(examples).where(new, c.intent != NO_INTENT)
        # A line of the files goes by what is said of it.
        out = and_(new, c.intent == NO_INTENT, c.thing.startswith("f_", autoescape=True))
        old = and_(c.at <= at, c.withdrawn > at, c.intent != NO_INTENT)
        withdrawn = select(func.count()).select_from(examples).where(or_(out, old))
        with self._engine.connect() as connection:
            return int(connection.scalar(added) or 0), int(connection.scalar(withdrawn) or 0)


def row(text: str, intent: str, person: str, at: int, decision: str, thing: str = "") -> dict[str, Any]:
    """A new one. `thing` is what it is the next state of: the id of the first; empty: it is the first."""
    id = f"e_{secrets.token_hex(16)}"
    return {
        "id": id, "intent": intent, "text": text, "language": "", "mark": fingerprint(text), "source": "", "conversation": "",
        "seq": 0, "person": person, "at": at, "decision": decision, "withdrawn": 0, "withdrawn_by": "", "entities": "[]",
        "thing": thing or id, "reason": "", "ended": "",
    }  # fmt: skip


def withdraw(connection: Connection, which: ColumnElement[bool], person: str, ended: str = "") -> int:
    """Those that are used. `ended`: the decision with which. How many."""
    c = examples.c
    marks = connection.scalars(select(c.mark).where(which, c.withdrawn == 0)).all()
    # The same text may have been withdrawn in this very millisecond, and two such rows would be one.
    latest = connection.scalar(select(func.max(c.withdrawn)).where(c.mark.in_(marks))) if marks else 0
    now = max(time.time_ns() // 1_000_000, (latest or 0) + 1)
    used = update(examples).where(which, c.withdrawn == 0)
    return connection.execute(used.values(withdrawn=now, withdrawn_by=person, ended=ended)).rowcount
