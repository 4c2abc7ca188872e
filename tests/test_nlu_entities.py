from __future__ import annotations

import pytest

from bot.nlu.data import Example, NluConfig, TrainingData
from bot.nlu.entities import EntityReader, EntityRules
from bot.nlu.fold import READ_CHARACTERS
from bot.nlu.reading import Entity
from tests.nlu_data import SHOP, annotated

DEFAULT = NluConfig()


def read(text: str, data: TrainingData = SHOP, config: NluConfig = DEFAULT) -> tuple[Entity, ...]:
    reader = EntityReader(EntityRules.of(data, config))
    return reader.entities(text, reader.find(text))


def found(text: str, data: TrainingData = SHOP, config: NluConfig = DEFAULT) -> list[tuple[str, str, str]]:
    return [(entity.entity, text[entity.start : entity.end], entity.value) for entity in read(text, data, config)]


def test_a_regex_named_as_an_entity_extracts_also_beside_chinese() -> None:
    assert found("我的订单A1001到哪了") == [("order_id", "A1001", "A1001")]
    assert read("我的订单A1001到哪了")[0].extractor == "RegexEntityExtractor"
    assert found("XA10012") == []


def test_full_width_letters_and_digits_are_read_as_plain_ones() -> None:
    assert found("订单Ａ１００１呢") == [("order_id", "Ａ１００１", "A1001")]


def test_a_regex_that_names_no_entity_is_only_a_feature() -> None:
    reader = EntityReader(EntityRules.of(SHOP, NluConfig()))
    text = "A1001 costs 30 yuan"
    matches = reader.find(text)
    assert reader.features(matches) == ("money", "order_id")
    assert [entity.entity for entity in reader.entities(text, matches)] == ["order_id"]


def test_a_declared_entity_needs_no_annotation() -> None:
    data = TrainingData((Example("a", "b"),), regexes={"phone": (r"1\d{10}",)}, entities=("phone",))
    assert found("电话13800138000", data) == [("phone", "13800138000", "13800138000")]


@pytest.mark.parametrize("text", ["寄到上海市吧", "上海市", "Ship to 上海市."])
def test_lookups_need_no_boundary_in_chinese_and_the_longest_wins(text: str) -> None:
    assert found(text) == [("city", "上海市", "上海市")]


def test_synonyms_give_the_canonical_value() -> None:
    assert found("到上海") == [("city", "上海", "Shanghai")]
    assert found("to BIG apple") == [("city", "BIG apple", "New York")]


def test_latin_lookups_need_boundaries_but_not_to_chinese() -> None:
    assert found("去new york吧") == [("city", "new york", "new york")]
    assert found("newyorker yorks") == []
    assert found("yorks", config=NluConfig(use_word_boundaries=False)) == [("city", "york", "york")]


def test_annotated_values_are_found_again_as_phrases() -> None:
    assert found("我要红色的") == [("color", "红色", "red")]
    entity = read("A RED shirt")[0]
    assert (entity.entity, entity.value, entity.extractor) == ("color", "red", "PhraseEntityExtractor")
    assert found("reduced") == []


def test_annotated_values_stand_back_where_a_lookup_or_regex_covers_the_entity() -> None:
    data = TrainingData((annotated("go to Oslo", "Oslo", "city", "x"),), lookups={"city": ("Rome",)})
    assert found("Oslo or Rome", data) == [("city", "Rome", "Rome")]
    assert found("Oslo or Rome", data, NluConfig(use_lookup_tables=False)) == [("city", "Oslo", "Oslo")]


def test_the_most_frequent_meaning_of_a_phrase_counts() -> None:
    examples = [annotated(f"{i} to LA", "LA", "city", "x", "Los Angeles", "to") for i in range(2)]
    data = TrainingData((*examples, annotated("from LA", "LA", "city", "x", "Los Angeles", "from")))
    assert [(e.value, e.role) for e in read("la", data)] == [("Los Angeles", "to")]


def test_case_counts_where_the_project_says_so() -> None:
    config = NluConfig(case_sensitive=True)
    assert found("a1001 new york", config=config) == []
    assert [entity for entity, _, _ in found("A1001 New York", config=config)] == ["order_id", "city"]


def test_regexes_and_lookups_can_be_switched_off() -> None:
    assert found("A1001 York", config=NluConfig(use_regexes=False)) == [
        ("order_id", "A1001", "A1001"),
        ("city", "York", "York"),
    ]
    assert read("A1002", config=NluConfig(use_regexes=False)) == ()


def test_of_overlapping_finds_the_longest_stays_and_on_one_span_all_do() -> None:
    data = TrainingData(
        (Example("a", "b"),),
        regexes={"phone": (r"1\d{10}",), "number": (r"\d{6,20}",), "short": (r"\d{4}",)},
        entities=("phone", "number", "short"),
    )
    assert found("13800138000", data) == [
        ("number", "13800138000", "13800138000"),
        ("phone", "13800138000", "13800138000"),
    ]
    assert found("138001380001", data) == [("number", "138001380001", "138001380001")]


def test_spans_are_those_of_the_text_where_lower_case_would_lengthen_it() -> None:
    text = "İİ ㎏ red ﷺ A1001"
    assert [(entity, part) for entity, part, _ in found(text)] == [("color", "red"), ("order_id", "A1001")]


def test_what_lies_behind_the_limit_is_not_read() -> None:
    assert found("x " * (READ_CHARACTERS // 2) + "A1001") == []
    assert found("x " * (READ_CHARACTERS // 2 - 5) + "A1001 ") != []
