"""`bellhop models report`: what was found of a version when it was compared with the live one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bellhop.failure import USAGE, Failure
from bellhop.models import named
from bellhop.registry import Registry
from models.model_reports import ModelReports
from models.settings import Settings

if TYPE_CHECKING:
    from models.model_report import ModelReport, ReportFigures

CHANGES_SHOWN = 10


def report(settings: Settings, model: str, written: Path | None) -> None:
    """In short in the terminal, or all of it into a file: JSON where it ends so, else a page. Raises Failure."""
    from models.model_report import ModelReport

    with Registry.opened(settings) as registry:
        reports, id = ModelReports(registry.engine), named(registry, model).id
        found = reports.get(id)
        if found is None:
            raise Failure(f"There is no report of {id}.", "It is made when a model is trained.", USAGE)
        if written is None:
            for line in _lines(ModelReport.model_validate_json(found)):
                print(line)
            return
        content = found if written.suffix == ".json" else (reports.page(id) or "").encode()
    if not content:
        raise Failure(f"The page of {id} is not made yet.", "Name a file that ends with .json.", USAGE)
    try:
        written.write_bytes(content)
    except OSError:
        raise Failure(f"{written} cannot be written.", "Name a file in a folder that is there.", USAGE) from None
    print(f"Written: {written}")


def _lines(found: ModelReport) -> Iterator[str]:
    verdict, tests, talks, changes = found.verdict, found.test_set, found.conversations, found.changes
    against = f", compared with {found.live}" if found.live else ""
    yield f"Model {found.version}{against}: {'it may answer' if verdict.passed else 'refused'}."
    yield from (f"  - {each.text}" for each in (*verdict.reasons, *verdict.notes))
    if tests.candidate:
        yield f"Fixed test set: {_figures(tests.candidate)} ({tests.texts} texts)."
    if tests.live and tests.difference:
        yield f"The live model: {_figures(tests.live)}; {tests.difference.lost} lost, {tests.difference.gained} gained."
    if talks.total:
        before = "" if talks.live_passed is None else f", {talks.live_passed} with the live model"
        yield f"Test conversations: {talks.passed} of {talks.total} go as written{before}."
    if found.replay.turns:
        yield f"Replay: {found.replay.right} of {found.replay.turns} corrected turns are right."
    if changes.compared:
        yield f"Of {changes.compared} messages {changes.worse} become worse, {changes.better} better, {changes.other} otherwise."
    for each in changes.messages[:CHANGES_SHOWN]:
        yield f"  {each.kind}: {each.text} ({each.live.intent} → {each.candidate.intent})"


def _figures(found: ReportFigures) -> str:
    return f"accuracy {found.accuracy:.1%}, macro F1 {found.macro_f1:.1%}, answered {found.answered:.1%}"
