"""The labelling inbox: what the bot was not sure of, and what admins say it meant. One decision is for all that say the same.

Texts are masked, as in the log. Synchronous: call it through asyncio.to_thread.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, Row, and_, func, insert, literal, or_, select, tuple_, update

from models import audit
from models.database import writing
from models.examples import Examples, Heard, UnusableExample, checked_intent, fingerprint
from models.markup import Marked
from models.project_data import spans_json
from models.tables import LANGUAGE_CHARACTERS, LAST_TEXT_CHARACTERS, inbox
from models.understood import Guess

PLACES_MOST = 500
SAMPLES = 3
# What a label is worth is weighed in tenths of the doubt.
WHOLE = 10
_CERTAIN = 1000
_ranking = msgspec.json.Decoder(tuple[Guess, ...])


class Why(StrEnum):
    """Why somebody should look at it."""

    DOUBT = "doubt"
    FALLBACK = "fallback"
    HANDOFF = "handoff"
    RATING = "rating"
    FLAG = "flag"


class State(StrEnum):
    OPEN = "open"
    LABELLED = "labelled"
    OUTSIDE = "outside"
    SKIPPED = "skipped"


class Verdict(StrEnum):
    """What an admin says: it means this intent, nothing that the bot should know, or not to be asked again."""

    INTENT = "intent"
    OUTSIDE = "outside"
    SKIP = "skip"


_BECOMES = {Verdict.INTENT: State.LABELLED, Verdict.OUTSIDE: State.OUTSIDE, Verdict.SKIP: State.SKIPPED}


@dataclass(frozen=True, slots=True)
class Item:
    """One message. `seq` is its place in the conversation; `ranking` is what it may have meant, best first. `at` in ms since 1970."""

    conversation: str
    seq: int
    at: int
    language: str
    text: str
    ranking: tuple[Guess, ...]
    why: Why
    state: State = State.OPEN
    intent: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Items that say the same. `value` is what a decision is worth: how unsure the bot was (0 to 1), summed over all of them, and less
    where what it is unsure of is likely none of its business."""

    id: str
    items: int
    value: float
    newest: int
    samples: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of a decision: `items` were open, `examples` are new, `known` texts were examples of this intent already."""

    decision: str
    items: int
    examples: int
    known: int


def doubt(ranking: Sequence[Guess]) -> int:
    """0 (sure) to 1000, by the distance between the two best guesses."""
    best = [each.confidence for each in ranking[:2]] + [0.0, 0.0]
    return max(0, min(_CERTAIN, round(_CERTAIN * (1 - (best[0] - best[1])))))


class Inbox:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._examples = Examples(engine)

    def notice(self, items: Collection[Item]) -> None:
        """Puts them in; one that is known already stays as it is, also where somebody has decided."""
        if not items:
            return
        places = {(each.conversation, each.seq): each for each in items}
        with writing(self._engine) as connection:
            known = connection.execute(
                select(inbox.c.conversation, inbox.c.seq).where(_at(places)).with_for_update()
            ).all()
            new = [each for place, each in places.items() if place not in {tuple(row) for row in known}]
            if new:
                connection.execute(insert(inbox), [_row(each) for each in new])

    def groups(
        self, *, language: str = "", why: str = "", after: tuple[int, str] | None = None, limit: int = 50
    ) -> list[Group]:
        """Of what is open, the most valuable first. `after` is (value of 1000ths, id) of the last one that was shown."""
        c = inbox.c
        value = func.sum(c.worth)
        wanted = select(c.cluster, func.count(), value, func.max(c.at)).where(c.state == State.OPEN).group_by(c.cluster)
        if language:
            wanted = wanted.where(c.language.startswith(language, autoescape=True))
        if why:
            wanted = wanted.where(c.why == why)
        if after is not None:
            wanted = wanted.having(or_(value < after[0], and_(value == after[0], c.cluster > after[1])))
        with self._engine.connect() as connection:
            rows = connection.execute(wanted.order_by(value.desc(), c.cluster).limit(limit)).all()
            samples = self._samples(connection, [row[0] for row in rows])
        return [Group(row[0], row[1], int(row[2]) / _CERTAIN, row[3], tuple(samples.get(row[0], ()))) for row in rows]

    def _samples(self, connection: Connection, groups: Sequence[str]) -> dict[str, list[Item]]:
        c = inbox.c
        place = func.row_number().over(partition_by=c.cluster, order_by=(c.doubt.desc(), c.at.desc())).label("place")
        ranked = select(inbox, place).where(c.state == State.OPEN, c.cluster.in_(groups)).subquery()
        found: dict[str, list[Item]] = {}
        for row in connection.execute(select(ranked).where(ranked.c.place <= SAMPLES).order_by(ranked.c.place)):
            found.setdefault(row.cluster, []).append(_item(row))
        return found

    def open(self) -> int:
        """How many wait for a decision."""
        with self._engine.connect() as connection:
            counted = select(func.count()).select_from(inbox).where(inbox.c.state == State.OPEN)
            return int(connection.scalar(counted) or 0)

    def mark(self) -> tuple[int, int]:
        """(open items, when the newest came, ms): something is new where it is another."""
        with self._engine.connect() as connection:
            counted = select(func.count(), func.max(inbox.c.at)).where(inbox.c.state == State.OPEN)
            count, newest = connection.execute(counted).one()
        return int(count), int(newest or 0)

    def of(self, group: str, limit: int = PLACES_MOST) -> list[Item]:
        """Its open items, those first of which the bot was least sure."""
        c = inbox.c
        wanted = select(inbox).where(c.state == State.OPEN, c.cluster == group).order_by(c.doubt.desc(), c.at.desc())
        with self._engine.connect() as connection:
            return [_item(row) for row in connection.execute(wanted.limit(limit))]

    def decide(
        self,
        places: Collection[tuple[str, int]],
        verdict: Verdict,
        intent: str,
        person: str,
        marked: Marked | None = None,
    ) -> Decided:
        """All or nothing. What somebody else has decided meanwhile stays as they said. `marked`: one of the texts with its entities.

        Raises UnusableExample, Contradiction where a text is an example of another intent, and Known where the marked one is an example
        of this intent already.
        """
        intent = checked_intent(intent) if verdict is Verdict.INTENT else ""
        decision, now = f"d_{secrets.token_hex(16)}", _now()
        with writing(self._engine) as connection:
            wanted = select(inbox).where(_at(places), inbox.c.state == State.OPEN).order_by(*inbox.primary_key)
            items = [_item(row) for row in connection.execute(wanted.with_for_update())]
            made, known = 0, 0
            if verdict is Verdict.INTENT:
                texts = {
                    fingerprint(each.text): Heard(each.text, each.language, each.conversation, each.seq)
                    for each in items
                }
                spans = {}
                if marked is not None and items:
                    texts |= _of(marked, items)
                    spans[fingerprint(marked.text)] = spans_json(marked.spans)
                made = self._examples.add_heard(connection, list(texts.values()), intent, person, decision, now, spans)
                known = len(texts) - made
            if items:
                changed = update(inbox).where(_at([(each.conversation, each.seq) for each in items]))
                connection.execute(
                    changed.values(
                        state=_BECOMES[verdict], intent=intent, person=person, decided=now, decision=decision
                    )
                )
                audit.write(connection, person, f"inbox.{verdict}", decision)
        return Decided(decision, len(items), made, known)

    def undo(self, decision: str, person: str) -> int:
        """How many are open again. Raises KeyError for one that is none, or is undone already."""
        with writing(self._engine) as connection:
            again = update(inbox).where(inbox.c.decision == decision)
            reopened = connection.execute(
                again.values(state=State.OPEN, intent="", person="", decided=0, decision="")
            ).rowcount
            if not reopened:
                raise KeyError("no such decision")
            self._examples.withdraw_decision(connection, decision, person)
            audit.write(connection, person, "inbox.undo", decision)
        return int(reopened)

    def regroup(self, groups: Mapping[str, str]) -> None:
        """Puts all open items of the groups (keys) into others (values)."""
        with writing(self._engine) as connection:
            for before, after in groups.items():
                moved = update(inbox).where(inbox.c.cluster == before, inbox.c.state == State.OPEN)
                connection.execute(moved.values(cluster=after))

    def texts(self, limit: int) -> dict[str, str]:
        """group → one of its texts, of open items, the most valuable groups first."""
        c = inbox.c
        wanted = select(c.cluster, func.min(c.text)).where(c.state == State.OPEN).group_by(c.cluster)
        with self._engine.connect() as connection:
            rows = connection.execute(wanted.order_by(func.sum(c.worth).desc(), c.cluster).limit(limit)).all()
        return {row[0]: row[1] for row in rows}

    def outside(self, limit: int) -> list[str]:
        """What admins said is none of the bot's business, the last decisions first."""
        c = inbox.c
        wanted = select(c.text).where(c.state == State.OUTSIDE).group_by(c.text).order_by(func.max(c.decided).desc())
        with self._engine.connect() as connection:
            return list(connection.scalars(wanted.limit(limit)))

    def weigh(self, tenths: int, groups: Collection[str]) -> None:
        """A label of them is worth so many tenths (1 to 10) of how unsure the bot was. What an agent has flagged keeps all of it."""
        c = inbox.c
        worth = c.doubt * tenths // WHOLE
        of = and_(c.state == State.OPEN, c.cluster.in_(list(groups)), c.why != Why.FLAG)
        weighed = update(inbox).where(of, c.worth != worth)
        with writing(self._engine) as connection:
            connection.execute(weighed.values(worth=worth))


