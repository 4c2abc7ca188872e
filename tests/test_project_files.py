"""Files as people write them: encodings, line ends, anchors, depth, and the formats before YAML."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.project import ProjectError, load_project
from bot.project.story import Checkpoint, Done, Either, Intended, LoopIs, SlotsWere
from tests.small_project import DOMAIN, NLU, write_project

OLD_DOMAIN = DOMAIN.replace('version: "3.1"\n', "")


def texts(folder: Path, intent: str) -> list[str]:
    return [each.text for each in load_project(folder).training.examples if each.intent == intent]


@pytest.mark.parametrize("encode", [lambda text: "\ufeff" + text, lambda text: text.replace("\n", "\r\n")])
def test_a_byte_order_mark_and_the_line_ends_of_windows(tmp_path: Path, encode: object) -> None:
    assert callable(encode)
    folder = write_project(tmp_path)
    (folder / "data" / "nlu.yml").write_bytes(encode(NLU).encode())
    assert texts(folder, "greet") == ["hello", "hi there", "你好"]


def test_a_file_that_is_not_utf8_is_one_sentence(tmp_path: Path) -> None:
    folder = write_project(tmp_path)
    (folder / "data" / "nlu.yml").write_bytes(NLU.encode("utf-16"))
    with pytest.raises(ProjectError, match=r"^data/nlu.yml:1: not UTF-8 \(byte 0\); expected a UTF-8 file$"):
        load_project(folder)


@pytest.mark.parametrize("nested", ["[" * 20_000 + "]" * 20_000, "{a: " * 10_000 + "1" + "}" * 10_000])
def test_a_file_nested_thousands_deep_is_one_sentence(tmp_path: Path, nested: str) -> None:
    folder = write_project(tmp_path)
    (folder / "data" / "deep.yml").write_text(f"nlu: {nested}\n")
    with pytest.raises(ProjectError, match=r"^data/deep.yml:1: nested deeper than 64; expected a flatter file$"):
        load_project(folder)


def test_aliases_of_aliases_take_no_memory(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    folder = write_project(tmp_path)
    (folder / "data" / "bomb.yml").write_text("nlu: []\n" + "\n".join(lines) + "\n")
    assert len(load_project(folder).warnings) == 12


def test_anchors_are_merged(tmp_path: Path) -> None:
    domain = DOMAIN.replace(
        '  utter_faq: [{text: "It is free"}]',
        '  utter_base: [&base {text: "Base", channel: web}]\n  utter_faq: [{<<: *base, text: "It is free"}]',
    )
    project = load_project(write_project(tmp_path, domain=domain))
    (variation,) = project.domain.responses["utter_faq"]
    assert (variation.parts["text"], variation.channel) == ("It is free", "web")
    assert project.warnings == []


def test_environment_variables_are_read_where_nothing_is_quoted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP", "Bell & Co")
    domain = DOMAIN.replace('{text: "It is free"}', "{text: 'of ${SHOP}'}, {text: of ${SHOP}}, {text: of ${NOWHERE}}")
    domain = domain.replace("  utter_faq: [{text: 'of ${SHOP}'}, {text: of ${SHOP}}, {text: of ${NOWHERE}}]",
        "  utter_faq:\n  - text: 'of ${SHOP}'\n  - text: of ${SHOP}\n  - text: of ${NOWHERE}")  # fmt: skip
    project = load_project(write_project(tmp_path, domain=domain))
    said = [each.parts["text"] for each in project.domain.responses["utter_faq"]]
    assert said == ["of ${SHOP}", "of Bell & Co", "of ${NOWHERE}"]
    assert ["NOWHERE" in each.expected for each in project.warnings] == [True]


def test_escapes_in_ascii_files_are_characters(tmp_path: Path) -> None:
    folder = write_project(tmp_path)
    (folder / "data" / "more.yml").write_text(
        "nlu:\n- intent: greet\n  examples: |\n    - \\u4f60\\u597d \\ud83d\\ude00\n"
    )
    assert "你好 😀" in texts(folder, "greet")


MARKDOWN_NLU = """\
<!-- how people say it
- not an example
-->
## intent:greet
- hello
* hi [there](number:N5)

