"""What webhooks are still to be told, and what they were: an outbox in SQL, written before the log lets go of an entry.

Synchronous: call it through asyncio.to_thread. What is written again is there once.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, and_, delete, exists, insert, or_, select, tuple_, update

from models import audit
from models.audit import COMMAND_LINE
from models.database import writing
from models.hooks import Hook
from models.tables import deliveries, webhooks
from models.webhooks import Event, Kind, events
from stream.change import Line

WAITING, DONE, FAILED = "waiting", "done", "failed"
_ORDER = {str(kind): place for place, kind in enumerate(Kind)}
_AT_ONCE = 500
KEPT_MS = 7 * 24 * 3_600_000
# A server that has taken nothing for so long is told nothing more until an admin has looked.
DISABLE_AFTER_MS = 24 * 3_600_000
FIRST_PAUSE_MS = 5_000
LONGEST_PAUSE_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one webhook. `status` is what was answered last, 0: nothing; `error` is ours. Times in ms since 1970, 0: not yet."""

    id: str
    webhook: str
    conversation: str
    seq: int
    kind: str
    state: str
    at: int
    tries: int
    next_at: int
    done_at: int
    status: int
    error: str


@dataclass(frozen=True, slots=True)
class Due:
    """`first_at`: when it was tried first, 0: never."""

    delivery: Delivery
    body: str
    first_at: int


_COLUMNS = [deliveries.c[name] for name in Delivery.__slots__]


class Deliveries:
    """Of one database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def write(self, hooks: Sequence[Hook], lines: Sequence[Line]) -> None:
        """What these entries are to these webhooks. Entries that come again are known by their place."""
        told = [
            (hook, event)
            for hook in hooks
            for line in lines
            for event in events(line.entry)
            if event.kind in hook.kinds
        ]
        now = _now()
        for first in range(0, len(told), _AT_ONCE):
            rows = {
                (hook.id, event.conversation, event.seq, _ORDER[event.kind]): _row(hook, event, now)
                for hook, event in told[first : first + _AT_ONCE]
            }
            d = deliveries.c
            with writing(self._engine) as connection:
                place = tuple_(d.webhook, d.conversation, d.seq, d.place)
                there = {
                    tuple(row)
                    for row in connection.execute(
                        select(d.webhook, d.conversation, d.seq, d.place).where(place.in_(list(rows)))
                    )
                }
                if new := [row for key, row in rows.items() if key not in there]:
                    connection.execute(insert(deliveries), new)

    def due(self, limit: int = 200) -> Sequence[Due]:
        """Of each conversation and webhook only the first that waits: what comes later is told later."""
        d, before, w, now = deliveries.c, deliveries.alias("before"), webhooks.c, _now()
        b = before.c
        earlier = exists().where(
            b.webhook == d.webhook, b.conversation == d.conversation, b.state == WAITING,
            or_(b.seq < d.seq, and_(b.seq == d.seq, b.place < d.place)),
        )  # fmt: skip
        asked = (
            select(*_COLUMNS, d.body, d.first_at)
            .join(webhooks, w.id == d.webhook)
            .where(d.state == WAITING, d.next_at <= now, w.disabled.is_(False), w.paused_until <= now, ~earlier)
            .order_by(d.next_at, d.at)
        )
        with self._engine.connect() as connection:
            return [Due(Delivery(*row[:-2]), row.body, row.first_at) for row in connection.execute(asked.limit(limit))]

    def delivered(self, due: Due, status: int) -> None:
        w = webhooks.c
        with writing(self._engine) as connection:
            self._set(connection, due, state=DONE, status=status, error="", done_at=_now(), body="")
            failing = (w.id == due.delivery.webhook) & (w.failures > 0)
            connection.execute(update(webhooks).where(failing).values(failures=0, failing_since=0, paused_until=0))

    def missed(self, due: Due, status: int, error: str) -> None:
        """Tried again later. A server that refuses this one event holds up this conversation only, one that is not there is left alone for
        a while altogether. After a day the event is given up, or the webhook disabled where nothing else was taken either."""
        now, tries = _now(), due.delivery.tries
        later = now + pause_ms(tries)
        w, id = webhooks.c, due.delivery.webhook
        with writing(self._engine) as connection:
            hook = connection.execute(select(webhooks).where(w.id == id)).one_or_none()
            if hook is None:
                return
            since = hook.failing_since or now
            refused = 400 <= status < 500 and status not in (408, 429)
            # Where nothing else was taken since it was tried first, it is not this event's fault.
            others = 0 < due.first_at < since
            given_up = refused and others and now - due.first_at > DISABLE_AFTER_MS
            self._set(connection, due, state=FAILED if given_up else WAITING, status=status, error=error, next_at=later)
            changed: dict[str, Any] = {"failures": hook.failures + 1, "failing_since": since}
            if not refused:
                changed["paused_until"] = now + pause_ms(hook.failures)
            if now - since > DISABLE_AFTER_MS and not hook.disabled:
                changed["disabled"] = True
                audit.write(connection, COMMAND_LINE, "webhook.disable", id, "nothing was taken for a day")
            connection.execute(update(webhooks).where(w.id == id).values(**changed))

    def _set(self, connection: Any, due: Due, **changed: Any) -> None:
        this = (deliveries.c.id == due.delivery.id) & (deliveries.c.state == WAITING)
        tried = {"tries": due.delivery.tries + 1, "first_at": due.first_at or _now()}
        connection.execute(update(deliveries).where(this).values(**tried, **changed))

    def page(self, webhook: str, before: str = "", limit: int = 50) -> Sequence[Delivery]:
        """Newest first, older than the delivery `before`."""
        d = deliveries.c
        asked = select(*_COLUMNS).where(d.webhook == webhook)
        if before:
            asked = asked.where(d.id < before)
        with self._engine.connect() as connection:
            return [Delivery(*row) for row in connection.execute(asked.order_by(d.id.desc()).limit(limit))]

    def sweep(self) -> None:
        """What is older than a week goes, also what waits for a webhook that nobody has enabled since."""
        with writing(self._engine) as connection:
            connection.execute(delete(deliveries).where(deliveries.c.at < _now() - KEPT_MS))


def pause_ms(failures: int) -> int:
    """5 s, doubled with each failure, at most an hour; less or more by a fifth, so that not all come at once."""
    whole = min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** min(failures, 20))
    return int(whole * (0.8 + 0.4 * secrets.randbelow(1000) / 1000))


def _row(hook: Hook, event: Event, now: int) -> dict[str, Any]:
    return {
        "id": f"d_{time.time_ns():016x}{secrets.token_hex(6)}", "webhook": hook.id, "conversation": event.conversation,
        "seq": event.seq, "place": _ORDER[event.kind], "kind": event.kind, "body": event.body, "state": WAITING, "at": now,
        "tries": 0, "first_at": 0, "next_at": 0, "done_at": 0, "status": 0, "error": "",
    }  # fmt: skip


def _now() -> int:
    return time.time_ns() // 1_000_000
