"""The page of answers and words in a real Chromium: a response is changed with conditions and buttons and seen before it is saved."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from models.database import open_engine
from models.project_data import Part, ProjectData, publish
from models.taught_parts import TaughtParts
from tests.fixtures_api import Api
from tests.journeys.test_browser import shot
from tests.test_console import Console

pytestmark = pytest.mark.browser
# A busy machine takes its time: only who never answers is wrong.

PARTS = {
    Part.RESPONSE: {
        "utter_greet": [
            {"text": "您好 {name}", "condition": [{"type": "slot", "name": "language", "value": "zh"}], "id": "zh"},
            {"text": "Hello {name}", "buttons": [{"title": "Order", "payload": "/order"}]},
        ],
        "utter_faq/hours": [{"text": "9:00-18:00"}],
    },
    Part.SYNONYM: {"Los Angeles": ["la"]},
    Part.SLOT: {"language": "text", "name": "text", "vip": "bool"},
}


@pytest.mark.parametrize(("locale", "narrow"), [("zh-CN", False), ("en-US", True)])
def test_answers_and_words_are_changed(browser: Browser, api: Api, locale: str, narrow: bool) -> None:
    engine = open_engine(api.settings.sql_url)
    publish(engine, ProjectData("shop", (), PARTS))
    console = Console(browser, api, locale).opened("answers")
    if narrow:
        console.page.set_viewport_size({"width": 390, "height": 844})
        console.page.reload()
    console["part"].filter(has_text="utter_greet").click()
    expect(console["variation"]).to_have_count(2)
    console["preview-name"].fill("Wang")
    expect(console["preview-said"]).to_have_text("Hello WangOrder")
    console["preview-language"].fill("zh")
    expect(console["preview-said"]).to_have_text("您好 Wang")
    console["add-variation"].click()
    console["variation-text"].nth(2).fill("<b>Hi</b>")
    console["preview-language"].fill("")
    expect(console["preview-said"]).to_have_count(2)
    console["add-button"].nth(2).click()
    console["button-title"].nth(1).fill("Track")
    console["button-payload"].nth(1).fill("/track")
    shot(console.page, f"console-answers-{locale}")
    console.fine()
    assert console.page.evaluate("document.documentElement.scrollWidth") <= console.page.evaluate("innerWidth")
    console["part-reason"].fill("friendlier")
    console["part-save"].click()
    expect(console["part-version"]).to_have_count(2)
    said = TaughtParts(engine).said(Part.RESPONSE)["utter_greet"]
    assert said[0] == PARTS[Part.RESPONSE]["utter_greet"][0]
    assert said[2] == {"text": "<b>Hi</b>", "buttons": [{"title": "Track", "payload": "/track"}]}
    TaughtParts(engine).change(Part.RESPONSE, "utter_greet", 1, [{"text": "By somebody else"}], "a_li")
    console["variation-text"].first.fill("您好")
    console["part-save"].click()
    expect(console["part-trouble"]).to_be_visible()
    console["kind-synonym"].click()
    console["part"].filter(has_text="Los Angeles").click()
    console["part-lines"].fill("LA\ncity of angels")
    console["part-save"].click()
    expect(console["part-version"]).to_have_count(2)
    console["part-reset"].click()
    expect(console["part-version"]).to_have_count(3)
    console["part-restore"].last.click()
    expect(console["part-version"]).to_have_count(4)
    assert TaughtParts(engine).used(Part.SYNONYM) == {"Los Angeles": ["la"]}
    console["part-add"].click()
    console["part-name"].fill("Berlin")
    console["part-lines"].fill("BER")
    console["part-save"].click()
    expect(console["part-version"]).to_have_count(1)
    console.fine()
    assert TaughtParts(engine).used(Part.SYNONYM)["Berlin"] == ["ber"]
    engine.dispose()
