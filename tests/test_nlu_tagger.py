"""A tagger learned from annotated texts, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from bench.entities import FOLDER, by_role, by_span, data_of, f1
from bot.nlu.data import Example, NluConfig, Span, TrainingData
from bot.nlu.entities import EntityReader
from bot.nlu.errors import ModelRefused
from bot.nlu.interpreter import Interpreter
from bot.nlu.reading import Entity
from bot.nlu.sequences import labels_of
from bot.nlu.tagger import Label, Tagger, TaggerArrays, TaggerWords
from bot.nlu.tokens import tokens_of, tokens_within

CITIES = ("Oslo", "Rome", "Paris", "New York", "Lima", "Cairo", "San Jose", "Delhi")
STADT = ("上海", "北京", "广州", "乌鲁木齐", "成都", "西安", "石家庄", "厦门")
FORMS = ("a ticket from {0} to {1}", "fly to {1} from {0}", "i leave {0} and go to {1} today", "{0} to {1} please")
FORMEN = ("从{0}到{1}的票", "我要从{0}飞{1}", "到{1},从{0}出发", "{0}到{1}多少钱")


def marked(form: str, values: tuple[str, ...], roles: tuple[str, ...], intent: str = "book") -> Example:
    """The form with its places filled, and annotated where they stand."""
    text, spans = "", []
    for part in re.split(r"(\{\d\})", form):
        if re.fullmatch(r"\{\d\}", part):
            i = int(part[1])
            spans.append(Span(len(text), len(text) + len(values[i]), "city", values[i], roles[i]))
            part = values[i]
        text += part
    return Example(text, intent, tuple(spans))


def trips(cities: tuple[str, ...], forms: tuple[str, ...]) -> list[Example]:
    pairs = [(cities[i], cities[(i + step) % len(cities)]) for i in range(len(cities)) for step in (1, 3)]
    return [marked(form, pair, ("from", "to")) for i, pair in enumerate(pairs) for form in forms[i % 2 :: 2]]


BARE = [
    Example(text, "greet") for text in ("hello there", "good morning to you", "你好", "从来没有到过", "thanks a lot")
]
TRIPS = TrainingData((*trips(CITIES, FORMS), *trips(STADT, FORMEN), *BARE))
READER = EntityReader.train(TRIPS, NluConfig())


def read(text: str, reader: EntityReader = READER) -> tuple[Entity, ...]:
    return reader.entities(text, reader.find(text))


def roles(text: str) -> list[tuple[str, str | None]]:
    return [(text[each.start : each.end], each.role) for each in read(text) if each.entity == "city"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fly to Tromso from Bergen", [("Tromso", "to"), ("Bergen", "from")]),
        ("a ticket from Kyoto to Oslo", [("Kyoto", "from"), ("Oslo", "to")]),
        ("从昆明到拉萨的票", [("昆明", "from"), ("拉萨", "to")]),
        ("我要从哈尔滨飞上海", [("哈尔滨", "from"), ("上海", "to")]),
        ("good morning", []),
    ],
)
def test_values_and_roles_come_from_what_stands_around_them(text: str, expected: list[tuple[str, str]]) -> None:
    assert roles(text) == expected


def test_what_is_found_is_named_as_in_rasa_and_tells_how_sure_it_is() -> None:
    (first, _) = read("从上海到拉萨的票")
    assert first.extractor == "DIETClassifier"
    assert first.confidence_entity is not None
    assert 0.5 < first.confidence_entity <= 1


def test_synonyms_map_tagged_values() -> None:
    data = TrainingData(TRIPS.examples, synonyms={"rome": "Roma"})
    reader = EntityReader.train(data, NluConfig())
    assert [each.value for each in read("fly to Rome from Lima", reader)] == ["Roma", "Lima"]


def test_groups_are_learned_as_roles_are() -> None:
    texts = [(size, topping) for size in ("small", "large") for topping in ("tuna", "onion", "cheese")]
    examples = []
    for size, topping in texts:
        first, second = f"a {size} pizza with {topping}", f" and a {size} one with olives"
        start = len(first) + 7
        spans = (
            Span(2, 2 + len(size), "size", size, None, "1"),
            Span(start, start + len(size), "size", size, None, "2"),
        )
        examples.append(Example(first + second, "order", spans))
    reader = EntityReader.train(TrainingData(tuple(examples)), NluConfig())
    text = "a medium pizza with ham and a large one with olives"
    assert [(each.value, each.group) for each in read(text, reader)] == [("medium", "1"), ("large", "2")]


def test_a_lookup_and_the_tagger_agree_on_one_entity_which_has_the_role() -> None:
    data = TrainingData(TRIPS.examples, lookups={"city": ("Tromso",)})
    reader = EntityReader.train(data, NluConfig())
    (first, _) = read("fly to Tromso from Bergen", reader)
    assert (first.value, first.role, first.extractor) == ("Tromso", "to", "RegexEntityExtractor")


def test_no_tagger_is_learned_where_nothing_is_annotated_or_the_pipeline_has_none() -> None:
    assert EntityReader.train(TrainingData(tuple(BARE)), NluConfig()).tagger is None
    assert EntityReader.train(TRIPS, NluConfig(learn_entities=False)).tagger is None


def test_a_saved_interpreter_tags_the_same(tmp_path: Path) -> None:
    trained = Interpreter.train(TRIPS, NluConfig())
    trained.save(tmp_path)
    texts = ["fly to Tromso from Bergen", "从昆明到拉萨的票", "hello"]
    assert Interpreter.load(tmp_path).read(texts) == trained.read(texts)
    assert trained.read(texts)[0].entities


def test_weights_that_do_not_fit_the_words_are_refused() -> None:
    assert READER.tagger is not None
    words, arrays = READER.tagger.words, READER.tagger.arrays
    wrong = [
        (TaggerWords(words.labels[1:], words.clues), arrays),
        (TaggerWords(words.labels, words.clues[1:]), arrays),
        (words, _with(arrays, "columns", arrays.columns + len(words.labels))),
        (words, _with(arrays, "weights", arrays.weights * np.float32("nan"))),
        (words, _with(arrays, "starts", arrays.starts[::-1].copy())),
    ]
    for each in wrong:
        with pytest.raises(ModelRefused):
            Tagger(*each)


def _with(arrays: TaggerArrays, name: str, array: np.ndarray) -> TaggerArrays:
    kept = {each: getattr(arrays, each) for each in TaggerArrays.__struct_fields__}
    return TaggerArrays(**{**kept, name: array})


def test_no_way_leads_into_the_middle_of_an_entity() -> None:
    labels = (Label("B", "x"), Label("L", "x"), Label("O"))
    arrays = TaggerArrays(
        np.array([0, 1], np.int64), np.array([1], np.int32), np.array([9.0], np.float32), np.zeros((3, 3), np.float32)
    )
    tagger = Tagger(TaggerWords(labels, ("end",)), arrays)
    assert tagger.tag([["end"]]) == []
    (found,) = tagger.tag([[], ["end"]])
    assert (found.first, found.last, found.label.entity) == (0, 1, "x")


def test_a_long_text_is_tagged_to_its_end_and_an_empty_one_not_at_all() -> None:
    assert roles("好" * 1_500 + "。从昆明到拉萨的票")[-2:] == [("昆明", "from"), ("拉萨", "to")]
    assert read("") == read("   ") == ()


def test_of_overlapping_annotations_the_longest_is_learned() -> None:
    example = Example("go to New York", "go", (Span(10, 14, "county", "York"), Span(6, 14, "city", "New York")))
    parts = [(label.part, label.entity) for label in labels_of(example, tokens_of(example.text))]
    assert parts == [("O", ""), ("O", ""), ("B", "city"), ("L", "city")]


def test_tokens_are_words_digits_signs_and_single_characters_of_chinese() -> None:
    text = "买iPhone15, 5kg 吧"
    tokens = tokens_of(text)
    assert [text[start:end] for start, end in tokens] == ["买", "iPhone", "15", ",", "5", "kg", "吧"]
    assert tokens_within(tokens, 2, 8) == [1, 2]
    assert tokens_within(tokens, 10, 11) == []


# Rasa 3.6.21's DIET on the same files: span and type, then with role and group.
DIET = {"en": (0.595, 0.368), "zh": (0.721, 0.503)}


@pytest.mark.parametrize("language", DIET)
def test_entities_are_found_at_least_as_well_as_by_rasa(language: str) -> None:
    data, test = (data_of(FOLDER / f"{part}_{language}.yml") for part in ("train", "test"))
    reader = EntityReader.train(data, NluConfig())
    pairs = [(example, read(example.text, reader)) for example in test.examples]
    assert f1(pairs, by_span) > DIET[language][0] + 0.05
    assert f1(pairs, by_role) > DIET[language][1] + 0.1


def test_the_same_examples_give_the_same_weights() -> None:
    assert READER.tagger is not None
    again = EntityReader.train(TRIPS, NluConfig()).tagger
    assert again is not None
    assert np.array_equal(again.arrays.weights, READER.tagger.arrays.weights)
