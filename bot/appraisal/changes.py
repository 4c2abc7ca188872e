"""What two models read otherwise, message by message: over the fixed test set, and over turns that somebody has corrected. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.appraisal.sitting import Sitting
from bot.nlu.measure import best_intent
from bot.nlu.reading import FALLBACK_INTENT, Reading, Zone
from bot.project.domain import OUT_OF_SCOPE
from models.model_report import (
    CHANGES_MOST,
    TEXT_CHARACTERS,
    ChangeKind,
    ReportChange,
    ReportChanges,
    ReportRead,
    ReportReplay,
)
from models.sensitive import redact

_FIRST = (ChangeKind.WORSE, ChangeKind.BETTER, ChangeKind.OTHER)


@dataclass(frozen=True, slots=True)
class Asked:
    """A text of which is known what it means; `intent` empty: nothing that the bot should know."""

    text: str
    intent: str
    source: Literal["test_set", "inbox"]


def is_right(intent: str, reading: Reading) -> bool:
    """What the bot should not know it should not answer."""
    if intent:
        return best_intent(reading) == intent
    return reading.zone is not Zone.ANSWER or reading.intent.name in (FALLBACK_INTENT, OUT_OF_SCOPE)


def changes(asked: Iterable[Asked], candidate: Sitting, live: Sitting | None) -> ReportChanges:
    """None where there is no live model."""
    if live is None:
        return ReportChanges(compared=0, better=0, worse=0, other=0, messages=[])
    distinct = list({(each.text, each.intent): each for each in asked}.values())
    found = [change for each in distinct if (change := _change(each, candidate, live)) is not None]
    counted = Counter(each.kind for each in found)
    found.sort(key=lambda each: _FIRST.index(each.kind))
    return ReportChanges(
        compared=len(distinct),
        better=counted[ChangeKind.BETTER],
        worse=counted[ChangeKind.WORSE],
        other=counted[ChangeKind.OTHER],
        messages=found[:CHANGES_MOST],
    )


def replayed(turns: Sequence[Asked], candidate: Sitting, live: Sitting | None) -> ReportReplay:
    models = [each for each in (candidate, live) if each is not None]
    unseen = [each for each in turns if not any(each.text in model.learned for model in models)]

    def right(of: Sitting, asked: Sequence[Asked]) -> int:
        return sum(is_right(each.intent, of.readings[each.text]) for each in asked)

    return ReportReplay(
        turns=len(turns),
        right=right(candidate, turns),
        live_right=None if live is None else right(live, turns),
        unseen=len(unseen),
        unseen_right=right(candidate, unseen),
        unseen_live_right=None if live is None else right(live, unseen),
    )


def _change(asked: Asked, candidate: Sitting, live: Sitting) -> ReportChange | None:
    was, now = live.readings[asked.text], candidate.readings[asked.text]
    if best_intent(was) == best_intent(now) and was.zone is now.zone:
        return None
    before, after = is_right(asked.intent, was), is_right(asked.intent, now)
    kind = ChangeKind.OTHER if before == after else ChangeKind.BETTER if after else ChangeKind.WORSE
    return ReportChange(
        text=redact(asked.text[:TEXT_CHARACTERS])[:TEXT_CHARACTERS],
        meant=asked.intent,
        source=asked.source,
        learned=asked.text in candidate.learned,
        kind=kind,
        live=_read(was),
        candidate=_read(now),
    )


def _read(reading: Reading) -> ReportRead:
    name = best_intent(reading)
    sure = next((each.confidence for each in reading.ranking if reading.full(each.name) == name), 0.0)
    return ReportRead(intent=name, confidence=sure, zone=reading.zone)
