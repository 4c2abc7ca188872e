"""The releases in SQL: one row for each, never changed. The highest number is what holds; of two who write the same one, one is told.

Synchronous: call it through asyncio.to_thread.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, func, insert, select
from sqlalchemy.exc import IntegrityError

from models import audit, trials, versions
from models.choosing import Outdated
from models.database import writing
from models.release import (
    Act,
    Arm,
    NotCompared,
    RefusedRelease,
    Release,
    promoted,
    rolled_back,
    stopped,
    with_canary,
    with_shadow,
    worse,
)
from models.sensitive import redact
from models.tables import REASON_CHARACTERS, model_reports, model_versions, releases

# Versions that are kept: a model of many examples has a hundred megabytes.
KEPT = 10

NO_MODEL = "There is no such model."
NOT_COMPARED = "This model was not compared with the live one yet. Wait until its training has ended; where none is under way, train again."


class Releases:
    """`known` is the number of the release that was looked at; None: whatever holds now. All raise Outdated, RefusedRelease."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def now(self) -> Release:
        with self._engine.connect() as connection:
            return holding(connection)

    def watch(self) -> str:
        """Stops a canary that does worse beyond noise; the reason, or empty."""
        found = self.now()
        if not found.canary:
            return ""
        counts = trials.arms(self._engine, found.trial)
        why = worse(counts.get(found.live, Arm()), counts.get(found.canary, Arm()))
        if why:
            # Of several that watch, and of admins who act meanwhile, the first wins.
            with suppress(Outdated):
                self.stop(found.canary, found.version, audit.COMMAND_LINE, f"stopped by itself: {why}")
                versions.Versions(self._engine).refuse(found.canary, why)
        return why

    def number(self) -> int:
        """Of the release that holds: cheap enough to ask every second."""
        with self._engine.connect() as connection:
            return _number(connection)

    def refused(self) -> int:
        """How many of the models that are released now cannot be used: an alarm."""
        c = model_versions.c
        with self._engine.connect() as connection:
            named = select(func.count()).where(c.id.in_(holding(connection).named), c.refused != "")
            return connection.scalar(named) or 0

    def history(self) -> list[Release]:
        """Oldest first."""
        with self._engine.connect() as connection:
            return _history(connection)

    def promote(self, model: str, known: int | None, person: str, reason: str = "") -> Release:
        """A model that was refused only with a reason."""

        def decide(connection: Connection, now: Release) -> Release:
            _may_answer(connection, now, model, reason)
            return promoted(now, model)

        return self._change(decide, known, person, reason)

    def canary(self, model: str, percent: int, known: int | None, person: str, reason: str = "") -> Release:
        def decide(connection: Connection, now: Release) -> Release:
            _may_answer(connection, now, model, reason)
            return with_canary(now, model, percent)

        return self._change(decide, known, person, reason)

    def shadow(self, model: str, known: int | None, person: str, reason: str = "") -> Release:
        def decide(connection: Connection, now: Release) -> Release:
            _there(connection, model)
            return with_shadow(now, model)

        return self._change(decide, known, person, reason)

    def stop(self, model: str, known: int | None, person: str, reason: str = "") -> Release:
        return self._change(lambda _, now: stopped(now, model), known, person, reason)

    def rollback(self, known: int | None, person: str, reason: str = "") -> Release:
        def decide(connection: Connection, now: Release) -> Release:
            there = connection.scalars(select(model_versions.c.id)).all()
            return rolled_back(now, _history(connection), there)

        return self._change(decide, known, person, reason)

    def remove(self, model: str, person: str, reason: str = "") -> None:
        """Not one that answers or reads. Raises RefusedRelease."""
        with writing(self._engine) as connection:
            _there(connection, model)
            if model in holding(connection).named:
                raise RefusedRelease("This model answers or reads now. Promote another, or stop it, before.")
            versions.remove(connection, model, person, reason)

    def tidy(self) -> None:
        """All but the newest ten versions go, never one that answers or reads, or the one to go back to."""
        with writing(self._engine) as connection:
            c = model_versions.c
            ids = connection.scalars(select(c.id).order_by(c.created.desc(), c.id)).all()
            now = holding(connection)
            kept = now.named | _earlier(now, connection, ids)
            for id in ids[KEPT:]:
                if id not in kept:
                    versions.remove(connection, id, audit.COMMAND_LINE, f"more than {KEPT} are not kept")
            versions.remove_orphans(connection)

    def _change(
        self, decide: Callable[[Connection, Release], Release], known: int | None, person: str, reason: str
    ) -> Release:
        kept = redact(reason[:REASON_CHARACTERS])[:REASON_CHARACTERS]
        try:
            with writing(self._engine) as connection:
                now = holding(connection)
                if known is not None and known != now.version:
                    raise Outdated
                made = msgspec.structs.replace(
                    decide(connection, now), at=time.time_ns() // 1_000_000, person=person, reason=kept
                )
                connection.execute(insert(releases).values(**msgspec.to_builtins(made)))
                if made.act in (Act.PROMOTE, Act.ROLLBACK):
                    versions.lived(connection, made.live)
                audit.write(connection, person, f"model.{made.act}", _subject(now, made), kept)
        except IntegrityError:
            raise Outdated from None
        return made


