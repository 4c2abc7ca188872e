"""From a project folder to a live model. Whatever goes wrong on the way, the model that was live stays live."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from bot.actions import Actions
from bot.appraisal.learned import marks
from bot.dialogue.contradictions import contradictions
from bot.dialogue.incomplete import incomplete
from bot.dialogue.learning import learn, name_of
from bot.dialogue.memory import MAX_HISTORY, Memory
from bot.dialogue.replay import Point
from bot.nlu.calibration import Calibration
from bot.nlu.code_version import code_version
from bot.nlu.data import NluConfig, TrainingData
from bot.nlu.errors import OneIntent
from bot.nlu.interpreter import Interpreter
from bot.nlu.learning import TOLERANCE, C
from bot.nlu.measure import Measured, language_of, measure, spaced_language
from bot.nlu.thresholds import Thresholds
from bot.project import Project, ProjectError, load_project
from bot.project.endpoints import chosen
from bot.registry import Manifest, ModelInfo, ModelRefused, load_current, save_model
from bot.taught import NOTHING, Taught, learning
from models.examples import fingerprint

Progress = Callable[[str, float], None]
# No action is run here.
ACTION_SECONDS = 1.0
ONE_INTENT = "All examples are of one intent, so everything would be read as that; add a second intent with examples."


class Described(msgspec.Struct, frozen=True):
    """An intent: how many examples it was learned from, and what it is called in words, by language."""

    examples: int
    titles: Mapping[str, str] = {}


class Suspect(msgspec.Struct, frozen=True):
    """An example, by the fingerprint of its text, that models which had not seen it were sure is of another intent (`read`)."""

    mark: str
    meant: str
    read: str
    confidence: float


class TrainReport(msgspec.Struct, frozen=True, kw_only=True):
    """`languages`: examples by language. `cross_validation` is over the training examples, `heldout` over the fixed test set, of
    which `kept_back` texts are from the inbox.

    `warnings`: what of the project was passed over or is missing, by file and line; `components`: what becomes of those of
    `config.yml`, such as `Replaced: config.yml:2: …`.
    `catalogue` has all intents by name; `suspects` are examples that are perhaps under the wrong one.
    `thresholds`: from which confidence intents are answered.
    `unchanged`: nothing was trained, for examples, settings and code are those of the live model; the figures are its own.
    """

    version: str
    project: str
    examples: int
    intents: int
    languages: dict[str, int]
    seconds: float
    cross_validation: Calibration
    heldout: Measured | None
    thresholds: Thresholds
    catalogue: dict[str, Described] = {}
    suspects: tuple[Suspect, ...] = ()
    kept_back: int = 0
    unchanged: bool = False
    warnings: tuple[str, ...] = ()
    components: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """For people, one fact a line."""
        spoken = ", ".join(f"{count} {language}" for language, count in self.languages.items())
        if self.unchanged:
            first = f"Nothing has changed since model {self.version} was trained."
        else:
            first = f"Model {self.version} was trained in {self.seconds:.1f} s."
        lines = [first, f"{self.examples} examples ({spoken}) of {self.intents} intents."]
        if self.kept_back:
            lines.append(f"{self.kept_back} texts of the inbox are kept back for the fixed test set.")
        crossed = self.cross_validation
        if crossed.accuracy is not None and crossed.error is not None:
            lines.append(
                f"Cross-validation: accuracy {crossed.accuracy:.1%}, calibration error {crossed.error:.1%} "
                f"({crossed.examples} examples)."
            )
        return [*lines, self.thresholds.told(), *(_told(self.heldout) if self.heldout else [])]


@dataclass(frozen=True, slots=True)
class _Source:
    project: str
    data: TrainingData
    heldout: TrainingData | None
    config: NluConfig
    data_hash: str
    points: tuple[Point, ...] = ()
    max_history: int = MAX_HISTORY

    @property
    def stories(self) -> str:
        return name_of(self.points, self.max_history)


def train(
    project: Path | Project,
    home: Path,
    progress: Progress,
    *,
    force: bool = False,
    actions: str = "",
    current: bool = True,
    taught: Taught = NOTHING,
    known: Iterable[Manifest] = (),
) -> TrainReport:
    """`project`: its folder, or as it was loaded. Raises ProjectError and Untrainable for mistakes in it. `actions`: BELLHOP_ACTIONS; no
    server is asked. Not `current`: the model is kept, and nothing answers with it. `taught` is what people have said beside the project's
    files. `known` are models that need not be made again."""
    if isinstance(project, Path):
        project = load_project(project)
    project = replace(project, action_endpoint=chosen(project.action_endpoint, actions))
    # A model that no bot could start with must not become the live one.
    points = check(project)
    project, fixed, told = learning(project, taught)
    if len({each.intent for each in project.training.examples}) == 1:
        raise OneIntent(ONE_INTENT)
    history = project.policies.max_history
    source = _Source(
        project.name, project.training, project.heldout, project.nlu_config, project.data_hash, points, history
    )
    report = _train(source, home, progress, force, current, known)
    return msgspec.structs.replace(
        report,
        kept_back=len(fixed.inbox),
        warnings=(*told, *report.warnings, *map(str, sorted(project.warnings))),
        components=tuple(f"{each.fate.capitalize()}: {each}" for each in project.components),
    )


def check(project: Project) -> tuple[Point, ...]:
    """That a bot could start with it; what its stories tell. No action is run. Raises ProjectError."""
    Actions.of(project, ACTION_SECONDS)
    points = _points(project)
    if project.policies.contradictions_refused:
        left_open = incomplete(project.domain, project.rules)
        if found := [*left_open, *contradictions(project.domain, project.rules, points)]:
            raise ProjectError(sorted(found))
    return points


def _points(project: Project) -> tuple[Point, ...]:
    return tuple(Memory.of(project.domain, project.stories, project.policies.max_history).points)


def is_of(manifest: Manifest, project: Project) -> bool:
    """Whether training the project now would make this model again; its held-out texts do not matter."""
    made = (manifest.project, manifest.data_hash, manifest.code_version, manifest.stories)
    stories = name_of(_points(project), project.policies.max_history)
    return made == (project.name, project.data_hash, code_version(), stories)


def train_data(
    data: TrainingData,
    heldout: TrainingData | None,
    config: NluConfig,
    home: Path,
    progress: Progress,
    *,
    project: str = "data",
    force: bool = False,
) -> TrainReport:
    """The same for data that comes from no folder."""
    return _train(_Source(project, data, heldout, config, _hash([data, config])), home, progress, force)


def _train(
    source: _Source, home: Path, progress: Progress, force: bool, current: bool = True, others: Iterable[Manifest] = ()
) -> TrainReport:
    heldout_hash = _hash(source.heldout.examples) if source.heldout else ""
    code = code_version()
    known = None if force else _known(source, home, code, heldout_hash)
    if known is not None and known.stories == source.stories:
        return msgspec.structs.replace(known.report, unchanged=True)
    for each in others:
        same = _is_of(each, source, code, heldout_hash) and each.stories == source.stories
        if same and (report := _reported(each)) is not None:
            return msgspec.structs.replace(report, unchanged=True)
    began = time.perf_counter()
    # Where only the stories have changed, what understands stays.
    interpreter = known.interpreter if known else Interpreter.train(source.data, source.config, progress)
    policy = learn(source.points, source.max_history)
    seconds = time.perf_counter() - began
    progress("measure", 0.0)
    report = msgspec.structs.replace(known.report, seconds=seconds) if known else _report(source, interpreter, seconds)
    progress("measure", 1.0)
    info = ModelInfo(
        project=source.project,
        data_hash=source.data_hash,
        code_version=code,
        heldout_hash=heldout_hash,
        parameters={"classifier": "LinearSVC", "C": C, "tolerance": TOLERANCE, **_written(source.config)},
        metrics=_written(report),
        stories=source.stories,
        learned=marks([each.text for each in source.data.examples]),
    )
    version = save_model(home, interpreter, info, policy, current=current)
    return msgspec.structs.replace(report, version=version)


@dataclass(frozen=True, slots=True)
class _Known:
    """The live model, where it was trained on the same."""

    report: TrainReport
    interpreter: Interpreter
    stories: str


def _known(source: _Source, home: Path, code: str, heldout_hash: str) -> _Known | None:
    try:
        interpreter, manifest = load_current(home)
    except ModelRefused:
        return None
    report = _reported(manifest) if _is_of(manifest, source, code, heldout_hash) else None
    return None if report is None else _Known(report, interpreter, manifest.stories)


def _is_of(manifest: Manifest, source: _Source, code: str, heldout_hash: str) -> bool:
    """But for the stories."""
    made = (manifest.project, manifest.data_hash, manifest.code_version, manifest.heldout_hash)
    return made == (source.project, source.data_hash, code, heldout_hash)


def _reported(manifest: Manifest) -> TrainReport | None:
    try:
        report = msgspec.convert(manifest.metrics, TrainReport)
    except msgspec.ValidationError:
        return None
    return msgspec.structs.replace(report, version=manifest.version)


def _report(source: _Source, interpreter: Interpreter, seconds: float) -> TrainReport:
    spaced = spaced_language(source.config.language)
    examples = source.data.examples
    return TrainReport(
        version=interpreter.version,
        project=source.project,
        examples=len(examples),
        intents=len(interpreter.classifier.intents),
        languages=dict(sorted(Counter(language_of(example.text, spaced) for example in examples).items())),
        seconds=round(seconds, 2),
        cross_validation=interpreter.calibration,
        warnings=interpreter.warnings,
        thresholds=interpreter.thresholds,
        catalogue={
            intent: Described(count, interpreter.titles.get(intent, {}))
            for intent, count in sorted(Counter(example.intent for example in examples).items())
        },
        suspects=tuple(
            Suspect(fingerprint(example.text), example.intent, each.read, each.confidence)
            for example, each in interpreter.doubted
        ),
        heldout=measure(source.heldout.examples, interpreter.read, spaced) if source.heldout else None,
    )


def _told(heldout: Measured) -> list[str]:
    languages = ", ".join(f"{language} {share:.1%}" for language, share in heldout.languages.items())
    lines = [
        f"Held out: accuracy {heldout.accuracy:.1%} ({languages}), macro F1 {heldout.macro_f1:.1%} "
        f"({heldout.examples} examples).",
        f"Fallback on {heldout.fallback:.1%} of them; of the others {heldout.answered:.1%} are right.",
        f"In doubt {heldout.doubtful:.1%}; of the others {heldout.clear:.1%} are right. Two things found in {heldout.two:.1%}.",
    ]
    return lines + [f"  {each.count} x {each.meant} read as {each.read}" for each in heldout.confusions]


def _written(value: object) -> dict[str, object]:
    written = msgspec.to_builtins(value)
    assert isinstance(written, dict)
    return written


def _hash(value: object) -> str:
    return hashlib.sha256(msgspec.json.encode(value, order="sorted")).hexdigest()
