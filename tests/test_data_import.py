"""Importing Rasa YAML: looked at first, then done as it was seen, merged with what is there. No file takes anything away."""

from __future__ import annotations

import os
from collections.abc import Callable

import httpx
import pytest
from sqlalchemy import Engine

from models.choosing import Outdated
from models.data_export import data, files
from models.data_import import Effect, Refusal, apply, plan
from models.database import open_engine
from models.example_list import ExampleList, Wanted
from models.examples import Examples
from models.markup import Span
from models.project_data import Line, Part, ProjectData, publish
from models.rasa.reading import FILE_BYTES, UnreadableFile, read, read_apart
from models.taught_parts import TaughtParts
from models.teaching import Teaching
from tests.fixtures_api import Api
from tests.test_inbox import boss
from tests.test_rasa_writing import same

__all__ = ["boss"]

BASE = ProjectData(
    "shop",
    (Line("greet", "Hi"), Line("refund", "money back"), Line("go", "to LA")),
    {Part.SYNONYM: {"Berlin": ["ber"]}, Part.RESPONSE: {"utter_greet": [{"text": "Hello"}]}},
)
FILE = """version: "3.1"
nlu:
- intent: greet
  examples: |
    - hi!
    - 您好
    - money back
    - both
- intent: go
  examples: |
    - to [LA]{"entity": "city", "role": "to", "value": "Los Angeles"}
    - <b>=1+1</b>
    - ring 13800138000
    - both
    - [broken]{entity}
- intent: nlu_fallback
  examples: |
    - anything
- synonym: Berlin
  examples: |
    - B-Town
- regex: order_id
  examples: |
    - [A-Z]\\d+
    - (
responses:
  utter_greet:
  - text: Good day
  bad name:
  - text: x
rules: []
"""


@pytest.fixture
def shop(sql_engine: Engine) -> Engine:
    publish(sql_engine, BASE)
    return sql_engine


def test_a_file_is_looked_at_before_anything_changes(shop: Engine) -> None:
    made = plan(shop, read(FILE.encode()))
    assert [(each.example.text, each.example.intent) for each in made.of(Effect.ADD)] == [
        ("您好", "greet"),
        ("<b>=1+1</b>", "go"),
    ]
    assert [each.example.text for each in made.of(Effect.CHANGE)] == ["to LA"]
    assert [(each.example.text, each.there and each.there.intent) for each in made.of(Effect.CONTRADICT)] == [
        ("money back", "refund")
    ]
    assert made.same == 1
    assert {(why, name) for why, name, _ in made.refused} == {
        (Refusal.SENSITIVE, "go"), (Refusal.TWICE, "greet / go"), (Refusal.NAME, "nlu_fallback"), (Refusal.PART, "bad name"),
    }  # fmt: skip
    assert "13800138000" not in str([(name, text) for _, name, text in made.refused])
    assert {(each.kind, each.name, each.new) for each in made.parts} == {
        (Part.SYNONYM, "Berlin", False), (Part.SYNONYM, "Los Angeles", True), (Part.REGEX, "order_id", True),
        (Part.RESPONSE, "utter_greet", False),
    }  # fmt: skip
    told = read(FILE.encode())
    assert [line for line, _ in told.problems] == [15, 25]
    assert told.passed_over == ["rules"]
    assert Examples(shop).used() == []


def test_it_is_done_as_it_was_seen_and_undone_together(shop: Engine) -> None:
    made = plan(shop, read(FILE.encode()))
    change = apply(shop, made, "a_boss", "from the old bot", overrule=False)
    listed = ExampleList(shop)
    assert {each.text for each in listed.page(Wanted(source="import"))} == {"您好", "<b>=1+1</b>", "to LA"}
    (la,) = listed.page(Wanted(intent="go", words="la"))
    assert la.entities == (Span(3, 5, "city", "Los Angeles", "to"),)
    assert TaughtParts(shop).used(Part.SYNONYM)["Berlin"] == ["ber", "b-town"]
    with pytest.raises(Outdated):
        apply(shop, made, "a_li", "", overrule=False)
    assert plan(shop, read(FILE.encode())).of(Effect.ADD) == []
    Teaching(shop).undo(change, "a_boss")
    assert {(each.intent, each.text) for each in listed.all()} == {(each.intent, each.text) for each in BASE.lines}
    again = plan(shop, read(FILE.encode()))
    apply(shop, again, "a_boss", "", overrule=True)
    assert {each.intent for each in listed.page(Wanted(words="money"))} == {"greet"}


