"""How quickly a bot gets better by what admins label in the inbox: a simulated year, with the inbox's ranking and with random choice.

    python -m bench.year [FOLDER]        # FOLDER: else BELLHOP_DATA, else ../shared/data

The product's own code decides of what it is unsure, what is one group and what stands first. One label is one decision of a person, and all
that is labelled is learned. The same messages come whatever the way; what is random is drawn of those that wait when it is asked for.
Parameters were chosen with `--choosing`, which measures on validation parts; what is printed else is of the test parts.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from unittest import mock

import numpy as np
from sqlalchemy import Engine, select
from threadpoolctl import threadpool_limits

from bench.customers import OUTSIDE, Year, clinc, crosswoz, messages
from bench.nlu import folder_of, read_all
from bot.grouping import arrange
from bot.nlu import alike, encoder
from bot.nlu.data import Example, NluConfig, TrainingData
from bot.nlu.interpreter import Interpreter
from bot.nlu.measure import best_intent
from bot.nlu.reading import FALLBACK_INTENT, Reading, Zone
from bot.telling import GUESSES
from models.database import open_engine, upgrade
from models.examples import NO_INTENT, Contradiction, Examples, folded
from models.inbox import SAMPLES, Inbox, Item, State, Verdict, Why
from models.project_data import Line, ProjectData, publish
from models.tables import LAST_TEXT_CHARACTERS
from models.tables import inbox as table
from models.understood import Guess

# Ten weeks of a small shop before each training: of so many messages so few are labelled.
ROUNDS, MESSAGES, LABELS = 5, 800, 30
# So many decisions are made before the bot arranges the inbox anew, which it does once a minute.
MINUTE = 10
SEEDS = 3
PERSON = "a_oracle"
CLINC, CROSSWOZ = "clinc", "crosswoz"
YEARS = {CLINC: clinc, CROSSWOZ: crosswoz}


class Way(StrEnum):
    """How what is labelled next is chosen, and what a decision labels."""

    OURS = "ours"
    OURS_SINGLE = "ours, single texts"
    RANDOM_INBOX = "random of the inbox, groups"
    RANDOM_ALL = "random of all messages"


@dataclass(frozen=True, slots=True)
class Point:
    """After `labels` decisions: the share of the test part that is read rightly, and the same by how often customers mean each intent."""

    labels: int
    accuracy: float
    heard: float


class Simulated:
    """One year, one way."""

    def __init__(self, year: Year, way: Way, engine: Engine, chance: random.Random) -> None:
        self.year = year
        self.way = way
        self.labels = 0
        self._engine = engine
        self._inbox = Inbox(engine)
        self._examples = Examples(engine)
        begun = [Line(_name(each.intent), each.text, (), year.language) for each in year.begun]
        publish(engine, ProjectData(year.name, begun, {}))
        self._chance = chance
        self._meant: dict[str, str] = {}
        self._decided: set[str] = set()
        self._count = 0
        self.trained = self._train()

    def hear(self, texts: Sequence[Example]) -> None:
        """Some weeks' messages; those that the bot is not sure of come into the inbox."""
        items = []
        for each, reading in zip(texts, read_all(self.trained, texts), strict=True):
            self._count += 1
            self._meant[_mark(each.text)] = each.intent
            why = _why(reading)
            if self.way is Way.RANDOM_ALL:
                # Nobody would be asked twice for the same text.
                why = None if _mark(each.text) in self._decided else Why.FLAG
            if why is not None:
                items.append(
                    Item(f"c_{self._count}", 1, self._count, self.year.language, each.text, _ranking(reading), why)
                )
        self._inbox.notice(items)
        if self.way is not Way.RANDOM_ALL:
            arrange(self._inbox, self._examples)

    def label(self, count: int) -> None:
        """So many decisions, or as many as there are groups; then the bot learns."""
        until = self.labels + count
        while self.labels < until:
            groups = self._next(min(until - self.labels, MINUTE))
            if not groups:
                break
            for group in groups:
                self._decide(group)
            if self.way is not Way.RANDOM_ALL:
                arrange(self._inbox, self._examples)
        self.trained = self._train()

    def _next(self, count: int) -> list[str]:
        if self.way in (Way.OURS, Way.OURS_SINGLE):
            return [each.id for each in self._inbox.groups(limit=count)]
        with self._engine.connect() as connection:
            of_state = select(table.c.cluster).where(table.c.state == State.OPEN)
            waiting = list(connection.scalars(of_state.order_by(table.c.at)))
        # An item is drawn, not a group: what is said often is drawn more likely, as of all messages.
        self._chance.shuffle(waiting)
        return list(dict.fromkeys(waiting))[:count]

    def _decide(self, group: str) -> None:
        """As a person does who sees the group's first messages: for all of them, or where those shown mean different things, for those that
        mean the same as the first."""
        items = self._inbox.of(group)
        shown = [self._meant[_mark(each.text)] for each in items[:SAMPLES]]
        if self.way is Way.OURS_SINGLE:
            same = [each for each in items if _mark(each.text) == _mark(items[0].text)]
            self._say([each for each in items if each not in same], None)
        elif len(set(shown)) == 1:
            same = items
        else:
            same = [each for each, meant in zip(items, shown, strict=False) if meant == shown[0]]
        self._say(same, shown[0])
        self._decided.update(_mark(each.text) for each in same)
        self.labels += 1

    def _say(self, items: Sequence[Item], meant: str | None) -> None:
        verdict = Verdict.SKIP if meant is None else Verdict.OUTSIDE if meant == OUTSIDE else Verdict.INTENT
        places = [(each.conversation, each.seq) for each in items]
        try:
            self._inbox.decide(places, verdict, _name(meant or ""), PERSON)
        except Contradiction:
            # One of them was labelled with a group that it did not belong to; a person would look at them singly.
            self._inbox.decide(places, Verdict.SKIP, "", PERSON)

    def _train(self) -> Interpreter:
        heard = [Example(each.text, each.intent) for each in self._examples.used() if each.intent != NO_INTENT]
        begun = [Example(each.text, _name(each.intent)) for each in self.year.begun]
        known = {folded(each.text) for each in heard}
        kept = [each for each in begun if folded(each.text) not in known]
        return Interpreter.train(TrainingData((*kept, *heard)), NluConfig(language=self.year.language))

    def measure(self) -> Point:
        readings = read_all(self.trained, self.year.test)
        right: dict[str, list[bool]] = {}
        for each, reading in zip(self.year.test, readings, strict=True):
            right.setdefault(each.intent, []).append(best_intent(reading) == _name(each.intent))
        whole = sum(self.year.weights[intent] for intent in right)
        heard = sum(self.year.weights[intent] / whole * float(np.mean(hits)) for intent, hits in right.items())
        return Point(self.labels, float(np.mean([hit for hits in right.values() for hit in hits])), heard)


