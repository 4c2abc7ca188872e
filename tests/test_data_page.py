"""The page of training data in a real Chromium: an intent is looked at, and its examples are written, marked, moved, taken out and brought
back, by keyboard and by hand."""

from __future__ import annotations

import json
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import Browser, expect

from models.database import open_engine
from models.example_list import ExampleList, Wanted
from models.examples import fingerprint
from models.inbox import Inbox, Item, Verdict, Why
from models.kept_back import kept_back_now
from models.markup import Span
from models.project_data import Line, Part, ProjectData, publish
from models.versions import ModelVersion, Versions
from tests.fixtures_api import Api
from tests.journeys.test_browser import shot
from tests.test_console import Console

pytestmark = pytest.mark.browser
# A busy machine takes its time: only who never answers is wrong.

CITIES = {"city": {"roles": ["origin", "destination"], "groups": []}, "order_id": {"roles": [], "groups": []}}
IMPORTED = """version: "3.1"
nlu:
- intent: gift_wrap
  examples: |
    - please wrap it
    - 包装成礼物
    - ring 13800138000
- intent: invoice
  examples: |
    - 我要退款 1
    - 开发票 1
rules: []
"""
HELD_OUT = {"m": ["please, to LA", "change_address"]}
INTENTS = {"change_address": "我要改地址", "refund": "我要退款", "track": "我的订单到哪了", "invoice": "开发票"}


def fill(api: Api) -> None:
    lines = [Line(intent, f"{text} {n}", language="zh") for intent, text in INTENTS.items() for n in range(12)]
    lines += [
        Line("track", f"where is order A-{n}", (Span(15, 17 + len(str(n)), "order_id", f"A-{n}"),)) for n in range(60)
    ]
    lines.append(Line("change_address", "to LA please", (Span(3, 5, "city", "Los Angeles", "destination"),)))
    named = {intent: {"ruled": intent != "invoice", "titles": {}} for intent in INTENTS}
    engine = open_engine(api.settings.sql_url)
    publish(engine, ProjectData("shop", lines, {Part.INTENT: named, Part.ENTITY: CITIES, Part.HELD_OUT: HELD_OUT}))
    engine.dispose()


@pytest.mark.parametrize(("locale", "dark"), [("zh-CN", False), ("en-US", True)])
def test_examples_are_taught_by_hand_and_by_keyboard(browser: Browser, api: Api, locale: str, dark: bool) -> None:
    fill(api)
    console = Console(browser, api, locale, dark).opened("data")
    keys = console.page.keyboard
    expect(console["intent"]).to_have_count(4)
    expect(console["example"]).to_have_count(50)
    console["intent"].filter(has_text="track").click()
    expect(console["data-total"]).to_contain_text("72")
    shot(console.page, f"console-data-{locale}")
    console["data-further"].click()
    expect(console["example"]).to_have_count(72)
    console.fine()

    console["intent"].filter(has_text="change_address").click()
    expect(console["data-total"]).to_contain_text("13")
    keys.press("n")
    console["example-line"].fill("Please send it to Berlin")
    console["example-line"].evaluate("field => field.setSelectionRange(18, 24)")
    console["example-entity"].click()
    console.page.get_by_role("option", name="city", exact=True).click()
    console["example-mark"].click()
    expect(console["example-line"]).to_have_value("Please send it to [Berlin](city)")
    console["mark-value"].fill("BER")
    console["mark-value"].press("Tab")
    expect(console["example-line"]).to_have_value('Please send it to [Berlin]{"entity":"city","value":"BER"}')
    shot(console.page, f"console-data-write-{locale}")
    console.fine()
    console["example-reason"].fill("asked often")
    console["example-save"].click()
    expect(console["data-total"]).to_contain_text("14")
    expect(console["example"].first).to_contain_text("Berlin")

    keys.press("h")
    expect(console["event"]).to_have_count(1)
    expect(console["event"]).to_contain_text("asked often")
    keys.press("Escape")
    expect(console["event"]).to_have_count(0)
    keys.press("x")
    keys.press("j")
    keys.press("x")
    expect(console["data-chosen"]).to_contain_text("2")
    keys.press("m")
    console["picker-find"].fill("refund")
    console["picker-find"].press("Enter")
    expect(console["data-total"]).to_contain_text("12")
    keys.press("u")
    expect(console["data-total"]).to_contain_text("14")
    keys.press("d")
    expect(console["data-total"]).to_contain_text("13")
    keys.press("u")
    expect(console["data-total"]).to_contain_text("14")

    console["example-edit"].nth(1).click()
    console["example-line"].fill("开发票 3")
    console["example-save"].click()
    expect(console["example-trouble"]).to_be_visible()
    keys.press("Escape")
    expect(console["example-line"]).to_have_count(0)
    console["data-find"].fill("berlin")
    expect(console["example"]).to_have_count(1)
    console["intent"].filter(has_text="invoice").click()
    expect(console["rule-note"]).to_contain_text("- intent: invoice")
    with console.page.expect_download() as download:
        console["data-export"].click()
    with ZipFile(download.value.path()) as exported:
        assert b"[Berlin]" in exported.read("data/nlu.yml")
    console.fine()
    engine = open_engine(api.settings.sql_url)
    (made,) = ExampleList(engine).page(Wanted(words="berlin"))
    engine.dispose()
    assert made.entities == (Span(18, 24, "city", "BER"),)


