"""Training jobs in SQL: whoever asks for one, does it or looks at it may end and begin again. One at a time in a deployment.

Synchronous: call it through asyncio.to_thread.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from models import audit, releases
from models.database import writing
from models.examples import Examples
from models.releases import Releases
from models.sensitive import redact
from models.tables import REASON_CHARACTERS, training_jobs
from models.training import (
    Cause,
    Ended,
    Figures,
    Job,
    Known,
    Line,
    Outcome,
    Source,
    Standing,
    State,
    UnderWay,
    kept,
)
from models.versions import Versions

# Renewed once a second; SQL may be slow for a while without a second worker beginning the same.
CLAIM_MS = 30_000
# Who lost it twice would lose it a third time.
TRIES = 2
KEPT = 100
_PARTS = 1000
# The slot of the job that waits or runs; of one that has ended it is its id, so that there is one at a time.
_OPEN = "open"
_lines = msgspec.json.Decoder(tuple[Line, ...])

_LOST = Outcome(
    State.FAILED, cause=Cause.LOST,
    failure="Twice the bot that trained went away before the end. Memory may have run out; its log says more.",
)  # fmt: skip
_COMMAND_LOST = Outcome(
    State.FAILED, cause=Cause.LOST, failure="The command that trained ended before the training did."
)
_INSTEAD = Outcome(State.CANCELLED, failure="`bellhop train` was run instead.")


def _now() -> int:
    return time.time_ns() // 1_000_000


class TrainingJobs:
    def __init__(self, engine: Engine, now: Callable[[], int] = _now) -> None:
        self._engine = engine
        self._now = now

    def ask(self, person: str, reason: str, source: Source = Source.PERSON, id: str = "") -> Job:
        """One that waits for a worker. Raises UnderWay, and Known for an `id` that there was before."""
        return self._add(_new(id or _id(), source, person, reason, self._now()))

    def begin(self, worker: str, reason: str) -> Job:
        """One that the command line does itself; what waited is done with it. Raises UnderWay."""
        now = self._now()
        row = _new(_id(), Source.COMMAND, audit.COMMAND_LINE, reason, now)
        return self._add({**row, **_claimed(worker, now), "started": now, "tries": 1})

    def _add(self, row: dict[str, Any]) -> Job:
        try:
            with writing(self._engine) as connection:
                self._settle(connection, instead=row["state"] == State.RUNNING)
                connection.execute(insert(training_jobs).values(**row))
                audit.write(connection, row["person"], "training.start", row["id"], row["reason"])
                _tidy(connection)
        except IntegrityError:
            if self.get(row["id"]) is not None:
                raise Known from None
            raise UnderWay(self.open()) from None
        return _job(row)

    def claim(self, worker: str) -> Job | None:
        """The one that waits, or that its worker has lost; None where there is none. Of several that ask one gets it."""
        now, c = self._now(), training_jobs.c
        if self.open() is None:
            return None
        with writing(self._engine) as connection:
            self._settle(connection)
            row = _open(connection)
            if row is None or (row.state == State.RUNNING and row.claimed_until > now):
                return None
            if row.cancelling:
                _end(connection, row.id, Outcome(State.CANCELLED), now)
                return None
            values = {**_claimed(worker, now), "started": row.started or now, "tries": row.tries + 1}
            connection.execute(update(training_jobs).where(c.id == row.id).values(**values))
            return _job({**row._mapping, **values})

    def renew(self, job: str, worker: str, step: str, share: float, log: Sequence[Line], made: str = "") -> Standing:
        """Says how far it is, and that its worker lives. `made`: a version that was not there before, and goes where it is not done."""
        c = training_jobs.c
        with writing(self._engine) as connection:
            here = connection.execute(select(c.cancelling).where(*_held(job, worker)).with_for_update()).one_or_none()
            if here is None:
                return Standing.LOST
            told = {"step": step, "share": round(share * _PARTS), "log": _written(log), "model": made}
            values = {**told, **_claimed(worker, self._now())}
            connection.execute(update(training_jobs).where(c.id == job).values(**values))
            return Standing.CANCELLING if here.cancelling else Standing.MINE

    def finish(self, job: str, worker: str, outcome: Outcome, log: Sequence[Line], made: str = "") -> bool:
        """Whether it was still this worker's."""
        with writing(self._engine) as connection:
            if not connection.execute(update(training_jobs).where(*_held(job, worker)).values(model=made)).rowcount:
                return False
            _end(connection, job, outcome, self._now(), log)
        return True

    def put_back(self, job: str, worker: str, made: str = "") -> None:
        """Its worker stops in order: another one takes it, and this try does not count."""
        c = training_jobs.c
        with writing(self._engine) as connection:
            back = update(training_jobs).where(*_held(job, worker))
            connection.execute(
                back.values(
                    state=State.QUEUED, worker="", claimed_until=0, step="", share=0, model=made, tries=c.tries - 1
                )
            )

    def cancel(self, job: str, person: str) -> Job:
        """At once where it waits; else its worker ends it within seconds. Raises KeyError for one that is none, Ended."""
        c = training_jobs.c
        with writing(self._engine) as connection:
            row = connection.execute(select(training_jobs).where(c.id == job).with_for_update()).one_or_none()
            if row is None:
                raise KeyError("no such job")
            if row.slot != _OPEN:
                raise Ended
            if not row.cancelling:
                connection.execute(update(training_jobs).where(c.id == job).values(cancelling=True))
                audit.write(connection, person, "training.cancel", job)
            if row.state == State.QUEUED:
                _end(connection, job, Outcome(State.CANCELLED), self._now())
            return _job(connection.execute(select(training_jobs).where(c.id == job)).one()._mapping)

    def page(self, limit: int = KEPT) -> list[Job]:
        """Newest first."""
        c = training_jobs.c
        wanted = select(training_jobs).order_by(c.created.desc(), c.id.desc()).limit(limit)
        with self._engine.connect() as connection:
            return [_job(row._mapping) for row in connection.execute(wanted)]

    def get(self, id: str) -> Job | None:
        with self._engine.connect() as connection:
            row = connection.execute(select(training_jobs).where(training_jobs.c.id == id)).one_or_none()
        return None if row is None else _job(row._mapping)

    def open(self) -> Job | None:
        """The one that waits or is under way."""
        with self._engine.connect() as connection:
            row = _open(connection)
        return None if row is None else _job(row._mapping)

    def read(self, model: str) -> int:
        """When the examples were read from which this model was made last; 0: no job has made it."""
        c = training_jobs.c
        begun = select(func.max(c.started)).where(c.model == model, c.state == State.DONE)
        with self._engine.connect() as connection:
            return connection.scalar(begun) or 0

    def new(self) -> tuple[int, int]:
        """How many examples were added, and taken back, since those of the live model were read."""
        live = Releases(self._engine).now().live
        version = Versions(self._engine).get(live) if live else None
        since = (self.read(live) or version.created) if version else 0
        return Examples(self._engine).since(since)

    def figures(self) -> Figures:
        c = training_jobs.c
        with self._engine.connect() as connection:
            row = _open(connection)
            succeeded = connection.scalar(select(func.max(c.ended)).where(c.state == State.DONE)) or 0
            failed = select(func.count()).where(c.state == State.FAILED, c.ended > succeeded)
            return Figures(
                row is not None and row.state == State.RUNNING, succeeded, int(connection.scalar(failed) or 0)
            )

    def _settle(self, connection: Connection, *, instead: bool = False) -> None:
        """Ends what nobody will go on with. `instead`: another one is done now, so also what waits for a worker."""
        row, now = _open(connection, lock=True), self._now()
        if row is None or (row.state == State.RUNNING and row.claimed_until > now):
            return
        if instead:
            _end(connection, row.id, _INSTEAD, now)
        elif row.source == Source.COMMAND:
            _end(connection, row.id, _COMMAND_LOST, now)
        elif row.state == State.RUNNING and row.tries >= TRIES:
            _end(connection, row.id, _LOST, now)


