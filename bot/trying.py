"""A model to try a project with: the live one where it was trained on the same, else one of its own, which goes live nowhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from bot.project import Project, load_project
from bot.project.endpoints import chosen
from bot.registry import Model, ModelRefused, load_model
from bot.train import Progress, is_of, train
from models.settings import Settings

# Below BELLHOP_HOME: a second try need not train again.
TRIED = "tried"


@dataclass(frozen=True, slots=True)
class Tried:
    """`trained`: there was none that fits."""

    project: Project
    model: Model
    trained: bool


def ready(settings: Settings, folder: Path, progress: Progress) -> Tried:
    """Raises ProjectError and Untrainable for mistakes in the project."""
    loaded = load_project(folder)
    project = replace(loaded, action_endpoint=chosen(loaded.action_endpoint, settings.actions))
    if (live := _fitting(settings.home, project)) is not None:
        return Tried(project, live, trained=False)
    home = settings.home / TRIED
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    report = train(folder, home, progress, actions=settings.actions)
    return Tried(project, load_model(home), trained=not report.unchanged)


def _fitting(home: Path, project: Project) -> Model | None:
    try:
        model = load_model(home)
    except ModelRefused:
        return None
    return model if is_of(model.manifest, project) else None