@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
def test_what_may_be_wrong_is_shown_and_settled(browser: Browser, api: Api, tmp_path: Path, locale: str) -> None:
    fill(api)
    suspect = {"mark": fingerprint("开发票 3"), "meant": "invoice", "read": "refund", "confidence": 0.97}
    manifest = json.dumps({"version": "m1", "metrics": {"suspects": [suspect]}})
    (tmp_path / "model.json").write_text("{}")
    engine = open_engine(api.settings.sql_url)
    version = ModelVersion("m1", "shop", 1, "", "", "d", "c", 2, 0, "", manifest)
    Versions(engine).add(version, {"model.json": tmp_path / "model.json"})
    engine.dispose()
    console = Console(browser, api, locale).opened("data")
    console["data-add"].click()
    console["example-line"].fill("我要退款 1")
    expect(console["note"]).to_contain_text("refund")
    console["example-line"].fill("打 13800138000")
    expect(console["note"]).not_to_contain_text("refund")
    console.page.keyboard.press("Escape")
    console["data-check"].click()
    expect(console["suspect"]).to_have_count(1)
    expect(console["check-held_out"]).to_contain_text("LA")
    shot(console.page, f"console-data-check-{locale}")
    console.fine()
    console["suspect-move"].click()
    expect(console["suspect"]).to_have_count(0)
    console["data-undo"].click()
    expect(console["suspect"]).to_have_count(1)
    console["suspect-keep"].click()
    expect(console["suspect"]).to_have_count(0)
    console["check-remove"].first.click()
    expect(console["check-held_out"]).to_have_count(0)


@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
def test_a_file_is_looked_at_and_imported(browser: Browser, api: Api, tmp_path: Path, locale: str) -> None:
    fill(api)
    file = tmp_path / "nlu.yml"
    file.write_text(IMPORTED, encoding="utf-8")
    console = Console(browser, api, locale).opened("data")
    console["data-import"].click()
    (tmp_path / "bad.yml").write_text("nlu: [", encoding="utf-8")
    console["import-file"].set_input_files(tmp_path / "bad.yml")
    expect(console["import-plan"]).to_be_visible()
    expect(console["import-do"]).to_be_disabled()
    expect(console["import-file"]).to_be_enabled()
    console["import-file"].set_input_files(file)
    expect(console["import-plan"]).to_contain_text("我要退款 1")
    expect(console["import-plan"]).to_contain_text("refund → invoice")
    expect(console["import-plan"]).not_to_contain_text("13800138000")
    shot(console.page, f"console-data-import-{locale}")
    console.fine()
    console["import-do"].click()
    expect(console["import-plan"]).to_have_count(0)
    expect(console["intent"].filter(has_text="gift_wrap")).to_be_visible()
    console["data-undo"].click()
    expect(console["intent"].filter(has_text="gift_wrap")).to_have_count(0)


def test_on_a_phone_one_looks_at_intents_or_at_examples(browser: Browser, api: Api) -> None:
    fill(api)
    console = Console(browser, api, "zh-CN").opened("data")
    console.page.set_viewport_size({"width": 390, "height": 844})
    console.page.reload()
    expect(console["intent"].first).to_be_visible()
    shot(console.page, "console-data-phone-intents")
    console["intent"].filter(has_text="change_address").click()
    expect(console["intent"].first).not_to_be_visible()
    expect(console["example"]).to_have_count(13)
    assert console.page.evaluate("document.documentElement.scrollWidth") <= 390
    console.fine()
    shot(console.page, "console-data-phone")
    console["data-back"].click()
    expect(console["intent"].first).to_be_visible()


@pytest.mark.parametrize(("locale", "said"), [("zh-CN", "留作测试"), ("en-US", "Kept for the test")])
def test_what_training_never_sees_is_marked(browser: Browser, api: Api, locale: str, said: str) -> None:
    fill(api)
    engine = open_engine(api.settings.sql_url)
    box = Inbox(engine)
    texts = [f"receipt {letter} please" for letter in "abcdefghijklmnopqrst"]
    box.notice([Item("c_1", n, n, "en", text, (), Why.FALLBACK) for n, text in enumerate(texts, 1)])
    for n in range(1, len(texts) + 1):
        box.decide([("c_1", n)], Verdict.INTENT, "invoice", "a_boss")
    kept = kept_back_now(engine)
    engine.dispose()
    assert 0 < len(kept) < len(texts)
    console = Console(browser, api, locale, False).opened("data")
    console["intent"].filter(has_text="invoice").click()
    expect(console["data-total"]).to_contain_text("32")
    expect(console["example-kept"]).to_have_count(len(kept))
    expect(console["example-kept"].first).to_have_text(said)
    for text in kept:
        row = console["example"].filter(has_text=text)
        expect(row.get_by_test_id("example-kept")).to_be_visible()
    console["example-kept"].first.scroll_into_view_if_needed()
    shot(console.page, f"console-data-kept-{locale}")
    console.fine()
