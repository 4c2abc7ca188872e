"""What is exported is read as the same training data: every text, mark, name and line, of files and changes together."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from bot.added import Added, with_added
from bot.added_parts import AddedParts, with_parts
from bot.project import load_project
from bot.teachable import project_data
from models.data_export import archive, data, files
from models.examples import Examples
from models.markup import Span
from models.project_data import Part, publish
from models.rasa.data import Example, TrainingData
from models.rasa.document import Document
from models.rasa.nlu import NluReader
from models.rasa.problems import Problems
from models.rasa.writing import nlu_yaml, responses_yaml
from models.taught_parts import TaughtParts
from models.teaching import Teaching
from tests.test_cli import Shell

signs = st.characters(exclude_categories=["Cs"])
words = st.text(signs, min_size=1, max_size=12).filter(lambda text: text.strip() != "")
hard = st.sampled_from(
    [
        "no",
        "1",
        "${HOME}",
        "a: b # c",
        "- x",
        "\\u4f60",
        "我的[订单](x)",
        '"',
        "'",
        "{a}",
        "a\nb",
        " x",
        "x\t",
        "\u2028y",
        "😀",
        "[a](b)",
        "|",
    ]
)
text = words | hard


@st.composite
def examples(draw: st.DrawFn) -> Example:
    said = draw(text)
    spans = []
    for _ in range(draw(st.integers(0, 2))):
        start = draw(st.integers(0, len(said) - 1))
        end = draw(st.integers(start + 1, len(said)))
        value = draw(st.just(said[start:end]) | text)
        spans.append(Span(start, end, draw(text), value, draw(st.none() | text), draw(st.none() | text)))
    return Example(said, draw(text), tuple(spans))


def read(yaml: str) -> TrainingData:
    problems, reader = Problems(), NluReader()
    reader.take(Document.of(yaml, "nlu.yml", problems))
    assert (problems.errors, problems.warnings) == ([], [])
    return reader.data()


def same(read: TrainingData, wanted: TrainingData) -> None:
    def flat(data: TrainingData) -> Any:
        said = {(each.text, each.intent, frozenset(each.entities)) for each in data.examples}
        named = [{name: tuple(lines) for name, lines in each.items()} for each in (data.regexes, data.lookups)]
        return said, dict(data.synonyms), named, {name: dict(each) for name, each in data.titles.items()}

    assert flat(read) == flat(wanted)


lines = st.lists(text, min_size=1, max_size=3, unique=True).map(tuple)
patterns = st.lists(text.map(re.escape), min_size=1, max_size=3).map(tuple)


@given(
    st.lists(examples(), max_size=6), st.dictionaries(text.map(str.lower), text, max_size=3), st.dictionaries(text, patterns, max_size=2),
    st.dictionaries(text, lines, max_size=2),
)  # fmt: skip
def test_what_is_written_is_read_as_the_same(
    given: list[Example],
    synonyms: dict[str, str],
    regexes: dict[str, tuple[str, ...]],
    lookups: dict[str, tuple[str, ...]],
) -> None:
    for each in given:
        for span in each.entities:
            if span.value != (said := each.text[span.start : span.end]):
                synonyms.setdefault(said.lower(), span.value)
    wanted = TrainingData(tuple(given), {k.lower(): v for k, v in synonyms.items()}, regexes, lookups)
    same(read(nlu_yaml(wanted)), wanted)


values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats(allow_nan=False) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(text, st.dictionaries(text, values, max_size=3), max_size=3))
def test_responses_are_read_as_the_same(responses: dict[str, Any]) -> None:
    problems = Problems()
    document = Document.of(responses_yaml(responses), "responses.yml", problems)
    assert document.top.get("responses", {}) == responses
    assert not problems.errors


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    from tests.small_project import write_project

    made = write_project(tmp_path / "project")
    (made / "data" / "more.yml").write_text(
        """version: "3.1"
nlu:
- intent: faq
  metadata: {title: {en: "How much is it", zh: "多少钱"}}
  examples:
  - text: |
      two lines
      of it
  - '我要去[北京]{"entity": "number", "role": "to", "group": "1", "value": "Beijing"}'
- synonym: Beijing
  examples: |
    - 帝都
- regex: number
  examples: |
    - [A-Z]\\d{4,}
- lookup: number
  examples: |
    - N7
    - 七号
""",
        encoding="utf-8",
    )
    return made


def test_the_command_writes_a_project_s_files(folder: Path, tmp_path: Path) -> None:
    bellhop = Shell(tmp_path / "home")
    assert bellhop("migrate").returncode == 0
    out = tmp_path / "out"
    done = bellhop("data", "export", str(out), BELLHOP_PROJECT=str(folder))
    assert done.returncode == 0, done.stderr
    same(read((out / "data" / "nlu.yml").read_text(encoding="utf-8")), load_project(folder).training)
    assert bellhop("data", "export", str(out), BELLHOP_PROJECT=str(folder)).returncode == 2


def test_an_export_trains_the_same_as_files_and_changes(folder: Path, tmp_path: Path, sql_engine: Engine) -> None:
    project = load_project(folder)
    publish(sql_engine, project_data(project))
    same(data(sql_engine), project.training)
    teaching, taught = Teaching(sql_engine), TaughtParts(sql_engine)
    teaching.add("faq", 'to [LA]{"entity": "number", "role": "to", "value": "Los Angeles"}', "a_boss")
    teaching.remove([project_data(project).lines[0].id], "a_boss")
    taught.change(Part.SYNONYM, "Beijing", 0, ["京城"], "a_boss")
    taught.change(Part.LOOKUP, "number", 0, None, "a_boss")
    taught.change(
        Part.RESPONSE,
        "utter_faq",
        0,
        [{"text": "${PRICE} {number}: no", "buttons": [{"title": "1", "payload": "/order"}]}],
        "a_boss",
    )
    added = [Added.of(each) for each in Examples(sql_engine).used()]
    learned, _ = with_added(with_parts(project, AddedParts.of(sql_engine)), added)
    for path in (folder / "data").glob("*.yml"):
        if "nlu:" in path.read_text(encoding="utf-8"):
            path.unlink()
    written = files(sql_engine)
    (folder / "data" / "nlu.yml").write_text(written["data/nlu.yml"], encoding="utf-8")
    again = load_project(folder)
    same(again.training, learned.training)
    responses = Document.of(written["data/responses.yml"], "responses.yml", Problems()).top["responses"]
    assert responses == taught.used(Part.RESPONSE)
    assert archive(sql_engine) == archive(sql_engine)
