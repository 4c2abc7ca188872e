"""Appraises a candidate that was published: reads what neither model has learned with both, holds the test conversations with both, keeps
the report, and refuses the candidate where it is worse beyond noise. The live model answers meanwhile, and is never touched."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy import Engine

from bot import publishing
from bot.appraisal.changes import Asked
from bot.appraisal.fixed_set import FixedSet, comparable
from bot.appraisal.gate import is_live, no_live, other_project, refusal, unusable_live
from bot.appraisal.intents import protected
from bot.appraisal.page import page_of
from bot.appraisal.report import Compared, report_of
from bot.appraisal.sitting import Sitting, sit
from bot.folder import project_folder
from bot.nlu.errors import ModelRefused
from bot.project import Project, load_project
from bot.project.endpoints import chosen
from bot.taught import Taught, learning
from models.choices import GateChoice
from models.choosing import Choices
from models.frames import rfc3339
from models.labelled import Labelled, corrected
from models.model_report import ModelReport, ReportFinding
from models.model_reports import ModelReports
from models.releases import Releases
from models.settings import Settings
from models.versions import ModelVersion, Versions

__all__ = ["appraise"]

STEP = "appraise"
REPLAYED_TURNS = 500
# Of the whole: two models, then the page.
_MODEL = 0.4

Progress = Callable[[str, float], None]


def appraise(
    engine: Engine, settings: Settings, candidate: str, progress: Progress, *, folder: Path | None = None
) -> ModelReport:
    """Compares a version with the live one; `folder` is the project, where it is not that of the settings. `progress` is told STEP and how
    much of it is done. Writes the report, and refuses the version where the verdict says so (`bot.appraisal.gate.refusal`).

    Raises ProjectError, ModelRefused where the candidate cannot be loaded, SQLAlchemy's errors. Test conversations change the folder of
    the whole process while they are held: call it where nothing else runs.
    """
    began = time.perf_counter()
    progress(STEP, 0.0)
    task = _Task.of(engine, settings, folder or project_folder(settings))
    compared = task.compared(candidate, progress)
    report = report_of(compared, rfc3339(time.time_ns() // 1_000_000), round(time.perf_counter() - began, 2))
    _keep(engine, report)
    # The verdict counts from here on; the page takes seconds more.
    now = compared.evaluation(compared.candidate)
    ModelReports(engine).put(candidate, _written(report), page_of(report, now, task.project, datetime.now(UTC)))
    progress(STEP, 1.0)
    return report


@dataclass(frozen=True, slots=True)
class _Task:
    """All that the two models are asked, read once."""

    engine: Engine
    home: Path
    limit_seconds: float
    project: Project
    fixed: FixedSet
    heard: Sequence[Labelled]
    replay: Sequence[Asked]
    choice: GateChoice

    @classmethod
    def of(cls, engine: Engine, settings: Settings, folder: Path) -> _Task:
        files = load_project(folder)
        files = replace(files, action_endpoint=chosen(files.action_endpoint, settings.actions))
        taught = Taught.of(engine)
        project, fixed, _ = learning(files, taught)
        kept = Choices(engine).all().get("gate")
        choice = kept.value if kept and isinstance(kept.value, GateChoice) else GateChoice()
        replay = [Asked(each.text, each.intent, "inbox") for each in corrected(engine, REPLAYED_TURNS)]
        # Whole: test conversations are held in another folder.
        home, limit = settings.home.absolute(), settings.turn_limit.total_seconds()
        return cls(engine, home, limit, project, fixed, taught.heard, replay, choice)

    def compared(self, candidate: str, progress: Progress) -> Compared:
        """One model after the other: what is loaded of the first is gone before the second comes."""
        texts = [*(each.text for each in self.fixed.texts), *(each.text for each in self.replay)]
        now = self._sitting(candidate, texts, lambda share: progress(STEP, _MODEL * share))
        live, unlike = self._live(candidate)
        was = None
        if live is not None:
            with suppress(ModelRefused):
                was = self._sitting(live.id, texts, lambda share: progress(STEP, _MODEL * (1 + share)))
            unlike = None if was else unusable_live()
        since, learned = (live.created if live else 0), (was.learned if was else None)
        examples = comparable(self.fixed, self.heard, now.learned, learned, since)
        return Compared(self.project, self.fixed, examples, self.replay, now, was, unlike, self._protected())

    def _sitting(self, id: str, texts: Sequence[str], progress: Callable[[float], None]) -> Sitting:
        model = publishing.load(Versions(self.engine), self.home, id)
        return sit(model, self.project, texts, self.limit_seconds, progress)

    def _live(self, candidate: str) -> tuple[ModelVersion | None, ReportFinding | None]:
        """The version to compare with, or why there is none."""
        versions = Versions(self.engine)
        id = Releases(self.engine).now().live
        if id == candidate:
            return None, is_live()
        live, mine = versions.get(id) if id else None, versions.get(candidate)
        if live is None:
            return None, no_live()
        return (None, other_project()) if mine and mine.project != live.project else (live, None)

    def _protected(self) -> frozenset[str]:
        named = {each.partition("/")[0] for each in self.choice.protected}
        return frozenset(named | (protected(self.project) if self.choice.usual else set()))


def _keep(engine: Engine, report: ModelReport) -> None:
    reports, versions, refused = ModelReports(engine), Versions(engine), refusal(report.verdict)
    before = reports.get(report.version)
    if refused:
        # Before the report: between the two nobody may take it for good.
        versions.refuse(report.version, refused)
    elif before:
        with suppress(ValidationError):
            versions.absolve(report.version, refusal(ModelReport.model_validate_json(before).verdict))
    reports.put(report.version, _written(report))


def _written(report: ModelReport) -> bytes:
    return report.model_dump_json().encode()
