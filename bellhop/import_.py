"""`bellhop import`: reads a project of Rasa's as it is, trains nothing, and says what is there and what will differ."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bellhop.failure import USAGE, Failure
from bellhop.train import WARNINGS_SHOWN
from models.settings import Settings

if TYPE_CHECKING:
    from bot.project import Project

FATES = {"honoured": "green", "replaced": "yellow", "ignored": "red"}


def run(settings: Settings, folder: Path) -> None:
    """Raises ProjectError with every problem of the folder, Failure where it is none."""
    from dataclasses import replace

    from bot.project import load_project
    from bot.project.endpoints import chosen
    from bot.train import check

    if not folder.is_dir():
        raise Failure(f"There is no folder {folder}.", "Name the folder that has domain.yml and data/.", USAGE)
    loaded = load_project(folder)
    project = replace(loaded, action_endpoint=chosen(loaded.action_endpoint, settings.actions))
    check(project)
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"[bold]{escape(project.name)}[/] can be brought as it is.\n")
    console.print(_contents(project))
    _components(console, project)
    _warnings(console, project)
    console.print("\nNext:")
    for line in _next(project):
        console.print(f"  {line}", markup=False)


def _contents(project: Project) -> Table:
    table = Table.grid(padding=(0, 2))
    counts = {
        "intents": len(project.domain.intents),
        "examples": len(project.training.examples),
        "entities": len(project.domain.entities),
        "slots": len(project.domain.slots),
        "forms": len(project.domain.forms),
        "responses": len(project.domain.responses),
        "rules": len(project.rules),
        "stories": len(project.stories),
        "test conversations": len(project.tests),
    }
    for name, count in counts.items():
        table.add_row(f"{count:,}", name)
    table.add_row(f"{len(project.actions_at):,}", f"custom actions, {_where(project)}")
    return table


def _where(project: Project) -> str:
    return "run by an action server" if project.action_endpoint else "run in the bot's own process"


def _components(console: Console, project: Project) -> None:
    if not project.components:
        console.print("\nThere is no pipeline in config.yml: Bellhop's own is used.")
        return
    console.print("\nWhat becomes of config.yml:")
    for each in project.components:
        console.print(f"  [{FATES[each.fate]}]{each.fate:9}[/] {escape(str(each))}")


def _warnings(console: Console, project: Project) -> None:
    if not project.warnings:
        console.print("\nNothing was passed over.")
        return
    console.print(f"\nWhat was passed over, or is missing ({len(project.warnings)}):")
    for each in sorted(project.warnings)[:WARNINGS_SHOWN]:
        console.print(f"  {each}", markup=False)
    if len(project.warnings) > WARNINGS_SHOWN:
        console.print(f"  and {len(project.warnings) - WARNINGS_SHOWN} more.")


def _next(project: Project) -> Iterator[str]:
    set_to = f"BELLHOP_PROJECT={project.folder}"
    if project.tests:
        yield f"bellhop test {project.folder}          its own test conversations"
    yield f"{set_to} bellhop train      a model, with the figures of how well it understands"
    yield f"{set_to} bellhop serve      all of it, with a page to chat on"
