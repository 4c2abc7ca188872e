"""The process that trains for a job: a candidate from the project and from what people have taught, published and appraised.

It tells how far it is down its output, one JSON object a line, and writes nothing of the job into SQL: its worker does.
"""

from __future__ import annotations

import errno
import importlib
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import msgspec
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.aside import aside, leave_with_the_other
from bot.folder import project_folder
from bot.nlu.errors import ModelRefused, NoExamples, OneIntent, Untrainable, UnusablePattern
from bot.project import ProjectError, load_project
from bot.publishing import publish, usable
from bot.teachable import tell as tell_desk
from models.database import open_engine
from models.model_reports import ModelReports
from models.releases import Releases
from models.settings import Settings, load
from models.training import LINE_CHARACTERS, Cause, Outcome, State, Step, way
from models.training_jobs import TrainingJobs
from models.versions import IncompleteUpload, Versions

WARNINGS = 50

_NO_MEMORY = "There was not enough memory. Train on a machine with more, or with fewer examples."
_NO_SPACE = "There is no space left on the disk."
_NO_SQL = "The database did not answer."


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing of: it is so far (`share` of the whole way); a line for the log; a version that was not there before; how it ended."""

    step: str = ""
    share: float = 0.0
    said: str = ""
    made: str = ""
    outcome: Outcome | None = None


Tell = Callable[[Told], None]


def run(settings: Settings, engine: Engine, person: str, reason: str, tell: Tell) -> Outcome:
    """How it ended. Raises nothing: what goes wrong is the outcome."""
    try:
        return _run(settings, engine, person, reason, tell)
    except Exception as error:  # noqa: BLE001 - libraries and a project's own code raise what they like
        _say(tell, *_lines_of(error))
        return failed(error)


def _libraries() -> None:
    """Two seconds of work for a whole core."""
    importlib.import_module("bot.appraise")
    importlib.import_module("bot.train")


def _run(settings: Settings, engine: Engine, person: str, reason: str, tell: Tell) -> Outcome:
    aside(_libraries, settings.training_nice)
    from bot.appraisal.gate import refusal
    from bot.appraise import appraise
    from bot.taught import Taught
    from bot.train import TrainReport, train

    def moved(step: str, share: float) -> None:
        tell(Told(step=step, share=way(Step(step), share)))

    moved(Step.PROJECT, 0.0)
    taught = Taught.of(engine)
    _say(tell, f"Reads the project and {len(taught.added)} examples that people have added.")
    folder, versions = project_folder(settings), Versions(engine)
    known = usable(versions)

    def trained() -> TrainReport:
        return train(folder, settings.home, moved, actions=settings.actions, current=False, taught=taught, known=known)

    # The desk lists what is learned now, and not what the files had when a bot began.
    tell_desk(engine, aside(lambda: load_project(folder), settings.training_nice))
    report = aside(trained, settings.training_nice)
    _say(tell, *(f"Warning: {each}" for each in report.warnings[:WARNINGS]), *report.lines())
    if versions.get(report.version) is None:
        # Said before: who dies in between leaves nothing that nobody has appraised.
        tell(Told(made=report.version))
    elif report.unchanged and ModelReports(engine).get(report.version):
        return Outcome(State.DONE, report.version)
    moved(Step.PUBLISH, 0.0)
    publish(versions, settings.home, report.version, person, reason)
    Releases(engine).tidy()
    refused = refusal(aside(lambda: appraise(engine, settings, report.version, moved), settings.training_nice).verdict)
    _say(tell, f"It is refused: {refused}" if refused else "It is no worse than the live model.")
    return Outcome(State.DONE, report.version)


def _say(tell: Tell, *lines: str) -> None:
    for each in lines:
        tell(Told(said=each[:LINE_CHARACTERS]))


def failed(error: BaseException) -> Outcome:
    """What people are told of it. Foreign texts are not repeated: they can hold what customers typed, or a password."""
    cause, sentence = _why(error)
    return Outcome(State.FAILED, cause=cause, failure=sentence)


def _why(error: BaseException) -> tuple[Cause, str]:
    match error:
        case ProjectError():
            more = len(error.problems) - 1
            told = f" And {more} more: the log has them." if more else ""
            return Cause.PROJECT, f"The project has a mistake: {error.problems[0]}{told}"
        case NoExamples():
            return Cause.NO_EXAMPLES, str(error)
        case OneIntent():
            return Cause.ONE_INTENT, str(error)
        case UnusablePattern():
            return Cause.PATTERN, str(error)
        case Untrainable():
            return Cause.EXAMPLES, str(error)
        case ModelRefused():
            return Cause.MODEL, str(error)
        case MemoryError():
            return Cause.MEMORY, _NO_MEMORY
        case SQLAlchemyError() | IncompleteUpload():
            return Cause.DATABASE, _NO_SQL
        case OSError(errno=errno.ENOSPC | errno.EDQUOT):
            return Cause.SPACE, _NO_SPACE
        case OSError(errno=errno.ENOMEM):
            return Cause.MEMORY, _NO_MEMORY
        case OSError():
            return Cause.SYSTEM, f"The system refused: {(error.strerror or type(error).__name__).lower()}."
        case _:
            return Cause.UNKNOWN, f"Bellhop met an error that it does not know: {type(error).__name__}."


def _lines_of(error: Exception) -> list[str]:
    """All mistakes of a project; of an error that we do not know the place, never its text."""
    match error:
        case ProjectError():
            return [str(each) for each in error.problems]
        case Untrainable() | ModelRefused() | OSError() | SQLAlchemyError() | IncompleteUpload():
            return []
        case _:
            places = traceback.extract_tb(error.__traceback__)[-3:]
            return [f"{type(error).__name__} at {Path(each.filename).name}:{each.lineno}" for each in places]


def main(id: str) -> None:
    # What a project's actions print when they are loaded is not for our worker.
    told = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    leave_with_the_other()

    def tell(what: Told) -> None:
        told.write(msgspec.json.encode(what) + b"\n")

    settings = load()
    engine = open_engine(settings.sql_url)
    try:
        job = TrainingJobs(engine).get(id)
        assert job is not None, "a worker has just taken it"
        tell(Told(outcome=run(settings, engine, job.person, job.reason, tell)))
    finally:
        engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1])
