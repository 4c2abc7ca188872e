"""An evaluation: texts whose intents are known, what a model made of each, and all that follows from it. A value, and pure.

It is kept whole and can be written as JSON, so that two of them on the same texts can be compared text by text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

import msgspec

from bot.evaluation.curves import Curves, curves_of, surest
from bot.evaluation.scores import Confused, Score, confused_of, entities_of, intents_of
from bot.nlu.calibration import expected_error
from bot.nlu.data import Example
from bot.nlu.measure import Judged, Measured, judge, measured
from bot.nlu.reading import Reading, Zone
from bot.nlu.thresholds import Thresholds
from bot.nlu.zones import Costs

# What an administrator reads as "it answers nine of ten by itself".
SUREST = 0.9


class Kind(StrEnum):
    CROSS_VALIDATION = "cross_validation"
    TEST_SET = "test_set"


class ZoneShare(msgspec.Struct, frozen=True):
    """The share of all texts that fell into a zone, and the share of those whose best intent is right."""

    share: float
    right: float


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured. `source` is the file of a test set, empty for the fixed one; `alone` the examples that are the only one of their
    intent, which cannot be held out; `model` is the version that read (of cross-validation the one that the whole project makes)."""

    kind: Kind
    project: str
    model: str
    costs: Costs
    thresholds: Thresholds
    spaced: str = "en"
    source: str = ""
    folds: int = 0
    alone: int = 0


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """Shares from 0 to 1. `calibration_error` is the expected one; `surest` the accuracy of the nine tenths of which it is most sure;
    `cost` what a message came to, by About.costs, `answered_always` what it would if all were answered."""

    about: About
    measured: Measured
    calibration_error: float
    surest: float
    cost: float
    answered_always: float
    zones: Mapping[Zone, ZoneShare]
    intents: tuple[Score, ...]
    confused: tuple[Confused, ...]
    entities: tuple[Score, ...]
    curves: Curves
    judged: tuple[Judged, ...]


def evaluated(
    about: About, examples: Sequence[Example], readings: Sequence[Reading], outside: Sequence[Judged] = ()
) -> Evaluation:
    """Of at least one example. `outside`: what was read of texts that no intent means."""
    pairs = list(zip(examples, readings, strict=True))
    judged = tuple(judge(*pair) for pair in pairs)
    count = len(judged)
    return Evaluation(
        about=about,
        measured=measured(judged, about.spaced),
        calibration_error=expected_error([each.confidence for each in judged], [each.right for each in judged]),
        surest=surest(judged, SUREST),
        cost=sum(each.cost(about.costs) for each in judged) / count,
        answered_always=sum(each.cost(about.costs, Zone.ANSWER) for each in judged) / count,
        zones={zone: _share(judged, zone) for zone in Zone},
        intents=intents_of(judged, about.thresholds),
        confused=confused_of(judged),
        entities=entities_of((example, reading.entities) for example, reading in pairs),
        curves=curves_of(judged, about.costs, outside),
        judged=judged,
    )


def _share(judged: Sequence[Judged], zone: Zone) -> ZoneShare:
    inside = [each.right for each in judged if each.zone is zone]
    return ZoneShare(len(inside) / len(judged), sum(inside) / len(inside) if inside else 0.0)
