"""What admins do to examples: nothing is overwritten, everything can be undone, who is second is told, and training learns the same."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from bot.added import Added, with_added
from bot.project import load_project
from bot.teachable import project_data
from models.audit import Audit
from models.choosing import Outdated
from models.example_list import ExampleList, Listed, Wanted
from models.examples import Contradiction, Examples, UnusableExample
from models.inbox import Inbox, Item, Verdict, Why
from models.markup import Span, marked, unmark
from models.project_data import Line, ProjectData, publish
from models.teaching import Act, Done, Known, Sensitive, Teaching
from tests.small_project import write_project

FILES = (
    Line("greet", "Hi"),
    Line("greet", "hello there"),
    Line("refund", "money back"),
    Line("refund", "Money back!"),
    Line("refund", "我要退款", language="zh"),
    Line("exchange", "take it back"),
    Line("refund", "take it back"),
    Line("go", "to LA", (Span(3, 5, "city", "Los Angeles", "destination", "1"),)),
)


@pytest.fixture
def teaching(sql_engine: Engine) -> Teaching:
    publish(sql_engine, ProjectData("shop", FILES))
    return Teaching(sql_engine)


@pytest.fixture
def examples(sql_engine: Engine) -> ExampleList:
    return ExampleList(sql_engine)


def said(examples: ExampleList) -> set[tuple[str, str]]:
    return {(each.intent, each.text) for each in examples.all()}


def one(examples: ExampleList, text: str, intent: str = "") -> Listed:
    (found,) = [each for each in examples.page(Wanted(intent=intent), limit=200) if each.text == text]
    return found


def test_what_the_files_have_is_published_once(sql_engine: Engine, teaching: Teaching, examples: ExampleList) -> None:
    assert said(examples) == {(each.intent, each.text) for each in FILES}
    assert publish(sql_engine, ProjectData("shop", FILES)) is False
    assert publish(sql_engine, ProjectData("shop", FILES[:2])) is True
    assert said(examples) == {("greet", "Hi"), ("greet", "hello there")}


def test_pages_are_whole_and_in_order(sql_engine: Engine, teaching: Teaching, examples: ExampleList) -> None:
    for n in range(5):
        teaching.add("greet", f"good morning {n}", "a_boss")
    whole = examples.page(Wanted(), limit=100)
    assert len(whole) == len(FILES) + 5
    assert [each.text for each in whole[5:]] == [each.text for each in FILES]
    found: list[Listed] = []
    while page := examples.page(Wanted(), (found[-1].at, found[-1].place, found[-1].id) if found else None, limit=3):
        found += page
    assert found == whole
    assert [each.text for each in examples.page(Wanted(words="MONEY"))] == ["money back", "Money back!"]
    assert [each.text for each in examples.page(Wanted(intent="refund", language="zh"))] == ["我要退款"]
    assert len(examples.page(Wanted(source="desk"))) == len(examples.page(Wanted(person="a_boss"))) == 5
    assert len(examples.page(Wanted(source="file"))) == len(FILES)
    assert examples.counts()["refund"] == {"en": 3, "zh": 1}
    assert examples.page(Wanted(words="%")) == []


def test_a_change_is_a_row_of_its_own_and_can_be_undone(teaching: Teaching, examples: ExampleList) -> None:
    first = one(examples, "hello there")
    done = teaching.change(first.id, "greet", "hello [you](who)", "a_boss", "clearer")
    (id,) = done.ids
    assert ("greet", "hello there") not in said(examples)
    assert one(examples, "hello you").entities == (Span(6, 9, "who", "you"),)
    again = teaching.change(id, "greet", "hello again", "a_li")
    assert [each.act for each in teaching.history(again.ids[0])] == [Act.CHANGED, Act.CHANGED, Act.FILED]
    assert [(each.person, each.reason) for each in teaching.history(first.id)] == [
        ("a_li", ""),
        ("a_boss", "clearer"),
        ("", ""),
    ]
    with pytest.raises(Outdated):
        teaching.undo(done.decision, "a_boss")
    teaching.undo(again.decision, "a_li")
    assert one(examples, "hello you").entities == (Span(6, 9, "who", "you"),)
    with pytest.raises(Outdated):
        teaching.undo(again.decision, "a_li")
    assert teaching.history(first.id)[0].act is Act.UNDONE
    with pytest.raises(KeyError):
        teaching.undo("t_none", "a_li")


def test_a_line_of_the_files_is_taken_out_and_comes_back(teaching: Teaching, examples: ExampleList) -> None:
    done = teaching.remove([one(examples, "Hi").id, one(examples, "money back").id], "a_boss", "too vague")
    assert not {("greet", "Hi"), ("refund", "money back"), ("refund", "Money back!")} & said(examples)
    with pytest.raises(Outdated):
        teaching.remove([FILES[0].id], "a_li")
    teaching.undo(done.decision, "a_boss")
    assert said(examples) == {(each.intent, each.text) for each in FILES}
    assert [each.act for each in teaching.history(FILES[0].id)] == [Act.UNDONE, Act.REMOVED, Act.FILED]
    teaching.remove([FILES[0].id], "a_boss")
    teaching.add("greet", "hi!", "a_boss")
    assert ("greet", "hi!") in said(examples)


def test_what_the_files_have_twice_is_left_to_the_other_intent(teaching: Teaching, examples: ExampleList) -> None:
    teaching.remove([one(examples, "take it back", "refund").id], "a_boss")
    assert {intent for intent, text in said(examples) if text == "take it back"} == {"exchange"}


def test_many_are_moved_at_once_or_none(teaching: Teaching, examples: ExampleList) -> None:
    ids = [each.id for each in examples.page(Wanted(intent="refund"))]
    with pytest.raises(KeyError):
        teaching.move([*ids, "e_none"], "exchange", "a_boss")
    assert examples.counts()["refund"] == {"en": 3, "zh": 1}
    done = teaching.move(ids, "exchange", "a_boss")
    assert "refund" not in examples.counts()
    assert ("exchange", "我要退款") in said(examples)
    assert {each.act for each in teaching.history(done.ids[0])} == {Act.FILED, Act.MOVED}
    teaching.undo(done.decision, "a_boss")
    assert said(examples) == {(each.intent, each.text) for each in FILES}


def test_what_is_refused(teaching: Teaching, examples: ExampleList, sql_engine: Engine) -> None:
    with pytest.raises(Known):
        teaching.add("greet", "HI!", "a_boss")
    with pytest.raises(Contradiction) as caught:
        teaching.add("greet", "money back", "a_boss")
    assert caught.value.intent == "refund"
    with pytest.raises(Contradiction):
        teaching.change(one(examples, "Hi").id, "greet", "我要退款", "a_boss")
    with pytest.raises(Known):
        teaching.change(one(examples, "Hi").id, "greet", "Hi", "a_boss")
    for bad in ("", " ", "\u200b", "a\x00b", "x" * 1001, '[a]{"entity": 1}', "[a]{entity: b}"):
        with pytest.raises(UnusableExample) as refused:
            teaching.add("greet", bad, "a_boss")
        assert bad.strip() == "" or bad not in str(refused.value)
    with pytest.raises(Sensitive):
        teaching.add("greet", "call [13800138000](phone)", "a_boss")
    with pytest.raises(UnusableExample):
        teaching.add("nlu_fallback", "x", "a_boss")
    assert said(examples) == {(each.intent, each.text) for each in FILES}
    assert Audit(sql_engine).page() == []


def test_html_and_formulas_are_text(teaching: Teaching, examples: ExampleList) -> None:
    for text in ("<script>alert(1)</script>", "=HYPERLINK(1)", "{{7*7}}", "a\tb"):
        teaching.add("greet", text, "a_boss")
        assert ("greet", text) in said(examples)


def test_of_two_who_change_the_same_at_once_one_is_told(teaching: Teaching, examples: ExampleList) -> None:
    first = one(examples, "Hi").id

    async def race() -> list[Done | BaseException]:
        tries = [asyncio.to_thread(teaching.change, first, "greet", f"hi {n}", f"a_{n}") for n in range(4)]
        return await asyncio.gather(*tries, return_exceptions=True)

    made = asyncio.run(race())
    assert len([each for each in made if isinstance(each, Done)]) == 1
    assert len([each for each in made if isinstance(each, Outdated)]) == 3
    assert examples.counts()["greet"] == {"en": 2}


def test_the_inbox_and_the_desk_agree(teaching: Teaching, examples: ExampleList, sql_engine: Engine) -> None:
    teaching.remove([one(examples, "Hi").id], "a_boss")
    box = Inbox(sql_engine)
    texts = {"hi": "greet", "Money back": "refund", "take it back": "exchange", "hello there": "refund"}
    for n, (text, intent) in enumerate(texts.items()):
        box.notice([Item(f"c_{n}", 1, n, "en", text, (), Why.DOUBT)])
        box.decide([(f"c_{n}", 1)], Verdict.INTENT, intent, "a_li")
    assert ("greet", "Hi") in said(examples), "it means something after all, and the files say so"
    assert {("refund", "money back"), ("refund", "Money back!"), ("refund", "hello there")} < said(examples)
    assert ("refund", "Money back") not in said(examples), "the files say so already"
    assert one(examples, "hello there").conversation == "c_3"
    with pytest.raises(Contradiction):
        teaching.add("exchange", "Hello there!", "a_boss")


def test_training_learns_what_the_desk_lists(tmp_path: Path, sql_engine: Engine) -> None:
    project = load_project(write_project(tmp_path / "project"))
    publish(sql_engine, project_data(project))
    listed, teaching = ExampleList(sql_engine), Teaching(sql_engine)
    lines = listed.page(Wanted(), limit=100)
    intents = sorted(listed.counts())
    teaching.remove([lines[0].id], "a_boss")
    teaching.move([lines[1].id], next(each for each in intents if each != lines[1].intent), "a_boss")
    teaching.change(lines[2].id, lines[2].intent, 'now with a [City]{"entity": "place", "value": "Town"}', "a_boss")
    teaching.add(intents[0], "quite new", "a_boss")
    teaching.add("unheard_of", "of no intent of the project", "a_boss")
    made, told = with_added(project, [Added.of(each) for each in Examples(sql_engine).used()])
    desk = {(each.intent, each.text, each.entities) for each in listed.all() if each.intent != "unheard_of"}
    assert {(each.intent, each.text, each.entities) for each in made.training.examples} == desk
    assert made.training.synonyms["city"] == "Town"
    assert made.data_hash != project.data_hash
    assert told[0].startswith("1 added examples of `unheard_of` are left out")


names = st.text("abc_:)(", min_size=1, max_size=6)
values = st.text(min_size=1, max_size=6)


@given(
    st.text(max_size=20),
    st.lists(st.tuples(st.integers(0, 20), st.integers(1, 5), names, values, st.none() | values), max_size=3),
)
def test_markup_says_what_was_marked_or_nothing(text: str, given: list[tuple[int, int, str, str, str | None]]) -> None:
    spans = tuple(
        Span(start, start + length, name, value, role)
        for start, length, name, value, role in given
        if start + length <= len(text)
    )
    line = marked(text, spans)
    if line is not None:
        read = unmark(line)
        assert (read.text, set(read.spans)) == (text, set(spans))


@pytest.mark.parametrize(
    "line",
    [
        "to [LA](city)",
        'to [LA]{"entity": "city", "role": "destination", "group": "1", "value": "Los Angeles"}',
        'to [LA][{"entity": "city"}, {"entity": "place", "value": "x"}]',
        "我的订单[20240101](order_id)到哪了",
        "nothing at all",
    ],
)
def test_the_usual_spellings_come_back_as_they_were(line: str) -> None:
    read = unmark(line)
    assert marked(read.text, read.spans) == line
