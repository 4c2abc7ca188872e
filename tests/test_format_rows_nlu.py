"""Row 6 of docs/rasa.md, "Row by row": training data as Rasa writes it; and that the page names the tests of all rows."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from bot.nlu.interpreter import Interpreter
from bot.nlu.reading import Reading
from bot.project import Project, load_project
from tests.dialogue_talk import passed

NLU_DOMAIN = """\
version: "3.1"
intents: [no, travel, faq, code]
entities:
- city: {roles: [from, to], groups: ["1"]}
- order_id
responses:
  utter_no: [{text: "Not then"}]
  utter_travel: [{text: "A trip"}]
  utter_faq/price: [{text: "Ten a month"}]
  utter_faq/hours: [{text: "From nine to six"}]
  utter_code: [{text: "A number"}]
"""
NLU = """\
version: "3.1"
nlu:
- intent: no
  examples: |
    - no
    - not at all
    - no thank you
    this line has no dash
- intent: travel
  examples: |
    - book a trip from [Rome]{"entity": "city", "role": "from"} to [LA]{"entity": "city", "role": "to", "value": "Los Angeles"}
    - a trip from [LA]{"entity": "city", "role": "from", "value": "Los Angeles"} to [Rome]{"entity": "city", "role": "to", "group": "1"}
    - book a trip to [Paris](city)
    - 我要订去[上海](city:Shanghai)的票
- intent: faq/price
  examples:
  - text: |
      how much is it
    metadata: {owner: me}
  - text: what does a month cost
- intent: faq/hours
  examples: |
    - when are you open
    - your opening hours please
- intent: code
  examples: |
    - it is # 7: that one
    - the number [A.1+](order_id)
    - the number [AB-1](order_id)[more] of mine
    - the code [C-2][{"entity": "order_id"}, {"entity": "city"}]
- synonym: Los Angeles
  examples: |
    - city of angels
- regex: order_id
  examples: |
    - [A-Z]\\.\\d\\+
- lookup: city
  examples: |
    - 北京
    - Berlin
"""
NLU_RULES = """\
version: "3.1"
rules:
- rule: no
  steps: [{intent: no}, {action: utter_no}]
- rule: travel
  steps: [{intent: travel}, {action: utter_travel}]
- rule: faq
  steps: [{intent: faq}, {action: utter_faq}]
- rule: code
  steps: [{intent: code}, {action: utter_code}]
"""
NLU_TESTS = """\
version: "3.1"
stories:
- story: all
  steps:
  - {user: no thank you, intent: no}
  - action: utter_no
  - {user: "我要订去[上海](city)的票", intent: travel}
  - action: utter_travel
  - {user: how much is it, intent: faq/price}
  - action: utter_faq
  - {user: "the number [A.1+](order_id)", intent: code}
  - action: utter_code
"""


@pytest.fixture(scope="module")
def nlu(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("nlu")
    (folder / "data").mkdir()
    (folder / "tests").mkdir()
    files = {"domain": NLU_DOMAIN, "data/nlu": NLU, "data/rules": NLU_RULES, "tests/test_all": NLU_TESTS}
    for name, text in files.items():
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    return load_project(folder)


@pytest.fixture(scope="module")
def interpreter(nlu: Project) -> Interpreter:
    return Interpreter.train(nlu.training, nlu.nlu_config)


def read(interpreter: Interpreter, text: str) -> Reading:
    (reading,) = interpreter.read([text])
    return reading


def test_row_6_annotations_in_all_spellings_with_roles_groups_and_lists(nlu: Project) -> None:
    spans = {
        (example.text[each.start : each.end], each.entity, each.role, each.group, each.value)
        for example in nlu.training.examples
        for each in example.entities
    }
    assert spans == {
        ("Rome", "city", "from", None, "Rome"),
        ("LA", "city", "to", None, "Los Angeles"),
        ("LA", "city", "from", None, "Los Angeles"),
        ("Rome", "city", "to", "1", "Rome"),
        ("Paris", "city", None, None, "Paris"),
        ("上海", "city", None, None, "Shanghai"),
        ("A.1+", "order_id", None, None, "A.1+"),
        ("AB-1", "order_id", None, None, "AB-1"),
        ("C-2", "order_id", None, None, "C-2"),
        ("C-2", "city", None, None, "C-2"),
    }


def test_row_6_a_no_a_hash_a_colon_and_a_line_without_a_dash(nlu: Project) -> None:
    assert {each.text for each in nlu.training.examples if each.intent == "no"} == {"no", "not at all", "no thank you"}
    assert "it is # 7: that one" in {each.text for each in nlu.training.examples}
    (warning,) = (each for each in nlu.warnings if "begins with '-'" in each.expected)
    assert (warning.file, warning.line) == ("data/nlu.yml", 8)


def test_row_6_offsets_are_code_points_and_a_value_beside_the_text_is_a_synonym(
    nlu: Project, interpreter: Interpreter
) -> None:
    (example,) = (each for each in nlu.training.examples if "上海" in each.text)
    assert (example.text, example.entities[0].start, example.entities[0].end) == ("我要订去上海的票", 4, 6)
    (found,) = (each for each in read(interpreter, "😀我要订去上海的票").entities if each.entity == "city")
    assert (found.start, found.end, found.value) == (5, 7, "Shanghai")
    assert nlu.training.synonyms["la"] == nlu.training.synonyms["city of angels"] == "Los Angeles"


def test_row_6_a_lookup_between_chinese_characters_and_a_regex_of_special_characters(nlu: Project) -> None:
    interpreter = Interpreter.train(nlu.training, replace(nlu.nlu_config, learn_entities=False))
    for text, value in (("我要去北京玩", "北京"), ("the number B.2+", "B.2+")):
        assert value in {each.value for each in read(interpreter, text).entities}


def test_row_6_a_retrieval_intent_has_its_key(interpreter: Interpreter) -> None:
    reading = read(interpreter, "when are you open")
    assert (reading.intent.name, reading.full("faq")) == ("faq", "faq/hours")


async def test_row_6_its_test_conversation_passes(nlu: Project, interpreter: Interpreter) -> None:
    assert await passed(nlu, interpreter) == 1


def test_the_page_names_every_test_of_a_row_and_no_other() -> None:
    """A row without a test, or a test that is no longer there, is seen here."""
    root = Path(__file__).parent
    page = (
        (root.parent / "docs" / "rasa.md")
        .read_text(encoding="utf-8")
        .partition("## Row by row")[2]
        .partition("\n## ")[0]
    )
    written = "".join(each.read_text(encoding="utf-8") for each in root.glob("test_format_rows*.py"))
    channel = (root / "test_rest_channel.py").read_text()
    named = set(re.findall(r"`(test_\w+)`", page))
    ours = set(re.findall(r"^(?:async )?def (test_row_\w+)", written, re.MULTILINE))
    assert named >= ours
    assert named - ours <= set(re.findall(r"^(?:async )?def (test_\w+)", channel, re.MULTILINE))
    assert {line.split("|")[1].strip() for line in page.splitlines() if line.startswith("| ")} >= set("123456789")
