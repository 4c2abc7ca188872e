"""`bellhop evaluate`: how well a project is understood, by cross-validation and on a test set. Nothing goes live."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from bellhop.evaluated_view import tables
from bellhop.failure import USAGE, Failure
from bellhop.train import Bar, existing
from models.settings import Settings

if TYPE_CHECKING:
    from bot.evaluation.evaluation import Evaluation
    from bot.evaluation.words import Words
    from bot.trying import Tried

# Below BELLHOP_HOME.
REPORTS = "evaluations"
FOLDS_MOST = 20


def run(
    settings: Settings,
    project: Path | None,
    test: Path | None,
    folds: int,
    written: Path | None,
    report: Path | None,
    language: str,
) -> None:
    """`folds` 0: no cross-validation. Raises ProjectError and Untrainable, Failure where there is nothing to be measured."""
    from bot.evaluation.report import can_plot, write_report
    from bot.evaluation.words import words_of

    if folds not in (0, *range(2, FOLDS_MOST + 1)):
        raise Failure(
            f"{folds} folds are not possible.", f"Choose 2 to {FOLDS_MOST}, or 0 for the test set alone.", USAGE
        )
    _writable(written, report)
    folder, words, console = existing(settings, project), words_of(language), Console(highlight=False)
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not can_plot():
        console.print(
            words.no_plots.format(f"{sys.executable} -m pip install matplotlib"), soft_wrap=True, markup=False
        )
    evaluations = _evaluations(settings, folder, test, folds, words, console)
    for each in evaluations:
        for part in tables(each, words):
            console.print(part)
    if written is not None:
        written.write_bytes(msgspec.json.format(msgspec.json.encode(evaluations), indent=2))
    now = datetime.now().astimezone()
    place = report or settings.home / REPORTS / now.strftime("%Y-%m-%d-%H%M%S")
    made = write_report(place, evaluations, words, now)
    if made.lacks_font:
        console.print(words.no_font, soft_wrap=True)
    console.print(words.written.format(made.page), soft_wrap=True, markup=False)


def _writable(written: Path | None, report: Path | None) -> None:
    """Before anything is measured: it takes a minute."""
    if written is not None and (written.is_dir() or not written.absolute().parent.is_dir()):
        raise Failure(f"{written} cannot be written.", "Name a file in a folder that is there.", USAGE)
    if report is not None and report.exists() and not report.is_dir():
        raise Failure(f"{report} is no folder.", "Name a folder for the report, or one that is not there yet.", USAGE)


def _evaluations(
    settings: Settings, folder: Path, test: Path | None, folds: int, words: Words, console: Console
) -> list[Evaluation]:
    from bot.trying import ready

    with Progress(
        TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn(),
        console=console, transient=True,
    ) as shown:  # fmt: skip
        tried = ready(settings, folder, Bar(shown).step)
        found = list(_measured(tried, test, folds, words, shown))
    if not found:
        raise Failure(
            f"The project in {folder} has no test set, and without folds there is nothing to measure.",
            "Write tests/heldout.yml, name a file with --test, or leave --folds out.",
            USAGE,
        )
    if tried.trained:
        console.print(words.trained)
    return found


def _measured(tried: Tried, test: Path | None, folds: int, words: Words, shown: Progress) -> Iterator[Evaluation]:
    from bot.evaluation.project import cross_validated, tested
    from bot.project.examples import examples_of
    from bot.project.load import HELDOUT

    model = tried.model.interpreter
    # Before the folds: a mistake in the file should not be told after a minute.
    data = examples_of(test) if test else tried.project.heldout
    if folds:
        task = shown.add_task(words.folds, total=1.0)
        yield cross_validated(tried.project, model, folds, lambda share: shown.update(task, completed=share))
    if data is not None and data.examples:
        yield tested(tried.project, model, data, str(test or HELDOUT))
