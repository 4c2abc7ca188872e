"""In SQL what a shadow read of messages that another model answered. No text is here: conversation and seq say where it is.

Synchronous: call it through asyncio.to_thread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, case, delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from models.database import writing
from models.tables import NAME_CHARACTERS, shadow_readings

# Of one shadow; older ones go.
KEPT = 10_000
PAIRS, EXAMPLES = 20, 50


@dataclass(frozen=True, slots=True)
class ShadowReading:
    """`at` in ms since 1970; confidences in thousandths. `live_…` is of the model that answered."""

    model: str
    conversation: str
    seq: int
    at: int
    intent: str
    confidence: int
    live_intent: str
    live_confidence: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """`same`: read as the same intent. `pairs`: (live intent, shadow's intent, how often), the most frequent first; `examples` are the
    newest that were read otherwise."""

    read: int
    same: int
    pairs: Sequence[tuple[str, str, int]]
    examples: Sequence[ShadowReading]


def put(engine: Engine, found: Sequence[ShadowReading]) -> None:
    """What is there already stays."""
    rows = [_row(each) for each in found]
    try:
        with writing(engine) as connection:
            connection.execute(insert(shadow_readings), rows)
    except IntegrityError:
        for row in rows:
            try:
                with writing(engine) as connection:
                    connection.execute(insert(shadow_readings).values(row))
            except IntegrityError:
                continue


def tidy(engine: Engine, model: str) -> None:
    """The newest ten thousand stay."""
    s = shadow_readings.c
    with writing(engine) as connection:
        oldest = connection.scalar(select(s.at).where(s.model == model).order_by(s.at.desc()).offset(KEPT - 1).limit(1))
        if oldest is not None:
            connection.execute(delete(shadow_readings).where(s.model == model, s.at < oldest))


def compared(engine: Engine, model: str) -> Comparison:
    s = shadow_readings.c
    mine = s.model == model
    differs = s.intent != s.live_intent
    counts = select(func.count(), func.coalesce(func.sum(case((differs, 0), else_=1)), 0)).where(mine)
    pairs = (
        select(s.live_intent, s.intent, func.count().label("times"))
        .where(mine, differs)
        .group_by(s.live_intent, s.intent)
        .order_by(func.count().desc(), s.live_intent, s.intent)
        .limit(PAIRS)
    )
    newest = select(shadow_readings).where(mine, differs).order_by(s.at.desc(), s.seq.desc()).limit(EXAMPLES)
    with engine.connect() as connection:
        read, same = connection.execute(counts).one()
        often = [(row.live_intent, row.intent, int(row.times)) for row in connection.execute(pairs)]
        examples = [
            ShadowReading(*(getattr(row, name) for name in ShadowReading.__slots__))
            for row in connection.execute(newest)
        ]
    return Comparison(int(read), int(same), often, examples)


def _row(each: ShadowReading) -> Mapping[str, object]:
    row = {name: getattr(each, name) for name in ShadowReading.__slots__}
    return {**row, "intent": each.intent[:NAME_CHARACTERS], "live_intent": each.live_intent[:NAME_CHARACTERS]}
