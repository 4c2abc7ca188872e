"""An admin teaches the bot at the desk: labels twenty messages, trains, reads the report, tries the model, promotes it, takes it back;
and a worse one is refused. The whole product, with a browser and customers."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine

from models.examples import Examples
from models.inbox import Inbox, Item, Why
from models.release import Release
from models.releases import Releases
from models.trials import arms
from models.understood import Guess
from tests.fixtures_product import Product
from tests.fixtures_sql import opened
from tests.journeys.test_browser import log_in, shot
from tests.small_project import NLU, write_project

pytestmark = pytest.mark.browser
# Training on a busy machine takes its time: only what never comes is wrong.
PATIENCE_MS = 240_000

# What customers say of prices, which the bot is not sure of; as many of ordering.
GOODS = ("a cup", "a lamp", "a chair", "a bag", "a box")
PRICES = [f"{how} for {what}" for how in ("what would you charge", "which price do you ask") for what in GOODS]
ORDERS = [f"{how} {what}" for how in ("please send me", "i would like to get") for what in GOODS]
CUSTOMERS, DAYS = 120, 10
COUNTED_SECONDS = 10
HELDOUT = """\
version: "3.1"
nlu:
- intent: faq
  examples: |
{faq}
- intent: order
  examples: |
{order}
"""


def heldout(faq: list[str], order: list[str]) -> str:
    said = {
        name: "\n".join(f"    - {each} today" for each in texts) for name, texts in (("faq", faq), ("order", order))
    }
    return HELDOUT.format(**said)


def fill(engine: Engine, texts: dict[str, list[str]]) -> None:
    """What the bot had guessed of them: the right intent second, or first."""
    items = []
    for intent, said in texts.items():
        for n, text in enumerate(said):
            other = "order" if intent == "faq" else "faq"
            guesses = (Guess(intent, 0.41, {"en": intent}), Guess(other, 0.37, {"en": other}))
            items.append(Item(f"c_{intent}_{n}", 1, 1_700_000_000_000 + n, "en", text, guesses, Why.DOUBT))
    Inbox(engine).notice(items)


def taught(engine: Engine) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in Examples(engine).used():
        found.setdefault(each.intent, []).append(each.text)
    return found


def confirmed(page: Page) -> None:
    page.locator(".el-message-box__btns .el-button--danger").click()


def trained(page: Page, reason: str) -> None:
    """By the button; waits until it is through."""
    page.get_by_test_id("nav-models").click()
    rows = page.get_by_test_id("versions").locator("tbody tr")
    expect(rows.first).to_be_visible()
    before = rows.count()
    page.get_by_test_id("train-reason").fill(reason)
    page.get_by_test_id("train").click()
    expect(page.get_by_test_id("train-now")).to_be_visible()
    expect(page.get_by_test_id("train")).to_be_visible(timeout=PATIENCE_MS)
    expect(rows).to_have_count(before + 1, timeout=PATIENCE_MS)


def talk(product: Product, day: int) -> None:
    """Customers of a day, each with one question."""

    def ask(n: int) -> None:
        said = {"sender": f"customer-{day}-{n}", "message": "how much"}
        httpx.post(f"{product.base}/webhooks/rest/webhook", json=said, timeout=60).raise_for_status()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, range(CUSTOMERS)))


def answered(engine: Engine, released: Release) -> bool:
    """Whether the canary has answered anybody, by what the archive has counted."""
    until = time.monotonic() + COUNTED_SECONDS
    while time.monotonic() < until:
        found = arms(engine, released.trial)
        if released.canary in found:
            return True
        time.sleep(0.2)
    return False


def test_the_bot_is_taught_tried_promoted_and_taken_back_and_a_worse_model_is_refused(
    make_product: Callable[..., Product], browser: Browser, tmp_path: Path
) -> None:
    project = write_project(tmp_path / "project")
    (project / "tests").mkdir()
    (project / "tests" / "heldout.yml").write_text(heldout(PRICES, ORDERS))
    product = make_product(BELLHOP_PROJECT=str(project), BELLHOP_REST_CHANNEL="local")
    product.start()
    database = f"sqlite:///{product.home / 'bellhop.db'}"
    with opened(database) as engine:
        fill(engine, {"faq": PRICES, "order": ORDERS})
    page = log_in(browser, product, "en-US")

    # Twenty labels by keyboard alone: the first guess is right.
    page.get_by_test_id("nav-inbox").click()
    groups = page.get_by_test_id("group")
    expect(groups.first).to_be_visible()
    # The bot puts what says the same together meanwhile: then one press is for several.
    while (left := groups.count()) > 0:
        page.keyboard.press("1")
        expect(groups).not_to_have_count(left)
    with opened(database) as engine:
        assert sum(len(said) for said in taught(engine).values()) == len(PRICES) + len(ORDERS)

    # A model of them, with its report.
    with opened(database) as engine:
        live = Releases(engine).now().live
    trained(page, "prices and orders")
    row = page.get_by_test_id("versions").locator("tbody tr").first
    row.get_by_test_id("report").click()
    expect(page.get_by_test_id("gate")).to_contain_text("Passed")
    expect(page.get_by_test_id("figures")).to_contain_text("Read right")
    shot(page, "teaching-report")

    # Ten of a hundred conversations.
    page.get_by_test_id("report-release").click()
    page.get_by_test_id("percent-10").click()
    page.get_by_test_id("release-do").click()
    expect(page.get_by_test_id("release-do")).to_be_hidden()
    page.get_by_test_id("report-back").click()
    expect(page.get_by_test_id("arm-canary")).to_be_visible()
    expect(page.get_by_test_id("arm-live").locator("td").first).to_have_text("0")
    with opened(database) as engine:
        released = Releases(engine).now()
    # A bot that is busy takes the canary late: those who came before it are the live model's.
    with opened(database) as engine:
        for day in range(DAYS):
            talk(product, day)
            if answered(engine, released):
                break
    for arm in ("arm-canary", "arm-live"):
        expect(page.get_by_test_id(arm).locator("td").first).not_to_have_text("0", timeout=PATIENCE_MS)
    shot(page, "teaching-canary")
    page.get_by_test_id("promote").click()
    confirmed(page)
    expect(row.get_by_test_id("state-live")).to_be_visible()
    page.get_by_test_id("back").click()
    confirmed(page)
    expect(row.get_by_test_id("state-retired")).to_be_visible()
    with opened(database) as engine:
        assert Releases(engine).now().live == live
        assert released.canary != live

    # What was taught is taken for its opposite: refused, and only a reason lets it answer.
    wrong = "\n".join([f"    - {each} today please" for each in PRICES])
    other = "\n".join([f"    - {each} today please" for each in ORDERS])
    worse = NLU.replace("    - order please\n", f"    - order please\n{wrong}\n").replace(
        "    - how much\n", f"    - how much\n{other}\n"
    )
    write_project(project, nlu=worse)
    row.get_by_test_id("release").click()
    page.get_by_test_id("percent-100").click()
    page.get_by_test_id("release-do").click()
    expect(row.get_by_test_id("state-live")).to_be_visible()
    trained(page, "a bad day")
    expect(row.get_by_test_id("state-refused")).to_be_visible()
    row.get_by_test_id("report").click()
    expect(page.get_by_test_id("gate")).to_contain_text("Refused")
    expect(page.get_by_test_id("gate")).to_contain_text("Worse on the fixed test set")
    shot(page, "teaching-refused")
    page.get_by_test_id("report-release").click()
    page.get_by_test_id("percent-100").click()
    expect(page.get_by_test_id("release-do")).to_be_disabled()
    page.get_by_test_id("reason").fill("To see what happens")
    page.get_by_test_id("release-do").click()
    expect(page.get_by_test_id("release-do")).to_be_hidden()
    with opened(database) as engine:
        assert Releases(engine).now().reason == "To see what happens"
    product.stop()
    assert "Traceback" not in product.console()