def forget(connection: Connection, model: str, why: str) -> None:
    """It and its files go, where it answers nobody and never has."""
    c = model_versions.c
    lived = connection.scalar(select(c.lived).where(c.id == model).with_for_update())
    if lived == 0 and model not in holding(connection).named:
        versions.remove(connection, model, audit.COMMAND_LINE, why)


def _there(connection: Connection, model: str) -> str:
    """Why it was refused, or empty. Its row is locked: nobody removes it meanwhile. Raises RefusedRelease."""
    c = model_versions.c
    row = connection.execute(select(c.refused).where(c.id == model).with_for_update()).one_or_none()
    if row is None:
        raise RefusedRelease(NO_MODEL)
    return str(row.refused)


def _may_answer(connection: Connection, now: Release, model: str, reason: str) -> None:
    """Whether the gate has let it pass, or somebody says why it is to answer all the same. Raises RefusedRelease."""
    refused = _there(connection, model)
    if refused and not reason.strip():
        raise RefusedRelease(f"This model was refused ({refused}). Say why it is to answer all the same.")
    waits = bool(now.live) and model not in (now.live, now.canary)
    # The refusal is written before the report: who sees the report has seen the refusal.
    if waits and not refused and not _judged(connection, model):
        raise NotCompared(NOT_COMPARED)


def _judged(connection: Connection, model: str) -> bool:
    """It was compared, or was live once."""
    c = model_versions.c
    if connection.scalar(select(c.lived).where(c.id == model)):
        return True
    known = select(model_reports.c.version).where(model_reports.c.version == model)
    return connection.execute(known).one_or_none() is not None


def holding(connection: Connection) -> Release:
    row = connection.execute(select(releases).order_by(releases.c.version.desc()).limit(1)).one_or_none()
    return Release() if row is None else _release(row._mapping)


def _number(connection: Connection) -> int:
    newest = select(releases.c.version).order_by(releases.c.version.desc()).limit(1)
    return connection.scalar(newest) or 0


def _history(connection: Connection) -> list[Release]:
    rows = connection.execute(select(releases).order_by(releases.c.version)).all()
    return [_release(row._mapping) for row in rows]


def _release(row: Mapping[Any, Any]) -> Release:
    return msgspec.convert({name: row[name] for name in Release.__struct_fields__}, Release)


def _earlier(now: Release, connection: Connection, there: Iterable[str]) -> frozenset[str]:
    try:
        return frozenset({rolled_back(now, _history(connection), there).live})
    except RefusedRelease:
        return frozenset()


def _subject(before: Release, made: Release) -> str:
    match made.act:
        case Act.CANARY:
            return made.canary
        case Act.SHADOW:
            return made.shadow
        case Act.STOP:
            return before.canary if before.canary != made.canary else before.shadow
        case _:
            return made.live
