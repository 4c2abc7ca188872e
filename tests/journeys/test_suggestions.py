"""An agent is suggested what could be said, takes it by one key, edits another, puts a third away; the report tells what came of it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.fixtures_product import ADMIN, Product
from tests.fixtures_store import wait_until
from tests.journeys.test_browser import Chat, log_in, shot
from tests.test_desk import AXE

pytestmark = pytest.mark.browser


@pytest.fixture
def http(product: Product) -> Iterator[httpx.Client]:
    """An admin's."""
    with httpx.Client(base_url=product.base, timeout=20) as client:
        signed = client.post("/api/login", json={"email": ADMIN, "password": product.password}).raise_for_status()
        client.headers["Authorization"] = f"Bearer {signed.json()['token']}"
        yield client


@pytest.mark.parametrize(
    ("locale", "person", "shipping", "free", "coupon", "canned", "away"),
    [
        ("zh-CN", "转人工", "运费多少钱？", "满 99 元包邮", "优惠码用不了", "优惠码月底前有效，不能叠加。", "保修多久？"),
        ("en-US", "I want to talk to a person", "How much is shipping?", "Delivery is free", "my coupon code does not work",
         "The code is valid until the end of the month.", "how long is the warranty?"),
    ],
)  # fmt: skip
def test_suggestions_are_taken_edited_put_away_and_counted(
    browser: Browser, product: Product, http: httpx.Client, locale: str, person: str, shipping: str, free: str,
    coupon: str, canned: str, away: str,
) -> None:  # fmt: skip
    name = locale[:2]
    made = {"name": "coupon", "language": name, "text": canned}
    http.post("/api/canned", json=made).raise_for_status()
    chat = Chat(browser, product, locale)
    chat.say(person)
    desk = log_in(browser, product, locale)
    desk.get_by_test_id("tab-queue").click()
    desk.get_by_test_id("queue-row").first.click()
    desk.get_by_test_id("take").click()
    reply, first = desk.get_by_test_id("reply"), desk.get_by_test_id("suggestion-1")
    expect(reply).to_be_focused()
    expect(first).to_have_count(0)

    chat.say(shipping)
    expect(first).to_contain_text(free)
    shot(desk, f"{name}-suggestion")
    desk.evaluate(AXE.read_text())
    serious = [each for each in desk.evaluate("axe.run()")["violations"] if each["impact"] in ("serious", "critical")]
    assert [f"{each['id']}: {each['nodes'][0]['html']}" for each in serious] == []
    reply.press("Tab")
    expect(reply).to_be_focused()
    expect(reply).to_have_value(desk.get_by_test_id("suggestion-1").get_attribute("title") or "")
    reply.press("Enter")
    chat.hears(free, "agent")
    expect(first).to_have_count(0)

    chat.say(coupon)
    # Canned responses are looked at every ten seconds.
    expect(first).to_contain_text("/coupon")
    shot(desk, f"{name}-suggestion-canned")
    reply.press("Alt+Digit1")
    expect(reply).to_have_value(canned)
    reply.press("End")
    reply.press_sequentially(" 🙂")
    reply.press("Enter")
    chat.hears(f"{canned} 🙂", "agent")

    chat.say(away)
    expect(first).to_be_visible()
    reply.press("Escape")
    expect(first).to_have_count(0)
    reply.fill("1")
    reply.press("Enter")
    chat.hears("1", "agent")

    def counted() -> bool:
        found = {
            each: http.get(f"/api/reports/{each}").raise_for_status().json()["rows"] for each in ("volume", "helped")
        }
        return bool(found["volume"]) and [row[2:5:2] + row[5:] for row in found["helped"]] == [
            ["answer", 1, 0],
            ["canned", 0, 1],
        ]

    wait_until(counted, "one was sent as it was, one edited")
    desk.goto(f"{product.base}/desk/reports")
    desk.get_by_test_id("numbers-helped").click()
    rows = desk.get_by_test_id("report-helped").locator("tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(1).locator("td")).to_have_text(["1", "0", "1"])
    shot(desk, f"{name}-suggestion-report")
    assert chat.complaints == []
