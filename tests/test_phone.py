"""The desk on a phone: every page at 390 × 844, in both languages; nothing is cut off, and nothing is moved sideways."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from models.database import open_engine
from models.entry import Author, AuthorKind
from stream.log import Log
from stream.store import Store
from tests.console_side import ask, put, remember
from tests.fixtures_api import PASSWORD, Api
from tests.journeys.test_browser import shot, watch
from tests.test_data_page import fill
from tests.test_desk_work import said, taken, worked
from tests.test_models_page import knowing, prepared

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
ADMIN_PAGES = (
    "wall",
    "inbox",
    "data",
    "answers",
    "models",
    "reports",
    "queues",
    "people",
    "settings",
    "audit",
    "status",
)
TABS = ("hours", "widget", "canned", "sla", "training", "webhooks")
# What is tapped there, one after the other; a dialog is the last of them.
STEPS = {"data": ("intent", "data-check", "data-back", "data-add"), "models": ("train-history", "release")}
LONG = "Wo-bleibt-meine-Bestellung-" * 4

# What can be scrolled sideways, and what stands beyond the edge. Of a canvas and of what is not shown nobody sees the edge.
SIDEWAYS = """() => {
  const told = [];
  const edge = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > edge) told.push(`the page: ${document.documentElement.scrollWidth}`);
  for (const each of document.querySelectorAll("body *")) {
    if (!each.checkVisibility({ visibilityProperty: true })) continue;
    const { overflowX } = getComputedStyle(each);
    if (/auto|scroll/.test(overflowX) && each.scrollWidth > each.clientWidth + 1) told.push(`scrolls: ${each.outerHTML.slice(0, 120)}`);
    const { left, right, width } = each.getBoundingClientRect();
    const cut = right > edge + 1 || left < -1;
    if (cut && width > 1 && !each.closest("nav.side:not(.open), .skip, canvas, svg")) told.push(`cut off: ${each.outerHTML.slice(0, 120)}`);
  }
  return told;
}"""


class Phone:
    def __init__(self, browser: Browser, api: Api, locale: str) -> None:
        self.complaints: list[str] = []
        self.name = f"phone-{locale[:2]}"
        self.base = f"{api.base}/desk"
        self.page = browser.new_context(
            locale=locale, viewport=PHONE, has_touch=True, reduced_motion="reduce"
        ).new_page()
        watch(self.page, self.complaints)

    def fits(self, what: str) -> None:
        self.page.wait_for_load_state("networkidle")
        expect(self.page.locator(".waiting")).to_have_count(0)
        shot(self.page, f"{self.name}-{what}")
        assert self.page.evaluate(SIDEWAYS) == [], what


@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
def test_every_page_of_the_desk_fits_on_a_phone(browser: Browser, api: Api, locale: str) -> None:
    async def written(log: Log, store: Store) -> None:
        await said(log, "c_held", "My parcel did not come.", LONG, "https://shop.test/orders/" + "A1001/" * 30)
        await taken(log, store, "c_held", Author(AuthorKind.AGENT, api.boss.id, "Boss"))

    worked(api, written)
    ask(api, "hello")
    remember(api, 3)
    fill(api)
    engine = open_engine(api.settings.sql_url)
    knowing(engine, {f"an_intent_with_a_very_long_name_{n}": LONG for n in range(3)}, prepared(engine).now().live)
    put(api, "gate", {"protected": ["an_intent_with_a_very_long_name_1", LONG[:100]], "usual": True})
    engine.dispose()
    phone = Phone(browser, api, locale)
    page = phone.page
    seen = page.get_by_test_id
    page.goto(phone.base)
    expect(seen("login")).to_be_visible()
    phone.fits("login")
    seen("email").fill("boss@shop.test")
    seen("password").fill(PASSWORD)
    seen("login").tap()
    expect(seen("mine-row")).to_have_count(1)
    phone.fits("list")

    seen("mine-row").tap()
    expect(seen("reply")).to_be_visible()
    # It is also told to screen readers, for a moment.
    expect(page.get_by_role("log").get_by_text(LONG, exact=True)).to_be_visible()
    phone.fits("conversation")
    seen("transfer").tap()
    expect(page.get_by_role("dialog")).to_be_visible()
    phone.fits("transfer")
    page.keyboard.press("Escape")
    seen("fold").tap()
    expect(seen("aside")).to_be_visible()
    phone.fits("aside")
    seen("aside-shut").tap()
    expect(seen("aside")).to_be_hidden()
    seen("back").tap()
    expect(seen("mine-row")).to_be_visible()

    seen("nav-open").tap()
    expect(seen("nav-people")).to_be_visible()
    phone.fits("navigation")
    for name in ADMIN_PAGES:
        if not seen("nav-" + name).is_visible():
            seen("nav-open").tap()
        seen("nav-" + name).tap()
        expect(page).to_have_url(f"{phone.base}/{name}")
        expect(page.locator("#page h1")).to_be_visible()
        expect(seen("nav-" + name)).to_be_hidden()
        if name == "status":
            expect(seen("verdict")).to_be_visible()
        if name == "models":
            expect(seen("gate-unknown")).to_be_visible()
        phone.fits(name)
        for step in STEPS.get(name, ()):
            seen(step).first.tap()
            phone.fits(f"{name}-{step}")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
    for tab in TABS:
        page.goto(f"{phone.base}/settings?tab={tab}")
        expect(page.locator("#page h1")).to_be_visible()
        phone.fits(f"settings-{tab}")
    assert phone.complaints == []


def test_light_or_dark_is_chosen_and_kept(browser: Browser, make_api: Callable[..., Api]) -> None:
    phone = Phone(browser, make_api(), "en-US")
    page = phone.page
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(phone.base)
    page.get_by_test_id("email").fill("wen@shop.test")
    page.get_by_test_id("password").fill(PASSWORD)
    page.get_by_test_id("login").click()
    paper = "getComputedStyle(document.documentElement).getPropertyValue('--paper').trim()"
    theme = page.get_by_test_id("theme")
    expect(theme).to_contain_text("As the system")
    light = page.evaluate(paper)
    theme.click()
    page.emulate_media(color_scheme="dark")
    expect(theme).to_contain_text("Light")
    assert page.evaluate(paper) == light, "what somebody chose goes before the system"
    page.emulate_media(color_scheme="light")
    theme.click()
    page.reload()
    expect(theme).to_contain_text("Dark")
    dark = page.evaluate(paper)
    assert dark != light
    theme.click()
    assert page.evaluate(paper) == light
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(paper) == dark
