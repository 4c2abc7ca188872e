"""The admin pages as docs/admin.md shows them, with something in them: `BELLHOP_TEST_SCREENSHOTS=DIR` writes the pictures anew."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, expect

from tests.console_side import put, remember
from tests.fixtures_api import Api
from tests.journeys.test_browser import shot
from tests.test_console import Console

pytestmark = pytest.mark.browser
# A busy machine takes its time: only who never answers is wrong.

SIZE = {"width": 1280, "height": 800}
WORKDAYS = {day: ["09:00-18:00"] for day in ("Mo", "Tu", "We", "Th", "Fr")}


def opened(browser: Browser, api: Api, locale: str, page: str, dark: bool = False) -> Console:
    console = Console(browser, api, locale, dark)
    console.page.set_viewport_size(SIZE)
    console.page.goto(f"{console.base}/{page}")
    expect(console.page.locator("#page h1")).to_be_visible()
    return console


def taken(console: Console, name: str) -> None:
    expect(console.page.locator(".waiting")).to_have_count(0)
    console.fine()
    shot(console.page, name)


def test_the_hours_of_a_week(browser: Browser, api: Api) -> None:
    put(api, "hours", {"zone": "Asia/Shanghai", "week": WORKDAYS, "dates": []})
    console = opened(browser, api, "en-US", "settings?tab=hours")
    expect(console.page.get_by_text("Tuesday to Friday as Monday")).to_be_visible()
    taken(console, "admin-hours-en")


def test_the_look_of_the_chat(browser: Browser, api: Api) -> None:
    put(
        api,
        "widget",
        {"accent": "#5c22d6", "side": "right", "title": {"zh": "茶铺客服"}, "greeting": {}, "suggestions": {}},
    )
    console = opened(browser, api, "zh-CN", "settings?tab=widget")
    expect(console["widget-title"]).to_have_value("茶铺客服")
    taken(console, "admin-widget-zh")


def test_queues_in_their_order(browser: Browser, api: Api) -> None:
    queues = [
        {
            "id": "refunds",
            "name": "退款",
            "topics": ["refund"],
            "languages": [],
            "members": [api.wen.id],
            "priority": 7,
        },
        {"id": "english", "name": "English", "topics": [], "languages": ["en"], "members": [], "priority": 3},
        {"id": "vip", "name": "VIP", "topics": ["action"], "languages": ["zh"], "members": [], "priority": 9},
    ]
    put(api, "queues", {"queues": queues, "head_start_minutes": 10})
    console = opened(browser, api, "zh-CN", "queues")
    expect(console.page.get_by_text("VIP", exact=True)).to_be_visible()
    expect(console.page.get_by_text("Wen")).to_be_visible()
    taken(console, "admin-queues-zh")


@pytest.mark.parametrize(("locale", "dark", "name"), [("zh-CN", False, "zh"), ("en-US", True, "dark-en")])
def test_reports_by_day(browser: Browser, api: Api, locale: str, dark: bool, name: str) -> None:
    remember(api)
    # It is another day there than where the browser is.
    zone = "Pacific/Kiritimati" if datetime.now(ZoneInfo("Asia/Shanghai")).hour >= 18 else "Pacific/Pago_Pago"
    put(api, "hours", {"zone": zone, "week": WORKDAYS, "dates": []})
    console = opened(browser, api, locale, "reports", dark)
    expect(console["last-7"].or_(console.page.locator("label", has=console["last-7"])).locator("input")).to_be_checked()
    put(api, "hours", {"zone": "UTC", "week": WORKDAYS, "dates": []})
    console.page.reload()
    expect(console["last-7"].or_(console.page.locator("label", has=console["last-7"])).locator("input")).to_be_checked()
    expect(console.page.locator('[data-drawn="true"] canvas').nth(3)).to_be_visible()
    taken(console, f"admin-reports-{name}")
