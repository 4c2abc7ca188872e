"""Bad input at the desk, in both languages: each is refused or merged with a sentence, nothing else changes, and the live model goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import Engine

from models.database import open_engine
from models.example_list import ExampleList
from models.model_report import FindingCode, ReportFinding, ReportVerdict
from models.model_reports import ModelReports
from models.releases import Releases
from models.teaching import Teaching
from tests.fixtures_api import Api
from tests.test_console import Console
from tests.test_data_import import BOMB
from tests.test_data_page import fill
from tests.test_model_reports import report
from tests.test_versions import added, judged

pytestmark = pytest.mark.browser
# A busy machine takes its time: only who never answers is wrong.

LIVE, NEW = "1" * 16, "2" * 16
LANGUAGES = pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
NOTHING = {"zh-CN": "没有要改的。", "en-US": "There is nothing to change."}
PASSED_OVER = {
    "zh-CN": "文件里有 1 处读不懂，跳过了",
    "en-US": "1 places in the file cannot be read and are passed over",
}
TOO_LONG = {"zh-CN": "太长（最多 1000 个字符）", "en-US": "Too long (at most 1000 characters)"}
TOO_LARGE = {"zh-CN": "读不了这个文件", "en-US": "This file cannot be read"}
POISONED = {
    "bomb": ((BOMB + "responses: {utter_a: *a39}\n").encode(), PASSED_OVER),
    "object": (b"nlu: !!python/object/apply:os.system ['id']\n", PASSED_OVER),
    "html": (b"<html><script>alert(1)</script></html>", PASSED_OVER),
    "bytes": (b"\xff\xfe", PASSED_OVER),
    "long line": (b"nlu:\n- intent: a\n  examples: |\n    - " + b"x" * 1_000_000 + b"\n", TOO_LONG),
}
TEXTS = """version: "3.1"
nlu:
- intent: refund
  examples: |
    - <img src=x onerror=alert(1)>
    - =HYPERLINK("http://x.test")
    - 开发票 1
    - both ways
- intent: track
  examples: |
    - both ways
