"""What admins do to examples: add, change, move, take out, undo. Each change is a row with who, when and why; nothing is overwritten.

An id names what an example says: each change makes a new one, so who changes an old one is told. Synchronous: call it through
asyncio.to_thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, Row, select
from sqlalchemy.exc import IntegrityError

from models import audit
from models.choosing import Outdated
from models.database import writing
from models.example_change import AT_ONCE, UNDO, WRITTEN, Done, ExampleChange
from models.examples import (
    NO_INTENT,
    TEXT_CHARACTERS,
    Known,
    UnusableExample,
    checked_intent,
    fingerprint,
)
from models.frames import plain, visible
from models.markup import Marked, NotMarkup, unmark
from models.project_data import spans_json
from models.rasa.data import Example
from models.sensitive import find, redact
from models.tables import REASON_CHARACTERS, SPANS_CHARACTERS, examples, project_examples

__all__ = ["AT_ONCE", "WRITTEN", "Act", "Done", "Event", "Known", "Sensitive", "Teaching", "checked"]


class Sensitive(UnusableExample):
    """It holds a number or an address of somebody."""

    def __init__(self) -> None:
        super().__init__(
            "An example with somebody's number or address in it is kept masked only. Make one up, or mask it."
        )


class Act(StrEnum):
    """What was done to an example."""

    FILED = "filed"
    ADDED = "added"
    CHANGED = "changed"
    MOVED = "moved"
    REMOVED = "removed"
    KEPT = "kept"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of an example's history. `at` in ms since 1970; 0 for what the files say. `decision`: with which it is undone."""

    act: Act
    at: int
    person: str
    reason: str
    intent: str
    text: str
    entities: str
    decision: str


def checked(line: str) -> Marked:
    """A line with its entities marked, as it is kept. Raises UnusableExample, which never repeats it."""
    line = line.strip()
    if not visible(line) or not plain(line) or len(line) > 2 * TEXT_CHARACTERS:
        raise UnusableExample(f"An example has 1 to {TEXT_CHARACTERS} characters, and no control characters.")
    try:
        marked = unmark(line)
    except NotMarkup as error:
        raise UnusableExample(f"The entities are not marked as they should be: {error}.") from None
    if (
        not visible(marked.text)
        or len(marked.text) > TEXT_CHARACTERS
        or len(spans_json(marked.spans)) > SPANS_CHARACTERS
    ):
        raise UnusableExample(f"An example has 1 to {TEXT_CHARACTERS} characters, and no more entities than fit.")
    if find(marked.text):
        raise Sensitive
    return marked


