"""What the desk says of a shadow, of what is confused, and of trainings that come by themselves, in a real Chromium."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from models.database import open_engine
from models.model_report import ReportMatrix
from models.model_reports import ModelReports
from models.releases import Releases
from models.shadows import ShadowReading, put
from tests.console_side import kept
from tests.fixtures_api import Api
from tests.journeys.test_browser import shot
from tests.test_console import Console
from tests.test_models_page import LIVE, NEW, told
from tests.test_versions import added

pytestmark = pytest.mark.browser
# A busy machine takes its time: only who never answers is wrong.


@pytest.mark.parametrize(("locale", "nothing"), [("zh-CN", "还没有读到"), ("en-US", "nothing yet")])
def test_a_shadow_is_compared_and_what_is_confused_is_a_table(
    browser: Browser, api: Api, locale: str, nothing: str
) -> None:
    engine = open_engine(api.settings.sql_url)
    added(engine, LIVE, NEW)
    releases = Releases(engine)
    releases.promote(LIVE, None, "")
    releases.shadow(NEW, None, "")
    matrix = ReportMatrix(names=["complaint", "refund"], counts=[[11, 4], [0, 20]])
    ModelReports(engine).put(
        NEW, told(NEW, True).model_copy(update={"matrix": matrix}).model_dump_json().encode(), "<p>page</p>"
    )
    console = Console(browser, api, locale, dark=locale == "en-US").opened("models")
    expect(console["shadow"]).to_contain_text(nothing)
    put(
        engine,
        [ShadowReading(NEW, "c_1", n, 1_700_000_000_000, "refund" if n else "faq", 912, "faq", 800) for n in range(4)],
    )
    engine.dispose()
    expect(console["shadow"]).to_contain_text("25%")
    expect(console["shadow"].locator("tbody tr")).to_have_count(1)
    console["shadow"].locator("summary").click()
    expect(console["shadow"].locator("li")).to_have_count(3)
    console.fine()
    shot(console.page, f"console-shadow-{locale}")
    console["report"].first.click()
    console["matrix"].locator("summary").click()
    expect(console["matrix"].locator("tbody td")).to_have_count(4)
    expect(console["matrix"].locator("tbody td.wrong").first).to_have_text("4")
    console.fine()
    shot(console.page, f"console-matrix-{locale}")
    console.page.set_viewport_size({"width": 390, "height": 844})
    assert console.page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize(("locale", "tab"), [("zh-CN", "定时训练"), ("en-US", "Scheduled training")])
def test_trainings_come_by_themselves_at_a_chosen_time(browser: Browser, api: Api, locale: str, tab: str) -> None:
    console = Console(browser, api, locale).opened("settings")
    console.page.get_by_role("tab", name=tab, exact=True).click()
    console["schedule-on"].click()
    console["schedule-examples"].locator("input").fill("50")
    console["schedule-examples"].locator("input").press("Tab")
    console.fine()
    shot(console.page, f"console-schedule-{locale}")
    console["save"].click()
    expect(console["save-bar"]).to_contain_text("Boss")
    assert kept(api, "training") == {"at": "03:30", "zone": "Asia/Shanghai", "examples": 50}
    console["schedule-on"].click()
    console["save"].click()
    expect(console["schedule-at"]).to_have_count(0)
    expect(console["discard"]).to_have_count(0)
    assert kept(api, "training")["at"] == ""