"""


@pytest.fixture
def engine(api: Api) -> Iterator[Engine]:
    """With a live model."""
    opened = open_engine(api.settings.sql_url)
    judged(opened, LIVE)
    Releases(opened).promote(LIVE, None, "")
    yield opened
    assert Releases(opened).now().live == LIVE, "it goes on"
    opened.dispose()


@LANGUAGES
def test_a_poisoned_file_is_refused_with_a_sentence(
    browser: Browser, api: Api, engine: Engine, tmp_path: Path, locale: str
) -> None:
    fill(api)
    before = {(each.intent, each.text) for each in ExampleList(engine).all()}
    console = Console(browser, api, locale).opened("data")
    console["data-import"].click()
    for name, (raw, sentence) in POISONED.items():
        (tmp_path / f"{name}.yml").write_bytes(raw)
        console["import-file"].set_input_files(tmp_path / f"{name}.yml")
        expect(console["import-plan"]).to_contain_text(sentence[locale])
        expect(console["import-plan"]).to_contain_text(NOTHING[locale])
        expect(console["import-do"]).to_be_disabled()
        expect(console["import-file"]).to_be_enabled()
    (tmp_path / "large.yml").write_bytes(b"#" * (4 * 1_048_576 + 1))
    console["import-file"].set_input_files(tmp_path / "large.yml")
    expect(console["import-trouble"]).to_contain_text(TOO_LARGE[locale])
    assert {(each.intent, each.text) for each in ExampleList(engine).all()} == before
    console.fine()


@LANGUAGES
def test_what_contradicts_stays_and_html_and_formulas_are_text(
    browser: Browser, api: Api, engine: Engine, tmp_path: Path, locale: str
) -> None:
    fill(api)
    (tmp_path / "nlu.yml").write_text(TEXTS, encoding="utf-8")
    console = Console(browser, api, locale).opened("data")
    console["data-import"].click()
    console["import-file"].set_input_files(tmp_path / "nlu.yml")
    plan = console["import-plan"]
    expect(plan).to_contain_text({"zh-CN": "与现有矛盾 1 条", "en-US": "1 contradict what is there"}[locale])
    expect(plan).to_contain_text(
        {"zh-CN": "文件里同样的话有两个意图", "en-US": "The file has the same words in two intents"}[locale]
    )
    console["import-do"].click()
    expect(plan).to_have_count(0)
    now = {(each.intent, each.text) for each in ExampleList(engine).all()}
    assert {("refund", "<img src=x onerror=alert(1)>"), ("refund", '=HYPERLINK("http://x.test")')} <= now
    assert {intent for intent, text in now if text in ("开发票 1", "both ways")} == {"invoice"}
    console["data-find"].locator("input").or_(console["data-find"]).first.fill("<img")
    expect(console["example"]).to_have_count(1)
    expect(console["example"]).to_contain_text("<img src=x onerror=alert(1)>")
    expect(console.page.locator("#page img[src='x']")).to_have_count(0)
    console.fine()


@LANGUAGES
def test_of_two_admins_who_change_an_example_the_second_is_told(
    browser: Browser, api: Api, engine: Engine, locale: str
) -> None:
    fill(api)
    console = Console(browser, api, locale).opened("data")
    console["intent"].filter(has_text="refund").click()
    mine = next(each for each in ExampleList(engine).all() if each.intent == "refund")
    line = mine.text
    console["example"].filter(has_text=line).first.get_by_test_id("example-edit").click()
    expect(console["example-line"]).to_have_value(line)
    Teaching(engine).move([mine.id], "track", "a_other")
    console["example-line"].fill(f"{line} please")
    console["example-save"].click()
    expect(console["example-trouble"]).to_contain_text(
        {"zh-CN": "别人刚刚改过", "en-US": "Somebody else has just changed it"}[locale]
    )
    found = {each.text: each.intent for each in ExampleList(engine).all()}
    assert found[line] == "track"
    assert f"{line} please" not in found


@LANGUAGES
def test_of_two_admins_who_release_at_once_the_second_is_told(
    browser: Browser, api: Api, engine: Engine, locale: str
) -> None:
    judged(engine, NEW)
    console = Console(browser, api, locale).opened("models")
    console["release"].first.click()
    console["percent-100"].click()
    Releases(engine).shadow(NEW, None, "a_other")
    console["release-do"].click()
    expect(console.page.locator(".el-message")).to_contain_text(
        {"zh-CN": "刚刚", "en-US": "Somebody else has just changed who answers"}[locale]
    )
    assert Releases(engine).now().shadow == NEW


@LANGUAGES
@pytest.mark.parametrize(
    ("why", "sentence"),
    [
        ("The model's file model.npz is not what was trained (model 2222); run `bellhop train`.",
         {"zh-CN": "它的文件不完整或者被改过", "en-US": "Its files are not whole, or not what was trained"}),
        ("The model was trained for another project.",
         {"zh-CN": "它是为另一个项目训练的", "en-US": "It was trained for another project"}),
    ],
    ids=["corrupt", "foreign"],
)  # fmt: skip
def test_a_model_that_no_bot_could_load_says_so(
    browser: Browser, api: Api, engine: Engine, locale: str, why: str, sentence: dict[str, str]
) -> None:
    judged(engine, NEW).refuse(NEW, why)
    refused_with(browser, api, locale, sentence[locale])


@LANGUAGES
def test_a_candidate_without_an_intent_that_rules_need_says_which(
    browser: Browser, api: Api, engine: Engine, locale: str
) -> None:
    missing = ReportFinding(code=FindingCode.MISSING, text="It does not know “refund”.", count=1, names=["refund"])
    verdict = ReportVerdict(passed=False, compared=True, reasons=[missing], notes=[])
    added(engine, NEW).refuse(NEW, missing.text)
    written = report(NEW).model_copy(update={"verdict": verdict})
    ModelReports(engine).put(NEW, written.model_dump_json().encode())
    words = {
        "zh-CN": "新模型却不认识的意图有 1 个：refund",
        "en-US": "1 intents that rules, stories or forms need are not known",
    }
    refused_with(browser, api, locale, words[locale])


def refused_with(browser: Browser, api: Api, locale: str, sentence: str) -> None:
    """It is said where one would let it answer, which takes a written reason."""
    console = Console(browser, api, locale).opened("models")
    console["versions"].locator("tbody tr", has=console["state-refused"]).get_by_test_id("release").click()
    expect(console.page.get_by_role("note")).to_contain_text(sentence)
    console["percent-100"].click()
    expect(console["release-do"]).to_be_disabled()
