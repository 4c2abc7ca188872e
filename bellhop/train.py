"""`bellhop train`: a model from the project, with a progress bar. A mistake in the project leaves the old model in use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from bellhop.failure import USAGE, Failure
from bellhop.store import Finding
from bot.folder import project_folder
from models.settings import Settings

WARNINGS_SHOWN = 50
STAGES = {"measure": "Measuring"}


def run(settings: Settings, project: Path | None) -> None:
    """Raises ProjectError and Untrainable for mistakes in the project, Failure where there is none."""
    from bot.train import train

    folder = existing(settings, project)
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with Progress(TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=Console()) as shown:
        report = train(folder, settings.home, Bar(shown).step, actions=settings.actions)
    for line in (*_warned(report.warnings), *report.components, *report.lines()):
        print(line, flush=True)


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
    """Trains for a new deployment or another project; says when files have changed since. Whether the model is whole is seen by the
    bot, which loads it: to look here as well would cost every start more than a second."""
    made, folder = _live(settings.models), project_folder(settings)
    if made is None or made.project != folder.resolve().name:
        print(f"Training the bot from {folder} (once)", flush=True)
        run(settings, None)
    elif _newest(folder) > made.created.timestamp():
        print("The project has changed since its model was trained; `bellhop train` brings it up to date.", flush=True)


class _Made(msgspec.Struct):
    """What a start must know of the manifest."""

    project: str
    created: datetime


def _live(models: Path) -> _Made | None:
    try:
        version = (models / "current").read_text().strip()
        return msgspec.json.decode((models / version / "manifest.json").read_bytes(), type=_Made)
    except (OSError, ValueError):
        return None


def finding(settings: Settings) -> Finding:
    """For `doctor`: is there a model, and is every byte of it what was trained?"""
    from bot.registry import ModelRefused, current_manifest, current_version

    try:
        version = current_version(settings.home)
    except ModelRefused:
        version = "damaged"
    if version is None:
        return Finding("Model", "none was trained yet", "bellhop train")
    if current_manifest(settings.home) is None:
        return Finding("Model", f"{version} is damaged", "bellhop train")
    return Finding("Model", f"{version}, whole")


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
