from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from scipy.sparse import csr_array

from bot.nlu.data import Example, NluConfig, Span, TrainingData
from bot.nlu.interpreter import Interpreter
from bot.nlu.titles import titles_of
from bot.project import load_project
from tests.nlu_data import SHOP
from tests.small_project import NLU, write_project


def letters(examples: Sequence[Example]) -> csr_array:
    return csr_array([[float(example.text.count(letter)) for letter in "abcdefgh"] for example in examples])


def titles(*texts: str, intent: str = "faq", **given: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    return titles_of(TrainingData(tuple(Example(text, intent) for text in texts), **given), letters)


def test_the_title_is_the_example_most_like_the_others_in_each_language() -> None:
    found = titles("h g f", "a b c", "c c a b", "a a e", "f f g", "我要开发票", "b 怎么退款", "b 退款怎么退")
    assert found == {"faq": {"en": "C c a b", "zh": "B 怎么退款"}}


@pytest.mark.parametrize(
    "text", ["where is A1001", "/restart", "mail a@b.example", "😀 hello there you", "say {name} to me"]
)
def test_what_may_be_somebodys_or_a_payload_is_never_a_title(text: str) -> None:
    assert titles(text) == {}
    assert titles(text, "plain words here") == {"faq": {"en": "Plain words here"}}


def test_an_annotated_example_is_no_title() -> None:
    example = Example("send it to Anna Smith", "send", (Span(11, 21, "person", "Anna Smith"),))
    assert titles_of(TrainingData((example,)), letters) == {}


def test_a_whole_short_sentence_goes_before_a_catchword_and_a_long_story() -> None:
    long = "so this is what happened to me the other day when a parcel came that was not mine at all"
    assert titles("refund", long, "I want a refund.") == {"faq": {"en": "I want a refund"}}
    assert titles("refund", long) == {"faq": {"en": "Refund"}}


def test_the_projects_own_title_counts_and_an_empty_one_means_that_it_is_not_offered() -> None:
    assert titles("hello my friend", titles={"faq": {"": "Ask me"}}) == {"faq": {"en": "Ask me"}}
    assert titles("hello my friend", titles={"faq": {"zh": "问我"}}) == {"faq": {"en": "Hello my friend", "zh": "问我"}}
    assert titles("hello my friend", titles={"faq": {}}) == {}


def test_a_model_keeps_its_titles(tmp_path: Path) -> None:
    trained = Interpreter.train(SHOP, NluConfig())
    assert set(trained.titles) == {"greet", "order_status", "refund", "human"}
    assert all(set(each) == {"en", "zh"} for each in trained.titles.values())
    trained.save(tmp_path)
    assert Interpreter.load(tmp_path).titles == trained.titles


def test_a_project_names_titles_in_the_metadata_of_an_intent(tmp_path: Path) -> None:
    nlu = NLU
    for intent, title in (
        ("greet", "Say hello"),
        ("order", "{en: Order it, zh: 下单}"),
        ("stop", "false"),
        ("faq", "[1]"),
    ):
        nlu = nlu.replace(f"- intent: {intent}\n", f"- intent: {intent}\n  metadata: {{owner: me, title: {title}}}\n")
    project = load_project(write_project(tmp_path, nlu=nlu))
    assert project.training.titles == {
        "greet": {"": "Say hello"},
        "order": {"en": "Order it", "zh": "下单"},
        "stop": {},
    }
    assert [str(each).partition("title of 'faq'")[1] for each in project.warnings] == ["title of 'faq'"]
