"""One customer and one agent in real browsers: an order, a refund with a question in between, a person, a restart."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fixtures_product import ADMIN, Product

SHOTS = os.environ.get("BELLHOP_TEST_SCREENSHOTS")

pytestmark = pytest.mark.browser


class Chat:
    """The demo shop with the customers' widget, opened."""

    def __init__(self, browser: Browser, product: Product, locale: str) -> None:
        self.complaints: list[str] = []
        self.page = browser.new_context(
            locale=locale, viewport={"width": 900, "height": 760}, reduced_motion="reduce"
        ).new_page()
        watch(self.page, self.complaints)
        self.page.goto(product.base)
        self.page.get_by_test_id("launcher").click()
        expect(self.page.get_by_test_id("say")).to_be_visible()

    def say(self, text: str) -> None:
        self.page.get_by_test_id("say").fill(text)
        self.page.get_by_test_id("say").press("Enter")

    def hears(self, text: str, author: str = "bot") -> None:
        message = self.page.locator(f'[data-author="{author}"]', has_text=text)
        expect(message.last).to_be_visible()

    def shot(self, name: str) -> None:
        shot(self.page, name)


def watch(page: Page, complaints: list[str]) -> None:
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)


def shot(page: Page, name: str) -> None:
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{SHOTS}/{name}.png")


def log_in(browser: Browser, product: Product, locale: str = "en") -> Page:
    page = browser.new_context(
        locale=locale, viewport={"width": 1280, "height": 800}, reduced_motion="reduce"
    ).new_page()
    page.goto(f"{product.base}/desk")
    expect(page.get_by_test_id("email")).to_be_focused()
    page.get_by_test_id("email").fill(ADMIN)
    page.get_by_test_id("password").fill(product.password)
    page.get_by_test_id("login").click()
    expect(page.get_by_test_id("password")).to_be_hidden()
    return page


@pytest.mark.parametrize(
    ("locale", "order", "number", "found", "refund", "yes", "reason", "question", "answer", "person", "hello"),
    [
        ("zh-CN", "我的订单到哪了？", "A1001", "A1001", "我要退款", "是", "杯子碎了",
         "运费多少钱？", "满 99 元包邮", "转人工", "您好，我来帮您"),
        ("en-US", "Where is my order?", "A1001", "A1001", "I want a refund", "Yes", "The cup is broken",
         "How much is shipping?", "Delivery is free", "I want to talk to a person", "Hello, I can help"),
    ],
)  # fmt: skip
def test_from_the_first_question_to_a_person_and_back_over_a_restart(
    browser: Browser, make_product: Callable[..., Product], sql_url: str, locale: str, order: str, number: str, found: str,
    refund: str, yes: str, reason: str, question: str, answer: str, person: str, hello: str,
) -> None:  # fmt: skip
    product = make_product(BELLHOP_DATABASE_URL=sql_url)
    product.start()
    name = locale[:2]
    chat = Chat(browser, product, locale)
    chat.shot(f"{name}-1-empty")
    chat.say(order)
    expect(chat.page.locator('[data-author="bot"]')).to_have_count(1)
    chat.say(number)
    chat.hears(found)
    chat.shot(f"{name}-2-order")

    chat.say(refund)
    asked = chat.page.locator('[data-author="bot"]')
    expect(asked).to_have_count(3)
    chat.say(question)
    chat.hears(answer)
    expect(asked).to_have_count(5)
    chat.page.get_by_role("button", name=yes, exact=True).click()
    expect(asked).to_have_count(6)
    chat.say(reason)
    chat.say("13912345678")
    chat.hears("139****5678")
    chat.shot(f"{name}-3-refund")
    expect(asked.filter(has_text="13912345678")).to_have_count(0)

    desk = log_in(browser, product, locale)
    shot(desk, f"{name}-4-desk-empty")
    chat.say(person)
    desk.get_by_test_id("tab-queue").click()
    desk.get_by_test_id("queue-row").first.click()
    chat.shot(f"{name}-5-waiting")
    desk.get_by_test_id("take").click()
    desk.get_by_test_id("reply").fill(hello)
    desk.get_by_test_id("reply-send").click()
    chat.hears(hello, "agent")
    expect(desk.get_by_test_id("mine-row")).to_have_count(1)
    # The number on the tab: nobody waits any more.
    expect(desk.get_by_test_id("tab-queue").locator("span")).to_have_count(0)
    shot(desk, f"{name}-6-desk-answered")
    chat.shot(f"{name}-7-answered")
    expect(chat.page.get_by_test_id("holder")).to_contain_text("Admin")
    desk.get_by_test_id("give-back").click()
    # What is said before that is said to the person.
    expect(chat.page.get_by_test_id("holder")).not_to_contain_text("Admin")
    answers = chat.page.locator('[data-author="bot"]').count()
    chat.say(question)
    expect(chat.page.locator('[data-author="bot"]')).to_have_count(answers + 1)

    before = chat.page.locator("[data-seq]").all_inner_texts()
    product.stop()
    product.start()
    expect(chat.page.get_by_test_id("connection")).to_be_hidden()
    chat.page.reload()
    expect(chat.page.locator("[data-seq]")).to_have_count(len(before))
    chat.hears(found)
    chat.shot(f"{name}-8-after-restart")
    chat.say(number)
    expect(chat.page.locator('[data-author="bot"]')).to_have_count(answers + 2)
    allowed = ("WebSocket", "Failed to load resource", "ERR_")
    assert [said for said in chat.complaints if not any(each in said for each in allowed)] == []