def _mark(text: str) -> str:
    """By which a text is found again that the inbox has cut."""
    return folded(text[:LAST_TEXT_CHARACTERS])


def _name(intent: str) -> str:
    """CrossWOZ's have two slashes, and ours one at most."""
    return intent.replace("/", "_")


def _why(reading: Reading) -> Why | None:
    if reading.intent.name == FALLBACK_INTENT:
        return Why.FALLBACK
    return Why.DOUBT if reading.zone is not Zone.ANSWER else None


def _ranking(reading: Reading) -> tuple[Guess, ...]:
    meant = [each for each in reading.ranking if each.name != FALLBACK_INTENT]
    return tuple(Guess(each.name, each.confidence) for each in meant[:GUESSES])


def run(year: Year, way: Way, seed: int, rounds: int, count: int, labels: int) -> list[Point]:
    """The same messages whatever the way."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bellhop.db"
        upgrade(url)
        engine = open_engine(url)
        try:
            simulated = Simulated(year, way, engine, random.Random(seed))
            said = messages(year, rounds * count, random.Random(seed))
            points = [simulated.measure()]
            for done in range(rounds):
                simulated.hear(said[done * count : (done + 1) * count])
                simulated.label(labels)
                points.append(simulated.measure())
            return points
        finally:
            engine.dispose()


@contextmanager
def kept_vectors() -> Iterator[None]:
    """Every text is encoded once, though the bot learns it every week."""
    with mock.patch.object(encoder, "KEPT", 1_000_000), mock.patch.object(alike, "Encoder", encoder.encoder):
        yield


def all_ways(folder: Path, choosing: bool, rounds: int, make: str, seed: int) -> tuple[str, dict[Way, list[Point]]]:
    """One seed's year of one data set, by its name."""
    ways: dict[Way, list[Point]] = {}
    with kept_vectors(), threadpool_limits(1):
        year = YEARS[make](folder, random.Random(seed), choosing)
        for way in Way:
            ways[way] = run(year, way, seed, rounds, MESSAGES, LABELS)
            print(f"{year.name}, seed {seed}, {way}: {ways[way][-1].accuracy:.1%}", file=sys.stderr, flush=True)
    return year.name, ways