def _new(id: str, source: Source, person: str, reason: str, now: int) -> dict[str, Any]:
    return {
        "id": id, "slot": _OPEN, "source": source, "person": person,
        "reason": redact(reason[:REASON_CHARACTERS])[:REASON_CHARACTERS], "state": State.QUEUED, "step": "", "share": 0,
        "created": now, "started": 0, "ended": 0, "worker": "", "claimed_until": 0, "tries": 0, "cancelling": False,
        "model": "", "cause": "", "failure": "", "log": "[]",
    }  # fmt: skip


def _id() -> str:
    return f"t_{secrets.token_hex(16)}"


def _claimed(worker: str, now: int) -> dict[str, Any]:
    return {"state": State.RUNNING, "worker": worker, "claimed_until": now + CLAIM_MS}


def _open(connection: Connection, *, lock: bool = False) -> Any:
    wanted = select(training_jobs).where(training_jobs.c.slot == _OPEN)
    return connection.execute(wanted.with_for_update() if lock else wanted).one_or_none()


def _held(job: str, worker: str) -> tuple[Any, ...]:
    c = training_jobs.c
    return c.id == job, c.worker == worker, c.state == State.RUNNING


def _end(connection: Connection, job: str, outcome: Outcome, now: int, log: Sequence[Line] | None = None) -> None:
    failure = redact(outcome.failure[:REASON_CHARACTERS])[:REASON_CHARACTERS]
    values: dict[str, Any] = {
        "slot": job, "state": outcome.state, "model": outcome.model, "cause": outcome.cause, "failure": failure, "ended": now,
    }  # fmt: skip
    if outcome.state is State.DONE:
        values |= {"share": _PARTS}
    elif made := connection.scalar(select(training_jobs.c.model).where(training_jobs.c.id == job)):
        # Nobody has said of it whether it is worse.
        releases.forget(connection, made, "its training came to no end")
    if log is not None:
        values |= {"log": _written(log)}
    connection.execute(update(training_jobs).where(training_jobs.c.id == job).values(**values))


def _tidy(connection: Connection) -> None:
    c = training_jobs.c
    old = connection.scalars(select(c.id).where(c.slot != _OPEN).order_by(c.created.desc(), c.id).offset(KEPT)).all()
    if old:
        connection.execute(delete(training_jobs).where(c.id.in_(old)))


def _written(log: Sequence[Line]) -> str:
    return msgspec.json.encode(kept(log)).decode()


def _job(row: Mapping[Any, Any]) -> Job:
    values = {name: row[name] for name in Job.__slots__}
    return Job(
        **{
            **values, "source": Source(row["source"]), "state": State(row["state"]), "share": row["share"] / _PARTS,
            "cancelling": bool(row["cancelling"]), "log": _lines.decode(row["log"]),
        }
    )  # fmt: skip
