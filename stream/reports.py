"""What admins ask of the past: tables of numbers from the outcomes of conversations, by the day they began. No content, no customer.

Synchronous: call it through asyncio.to_thread. Counted in SQL by quarters of an hour, so that any time zone's days can be made of them.
"""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, case, func, select

from models.choices import SlaChoice
from models.hours import Hours
from models.promise import Target, promised
from models.suggestions import SuggestionKind
from models.tables import outcomes, people, suggestions

SLA_COLUMNS = ("first_response_met", "first_response_missed", "resolution_met", "resolution_missed")
QUARTER_MS = 15 * 60_000
Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Report:
    """`rows` have a cell for each of `columns`; None: nothing to count."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Span:
    """From `first` up to, not including, `last` (ms since 1970). `hourly`: by the hour of the day in place of the date."""

    first: int
    last: int
    zone: ZoneInfo
    hourly: bool = False

    def label(self, at: int) -> str:
        local = datetime.fromtimestamp(at / 1000, UTC).astimezone(self.zone)
        return f"{local:%H}:00" if self.hourly else local.date().isoformat()


class Reports:
    def __init__(self, engine: Engine, sla: SlaChoice | None = None, hours: Hours | None = None) -> None:
        self._engine = engine
        self._sla = sla or SlaChoice()
        self._hours = hours or Hours()

    def volume(self, span: Span) -> Report:
        """How many conversations begin, and how many of them people and the bot have."""
        return self._counted(span, "conversations", "handoffs", "closed")

    def containment(self, span: Span) -> Report:
        """The share that the bot did by itself, of the conversations in which a customer said something."""
        found = self._counts(span)
        rows = [(label, n["spoken"], n["contained"], _share(n["contained"], n["spoken"])) for label, n in found.items()]
        return Report((_by(span), "conversations", "contained", "share"), tuple(rows))

    def _counted(self, span: Span, *names: str) -> Report:
        rows: list[tuple[Cell, ...]] = [
            (label, *(n[name] for name in names)) for label, n in self._counts(span).items()
        ]
        return Report((_by(span), *names), tuple(rows))

    def _counts(self, span: Span) -> Mapping[str, Mapping[str, int]]:
        c = outcomes.c
        spoken, alone = c.customer_messages > 0, c.asked == 0
        sums = {
            "conversations": func.count(),
            "handoffs": _sum(c.asked > 0),
            "closed": _sum(c.closed > 0),
            "spoken": _sum(spoken),
            "contained": _sum(spoken & alone),
        }
        found: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(sums, 0))
        quarter = (c.began - c.began % QUARTER_MS).label("quarter")
        asked = (
            select(quarter, *(each.label(name) for name, each in sums.items())).where(_within(span)).group_by(quarter)
        )
        for row in self._all(asked):
            into = found[span.label(int(row.quarter))]
            for name in sums:
                into[name] += int(getattr(row, name))
        return dict(sorted(found.items()))

    def reasons(self, span: Span) -> Report:
        """Why people were asked for."""
        c = outcomes.c
        asked = select(c.reason, func.count().label("n")).where(_within(span), c.asked > 0).group_by(c.reason)
        rows = sorted(self._all(asked), key=lambda row: (-row.n, row.reason))
        total = sum(row.n for row in rows)
        return Report(("reason", "handoffs", "share"), tuple((row.reason, row.n, _share(row.n, total)) for row in rows))

    def response(self, span: Span) -> Report:
        """How long customers wait for the first answer of a person, in seconds."""
        c = outcomes.c
        return self._times(span, (c.asked > 0) & (c.answered > 0), c.answered - c.asked)

    def resolution(self, span: Span) -> Report:
        """How long it takes from asking for a person to the end of the conversation, in seconds."""
        c = outcomes.c
        return self._times(span, (c.asked > 0) & (c.closed > 0), c.closed - c.asked)

    def _times(self, span: Span, counts: Any, took: Any) -> Report:
        quarters: dict[int, list[float]] = defaultdict(list)
        for began, ms in self._all(select(outcomes.c.began, took).where(_within(span), counts)):
            quarters[began // QUARTER_MS].append(ms / 1000)
        found: dict[str, list[float]] = defaultdict(list)
        for quarter, each in quarters.items():
            found[span.label(quarter * QUARTER_MS)] += each
        rows: list[tuple[Cell, ...]] = [(label, len(each), *_quantiles(each)) for label, each in sorted(found.items())]
        return Report((_by(span), "conversations", "median_seconds", "p90_seconds"), tuple(rows))

    def sla(self, span: Span) -> Report:
        """How often what is promised now was kept. What still goes on, and is not late, is not counted."""
        c, now = outcomes.c, time.time_ns() // 1_000_000
        asked = select(c.began, c.asked, c.answered, c.closed).where(_within(span), c.asked > 0).order_by(c.began)
        found: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(SLA_COLUMNS, 0))
        for row in self._all(asked):
            ends = {Target.FIRST_RESPONSE: row.answered, Target.RESOLUTION: row.closed}
            into = found[span.label(row.began)]
            for promise in promised(row.asked, self._sla, self._hours):
                end = ends[promise.target]
                if (end or row.closed or now) > promise.due:
                    into[f"{promise.target}_missed"] += 1
                elif end:
                    into[f"{promise.target}_met"] += 1
        rows: list[tuple[Cell, ...]] = [(label, *n.values()) for label, n in sorted(found.items())]
        return Report((_by(span), *SLA_COLUMNS), tuple(rows))

    def csat(self, span: Span) -> Report:
        """What customers say of it, from one star to five."""
        c = outcomes.c
        quarter = (c.began - c.began % QUARTER_MS).label("quarter")
        asked = select(quarter, c.stars, func.count().label("n")).where(_within(span), c.stars > 0)
        found: dict[str, dict[int, int]] = defaultdict(lambda: dict.fromkeys(range(1, 6), 0))
        for row in self._all(asked.group_by(quarter, c.stars)):
            found[span.label(int(row.quarter))][min(5, row.stars)] += row.n
        rows: list[tuple[Cell, ...]] = [
            (label, sum(n.values()), _mean(n), *(n[star] for star in range(1, 6)))
            for label, n in sorted(found.items())
        ]  # fmt: skip
        return Report((_by(span), "ratings", "mean", "one", "two", "three", "four", "five"), tuple(rows))

    def agents(self, span: Span) -> Report:
        """What each agent has done, of the conversations in which they answered last."""
        c = outcomes.c
        theirs = _within(span) & (c.agent != "")
        sums = (
            func.sum(c.agent_messages).label("said"),
            _sum(c.stars > 0).label("rated"),
            func.sum(c.stars).label("stars"),
        )
        done = self._all(select(c.agent, func.count().label("n"), *sums).where(theirs).group_by(c.agent))
        answers, ends = self._took(theirs)
        names = {row.id: row.name for row in self._all(select(people.c.id, people.c.name))}
        rows: list[tuple[Cell, ...]] = [
            (
                row.agent, names.get(row.agent, ""), row.n, int(row.said), _median(answers[row.agent]), _median(ends[row.agent]),
                int(row.rated), round(int(row.stars) / int(row.rated), 2) if row.rated else None,
            )
            for row in done
        ]  # fmt: skip
        columns = (
            "agent",
            "name",
            "conversations",
            "messages",
            "median_response_seconds",
            "median_resolution_seconds",
            "ratings",
            "mean_stars",
        )
        return Report(columns, tuple(sorted(rows, key=lambda row: (-int(row[2] or 0), str(row[1])))))

    def suggestions(self, span: Span) -> Report:
        """To how many messages of customers something was suggested, and how often it was sent, as it was or edited."""
        found: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        for quarter, *counts in self._suggested(span, _quarter(suggestions.c.at)):
            label = span.label(int(quarter))
            found[label] = [was + int(more) for was, more in zip(found[label], counts, strict=True)]
        rows = [
            (label, shown, unchanged, edited, _share(unchanged + edited, shown))
            for label, (shown, unchanged, edited) in sorted(found.items())
        ]
        return Report((_by(span), "shown", "unchanged", "edited", "share"), tuple(rows))

    def helped(self, span: Span) -> Report:
        """The same of each agent and each kind; a message with both kinds is shown in both."""
        c = suggestions.c
        names = {row.id: row.name for row in self._all(select(people.c.id, people.c.name))}
        rows: list[tuple[Cell, ...]] = []
        for kind, offered in ((SuggestionKind.ANSWER, c.answers), (SuggestionKind.CANNED, c.canned)):
            for person, *counts in self._suggested(span, c.person, offered > 0, kind=c.used == kind.value):
                rows.append((person, names.get(person, ""), kind.value, *map(int, counts)))
        columns = ("agent", "name", "kind", "shown", "unchanged", "edited")
        return Report(columns, tuple(sorted(rows, key=lambda row: (str(row[1]), str(row[0]), str(row[2])))))

    def _suggested(self, span: Span, by: Any, *only: Any, kind: Any = None) -> Sequence[Any]:
        """By `by`: how many were shown, sent as they were, and sent edited."""
        c = suggestions.c
        sent = c.used != "" if kind is None else kind
        counts = (func.count(), _sum(sent & (c.edited == 0)), _sum(sent & (c.edited == 1)))
        within = (c.at >= span.first) & (c.at < span.last)
        return self._all(select(by.label("by"), *counts).where(within, *only).group_by("by"))

    def _took(self, theirs: Any) -> tuple[Mapping[str, list[float]], Mapping[str, list[float]]]:
        """Seconds from asking to the first answer, and to the close, of each agent."""
        c = outcomes.c
        answers: dict[str, list[float]] = defaultdict(list)
        ends: dict[str, list[float]] = defaultdict(list)
        for agent, asked, answered, closed in self._all(
            select(c.agent, c.asked, c.answered, c.closed).where(theirs, c.asked > 0)
        ):
            if answered:
                answers[agent].append((answered - asked) / 1000)
            if closed:
                ends[agent].append((closed - asked) / 1000)
        return answers, ends

    def _all(self, asked: Any) -> Sequence[Any]:
        with self._engine.connect() as connection:
            return connection.execute(asked).all()


NAMES: Mapping[str, Callable[[Reports, Span], Report]] = {
    each.__name__: each
    for each in (
        Reports.volume, Reports.containment, Reports.reasons, Reports.response, Reports.resolution, Reports.sla, Reports.csat,
        Reports.agents, Reports.suggestions, Reports.helped,
    )
}  # fmt: skip


def _quarter(at: Any) -> Any:
    return at - at % QUARTER_MS


def _within(span: Span) -> Any:
    return (outcomes.c.began >= span.first) & (outcomes.c.began < span.last)


def _sum(condition: Any) -> Any:
    return func.sum(case((condition, 1), else_=0))


def _by(span: Span) -> str:
    return "hour" if span.hourly else "day"


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _mean(stars: Mapping[int, int]) -> float:
    return round(sum(star * n for star, n in stars.items()) / sum(stars.values()), 2)


def _median(values: Sequence[float]) -> float | None:
    return round(statistics.median(values), 1) if values else None


def _quantiles(values: Iterable[float]) -> tuple[float, float]:
    ordered = sorted(values)
    # The nearest rank: the wait of one who was there, not of nobody between two.
    return round(statistics.median(ordered), 1), round(ordered[max(0, -(-9 * len(ordered) // 10) - 1)], 1)
