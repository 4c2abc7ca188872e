"""What only a button says, typed by customers in the widget: text like any other, which begins nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.fixtures_product import Product
from tests.journeys.test_browser import Chat
from tests.journeys.test_typed_payloads import REPHRASE, TYPED


@pytest.mark.browser
def test_in_the_widget_it_is_text_too(browser: Browser, product: Product) -> None:
    chat = Chat(browser, product, "en-US")
    chat.say(TYPED[1])
    answers = chat.page.locator('[data-author="bot"]')
    expect(answers).to_have_count(1)
    expect(chat.page.locator('[data-author="customer"]').last).to_contain_text(TYPED[1])
    assert any(each in answers.inner_text() for each in REPHRASE)
    expect(chat.page.get_by_test_id("holder")).to_contain_text("Assistant")
