"""bot/appraisal/fixed_set.py: training never sees a text of the fixed test set, nor one nearly the same, and sides do not change."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.added import Added, with_added
from bot.appraisal.fixed_set import FixedSet, comparable, set_apart
from bot.appraisal.learned import Learned, marks
from bot.nlu.data import Example, TrainingData
from bot.project import Project, load_project
from bot.taught import Taught, learning
from bot.teachable import project_data
from models.examples import folded
from models.inbox import Inbox, Item, Verdict, Why
from models.kept_back import LEAST_EXAMPLES, kept_back_now, likeness
from models.labelled import Corrected, Labelled, corrected, labelled
from models.project_data import publish
from tests.small_project import write_project

WORDS = [
    "where",
    "is",
    "my",
    "parcel",
    "order",
    "refund",
    "late",
    "broken",
    "today",
    "please",
    "now",
    "thanks",
    "blue",
    "green",
    "house",
    "train",
]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """With enough examples of two intents that of what is labelled some is kept back."""
    found = load_project(write_project(tmp_path / "project"))
    more = tuple(Example(f"{intent} number {'x' * n}", intent) for intent in ("faq", "stop") for n in range(12))
    training = replace(found.training, examples=(*found.training.examples, *more))
    held = TrainingData((Example("is it expensive", "faq"), Example("leave me alone", "stop")))
    return replace(found, training=training, heldout=held)


def heard(count: int, intent: str = "faq", seed: int = 1) -> list[Labelled]:
    rng = random.Random(seed)
    texts = dict.fromkeys(" ".join(rng.sample(WORDS, 5)) for _ in range(count))
    return [Labelled(text, intent, f"g{seed}_{n}", f"d{seed}_{n}", n) for n, text in enumerate(texts)]


def apart(project: Project, of: list[Labelled]) -> tuple[Project, FixedSet]:
    whole, _ = with_added(project, [Added(each.intent, each.text) for each in of])
    return set_apart(project, whole, of)


def kept(project: Project, of: list[Labelled]) -> set[str]:
    return {each.text for each in apart(project, of)[1].inbox}


def test_about_a_fifth_of_what_was_labelled_is_kept_back(project: Project) -> None:
    made, found = apart(project, heard(400))
    assert 0.14 < len(found.inbox) / 400 < 0.26
    assert made.heldout is not None
    assert made.heldout.examples == found.texts
    assert {"is it expensive", "leave me alone"} <= {each.text for each in found.files}
    assert made.data_hash != project.data_hash


def test_no_text_of_the_fixed_set_is_in_training_even_folded(project: Project) -> None:
    of = heard(300)
    twins = [replace(each, text=f"  {each.text.upper()} !!", group="", decision="") for each in heard(300)]
    project = replace(
        project,
        heldout=TrainingData(
            (*project.heldout.examples, Example("WHAT DOES IT COST?!", "faq"), *map(_example, of[:9]))
        ),  # type: ignore[union-attr]
    )
    made, found = apart(project, [*of, *twins])
    learned = {folded(each.text) for each in made.training.examples}
    assert found.inbox
    assert not learned & {folded(each.text) for each in found.texts}
    assert found.dropped == 1, "it is an example of the project's"
    assert set(map(_example, of[:9])) <= set(found.texts), (
        "what the file holds out is not learned from the inbox either"
    )
    assert {likeness(each.text) for each in found.inbox}.isdisjoint(map(likeness, learned))


def _example(each: Labelled) -> Example:
    return Example(each.text, each.intent)


def test_what_is_nearly_the_same_is_on_one_side(project: Project) -> None:
    of = heard(200)
    numbered = [replace(each, text=f"{each.text} A{n}{n}", group="", decision="") for n, each in enumerate(of)]
    again = [replace(each, text=f"{each.text}, a{n}", group="", decision="") for n, each in enumerate(of)]
    first, both = kept(project, numbered), kept(project, [*numbered, *again])
    assert first
    for one, other in zip(numbered, again, strict=True):
        assert (one.text in both) == (other.text in both) == (one.text in first)


def test_a_group_and_a_decision_are_on_one_side(project: Project) -> None:
    of = heard(60)
    for name in ("group", "decision"):
        alike = [replace(each, group="", decision="") for each in heard(60, seed=2)]
        alike = [replace(each, **{name: getattr(first, name)}) for each, first in zip(alike, of, strict=True)]  # type: ignore[arg-type]
        found = kept(project, [*of, *alike])
        assert found
        for first, second in zip(of, alike, strict=True):
            assert (first.text in found) == (second.text in found), name


def test_sides_stay_when_more_is_labelled(project: Project) -> None:
    of = heard(300)
    early = kept(project, of[:120])
    assert early
    assert early == kept(project, of) & {each.text for each in of[:120]}
    assert early <= kept(project, [*of, *heard(100, "stop", 3)])


def test_the_first_examples_of_an_intent_are_learned(project: Project) -> None:
    of = heard(200, "vip")
    found = kept(project, of)
    before = sum(each.intent == "vip" for each in project.training.examples)
    assert found
    assert found.isdisjoint(each.text for each in of[: LEAST_EXAMPLES - before])


def test_no_more_is_kept_back_than_can_be_read_soon(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    every = kept(project, heard(400))
    monkeypatch.setattr("models.kept_back.INBOX_MOST", 5)
    few = kept(project, heard(400))
    assert len(few) == 5
    assert few < every


def test_what_an_admin_says_goes_before_the_held_out_file(project: Project) -> None:
    other = [Labelled("Is it expensive!", "stop", "", "", 1)]
    _, found = apart(project, other)
    assert "is it expensive" not in {each.text for each in found.files}
    assert found.dropped == 1


def test_nothing_labelled_leaves_the_project_as_it_is(project: Project) -> None:
    made, found = apart(project, [])
    assert made == project
    assert (len(found.files), found.inbox, found.dropped) == (2, (), 0)


def test_the_hash_is_of_the_content_in_any_order() -> None:
    one, two = Example("a", "x"), Example("b", "y")
    assert FixedSet((one,), (two,)).hash == FixedSet((), (two, one)).hash
    assert FixedSet((one,)).hash != FixedSet((Example("a", "y"),)).hash


def test_what_a_model_has_learned_is_known_by_it() -> None:
    learned = Learned.of(marks(["Hello there", "你好"]))
    assert learned.known
    assert "hello there!" in learned
    assert "你好。" in learned
    assert "hello" not in learned
    for nothing in ("", "not base64!"):
        assert not Learned.of(nothing).known
        assert "hello" not in Learned.of(nothing)


def test_two_models_are_compared_on_what_neither_has_learned() -> None:
    texts = [Example(f"text {letter}", "faq") for letter in "abcd"]
    fixed = FixedSet(tuple(texts[:2]), tuple(texts[2:]))
    heard = [Labelled("text c", "faq", "", "", 10), Labelled("text d", "faq", "", "", 30)]
    nothing, first, second = Learned.of(marks(["x"])), Learned.of(marks(["Text A!"])), Learned.of(marks(["text b"]))

    def left(*given: object) -> str:
        return "".join(each.text[-1] for each in comparable(fixed, heard, *given))  # type: ignore[arg-type]

    assert left(nothing) == left(nothing, nothing, 20) == "abcd"
    assert left(first, second, 20) == "cd"
    assert left(nothing, Learned.of(""), 20) == "abd", "one of before has learned what was labelled then"


def test_labels_come_from_sql_by_age_with_their_groups(sql_engine: Engine) -> None:
    box = Inbox(sql_engine)
    box.notice(
        [Item("c_1", n, n, "en", text, (), Why.FALLBACK) for n, text in enumerate(("Hi!", "hi", "lo", "bad"), 1)]
    )
    box.decide([("c_1", 1), ("c_1", 2)], Verdict.INTENT, "greet", "a_boss")
    undone = box.decide([("c_1", 3)], Verdict.INTENT, "greet", "a_boss").decision
    box.decide([("c_1", 4)], Verdict.OUTSIDE, "", "a_boss")
    box.undo(undone, "a_boss")
    (one,) = labelled(sql_engine)
    assert (folded(one.text), one.intent, one.group) == ("hi", "greet", box_group("hi"))
    assert one.decision.startswith("d_")
    assert sorted((each.text, each.intent) for each in corrected(sql_engine, 10)) == [
        ("Hi!", "greet"),
        ("bad", ""),
        ("hi", "greet"),
    ]
    assert len(corrected(sql_engine, 2)) == 2
    assert isinstance(corrected(sql_engine, 1)[0], Corrected)


def test_the_desk_shows_as_kept_back_what_training_keeps_back(project: Project, sql_engine: Engine) -> None:
    publish(sql_engine, project_data(project))
    assert kept_back_now(sql_engine) == set()
    box = Inbox(sql_engine)
    # One of the file's held-out texts, and one that the files have as an example, which is learned.
    texts = [*(each.text for each in heard(60)), "Is it expensive!", project.training.examples[-1].text]
    box.notice([Item("c_1", n, n, "en", text, (), Why.FALLBACK) for n, text in enumerate(texts, 1)])
    for n in range(1, 61):
        box.decide([("c_1", n)], Verdict.INTENT, "faq", "a_boss")
    box.decide([("c_1", 61)], Verdict.INTENT, "faq", "a_boss")
    box.decide([("c_1", 62)], Verdict.INTENT, project.training.examples[-1].intent, "a_boss")
    learned, _, _ = learning(project, Taught.of(sql_engine))
    unlearned = {folded(text) for text in texts} - {folded(each.text) for each in learned.training.examples}
    assert len(unlearned) > 5
    assert kept_back_now(sql_engine) == unlearned


def box_group(text: str) -> str:
    from models.examples import fingerprint

    return fingerprint(text)