def _of(marked: Marked, items: Sequence[Item]) -> dict[str, Heard]:
    """Character by character, as places of entities count them; what only says the same is no such text."""
    for each in items:
        if each.text.strip() == marked.text:
            return {fingerprint(each.text): Heard(marked.text, each.language, each.conversation, each.seq)}
    raise UnusableExample("The marked text is none of these messages.")


def _at(places: Collection[tuple[str, int]]) -> Any:
    """The rows at these places; none for no places."""
    if not places:
        return literal(value=False)
    return tuple_(inbox.c.conversation, inbox.c.seq).in_(list(places))


def _row(item: Item) -> dict[str, Any]:
    """Cut to its columns: a project may put anything into the language, and one row that MySQL refuses would hold up the archive."""
    language, text = item.language[:LANGUAGE_CHARACTERS], item.text[:LAST_TEXT_CHARACTERS]
    unsure = doubt(item.ranking)
    return {
        "conversation": item.conversation, "seq": item.seq, "at": item.at, "language": language, "text": text,
        "ranking": msgspec.json.encode(item.ranking).decode(), "doubt": unsure, "worth": unsure, "why": str(item.why),
        "cluster": fingerprint(item.text), "state": str(item.state), "intent": "", "person": "", "decided": 0, "decision": "",
    }  # fmt: skip


def _item(row: Row[Any]) -> Item:
    return Item(
        row.conversation, row.seq, row.at, row.language, row.text, _ranking.decode(row.ranking), Why(row.why),
        State(row.state), row.intent,
    )  # fmt: skip


def _now() -> int:
    return time.time_ns() // 1_000_000
