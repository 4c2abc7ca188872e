"""One change of examples: all rows of one decision, in one transaction. What a text meant before is withdrawn, and what it means now is
another row; what somebody has changed since is never overwritten.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from models.choosing import Outdated
from models.examples import NO_INTENT, Contradiction, Known, fingerprint, row, withdraw
from models.markup import Marked
from models.project_data import spans_json
from models.rasa.data import Example
from models.script import is_unspaced
from models.tables import examples, project_examples

WRITTEN = "desk"
AT_ONCE = 500
# With this an undoing's decision begins: what it restores is no change of somebody's.
UNDO = "undo_"


@dataclass(frozen=True, slots=True)
class Done:
    """A change, by which it can be undone, and the ids that its examples have now; none where they were taken out."""

    decision: str
    ids: tuple[str, ...]


class ExampleChange:
    """What belongs to one decision."""

    def __init__(self, connection: Connection, person: str, reason: str, prefix: str) -> None:
        self.connection = connection
        self._person = person
        self._reason = reason
        self._at = time.time_ns() // 1_000_000
        self._ids: list[str] = []
        # What is used of the texts that were looked at, and locked; others take its place no more, and only it is withdrawn.
        self._seen: set[str] = set()
        self.decision = f"{prefix}{secrets.token_hex(16)}"

    def done(self) -> Done:
        return Done(self.decision, tuple(self._ids))

    def current(self, id: str) -> Row[Any]:
        """What is used under this id. Raises KeyError, Outdated."""
        c, f = examples.c, project_examples.c
        own = self.connection.execute(select(examples).where(c.id == id).with_for_update()).one_or_none()
        if own is not None:
            if own.withdrawn or own.intent == NO_INTENT:
                raise Outdated
            self._seen.add(own.id)
            return own
        filed = self.connection.execute(select(project_examples).where(f.id == id)).one_or_none()
        if filed is None:
            raise KeyError("no such example")
        if self.connection.scalar(select(c.id).where(c.mark == filed.mark, c.withdrawn == 0).with_for_update()):
            raise Outdated
        return filed

    def all_current(self, ids: Sequence[str]) -> list[Row[Any]]:
        """Lines that say the same are one."""
        return list({each.mark: each for each in map(self.current, dict.fromkeys(ids))}.values())

    def refuse_other(self, mark: str, intent: str) -> None:
        """Raises Known, Contradiction: a text is an example of one intent at a time."""
        c, f = examples.c, project_examples.c
        said = self.connection.execute(
            select(c.id, c.intent).where(c.mark == mark, c.withdrawn == 0).with_for_update()
        ).one_or_none()
        if said is not None:
            self._seen.add(said.id)
        filed = select(f.intent).where(f.mark == mark).order_by(f.place)
        of = said.intent if said is not None else self.connection.scalar(filed.limit(1))
        if of == intent:
            raise Known
        if of:
            raise Contradiction(of)

    def put(self, what: Marked | Row[Any], intent: str, source: str, before: Row[Any] | None = None) -> None:
        """From now on this is what its text means. Who has said so meanwhile goes before: the key on the text refuses this one."""
        spans = spans_json(what.spans) if isinstance(what, Marked) else what.entities
        new = row(what.text, intent, self._person, self._at, self.decision, _thing(before))
        new |= {
            "language": self._language(what.text), "source": source, "entities": spans, "reason": self._reason,
            "conversation": getattr(before, "conversation", ""), "seq": getattr(before, "seq", 0),
        }  # fmt: skip
        self._withdraw_seen(new["mark"])
        self.connection.execute(insert(examples), [new])
        if intent:
            self._ids.append(new["id"])

    def put_all(self, given: Sequence[tuple[Example, str]], source: str) -> None:
        """Each text once. Raises Outdated where one that should not be there is, or is another by now."""
        c = examples.c
        marks = {fingerprint(each.text): (each, id) for each, id in given}
        used = self.connection.execute(
            select(c.id, c.mark, c.thing, c.intent).where(c.mark.in_(marks), c.withdrawn == 0).with_for_update()
        )
        said = {each.mark: each for each in used}
        if any(each.intent and each.id != marks[mark][1] for mark, each in said.items()):
            raise Outdated
        rows = []
        for mark, (each, id) in marks.items():
            new = row(
                each.text, each.intent, self._person, self._at, self.decision, said[mark].thing if mark in said else id
            )
            language = "zh" if is_unspaced(each.text) else self._spaced
            rows.append(
                new
                | {
                    "language": language,
                    "source": source,
                    "entities": spans_json(each.entities),
                    "reason": self._reason,
                }
            )
        withdraw(self.connection, c.mark.in_(list(said)), self._person, self.decision)
        self.connection.execute(insert(examples), rows)

    def filed_elsewhere(self, of: Row[Any]) -> Row[Any] | None:
        """The line of the files that says the same of another intent."""
        f = project_examples.c
        same = select(project_examples).where(f.mark == of.mark, f.intent != of.intent).order_by(f.place)
        return self.connection.execute(same.limit(1)).one_or_none() if of.id.startswith("f_") else None

    def _language(self, text: str) -> str:
        """As the files' lines have it: by script alone, and what has spaces is of the project's own language."""
        return "zh" if is_unspaced(text) else self._spaced

    @cached_property
    def _spaced(self) -> str:
        own = select(project_examples.c.language).where(project_examples.c.language != "zh").limit(1)
        return self.connection.scalar(own) or "en"

    def leave(self, before: Row[Any]) -> None:
        """Its text means nothing any more: it says something else now. Where the files have it, that has to be said."""
        f = project_examples.c
        if self.connection.scalar(select(f.id).where(f.mark == before.mark).limit(1)) is None:
            self._withdraw_seen(before.mark)
        else:
            self.put(before, NO_INTENT, WRITTEN)

    def _withdraw_seen(self, mark: str) -> None:
        c = examples.c
        withdraw(self.connection, (c.mark == mark) & c.id.in_(self._seen), self._person, self.decision)

    def take_back(self, decision: str) -> None:
        c = examples.c
        made = self.connection.execute(select(examples).where(c.decision == decision).with_for_update()).all()
        if not made:
            raise KeyError("no such change")
        if any(each.withdrawn for each in made):
            raise Outdated
        withdraw(self.connection, c.decision == decision, self._person, self.decision)
        ended = self.connection.execute(select(examples).where(c.ended == decision)).all()
        for each in ended:
            again = dict(each._mapping) | row(each.text, each.intent, self._person, self._at, self.decision, each.thing)
            kept = {name: getattr(each, name) for name in ("language", "source", "conversation", "seq", "entities")}
            self.connection.execute(insert(examples), [again | kept | {"reason": self._reason}])
            if each.intent:
                self._ids.append(again["id"])


def _thing(before: Row[Any] | None) -> str:
    return "" if before is None else str(getattr(before, "thing", before.id))
