"""The lines behind the plots: how far confidence can be trusted, and what answering from which confidence on would cost. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from bot.nlu.measure import Judged
from bot.nlu.reading import Guess, Zone
from bot.nlu.zones import Costs, zone_of
from bot.project.domain import OUT_OF_SCOPE

BINS = 15
_POINTS = 100
_LIMITS = tuple(round(step / 50, 2) for step in range(51))


class Bin(msgspec.Struct, frozen=True):
    """Texts whose confidence lies from `low` to `high`: their mean confidence, and how many are right and wrong."""

    low: float
    high: float
    confidence: float
    right: int
    wrong: int


class Coverage(msgspec.Struct, frozen=True):
    """Where the surest `share` of all texts is answered, `accuracy` of those answers are right."""

    share: float
    accuracy: float


class Price(msgspec.Struct, frozen=True):
    """Where every intent is answered from the confidence `limit` on: the share of all texts that is answered wrongly, the share that is
    not answered, and what a message costs on average."""

    limit: float
    wrong: float
    unanswered: float
    cost: float


class Outside(msgspec.Struct, frozen=True):
    """Where all is out of scope of which the model thinks so from `limit` on: the share of texts that no intent means that is `caught`, and
    the share of the others that is `lost` with it."""

    limit: float
    caught: float
    lost: float


class Curves(msgspec.Struct, frozen=True):
    """`outside` is empty where nothing is known to be out of scope."""

    bins: tuple[Bin, ...]
    coverage: tuple[Coverage, ...]
    prices: tuple[Price, ...]
    outside: tuple[Outside, ...] = ()


def curves_of(judged: Sequence[Judged], costs: Costs, outside: Sequence[Judged] = ()) -> Curves:
    """Of at least one text. `outside`: texts that no intent means, besides those of the intent `out_of_scope`."""
    prices = tuple(_price(judged, costs, limit) for limit in _LIMITS)
    return Curves(_bins(judged), _coverage(judged), prices, _outside(judged, outside))


def surest(judged: Sequence[Judged], share: float) -> float:
    """The accuracy of that share of all texts of which confidence is highest."""
    ranked = sorted(judged, key=lambda each: -each.confidence)
    kept = ranked[: max(1, int(len(ranked) * share))]
    return sum(each.right for each in kept) / len(kept)


def _bins(judged: Sequence[Judged]) -> tuple[Bin, ...]:
    confidences = np.array([each.confidence for each in judged])
    right = np.array([each.right for each in judged])
    places = np.minimum((confidences * BINS).astype(np.int64), BINS - 1)
    found = []
    for place in range(BINS):
        inside = places == place
        mean = float(confidences[inside].mean()) if inside.any() else (place + 0.5) / BINS
        hits = int(right[inside].sum())
        found.append(Bin(place / BINS, (place + 1) / BINS, mean, hits, int(inside.sum()) - hits))
    return tuple(found)


def _coverage(judged: Sequence[Judged]) -> tuple[Coverage, ...]:
    ranked = sorted(judged, key=lambda each: -each.confidence)
    hits = np.cumsum([each.right for each in ranked])
    steps = sorted({max(1, round(len(ranked) * step / _POINTS)) for step in range(1, _POINTS + 1)})
    return tuple(Coverage(count / len(ranked), float(hits[count - 1] / count)) for count in steps)


def _outside(judged: Sequence[Judged], outside: Sequence[Judged]) -> tuple[Outside, ...]:
    named = [each for each in judged if each.meant == OUT_OF_SCOPE]
    strange = np.array([each.out_of_scope for each in (*outside, *named)])
    known = np.array([each.out_of_scope for each in judged if each.meant != OUT_OF_SCOPE])
    if not strange.size or not known.size:
        return ()
    return tuple(Outside(limit, float((strange >= limit).mean()), float((known >= limit).mean())) for limit in _LIMITS)


def _price(judged: Sequence[Judged], costs: Costs, limit: float) -> Price:
    zones = [_zone(each, costs, limit) for each in judged]
    wrong = sum(zone is Zone.ANSWER and not each.right for each, zone in zip(judged, zones, strict=True))
    unanswered = sum(zone is not Zone.ANSWER for zone in zones)
    cost = sum(each.cost(costs, zone) for each, zone in zip(judged, zones, strict=True))
    return Price(limit, wrong / len(judged), unanswered / len(judged), cost / len(judged))


def _zone(each: Judged, costs: Costs, limit: float) -> Zone:
    guesses = (Guess(each.read, each.confidence), Guess(each.second, each.second_confidence))
    return zone_of(guesses, costs, {each.read: limit})