def needed(points: Sequence[Point], accuracy: float) -> float:
    """How many labels it took to be so good for the first time; between two measurements as if on a line. NaN: it never was."""
    for before, after in pairwise(points):
        if after.accuracy >= accuracy:
            rise = after.accuracy - before.accuracy
            share = 1.0 if rise <= 0 else max(0.0, (accuracy - before.accuracy) / rise)
            return before.labels + share * (after.labels - before.labels)
    return float("nan")


def share_needed(ours: Sequence[Point], other: Sequence[Point]) -> float:
    """Of the labels that the other way takes to be as good as both get. NaN where labels helped one of them nothing."""
    both = min(max(each.accuracy for each in points) for points in (ours, other))
    labels = needed(other, both)
    return needed(ours, both) / labels if labels else float("nan")


Curves = dict[Way, list[list[Point]]]


def told(curves: Curves) -> Iterator[str]:
    """A table in Markdown: medians over seeds."""
    marks = [each.labels for each in curves[Way.OURS][0]]
    yield "| accuracy after … labels | " + " | ".join(map(str, marks)) + " | labels that ours needs |"
    yield "|---" * (len(marks) + 2) + "|"
    for way, runs in curves.items():
        accuracy = [float(np.median([at(run, mark).accuracy for run in runs])) for mark in marks]
        shares = [share_needed(ours, run) for ours, run in zip(curves[Way.OURS], runs, strict=True)]
        said = "" if way is Way.OURS else f"{np.median(shares):.0%} ({min(shares):.0%} to {max(shares):.0%})"
        yield f"| {way} | " + " | ".join(f"{each:.1%}" for each in accuracy) + f" | {said} |"


def at(run: Sequence[Point], labels: int) -> Point:
    """The last one that had taken no more labels: where nothing waits nothing is asked."""
    return [each for each in run if each.labels <= labels][-1]


def plot(curves: dict[str, Curves], file: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5 * len(curves), 4), layout="constrained")
    for axes, (name, ways) in zip(figure.subplots(1, len(curves), squeeze=False)[0], curves.items(), strict=True):
        for way, runs in ways.items():
            marks = [each.labels for each in runs[0]]
            middle = np.median([[at(run, mark).accuracy for mark in marks] for run in runs], axis=0)
            axes.plot(marks, 100 * middle, marker=".", label=str(way))
        axes.set_title(name)
        axes.set_xlabel("labels")
        axes.grid(visible=True, alpha=0.3)
    figure.axes[0].set_ylabel("accuracy on the test part, %")
    figure.axes[0].legend(loc="lower right")
    figure.savefig(file, metadata={"Date": None} if file.suffix == ".svg" else None)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", nargs="?", type=Path)
    options.add_argument("--choosing", action="store_true", help="measure on validation parts")
    options.add_argument("--seeds", type=int, default=SEEDS)
    options.add_argument("--rounds", type=int, default=ROUNDS)
    options.add_argument("--plot", type=Path, help="where to put the picture, .png or .svg")
    options.add_argument("--only", choices=YEARS, default="", help="one data set")
    given = options.parse_args()
    folder = folder_of(given.folder)
    if isinstance(folder, int):
        return folder
    asked = [(make, seed) for seed in range(1, given.seeds + 1) for make in (CLINC, CROSSWOZ) if given.only in make]
    curves: dict[str, Curves] = {}
    # Not forked: the encoder has threads.
    with ProcessPoolExecutor(min(len(asked), os.cpu_count() or 1), get_context("spawn")) as processes:
        each_year = partial(all_ways, folder, given.choosing, given.rounds)
        for name, ways in processes.map(each_year, *zip(*asked, strict=True)):
            of_name = curves.setdefault(name, {way: [] for way in Way})
            for way, points in ways.items():
                of_name[way].append(points)
    for name, found in curves.items():
        print(f"{name}, medians of {given.seeds} seeds:", "", *told(found), "", sep="\n")
    if given.plot:
        plot(curves, given.plot)
    return 0


if __name__ == "__main__":
    sys.exit(main())