class Teaching:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, intent: str, line: str, person: str, reason: str = "", source: str = WRITTEN) -> Done:
        """Raises UnusableExample, Known, Contradiction."""
        intent, marked = checked_intent(intent), checked(line)
        with self._change("example.add", person, reason) as change:
            change.refuse_other(fingerprint(marked.text), intent)
            change.put(marked, intent, source)
            return change.done()

    def change(self, id: str, intent: str, line: str, person: str, reason: str = "") -> Done:
        """Its text, its entities or its intent. Raises KeyError, Outdated, UnusableExample, Known, Contradiction."""
        intent, marked = checked_intent(intent), checked(line)
        with self._change("example.change", person, reason) as change:
            before = change.current(id)
            if (before.intent, before.text, before.entities) == (intent, marked.text, spans_json(marked.spans)):
                raise Known
            mark = fingerprint(marked.text)
            if mark != before.mark:
                change.refuse_other(mark, intent)
                change.leave(before)
            change.put(marked, intent, WRITTEN, before)
            return change.done()

    def move(self, ids: Sequence[str], intent: str, person: str, reason: str = "") -> Done:
        """All of them, or none. Raises KeyError, Outdated, UnusableExample."""
        intent = checked_intent(intent)
        with self._change("example.move", person, reason) as change:
            for before in change.all_current(ids):
                if before.intent != intent:
                    change.put(before, intent, WRITTEN, before)
            return change.done()

    def keep(self, ids: Sequence[str], person: str, reason: str = "") -> Done:
        """Somebody has looked at them: they mean what they are said to mean. Raises KeyError, Outdated."""
        with self._change("example.keep", person, reason) as change:
            for before in change.all_current(ids):
                change.put(before, before.intent, WRITTEN, before)
            return change.done()

    def remove(self, ids: Sequence[str], person: str, reason: str = "") -> Done:
        """All of them, or none, are examples no more. Raises KeyError, Outdated."""
        with self._change("example.remove", person, reason) as change:
            for before in change.all_current(ids):
                other = change.filed_elsewhere(before)
                change.put(other or before, other.intent if other else NO_INTENT, WRITTEN, before)
            return change.done()

    def take(
        self,
        given: Sequence[tuple[Example, str]],
        source: str,
        person: str,
        reason: str,
        besides: Callable[[Connection], None],
    ) -> str:
        """Checked examples, each with the id of the one whose text it has, or with none; all of them or none, with what is to be done
        `besides` in the same transaction. The decision. Raises Outdated."""
        with self._change("example.import", person, reason) as change:
            for first in range(0, len(given), AT_ONCE):
                change.put_all(given[first : first + AT_ONCE], source)
            besides(change.connection)
            return change.decision

    def undo(self, decision: str, person: str, reason: str = "") -> Done:
        """Raises KeyError, and Outdated where something of it was changed again, or is undone already."""
        with self._change("example.undo", person, reason) as change:
            change.take_back(decision)
            return change.done()

    def history(self, id: str) -> list[Event]:
        """Newest first. Raises KeyError."""
        c, f = examples.c, project_examples.c
        with self._engine.connect() as connection:
            thing = connection.scalar(select(c.thing).where(c.id == id)) or id
            filed = connection.execute(select(project_examples).where(f.id == thing)).one_or_none()
            rows = connection.execute(
                select(examples).where(c.thing == thing).order_by(c.at, c.withdrawn == 0, c.withdrawn)
            ).all()
        if filed is None and not rows:
            raise KeyError("no such example")
        first = [Event(Act.FILED, 0, "", "", filed.intent, filed.text, filed.entities, "")] if filed else []
        return list(reversed([*first, *_told(rows, filed)]))

    @contextmanager
    def _change(self, act: str, person: str, reason: str) -> Iterator[ExampleChange]:
        """One transaction with its line in the audit. Who was quicker is seen by the key on the text."""
        try:
            with writing(self._engine) as connection:
                kept = redact(reason.strip()[:REASON_CHARACTERS])[:REASON_CHARACTERS]
                change = ExampleChange(connection, person, kept, UNDO if act == "example.undo" else "t_")
                yield change
                audit.write(connection, person, act, change.decision, reason)
        except IntegrityError:
            raise Outdated from None


def _told(rows: Sequence[Row[Any]], filed: Row[Any] | None) -> Iterator[Event]:
    """What each row says; where one was undone and nothing of its own came in its place, that as well."""
    decisions = {each.decision for each in rows}
    last = filed
    for each in rows:
        yield _event(each, _act(each, last), each.at, each.person, each.reason, each.decision)
        if each.withdrawn and each.ended not in decisions:
            yield _event(each, Act.UNDONE, each.withdrawn, each.withdrawn_by, "", each.ended)
        last = each


def _act(now: Row[Any], last: Row[Any] | None) -> Act:
    if now.decision.startswith(UNDO):
        return Act.UNDONE
    if not now.intent:
        return Act.REMOVED
    if last is None:
        return Act.ADDED
    if (last.text, last.entities) != (now.text, now.entities) or not last.intent:
        return Act.CHANGED
    return Act.KEPT if last.intent == now.intent else Act.MOVED


def _event(each: Row[Any], act: Act, at: int, person: str, reason: str, decision: str) -> Event:
    return Event(act, at, person, reason, each.intent, each.text, each.entities, decision)
