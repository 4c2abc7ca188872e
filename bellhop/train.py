"""`bellhop train`: a model from the project, with a progress bar. A mistake in the project leaves the old model in use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from bellhop import migrate
from bellhop.claimed import claimed
from bellhop.failure import BROKEN, USAGE, Failure
from bellhop.registry import Registry
from bellhop.store import Finding
from bot.folder import project_folder
from bot.nlu.format import is_readable
from models.database import UnusableDatabase
from models.settings import Settings
from models.tables import NAME_CHARACTERS

WARNINGS_SHOWN = 50
STAGES = {"measure": "Measuring", "appraise": "Comparing"}


def run(
    settings: Settings,
    project: Path | None,
    *,
    candidate: bool = False,
    reason: str = "",
    patient: Callable[[], None] | None = None,
) -> None:
    """Into the registry, and live unless it is only a `candidate`. Raises ProjectError and Untrainable for mistakes in the project,
    Failure where there is none, where the new model is refused (it is kept, and the live one goes on), or where another training is under
    way; `patient` is told then, and its end waited for."""
    from bot.project import load_project
    from bot.registry import make_current
    from bot.taught import Taught
    from bot.teachable import project_data, tell
    from bot.train import train

    folder = existing(settings, project)
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    migrate.run(settings, quiet=True)
    with Registry.opened(settings) as registry, claimed(registry.jobs, reason, patient=patient) as job:
        registry.bring()
        with Progress(TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=Console()) as shown:
            bar = Bar(shown)

            def step(stage: str, share: float) -> None:
                job.step(stage, share)
                bar.step(stage, share)

            report = train(
                folder, settings.home, step, actions=settings.actions, current=False,
                taught=Taught.of(registry.engine),
            )  # fmt: skip
            if registry.publish(report.version, reason):
                job.made = report.version
            compared = report.unchanged and registry.appraised(report.version)
            refused = "" if compared else registry.appraise(report.version, folder, step)
        tell(registry.engine, project_data(load_project(folder)))
        answers = registry.release(report.version, reason, live=not candidate and not refused)
        job.done(report, refused)
    if answers:
        make_current(settings.home, report.version)
    for line in (*_warned(report.warnings), *report.components, *report.lines()):
        print(line, flush=True)
    if refused:
        raise Failure(
            f"The new model {report.version} is refused, and the live one goes on. {refused}",
            f"`bellhop models report {report.version}` shows all; `bellhop models promote {report.version} --reason …` overrules it.",
            BROKEN,
        )
    told = f"a candidate: `bellhop models promote {report.version}` lets it answer"
    print(f"It is {'live' if answers else told}.", flush=True)


def existing(settings: Settings, project: Path | None) -> Path:
    """The folder that was named, else that of the settings. Raises Failure where there is none."""
    folder = project or project_folder(settings)
    if not folder.is_dir():
        raise Failure(f"There is no folder {folder}.", "Name the project's folder, or set BELLHOP_PROJECT.", USAGE)
    return folder


def _warned(warnings: Sequence[str]) -> Iterator[str]:
    """Never so many that the report scrolls away."""
    yield from (f"Warning: {each}" for each in warnings[:WARNINGS_SHOWN])
    if len(warnings) > WARNINGS_SHOWN:
        yield f"There are {len(warnings) - WARNINGS_SHOWN} more warnings."


def when_there_is_none(settings: Settings) -> None:
    """Trains for a new deployment, another project, or where the model has a format of before; says when files have changed since.
    Whether the model is whole is seen by the bot, which loads it: to look here as well would cost every start more than a second."""
    folder = project_folder(settings)
    with Registry.opened(settings) as registry:
        live = registry.live()
        new = sum(registry.jobs.new()) if live else 0
    if live is None or live.project != folder.resolve().name[:NAME_CHARACTERS] or not is_readable(live.code_version):
        print(f"Training the bot from {folder} (once)", flush=True)
        run(settings, None, patient=lambda: print("Another training is under way; this one waits for it.", flush=True))
    elif _newest(folder) > live.created / 1000:
        print("The project has changed since its model was trained; `bellhop train` brings it up to date.", flush=True)
    elif new:
        print(
            f"{new} examples were added or taken back since the model was trained; `bellhop train` learns them.",
            flush=True,
        )


def finding(settings: Settings) -> Finding:
    """For `doctor`: is there a model, and is every byte of it what was trained?"""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        with Registry.opened(settings) as registry:
            live = registry.live()
            if live is None:
                return Finding("Model", "none was trained yet", "bellhop train")
            if not registry.whole(live):
                return Finding("Model", f"{live.id} is damaged", "bellhop models rollback, or bellhop train")
            if live.refused:
                return Finding("Model", f"{live.id} cannot be used: {live.refused}", "bellhop models rollback")
    except (SQLAlchemyError, UnusableDatabase):
        return Finding("Model", "cannot be looked at without the database", "bellhop migrate")
    return Finding("Model", f"{live.id}, whole")


def _newest(folder: Path) -> float:
    return max((path.stat().st_mtime for path in folder.rglob("*.y*ml")), default=0.0)


class Bar:
    """One line for each stage of the training."""

    def __init__(self, shown: Progress) -> None:
        self._shown = shown
        self._tasks: dict[str, TaskID] = {}

    def step(self, stage: str, share: float) -> None:
        """`share` from 0 to 1."""
        if stage not in self._tasks:
            self._tasks[stage] = self._shown.add_task(STAGES.get(stage, stage.capitalize()), total=1.0)
        self._shown.update(self._tasks[stage], completed=share)
