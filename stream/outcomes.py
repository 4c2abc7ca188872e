"""What came of each conversation, one row for each, for reports. A row says up to which entry it was made, and goes on from there: to
make it twice changes nothing, and what a crash left undone is done by the next look.

Synchronous: call it through asyncio.to_thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, case, delete, func, insert, or_, select

from models import releases, trial, trials
from models.database import writing
from models.tables import ID_CHARACTERS, NAME_CHARACTERS, conversations, messages, outcomes
from stream.fields import decoded, hash_fields

AT_ONCE = 500
# MariaDB turns longer IN lists into a subquery.
_QUIET = case((messages.c.kind == "message", ""), else_=messages.c.body)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Times in ms since 1970, 0: not yet. `asked` to `reason` are of the first hand-off, `agent` is who answered last. `closed` is 0
    again where it was reopened. `stars` 0: not rated.
    """

    conversation: str
    seq: int = 0
    began: int = 0
    reason: str = ""
    asked: int = 0
    taken: int = 0
    answered: int = 0
    closed: int = 0
    agent: str = ""
    customer_messages: int = 0
    bot_messages: int = 0
    agent_messages: int = 0
    stars: int = 0


@dataclass(frozen=True, slots=True)
class Said:
    """Of one entry what counts here. `body` is empty for messages: what was said is not looked at."""

    seq: int
    at: int
    kind: str
    author_kind: str
    author: str
    body: str


class _Body(msgspec.Struct):
    holder: str = ""
    verb: str = ""
    reason: str | None = None
    asked: int | None = None
    agent: dict[str, Any] | None = None
    stars: int = 0


def outcome(made: Outcome, entries: Iterable[Said]) -> Outcome:
    """With the entries that lie behind those that it was made of, in order. Pure."""
    for each in entries:
        made = _after(replace(made, seq=each.seq, began=made.began or each.at), each)
    return made


def _after(made: Outcome, each: Said) -> Outcome:
    match each.kind, each.author_kind:
        case "message", "customer":
            return replace(made, customer_messages=made.customer_messages + 1)
        case "message", "bot":
            return replace(made, bot_messages=made.bot_messages + 1)
        case "message", "agent":
            first = made.answered or (each.at if made.taken else 0)
            return replace(
                made, agent_messages=made.agent_messages + 1, answered=first, agent=each.author or made.agent
            )
        case "holder", _:
            return _moved(made, each.at, msgspec.json.decode(each.body, type=_Body))
        case "rating", _:
            return replace(made, stars=msgspec.json.decode(each.body, type=_Body).stars)
        case _:
            return made


def _moved(made: Outcome, at: int, body: _Body) -> Outcome:
    match body.holder:
        case "queue" if not made.asked:
            return replace(made, asked=at, reason=(body.reason or "")[:NAME_CHARACTERS], closed=0)
        case "agent":
            agent = str((body.agent or {}).get("id") or "")[:ID_CHARACTERS]
            # An agent who steps in unasked is a hand-off too: nobody waited.
            return replace(
                made,
                asked=made.asked or at,
                reason=made.reason or ("" if made.asked else "joined"),
                taken=made.taken or at,
                agent=agent,
                closed=0,
            )
        case "nobody":
            return replace(made, closed=at)
        case _:
            return replace(made, closed=0)


class Outcomes:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def look(self, since: int = 0) -> int:
        """Brings up to date the rows of at most AT_ONCE conversations that changed later than `since` (ms); how many there were."""
        with self._engine.connect() as connection:
            stale = connection.scalars(
                select(conversations.c.id)
                .outerjoin(outcomes, outcomes.c.conversation == conversations.c.id)
                .where(conversations.c.last_at >= since)
                .where(or_(outcomes.c.seq.is_(None), outcomes.c.seq < conversations.c.seq))
                .limit(AT_ONCE)
            ).all()
        if stale:
            with writing(self._engine) as connection:
                self._make(connection, stale)
        return len(stale)

    def _make(self, connection: Connection, names: Sequence[str]) -> None:
        c, known = messages.c, {each.conversation: each for each in _made(connection, names)}
        rows = connection.execute(
            select(c.conversation, c.seq, c.at, c.kind, c.author_kind, c.author_id, _QUIET.label("body"))
            .outerjoin(outcomes, outcomes.c.conversation == c.conversation)
            .where(c.conversation.in_(names), c.seq > func.coalesce(outcomes.c.seq, 0))
            .order_by(c.conversation, c.seq)
        )
        said: dict[str, list[Said]] = {}
        for row in rows:
            entry = Said(row.seq, row.at, row.kind, row.author_kind, row.author_id or "", row.body)
            said.setdefault(row.conversation, []).append(entry)
        made = [outcome(known.get(name) or Outcome(name), entries) for name, entries in said.items()]
        _try(connection, {each.conversation: each.stars for each in made})
        connection.execute(delete(outcomes).where(outcomes.c.conversation.in_(list(said))))
        if made:
            connection.execute(
                insert(outcomes), [{name: getattr(each, name) for name in Outcome.__slots__} for each in made]
            )


def _made(connection: Connection, names: Sequence[str]) -> list[Outcome]:
    columns = [outcomes.c[name] for name in Outcome.__slots__]
    rows = connection.execute(select(*columns).where(outcomes.c.conversation.in_(names)))
    return [Outcome(*row) for row in rows]


def _try(connection: Connection, stars: Mapping[str, int]) -> None:
    """While two models are compared, what came of these conversations with them."""
    if not releases.holding(connection).canary:
        return
    c = conversations.c
    rows = connection.execute(select(c.id, c.state).where(c.id.in_(stars)))
    found = {row.id: trial.read(hash_fields(decoded(row.state)).get("trial", "")) for row in rows}
    trials.put(connection, {name: (each, stars[name]) for name, each in found.items() if each is not None})