def test_an_export_is_imported_elsewhere_without_loss(shop: Engine) -> None:
    apply(shop, plan(shop, read(FILE.encode())), "a_boss", "", overrule=False)
    before, written = data(shop), files(shop)
    publish(shop, ProjectData("other", ()))
    for each in ExampleList(shop).all():
        Teaching(shop).remove([each.id], "a_boss")
    for text in written.values():
        apply(shop, plan(shop, read(text.encode())), "a_boss", "", overrule=False)
    same(data(shop), before)


def many(n: int) -> str:
    return 'version: "3.1"\nnlu:\n- intent: a\n  examples: |\n' + "".join(
        f"    - example {k} of many\n" for k in range(n)
    )


def test_thousands_are_taken_at_once(shop: Engine) -> None:
    apply(shop, plan(shop, read(many(3000).encode())), "a_boss", "", overrule=False)
    assert ExampleList(shop).counts()["a"] == {"en": 3000}


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 8)}]\n" for n in range(1, 40)
)


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\xff\xfe", b"\x00", b"{", b"nlu: &a\n- *a\n", b"nlu: !!python/object/apply:os.system ['id']\n", b"[" * 5000, b"nlu: 1\n",
        (BOMB + "nlu: *a39\n").encode(), (BOMB + "responses: {utter_a: *a39}\n").encode(), b"- just\n- a list\n", b"<html></html>",
        b"nlu:\n- intent: a\n  examples: |\n    - " + b"x" * 1_000_000 + b"\n",
    ],
    ids=["empty", "bytes", "nul", "brace", "itself", "object", "deep", "number", "bomb", "bomb in a response", "list", "html", "long line"],
)  # fmt: skip
async def test_a_hostile_file_changes_nothing(raw: bytes, sqlite_engine: Engine) -> None:
    publish(sqlite_engine, BASE)
    found = await read_apart(raw)
    made = plan(sqlite_engine, found)
    assert made.steps == []
    assert all(len(text) <= 100 for why, _, text in made.refused if why is not Refusal.PART)


async def test_a_file_reads_none_of_our_variables() -> None:
    os.environ["BELLHOP_TEST_SECRET"] = "s3cret"
    try:
        found = await read_apart(b"responses:\n  utter_a:\n  - text: ${BELLHOP_TEST_SECRET}\n")
    finally:
        del os.environ["BELLHOP_TEST_SECRET"]
    assert found.responses == {"utter_a": [{"text": "${BELLHOP_TEST_SECRET}"}]}


async def test_a_file_that_is_too_large_is_refused() -> None:
    with pytest.raises(UnreadableFile):
        await read_apart(b"#" * (FILE_BYTES + 1))


def test_admins_import_over_rest(api: Api, boss: httpx.Client) -> None:
    engine = open_engine(api.settings.sql_url)
    publish(engine, BASE)
    engine.dispose()

    def send(raw: bytes = FILE.encode(), **fields: str) -> httpx.Response:
        return boss.post("/api/data/import", files={"file": ("nlu.yml", raw)}, data=fields)

    seen = send().raise_for_status().json()
    assert (seen["add"], seen["alter"], seen["contradict"], seen["same"], seen["refuse"]) == (2, 1, 1, 1, 4)
    assert (seen["change"], seen["passed_over"]) == ("", ["rules"])
    assert seen["contradicting"] == [{"line": "money back", "intent": "greet", "there": "refund"}]
    done = send(plan=seen["plan"], reason="moved over").raise_for_status().json()
    assert done["change"]
    assert send(plan=seen["plan"]).json()["code"] == "outdated"
    boss.delete(f"/api/data/changes/{done['change']}").raise_for_status()
    assert send(b"#" * (FILE_BYTES + 1)).json()["code"] == "invalid"
    assert boss.post("/api/data/import", data={"file": "no"}, files={"other": b"x"}).status_code == 400
    acts: Callable[[], list[str]] = lambda: [each["act"] for each in boss.get("/api/audit").json()["acts"]]  # noqa: E731
    assert "example.import" in acts()
