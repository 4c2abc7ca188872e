"""The simulated year: it runs, and what it calls a label is one decision of a person."""

from __future__ import annotations

import math
import random
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from bench.customers import OUTSIDE, OUTSIDE_SHARE, Year, messages
from bench.year import Point, Simulated, Way, at, needed, plot, run, share_needed, told
from bot.nlu import alike, learning
from bot.nlu.data import Example
from models.examples import Examples
from models.inbox import State
from models.tables import inbox

BEGUN = {
    "refund": ("I want my money back", "refund my order please", "give back what I paid"),
    "track": ("where is my parcel", "has my order been sent", "when will it arrive"),
    "hours": ("when do you open", "are you open on Sunday", "opening hours of the shop"),
}
HEARD = {
    "refund": ("please return the payment", "the money should come back to my card", "I was charged twice"),
    "track": ("my delivery is late", "the courier has not come", "tell me the state of the shipment"),
    "hours": ("until when can I come by", "is the store closed at night", "do you work on holidays"),
    "parking": ("where can I leave my car", "is there a garage", "do I pay for parking"),
    OUTSIDE: ("who won the match", "sing me a song"),
}
TINY = Year(
    "tiny",
    "en",
    tuple(Example(text, intent) for intent, texts in BEGUN.items() for text in texts),
    HEARD,
    {"refund": 0.4, "track": 0.2, "hours": 0.2, "parking": 0.12, OUTSIDE: OUTSIDE_SHARE},
    tuple(Example(texts[0], intent) for intent, texts in HEARD.items() if intent != OUTSIDE),
)


@pytest.fixture(autouse=True)
def n_grams_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Quicker, and nothing here is about how well texts are read."""
    monkeypatch.setattr(learning, "encoder", lambda: None)
    monkeypatch.setattr(alike, "installed", lambda: None)


def test_the_first_are_said_most_and_the_same_year_is_the_same() -> None:
    said = messages(TINY, 2_000, random.Random(1))
    counts = Counter(each.intent for each in said)
    assert counts.most_common()[0][0] == "refund"
    assert abs(counts[OUTSIDE] / 2_000 - OUTSIDE_SHARE) < 0.03
    assert 0.1 < sum(each.text not in HEARD[each.intent] for each in said) / 2_000 < 0.35
    texts = Counter(each.text for each in said if each.intent == "refund")
    assert texts[HEARD["refund"][0]] > texts[HEARD["refund"][2]]
    assert messages(TINY, 2_000, random.Random(1)) == said


@pytest.mark.parametrize("way", list(Way))
def test_a_label_is_one_decision(sqlite_engine: Engine, way: Way) -> None:
    simulated = Simulated(TINY, way, sqlite_engine, random.Random(1))
    simulated.hear(messages(TINY, 60, random.Random(1)))
    simulated.label(3)
    c = inbox.c
    with sqlite_engine.connect() as connection:
        sizes = select(func.count(c.cluster.distinct())).where(c.decision != "").group_by(c.decision)
        groups = set(connection.scalars(sizes).all())
        left = set(connection.scalars(select(c.cluster).where(c.state == State.OPEN)).all())
        decided = set(connection.scalars(select(c.cluster).where(c.state != State.OPEN)).all())
    assert simulated.labels == len(decided) == 3
    assert groups == {1}, "a decision is for one group"
    assert not left & decided
    learned = Examples(sqlite_engine).used()
    if way in (Way.OURS_SINGLE, Way.RANDOM_ALL):
        assert len(learned) <= 3, "one text for each decision"
    else:
        assert len(learned) > 3, "all texts of the group"
    assert {each.intent for each in learned} <= set(HEARD) - {OUTSIDE}


def test_more_than_waits_is_not_counted(sqlite_engine: Engine) -> None:
    simulated = Simulated(TINY, Way.OURS, sqlite_engine, random.Random(1))
    simulated.hear(messages(TINY, 20, random.Random(1)))
    simulated.label(1_000)
    with sqlite_engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(inbox).where(inbox.c.state == State.OPEN)) == 0
    assert simulated.labels < 20


def test_a_year_gives_a_point_for_each_training() -> None:
    points = run(TINY, Way.RANDOM_ALL, 1, 2, 30, 4)
    assert [each.labels for each in points] == [0, 4, 8]
    assert points[0].accuracy <= 0.75, "it cannot know what it has no example of"
    assert all(0 <= each.accuracy <= 1 and 0 <= each.heard <= 1 for each in points)
    assert all(before.labels < after.labels for before, after in pairwise(points))


def line(*accuracies: float) -> list[Point]:
    return [Point(10 * n, each, each) for n, each in enumerate(accuracies)]


def test_labels_for_the_same_accuracy() -> None:
    ours, other = line(0.5, 0.7, 0.9, 0.9), line(0.5, 0.6, 0.7, 0.8)
    assert needed(ours, 0.8) == pytest.approx(15)
    assert needed(other, 0.8) == pytest.approx(30)
    assert share_needed(ours, other) == pytest.approx(0.5)
    assert share_needed(other, ours) == pytest.approx(2)
    assert share_needed(line(0.5, 0.9), ours) == pytest.approx(0.5), "where the other ends higher too"
    assert math.isnan(share_needed(ours, line(0.5, 0.4)))
    assert at(ours, 19).labels == 10


def test_the_table_and_the_picture(tmp_path: Path) -> None:
    curves = {Way.OURS: [line(0.5, 0.7, 0.9)], Way.RANDOM_ALL: [line(0.5, 0.6, 0.7)]}
    *_, ours, other = told(curves)
    assert "90.0%" in ours
    assert "50% (50% to 50%)" in other
    plot({"tiny": curves}, file := tmp_path / "year.png")
    assert file.read_bytes().startswith(b"\x89PNG")