## intent: order
+ order [N1]{"entity": "number", "role": "a"}
## synonym:N7
- seven
## regex:number
- N\\d+
## lookup:number
data/numbers.txt
"""
MARKDOWN_STORIES = """\
## first
* greet OR faq{"number": "N1"}
  - utter_greet
  - slot{"vip": true}
> known

## second <!-- goes on -->
> known
* order
  - order_form
  - form{"name": "order_form"}
  - form{"name": null}

## price
* faq/price
  - It costs {number}, really.
"""


def test_markdown_of_rasa_1(tmp_path: Path) -> None:
    folder = write_project(tmp_path, nlu="", domain=OLD_DOMAIN)
    data = folder / "data"
    (data / "nlu.md").write_text(MARKDOWN_NLU)
    (data / "numbers.txt").write_text("N8\nN9\n")
    (data / "stories.md").write_text(MARKDOWN_STORIES)
    (data / "README.md").write_text("## intent:none\n- text\n")
    (data / "notes.md").write_text("# Notes\n## About\n\nThis is data.\n")
    (folder / "tests").mkdir()
    (folder / "tests" / "conversation_tests.md").write_text("## happy\n* greet: hello [N1](number)\n  - utter_greet\n")
    project = load_project(folder)
    training = project.training
    assert [each.text for each in training.examples] == ["hello", "hi there", "order N1"]
    assert [(span.value, span.role) for each in training.examples for span in each.entities] == [
        ("N5", None),
        ("N1", "a"),
    ]
    assert training.synonyms == {"seven": "N7", "there": "N5"}
    assert (training.regexes, training.lookups) == ({"number": ("N\\d+",)}, {"number": ("N8", "N9")})
    first, second = project.stories
    assert [type(step) for step in first.steps] == [Either, Done, SlotsWere, Checkpoint]
    assert [type(step) for step in second.steps] == [Checkpoint, Intended, Done, LoopIs, LoopIs]
    assert second.line == 7
    assert project.domain.responses["utter_faq/price"][0].parts["text"] == "It costs {number}, really."
    (test,) = project.tests
    assert isinstance(test.steps[0], Intended)
    assert (test.steps[0].intent, test.steps[0].text) == ("greet", "hello N1")
    assert project.warnings == []


def test_markdown_beside_a_domain_of_rasa_3_is_passed_over(tmp_path: Path) -> None:
    folder = write_project(tmp_path)
    (folder / "data" / "nlu.md").write_text("## intent:greet\n- from before\n")
    project = load_project(folder)
    assert "from before" not in [each.text for each in project.training.examples]
    assert [each.file for each in project.warnings] == ["data/nlu.md"]


def test_json_training_data(tmp_path: Path) -> None:
    data = {
        "common_examples": [
            {"text": " send [N1] now", "intent": "order", "entities": [{"start": 7, "end": 9, "value": "N01", "entity": "number"}]},
            {"text": "hey", "intent": "greet"},
        ],
        "regex_features": [{"name": "number", "pattern": "N\\d+"}],
        "entity_synonyms": [{"value": "N7", "synonyms": ["seven"]}],
        "lookup_tables": [{"name": "number", "elements": ["N8"]}],
    }  # fmt: skip
    folder = write_project(tmp_path, nlu="")
    (folder / "data" / "nlu.json").write_text(json.dumps({"rasa_nlu_data": data}))
    (folder / "data" / "other.json").write_text("{not json")
    training = load_project(folder).training
    assert [(each.text, each.intent) for each in training.examples] == [(" send [N1] now", "order"), ("hey", "greet")]
    (span,) = training.examples[0].entities
    assert (training.examples[0].text[span.start : span.end], span.value) == ("N1"[0:2], "N01")
    assert (training.synonyms, training.lookups) == ({"seven": "N7", "n1": "N01"}, {"number": ("N8",)})


def test_json_that_is_broken_is_named_by_line(tmp_path: Path) -> None:
    folder = write_project(tmp_path)
    (folder / "data" / "nlu.json").write_text('{"rasa_nlu_data": {\n"common_examples": [}')
    with pytest.raises(ProjectError, match=r"^data/nlu.json:2: not JSON"):
        load_project(folder)
