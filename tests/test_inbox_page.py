"""The inbox of admins in a real Chromium: twenty groups are labelled by keyboard alone, one is taken back, a new intent is named."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from models.database import open_engine
from models.examples import Examples
from models.inbox import Inbox, Item, Why
from models.understood import Guess
from tests.fixtures_api import Api
from tests.journeys.test_browser import shot
from tests.test_console import Console

pytestmark = pytest.mark.browser
# A busy machine takes its time: only who never answers is wrong.

SAID = [
    ("能不能帮我把包裹改送到公司", "Please send the parcel to my office instead"),
    ("东西坏了怎么办", "What can I do about a broken cup"),
    ("发票抬头写错了", "The name on my invoice is wrong"),
    ("会员积分什么时候到账", "When do I get my points"),
]
GUESSES = (
    Guess("change_address", 0.41, {"zh": "改收货地址", "en": "Change my address"}),
    Guess("refund", 0.37, {"zh": "我要退款", "en": "I want a refund"}),
    Guess("invoice", 0.12, {"zh": "开发票", "en": "I need an invoice"}),
)


def fill(api: Api, groups: int) -> None:
    """The more alike, the further up; the first says an agent's answer."""
    whys = list(Why)
    items = [
        Item(
            f"c_{n}_{again}", 1, 1_700_000_000_000 + n, "zh" if n % 2 else "en", _text(n), GUESSES, whys[n % len(whys)]
        )
        for n in range(groups)
        for again in range(1 + (groups - n) % 5)
    ]
    engine = open_engine(api.settings.sql_url)
    Inbox(engine).notice(items)
    engine.dispose()


def _text(n: int) -> str:
    zh, en = SAID[n % len(SAID)]
    return f"{zh} {n}" if n % 2 else f"{en} {n}"


@pytest.mark.parametrize(("locale", "labelled", "dark"), [("zh-CN", "已标注", False), ("en-US", "labelled as", True)])
def test_twenty_groups_are_labelled_by_keyboard(
    browser: Browser, api: Api, locale: str, labelled: str, dark: bool
) -> None:
    fill(api, 24)
    console = Console(browser, api, locale, dark).opened("inbox")
    expect(console["group"]).to_have_count(24)
    before = _number(console["inbox-open"].inner_text())
    console.fine()
    shot(console.page, f"console-inbox-{locale}")
    keys = console.page.keyboard
    keys.press("j")
    keys.press("k")
    keys.press("Space")
    expect(console["whole"].locator("li")).to_have_count(5)
    for left in range(23, 5, -1):
        keys.press("s" if left % 9 == 0 else "o" if left % 7 == 0 else str(1 + left % 3))
        expect(console["group"]).to_have_count(left)
    keys.press("1")
    expect(console["inbox-told"]).to_contain_text(labelled)
    expect(console["group"]).to_have_count(5)
    keys.press("u")
    expect(console["group"]).to_have_count(6)
    keys.press("i")
    console["picker-find"].fill("gift wrap!")
    expect(console["picker-new"]).to_have_count(0)
    console["picker-find"].fill("gift_wrap")
    shot(console.page, f"console-picker-{locale}")
    console["picker-find"].press("Enter")
    expect(console["group"]).to_have_count(5)
    console.fine()
    assert _number(console["inbox-open"].inner_text()) < before
    engine = open_engine(api.settings.sql_url)
    counts = Examples(engine).counts()
    engine.dispose()
    assert counts["gift_wrap"] == 1
    assert counts.keys() >= {"change_address", "refund", "invoice"}
    for _ in range(5):
        keys.press("s")
        expect(console["inbox-told"]).not_to_be_empty()
        console.page.wait_for_timeout(50)
    expect(console["inbox-none"]).to_be_visible()


def _number(text: str) -> int:
    found = re.search(r"\d+", text)
    assert found is not None
    return int(found[0])


@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
def test_entities_are_marked_where_a_message_is_labelled(browser: Browser, api: Api, locale: str) -> None:
    fill(api, 2)
    console = Console(browser, api, locale).opened("inbox")
    expect(console["group"]).to_have_count(2)
    text = console["group"].first.get_by_role("heading").inner_text()
    console.page.keyboard.press("e")
    line = console["example-line"]
    expect(line).to_have_value(text)
    expect(line).to_be_focused()
    # Office, and 包裹.
    start = text.index("office") if "office" in text else text.index("包裹")
    marked = "office" if "office" in text else "包裹"
    line.evaluate("(field, [from, to]) => field.setSelectionRange(from, to)", [start, start + len(marked)])
    console["example-entity"].click()
    console.page.keyboard.type("place")
    console.page.get_by_role("option", name="place", exact=True).click()
    console["example-mark"].click()
    expect(line).to_have_value(text.replace(marked, f"[{marked}](place)"))
    shot(console.page, f"console-inbox-mark-{locale}")
    console.fine()
    console["example-save"].click()
    expect(console["group"]).to_have_count(1)
    expect(console["example-dialog"]).to_have_count(0)
    engine = open_engine(api.settings.sql_url)
    used = Examples(engine).used()
    engine.dispose()
    assert [(each.intent, each.text) for each in used] == [("change_address", text)]
    assert '"place"' in used[0].entities
