"""The report of one candidate, from what it and the live model have made of the same texts. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.appraisal.changes import Asked, changes, replayed
from bot.appraisal.fixed_set import FixedSet
from bot.appraisal.gate import Facts, judged
from bot.appraisal.intents import needed
from bot.appraisal.noise import difference, saving, together
from bot.appraisal.sitting import Sitting
from bot.appraisal.talks import Talks, runs_actions
from bot.evaluation.evaluation import Evaluation, Kind, evaluated
from bot.evaluation.matrix import confused_most, matrix_of
from bot.evaluation.project import about
from bot.nlu.calibration import Calibration
from bot.nlu.data import Example
from bot.nlu.measure import Judged, judge
from bot.nlu.reading import Zone
from bot.project import Project
from models.model_report import (
    INTENTS_MOST,
    MATRIX_MOST,
    TEXT_CHARACTERS,
    ModelReport,
    ReportBin,
    ReportConfused,
    ReportCrossing,
    ReportCurves,
    ReportDifference,
    ReportFigures,
    ReportFinding,
    ReportIntent,
    ReportMatrix,
    ReportOutside,
    ReportPrice,
    ReportTestSet,
)
from models.sensitive import redact


@dataclass(frozen=True, slots=True)
class Compared:
    """What is known before the report: `examples` of the fixed test set that no model has learned, `replay` of the inbox, `unlike`:
    why there is no live model to compare with."""

    project: Project
    fixed: FixedSet
    examples: Sequence[Example]
    replay: Sequence[Asked]
    candidate: Sitting
    live: Sitting | None
    unlike: ReportFinding | None
    protected: Collection[str]

    @property
    def talks(self) -> Talks:
        live = None if self.live is None else self.live.talks
        return Talks(self.candidate.talks, live, runs_actions(self.project))

    def evaluation(self, of: Sitting) -> Evaluation | None:
        """None where there is no text."""
        if not self.examples:
            return None
        what = about(Kind.TEST_SET, self.project, of.version, of.thresholds)
        outside = [_outside(each, of) for each in self.replay if not each.intent]
        masked = [replace(each, text=redact(each.text)) for each in self.examples]
        return evaluated(what, masked, [of.readings[each.text] for each in self.examples], outside)


def report_of(compared: Compared, made: str, seconds: float) -> ModelReport:
    candidate, live = compared.candidate, compared.live
    now = compared.evaluation(candidate)
    was = compared.evaluation(live) if live else None
    whole = _differences(was, now, None)
    differences = together(
        {name: found for name in sorted(compared.protected) if (found := _differences(was, now, name))}
    )
    facts = Facts(
        unlike=compared.unlike,
        texts=len(compared.examples),
        left_out=len(compared.fixed.texts) - len(compared.examples),
        whole=whole,
        live_right=_right(was, None),
        saving=saving(_costs(was), _costs(now)) if was and now else None,
        live_cost=was.cost if was else 0.0,
        intents=differences,
        intents_right={name: _right(was, name) for name in differences},
        conversations=len(candidate.talks),
        lost=[each.name for each in compared.talks.lost()],
        ran=runs_actions(compared.project),
        needed=needed(compared.project),
        known=candidate.known,
        live_known=live.known if live else frozenset(),
    )
    return ModelReport(
        version=candidate.version,
        live=live.version if live else "",
        project=compared.project.name,
        made=made,
        seconds=seconds,
        verdict=judged(facts),
        test_set=ReportTestSet(
            hash=compared.fixed.hash,
            texts=len(compared.examples),
            files=len(compared.fixed.files),
            inbox=len(compared.fixed.inbox),
            left_out=facts.left_out,
            candidate=_figures(now),
            live=_figures(was),
            difference=whole,
            saving=facts.saving,
        ),
        intents=_intents(now, was, compared.protected, differences),
        confused=_confused(now),
        matrix=_matrix(now),
        curves=_curves(now) or ReportCurves(reliability=[], cost=[], outside=[]),
        live_curves=_curves(was),
        cross_validation=_crossing(candidate.crossed),
        changes=changes([*_asked(compared.examples), *compared.replay], candidate, live),
        replay=replayed(compared.replay, candidate, live),
        conversations=compared.talks.report(),
    )


def _asked(examples: Sequence[Example]) -> list[Asked]:
    return [Asked(each.text, each.intent, "test_set") for each in examples]


def _outside(asked: Asked, of: Sitting) -> Judged:
    return judge(Example(asked.text, ""), of.readings[asked.text])


def _differences(was: Evaluation | None, now: Evaluation | None, intent: str | None) -> ReportDifference | None:
    """Of one intent, of retrieval intents with all keys; None: of all."""
    if was is None or now is None:
        return None
    return difference(_rights(was, intent), _rights(now, intent))


def _rights(of: Evaluation, intent: str | None) -> list[bool]:
    return [each.right for each in of.judged if intent is None or each.meant.partition("/")[0] == intent]


def _costs(of: Evaluation) -> list[float]:
    return [each.cost(of.about.costs) for each in of.judged]


def _right(of: Evaluation | None, intent: str | None) -> int:
    return 0 if of is None else sum(_rights(of, intent))


def _figures(of: Evaluation | None) -> ReportFigures | None:
    if of is None:
        return None
    found, zones = of.measured, of.zones
    return ReportFigures(
        texts=found.examples, accuracy=found.accuracy, macro_f1=found.macro_f1, calibration_error=of.calibration_error,
        surest=of.surest, answered=zones[Zone.ANSWER].share, answered_right=zones[Zone.ANSWER].right,
        asked_back=zones[Zone.ASK_BACK].share, handed_off=zones[Zone.HAND_OFF].share, fallback=found.fallback, cost=of.cost,
        languages=found.languages,
    )  # fmt: skip


def _intents(
    now: Evaluation | None,
    was: Evaluation | None,
    protected: Collection[str],
    differences: Mapping[str, ReportDifference],
) -> list[ReportIntent]:
    """The weakest first."""
    before = {each.name: each.f1 for each in was.intents} if was else {}
    return [
        ReportIntent(
            name=each.name, texts=each.meant, protected=(short := each.name.partition("/")[0]) in protected,
            precision=each.precision, recall=each.recall, f1=each.f1, threshold=each.threshold,
            live_f1=before.get(each.name, 0.0) if was else None, difference=differences.get(short),
        )
        for each in (now.intents if now else ())[:INTENTS_MOST]
    ]  # fmt: skip


def _confused(now: Evaluation | None) -> list[ReportConfused]:
    return [
        ReportConfused(
            meant=each.meant, read=each.read, count=each.count, texts=[text[:TEXT_CHARACTERS] for text in each.texts]
        )
        for each in (now.confused if now else ())
    ]  # fmt: skip


def _matrix(now: Evaluation | None) -> ReportMatrix:
    names = confused_most(now, MATRIX_MOST) if now else []
    return ReportMatrix(names=names, counts=matrix_of(now, names) if now else [])


def _curves(of: Evaluation | None) -> ReportCurves | None:
    if of is None:
        return None
    curves = of.curves
    return ReportCurves(
        reliability=[
            ReportBin(low=each.low, high=each.high, confidence=each.confidence, right=each.right, wrong=each.wrong)
            for each in curves.bins
        ],
        cost=[
            ReportPrice(limit=each.limit, wrong=each.wrong, unanswered=each.unanswered, cost=each.cost)
            for each in curves.prices
        ],
        outside=[ReportOutside(limit=each.limit, caught=each.caught, lost=each.lost) for each in curves.outside],
    )


def _crossing(found: Calibration) -> ReportCrossing:
    return ReportCrossing(examples=found.examples, accuracy=found.accuracy, calibration_error=found.error)
