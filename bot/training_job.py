"""The process that trains for a job: a candidate from the project and from what people have taught, published and appraised.

It tells how far it is down its output, one JSON object a line, and writes nothing of the job into SQL: its worker does.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import msgspec
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.appraisal.gate import refusal
from bot.appraise import appraise
from bot.aside import aside, leave_with_the_other
from bot.folder import project_folder
from bot.nlu.errors import ModelRefused, Untrainable
from bot.project import Project, ProjectError, load_project
from bot.publishing import publish, usable
from bot.taught import Taught
from bot.teachable import project_data
from bot.teachable import tell as tell_desk
from bot.train import TrainReport, train
from bot.training_outcome import Told, failed
from models.database import open_engine
from models.model_reports import ModelReports
from models.project_data import ProjectData
from models.releases import Releases
from models.settings import Settings, load
from models.training import LINE_CHARACTERS, Outcome, State, Step, way
from models.training_jobs import TrainingJobs
from models.versions import IncompleteUpload, Versions

WARNINGS = 50

Tell = Callable[[Told], None]


def run(settings: Settings, engine: Engine, person: str, reason: str, tell: Tell) -> Outcome:
    """How it ended. Raises nothing: what goes wrong is the outcome."""
    try:
        return _run(settings, engine, person, reason, tell)
    except Exception as error:  # noqa: BLE001 - libraries and a project's own code raise what they like
        _say(tell, *_lines_of(error))
        return failed(error)


def _run(settings: Settings, engine: Engine, person: str, reason: str, tell: Tell) -> Outcome:
    def moved(step: str, share: float) -> None:
        tell(Told(step=step, share=way(Step(step), share)))

    moved(Step.PROJECT, 0.0)
    taught = Taught.of(engine)
    _say(tell, f"Reads the project and {len(taught.added)} examples that people have added.")
    folder, versions = project_folder(settings), Versions(engine)
    known = usable(versions)

    def read() -> tuple[Project, ProjectData]:
        found = load_project(folder)
        return found, project_data(found)

    project, data = aside(read, settings.training_nice)
    # The desk lists what is learned now, and not what the files had when a bot began.
    tell_desk(engine, data)

    def trained() -> TrainReport:
        return train(project, settings.home, moved, actions=settings.actions, current=False, taught=taught, known=known)

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
