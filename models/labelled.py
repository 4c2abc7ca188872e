"""What people have labelled in the inbox, as training and comparison of models need it: by age, with the group it was decided with.

Synchronous: call it through asyncio.to_thread.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine, and_, func, select

from models.examples import HEARD
from models.inbox import State
from models.tables import examples, inbox


@dataclass(frozen=True, slots=True)
class Labelled:
    """An example that came from the inbox. `group` says with what it was shown, `decision` with what it was decided; `at` in ms since
    1970."""

    text: str
    intent: str
    group: str
    decision: str
    at: int


@dataclass(frozen=True, slots=True)
class Corrected:
    """A turn of which somebody has said what was meant; no intent: nothing that the bot should know."""

    text: str
    intent: str


def labelled(engine: Engine) -> list[Labelled]:
    """Those that are used, oldest first."""
    e, i = examples.c, inbox.c
    joined = examples.outerjoin(inbox, and_(i.conversation == e.conversation, i.seq == e.seq))
    wanted = select(e.text, e.intent, func.coalesce(i.cluster, ""), e.decision, e.at).select_from(joined)
    used = wanted.where(e.withdrawn == 0, e.source == HEARD, e.intent != "").order_by(e.at, e.id)
    with engine.connect() as connection:
        return [Labelled(*row) for row in connection.execute(used)]


def corrected(engine: Engine, limit: int) -> list[Corrected]:
    """The last of them, newest first."""
    i = inbox.c
    decided = select(i.text, i.intent).where(i.state.in_([State.LABELLED, State.OUTSIDE]))
    with engine.connect() as connection:
        rows = connection.execute(decided.order_by(i.decided.desc(), i.conversation, i.seq).limit(limit)).all()
    return [Corrected(*row) for row in rows]
