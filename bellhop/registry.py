"""The models of this deployment, for the commands of this machine: in SQL, with this machine's folder as a cache of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Engine

from models.audit import COMMAND_LINE
from models.database import open_engine
from models.examples import Examples
from models.model_reports import ModelReports
from models.release import RefusedRelease
from models.releases import Releases
from models.settings import Settings
from models.training_jobs import TrainingJobs
from models.versions import ModelVersion, Versions


class _Marks(msgspec.Struct):
    files: dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Registry:
    """All raise SQLAlchemy's errors where the database does not answer."""

    settings: Settings
    engine: Engine
    versions: Versions
    releases: Releases
    examples: Examples
    jobs: TrainingJobs

    @classmethod
    @contextmanager
    def opened(cls, settings: Settings) -> Iterator[Registry]:
        engine = open_engine(settings.sql_url)
        try:
            yield cls(settings, engine, Versions(engine), Releases(engine), Examples(engine), TrainingJobs(engine))
        finally:
            engine.dispose()

    def live(self) -> ModelVersion | None:
        now = self.releases.now()
        return self.versions.get(now.live) if now.live else None

    def bring(self) -> None:
        """The live model into this machine's folder, as the current one: what has not changed since is not trained again."""
        from bot.publishing import load
        from bot.registry import ModelRefused, make_current

        live = self.live()
        if live is not None:
            # What is damaged is made again.
            with suppress(ModelRefused):
                load(self.versions, self.settings.home, live.id)
                make_current(self.settings.home, live.id)

    def publish(self, id: str, reason: str) -> bool:
        """From the folder into SQL; it answers nobody. Whether it was not there yet."""
        from bot.publishing import publish

        return publish(self.versions, self.settings.home, id, COMMAND_LINE, reason)

    def appraised(self, id: str) -> bool:
        """The gate has spoken of it."""
        return ModelReports(self.engine).get(id) is not None

    def appraise(self, id: str, folder: Path, progress: Callable[[str, float], None]) -> str:
        """Compares it with the live model. Why it is refused; empty: it is not."""
        from bot.appraisal.gate import refusal
        from bot.appraise import appraise

        return refusal(appraise(self.engine, self.settings, id, progress, folder=folder).verdict)

    def release(self, id: str, reason: str = "", *, live: bool) -> bool:
        """To all customers where `live`, or where nothing is live yet. Whether it is live then."""
        now = self.releases.now().live
        if now != id and (live or not now):
            # Another machine may have done the same meanwhile.
            with suppress(RefusedRelease):
                self.releases.promote(id, None, COMMAND_LINE, reason or "trained")
        self.releases.tidy()
        return self.releases.now().live == id

    def whole(self, version: ModelVersion) -> bool:
        """Whether SQL holds the bytes that were trained."""
        found: dict[str, Any] = {}
        for name, chunk in self.versions.chunks(version.id):
            found.setdefault(name, hashlib.sha256()).update(chunk)
        marks = msgspec.json.decode(version.manifest, type=_Marks).files
        wanted = {name: mark.get("sha256") for name, mark in marks.items()}
        return {name: each.hexdigest() for name, each in found.items()} == wanted
