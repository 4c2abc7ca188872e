"""The widget in Chromium under what browsers and machines do to it: full storage, a wrong clock, sleep, the back-forward cache, a server
that restarts, tabs beside each other. Nothing typed is lost, nothing is doubled, and the right state is shown."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from tests.desk_side import DeskSide
from tests.fixtures_api import Api, serving
from tests.fixtures_browser import CHROMIUM, FLAGS
from tests.widget_side import Visitor, bubbles, say, sent

pytestmark = pytest.mark.browser

DAY_MS = 24 * 3600 * 1000
QUICK = {"heartbeat": timedelta(seconds=1), "silence": timedelta(seconds=3)}

# All that the page's own storage takes, to the last letter.
FULL = """
for (let size = 4 * 1024 * 1024; size >= 1; size = Math.floor(size / 2))
  for (let n = 0; n < 3; n++)
    try { localStorage.setItem(`shop.${size}.${n}`, "x".repeat(size)); } catch {}
"""


def shifted(ms: int) -> str:
    """A machine whose clock is wrong by so much."""
    return f"""globalThis.Date = class extends Date {{
      constructor(...given) {{ if (given.length) super(...given); else super(globalThis.Date.now()); }}
      static #real = Date.now;
      static now() {{ return this.#real.call(Date) + {ms}; }}
    }};"""


class Cut:
    """From the next connection on the chat cannot be reached, though the page itself can; until it is `mended`."""

    def __init__(self, page: Page) -> None:
        self.mended = False
        page.route_web_socket("**/chat", self._reached)

    def _reached(self, socket: WebSocketRoute) -> None:
        if self.mended:
            socket.connect_to_server()
        else:
            socket.close(code=1012)


def test_full_storage_costs_nothing_that_was_typed(browser: Browser, api: Api) -> None:
    one = Visitor(browser, api.base, scripts=(FULL,))
    page = one.page
    page.context.new_cdp_session(page).send("Storage.overrideQuotaForOrigin", {"origin": api.base, "quotaSize": 1})
    say(page, "first")
    expect(sent(page)).to_have_count(1)
    cut = Cut(page)
    page.reload()
    expect(page.get_by_test_id("connection")).to_be_visible()
    say(page, "second")
    page.get_by_test_id("say").fill("half a thou")
    page.reload()
    expect(page.get_by_test_id("say")).to_have_value("half a thou")
    expect(bubbles(page)).to_have_text(["first", "second"])
    cut.mended = True
    page.reload()
    expect(sent(page)).to_have_count(2)
    expect(bubbles(page)).to_have_text(["first", "second"])
    expect(page.get_by_test_id("say")).to_have_value("half a thou")
    assert one.complaints == []


@pytest.mark.parametrize("days", [-1, 1])
def test_a_clock_that_is_a_day_off_changes_nothing(browser: Browser, make_api: Callable[..., Api], days: int) -> None:
    """By such a clock the token is over before it is given, or good for longer than it is."""
    api = make_api(visitor_token=timedelta(hours=12))
    one = Visitor(browser, api.base, scripts=(shifted(days * DAY_MS),))
    page = one.page
    say(page, "first")
    expect(sent(page)).to_have_count(1)
    conversation = one.conversation()
    for text in ("second", "third"):
        page.reload()
        say(page, text)
    with DeskSide(api) as desk:
        desk.take(conversation)
        desk.say(conversation, "Good morning")
    expect(bubbles(page)).to_have_text(["first", "second", "third", "Good morning"])
    expect(page.locator(".day")).to_have_text([re.compile("Today")])
    assert one.conversation() == conversation
    assert one.complaints == []


def test_a_machine_that_sleeps_wakes_up_with_all_that_was_said(browser: Browser, make_api: Callable[..., Api]) -> None:
    api = make_api(**QUICK)
    one = Visitor(browser, api.base)
    page = one.page
    say(page, "before")
    expect(sent(page)).to_have_count(1)
    page.get_by_test_id("say").fill("half a thou")
    with DeskSide(api) as desk:
        desk.take(one.conversation())
        desk.say(one.conversation(), "One moment")
        expect(bubbles(page)).to_have_text(["before", "One moment"])
        lid = page.context.new_cdp_session(page)
        lid.send("Page.setWebLifecycleState", {"state": "frozen"})
        desk.say(one.conversation(), "I have found it")
    # Longer than the server waits for a sign of life.
    time.sleep(4.5)
    with DeskSide(api) as desk:
        desk.say(one.conversation(), "Are you still there?")
        lid.send("Page.setWebLifecycleState", {"state": "active"})
        expect(bubbles(page)).to_have_text(["before", "One moment", "I have found it", "Are you still there?"])
        expect(page.get_by_test_id("holder")).to_contain_text("Wen")
        expect(page.get_by_test_id("say")).to_have_value("half a thou")
        page.get_by_test_id("say").press("Enter")
        expect(bubbles(page)).to_have_count(5)
    expect(sent(page)).to_have_count(2)
    expect(page.get_by_test_id("connection")).to_be_hidden()
    assert one.complaints == []


def test_a_page_out_of_the_back_forward_cache_goes_on(browser: Browser, api: Api) -> None:
    with browser.browser_type.launch(
        executable_path=CHROMIUM, args=FLAGS, ignore_default_args=["--disable-back-forward-cache"]
    ) as keeping:
        one = Visitor(
            keeping,
            api.base,
            scripts=("addEventListener('pageshow', event => { window.persisted = event.persisted });",),
        )
        page = one.page
        say(page, "before")
        expect(sent(page)).to_have_count(1)
        page.get_by_test_id("say").fill("half a thou")
        conversation = one.conversation()
        page.goto(f"{api.base}/healthz")
        with DeskSide(api) as desk:
            desk.take(conversation)
            desk.say(conversation, "Good morning")
            page.go_back(wait_until="commit")
            assert page.evaluate("window.persisted"), page.evaluate(
                "JSON.stringify(performance.getEntriesByType('navigation')[0].notRestoredReasons)"
            )
            expect(bubbles(page)).to_have_text(["before", "Good morning"])
            expect(page.get_by_test_id("say")).to_have_value("half a thou")
            page.get_by_test_id("say").press("Enter")
            desk.say(conversation, "Still here")
            expect(bubbles(page)).to_have_text(["before", "Good morning", "half a thou", "Still here"])
        assert one.complaints == []


def test_a_server_that_restarts_disturbs_nobody_who_types(browser: Browser, make_api: Callable[..., Api]) -> None:
    api = make_api()
    one = Visitor(browser, api.base)
    page = one.page
    say(page, "before")
    expect(sent(page)).to_have_count(1)
    page.get_by_test_id("say").press_sequentially("half ")
    api.stop()
    page.get_by_test_id("say").press_sequentially("a thought")
    expect(page.get_by_test_id("connection")).to_be_visible()
    expect(page.get_by_test_id("say")).to_have_value("half a thought")
    page.get_by_test_id("say").press("Enter")
    page.get_by_test_id("say").press_sequentially("and one more")
    expect(bubbles(page)).to_have_text(["before", "half a thought"])
    again = serving(api.settings)
    expect(sent(page)).to_have_count(2)
    expect(page.get_by_test_id("connection")).to_be_hidden()
    expect(page.get_by_test_id("say")).to_have_value("and one more")
    expect(page.get_by_test_id("say")).to_be_focused()
    expect(bubbles(page)).to_have_text(["before", "half a thought"])
    assert one.complaints == []
    page.close()
    again()


def test_tabs_keep_their_own_half_written_text_and_send_for_one_another(browser: Browser, api: Api) -> None:
    one = Visitor(browser, api.base)
    left, right = one.page, one.tab()
    say(left, "first")
    expect(sent(right)).to_have_count(1)
    left.get_by_test_id("say").fill("of the left")
    right.get_by_test_id("say").fill("of the right")
    for page, text in ((left, "of the left"), (right, "of the right")):
        page.reload()
        expect(page.get_by_test_id("say")).to_have_value(text)
    # Said without a server, and the tab is closed at once: the other one sends it, once.
    one.context.set_offline(True)
    for page in (left, right):
        page.evaluate("dispatchEvent(new Event('offline'))")
    left.get_by_test_id("say").press("Enter")
    expect(bubbles(right)).to_have_text(["first", "of the left"])
    left.close()
    one.context.set_offline(False)
    expect(sent(right)).to_have_count(2)
    expect(bubbles(right)).to_have_text(["first", "of the left"])
    expect(right.get_by_test_id("say")).to_have_value("of the right")
    third = one.tab(opened=False)
    third.get_by_test_id("launcher").click()
    expect(bubbles(third)).to_have_text(["first", "of the left"])
    assert one.complaints == []
