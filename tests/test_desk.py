"""The agents' desk in real browsers: an offer, refused and accepted, handed to a colleague with a note, closed and opened again."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fixtures_product import ADMIN, ROOT, Product
from tests.journeys.test_browser import Chat, shot, watch
from tests.test_pictures import PDF, picture

AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
LI = "li@example.com"
# Shown as what it is: run, it would call the marker and leave an error in the console.
PAYLOAD = "<img src=x onerror=\"console.error('ran')\">"
NOTE = f"Knows the way {PAYLOAD}<script>console.error('ran')</script>"
ASK = {"zh-CN": "转人工", "en-US": "I want to talk to a person"}

pytestmark = pytest.mark.browser


def hire(product: Product) -> None:
    """A second agent, whose name is a payload."""
    file = Path(product.home / "admin-password")
    add = ["users", "add", LI, "--name", f"Li {PAYLOAD}", "--password-file", str(file)]
    subprocess.run([sys.executable, "-m", "bellhop", *add], cwd=ROOT, env=product.environment, check=True)


class Desk:
    def __init__(self, browser: Browser, product: Product, locale: str, email: str = ADMIN, **context: object) -> None:
        self.complaints: list[str] = []
        size = {"width": 1280, "height": 800}
        self.page: Page = browser.new_context(
            **{"locale": locale, "viewport": size, "reduced_motion": "reduce", **context}  # type: ignore[arg-type]
        ).new_page()
        watch(self.page, self.complaints)
        self.page.goto(f"{product.base}/desk")
        expect(self["email"]).to_be_focused()
        self["email"].fill(email)
        self["password"].fill(product.password)
        self["login"].click()
        expect(self["status"]).to_have_attribute("aria-checked", "true")

    def __getitem__(self, testid: str):  # type: ignore[no-untyped-def]
        return self.page.get_by_test_id(testid)

    def serious(self) -> list[str]:
        """What axe finds."""
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate("axe.run()")["violations"]
        return [
            f"{each['id']}: {each['nodes'][0]['html']}" for each in found if each["impact"] in ("serious", "critical")
        ]


@pytest.fixture
def product(make_product: Callable[..., Product]) -> Product:
    made = make_product(BELLHOP_ROUTING="offer")
    made.start()
    hire(made)
    return made


@pytest.mark.parametrize(("locale", "scheme"), [("zh-CN", "light"), ("en-US", "dark")])
def test_an_offer_goes_on_when_declined_and_a_conversation_to_a_colleague_with_a_note(
    browser: Browser, product: Product, locale: str, scheme: str
) -> None:
    name = f"desk-{locale[:2]}-{scheme}"
    admin = Desk(browser, product, locale, color_scheme=scheme)
    chat = Chat(browser, product, locale)
    chat.say(ASK[locale])
    expect(admin["offer"]).to_have_count(1)
    assert 0 < int("".join(filter(str.isdigit, admin["offer-left"].inner_text()))) <= 30
    shot(admin.page, f"{name}-1-offer")
    assert admin.serious() == []

    li = Desk(browser, product, locale, LI, color_scheme=scheme)
    admin["offer-decline"].click()
    expect(li["offer"]).to_have_count(1)
    expect(admin["offer"]).to_have_count(0)
    li["offer-accept"].click()
    expect(li["reply"]).to_be_focused()
    expect(li["offer"]).to_have_count(0)
    li["reply"].fill(PAYLOAD)
    li["reply-send"].click()
    chat.hears(PAYLOAD, "agent")

    li["reply"].fill("half an answer")
    li.page.reload()
    li["mine-row"].first.click()
    expect(li["reply"]).to_have_value("half an answer")

    # What the customer sends is seen here, and a name is text.
    sent = {"name": "cat <b>.png", "mimeType": "image/png", "buffer": picture("PNG", (400, 300))}
    chat.page.get_by_test_id("file").set_input_files(
        [sent, {"name": "a.pdf", "mimeType": "application/pdf", "buffer": PDF}]
    )
    expect(chat.page.locator('.tile[data-state="ready"]')).to_have_count(2)
    chat.page.get_by_test_id("send").click()
    seen = li.page.locator('[data-author="customer"] .files')
    expect(seen.locator("img")).to_have_js_property("naturalWidth", 400)
    expect(seen.locator(".paper")).to_contain_text("a.pdf")
    with li.page.expect_download() as download:
        seen.locator(".paper").click()
    assert download.value.suggested_filename == "a.pdf"

    li["transfer"].click()
    expect(li["transfer-choice"]).to_have_count(2)
    shot(li.page, f"{name}-2-transfer")
    assert li.serious() == []
    li["transfer-choice"].nth(1).click()
    li["transfer-note"].fill(NOTE)
    li["transfer-send"].click()
    admin["mine-row"].first.click()
    expect(admin.page.locator(".message.note")).to_contain_text(NOTE)
    shot(admin.page, f"{name}-3-handed-over")
    assert admin.serious() == []
    expect(chat.page.locator("body")).not_to_contain_text("Knows the way")

    # `t` hands on what is mine already; Escape leaves the menu, and the conversation is still there.
    admin.page.locator("body").press("t")
    expect(admin["transfer-choice"].nth(1)).to_contain_text(f"Li {PAYLOAD}")
    admin.page.keyboard.press("Escape")
    expect(admin["transfer-dialog"]).to_be_hidden()
    expect(admin["close"]).to_be_visible()

    admin["close"].click()
    admin["close"].click()
    admin["reopen"].click()
    expect(admin["reply"]).to_be_focused()
    expect(admin["mine-row"]).to_have_count(1)

    admin["nav-people"].click()
    expect(admin["people"]).to_contain_text(f"Li {PAYLOAD}")
    admin["people-find"].fill("nobody like that")
    expect(admin["people"]).to_be_hidden()
    admin["people-find"].fill("LI@")
    expect(admin["people"].locator("tbody tr")).to_have_count(1)
    shot(admin.page, f"{name}-4-people")
    assert admin.serious() == []
    li.page.goto(f"{product.base}/desk/people")
    expect(li["status"]).to_be_visible()
    expect(li["nav-people"]).to_have_count(0)
    assert [*admin.complaints, *li.complaints, *chat.complaints] == []


def test_who_does_not_answer_offers_is_away_and_is_told(browser: Browser, make_product: Callable[..., Product]) -> None:
    product = make_product(BELLHOP_ROUTING="offer", BELLHOP_ACCEPT="2", BELLHOP_MISSES="1")
    product.start()
    desk = Desk(browser, product, "en-US")
    chat = Chat(browser, product, "en-US")
    chat.say(ASK["en-US"])
    expect(desk["offer"]).to_have_count(1)
    expect(desk["status"]).to_have_attribute("aria-checked", "false")
    expect(desk["offer"]).to_have_count(0)
    expect(desk.page.get_by_role("alert")).to_contain_text("you are away now")
