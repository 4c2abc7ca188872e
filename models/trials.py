"""In SQL what came of the conversations of two models that are compared: one row for each, made again whenever there is more.

Synchronous: call it through asyncio.to_thread.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, Engine, case, delete, func, insert, select

from models.release import Arm
from models.tables import trials
from models.trial import Trial

SATISFIED_STARS = 4


def put(connection: Connection, found: Mapping[str, tuple[Trial, int]]) -> None:
    """conversation → what came of it, and the customer's stars (0: not rated). Over what was there of the same comparison."""
    t = trials.c
    for name, (each, _) in found.items():
        connection.execute(delete(trials).where(t.trial == each.release, t.conversation == name))
    rows = [
        {
            "trial": each.release,
            "conversation": name,
            "model": each.model,
            "turns": each.turns,
            "missed": each.missed,
            "handed": int(each.handed),
            "stars": stars,
        }
        for name, (each, stars) in found.items()
    ]
    if rows:
        connection.execute(insert(trials), rows)


def arms(engine: Engine, trial: int) -> Mapping[str, Arm]:
    """By model."""
    t = trials.c
    sums = select(
        t.model,
        func.count(),
        func.sum(t.turns),
        func.sum(case((t.missed > 0, 1), else_=0)),
        func.sum(t.handed),
        func.sum(case((t.stars > 0, 1), else_=0)),
        func.sum(case((t.stars >= SATISFIED_STARS, 1), else_=0)),
        func.sum(t.stars),
    ).where(t.trial == trial)
    with engine.connect() as connection:
        rows = connection.execute(sums.group_by(t.model)).all()
    # MySQL's sums are decimals.
    return {row[0]: Arm(row[0], *(int(each) for each in row[1:])) for row in rows}
