"""The pages of admins in a real Chromium: what is asked for is done on the server, and every page can be used by everybody."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from models.settings import Targets
from tests.console_side import delivered, kept, put, remember
from tests.fixtures_api import PASSWORD, Api
from tests.fixtures_product import Product
from tests.journeys.test_browser import Chat, shot, watch
from tests.test_desk import ASK, AXE, LI, Desk, hire

pytestmark = pytest.mark.browser


class Console:
    """An admin who is logged in. The language is that of their browser."""

    def __init__(self, browser: Browser, api: Api, locale: str = "en-US", dark: bool = False) -> None:
        self.complaints: list[str] = []
        self.base = f"{api.base}/desk"
        self.page: Page = browser.new_context(
            locale=locale, timezone_id="Asia/Shanghai", viewport={"width": 1440, "height": 900}, reduced_motion="reduce",
            color_scheme="dark" if dark else "light",
        ).new_page()  # fmt: skip
        watch(self.page, self.complaints)
        self.page.goto(f"{self.base}/login")
        self["email"].fill("boss@shop.test")
        self["password"].fill(PASSWORD)
        self["login"].click()
        expect(self["nav-people"]).to_be_visible()

    def __getitem__(self, testid: str) -> Locator:
        return self.page.get_by_test_id(testid)

    def opened(self, name: str) -> Console:
        self["nav-" + name].click()
        expect(self.page).to_have_url(f"{self.base}/{name}")
        return self

    def fine(self) -> None:
        """Axe finds nothing serious, nothing was written into the console, and no word is of the other language."""
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate("axe.run()")["violations"]
        serious = [each for each in found if each["impact"] in ("serious", "critical")]
        assert [f"{each['id']}: {each['nodes'][0]['html']}" for each in serious] == []
        # Chromium writes there each request that was refused, as some here are.
        assert [each for each in self.complaints if "responded with a status of 4" not in each] == []
        shown = self.page.locator("#page").inner_text()
        assert "undefined" not in shown
        assert not re.search(r"\b[acu]_[A-Za-z0-9]{6,}", shown), "an id is shown"


@pytest.mark.parametrize(
    ("locale", "question"), [("zh-CN", "为什么要转人工？"), ("en-US", "Why is a person asked for?")]
)
def test_reports_answer_questions_as_charts_as_numbers_and_as_files(
    browser: Browser, api: Api, tmp_path: Path, locale: str, question: str
) -> None:
    console = Console(browser, api, locale).opened("reports")
    expect(console["reports-none"]).to_be_visible()
    console.fine()
    began = remember(api)
    console.page.locator("label", has=console["last-30"]).or_(console["last-30"]).first.click()
    expect(console["figures"]).to_contain_text(f"{began}")
    expect(console["report-reasons"].get_by_role("heading")).to_have_text(question)
    expect(console.page.locator('[data-drawn="true"] canvas')).to_have_count(6)
    rows = console["report-volume"].locator("tbody tr")
    expect(rows).to_have_count(30)
    counted = sum(int(each.inner_text()) for each in console["report-volume"].locator("tbody td:nth-child(2)").all())
    assert counted == began, "who cannot see the chart reads the same numbers"
    console.fine()
    shot(console.page, f"console-reports-{locale}")
    console["numbers-volume"].press("Enter")
    expect(console["report-volume"].locator("canvas")).to_have_count(0)
    with console.page.expect_download() as download:
        console["csv-agents"].press("Enter")
    download.value.save_as(tmp_path / "agents.csv")
    assert "Wen" in (tmp_path / "agents.csv").read_text()
    expect(console["report-agents"]).to_contain_text("Wen")


def test_what_cannot_be_loaded_is_said_and_asked_for_again(browser: Browser, api: Api) -> None:
    console = Console(browser, api)
    console.page.route("**/api/reports/**", lambda route: route.abort())
    console.opened("reports")
    expect(console["failed"]).to_contain_text("network does not answer")
    console.page.unroute("**/api/reports/**")
    console["failed"].get_by_role("button").click()
    expect(console["reports-none"]).to_be_visible()


def test_people_are_added_changed_and_kept_out_and_each_has_a_password_of_their_own(browser: Browser, api: Api) -> None:
    console = Console(browser, api).opened("people")
    console["people-add"].press("Enter")
    expect(console["person-save"]).to_be_disabled()
    console["person-name"].fill("Zhao Min")
    console["person-email"].fill("wen@shop.test")
    console["person-save"].click()
    expect(console.page.get_by_role("alert")).to_contain_text("Somebody has this e-mail already")
    console["person-email"].fill("min@shop.test")
    console["role-admin"].press("Space")
    console.fine()
    console["person-email"].press("Enter")
    password = console["once"].inner_text()
    console["once-close"].click()
    expect(console["once"]).to_have_count(0)
    assert api.people.verify("min@shop.test", password) is not None

    row = console["people"].locator("tr", has_text="Zhao Min")
    row.get_by_role("button").click()
    console["person-disable"].click()
    asked = console.page.get_by_role("dialog", name="Disable Zhao Min?")
    expect(asked).to_contain_text("signed out everywhere")
    asked.get_by_role("button", name="Disable").click()
    expect(row).to_contain_text("Disabled")
    assert api.people.verify("min@shop.test", password) is None
    console.fine()

    console.page.reload()
    console["me"].click()
    console["own-current"].fill("wrong")
    console["own-new"].fill("a new battery")
    console["own-again"].fill("a new batterie")
    expect(console["own-save"]).to_be_disabled()
    console["own-again"].fill("a new battery")
    console["own-save"].click()
    expect(console.page.get_by_role("alert").last).to_contain_text("current password is not right")
    console.fine()
    console["own-current"].fill(PASSWORD)
    console["own-again"].press("Enter")
    expect(console["login"]).to_be_visible()
    assert api.people.verify("boss@shop.test", "a new battery") is not None


def test_queues_are_kept_in_their_order_and_who_is_second_is_told(browser: Browser, api: Api) -> None:
    console = Console(browser, api).opened("queues")
    expect(console["queues-none"]).to_be_visible()
    for name, priority in (("Refunds", "7"), ("Others", "0")):
        console["queue-add"].click()
        console["queue-name"].fill(name)
        console["queue-topics"].locator("input").fill("refund")
        console["queue-topics"].locator("input").press("Enter")
        console["queue-members"].locator("input").fill("Wen")
        console["queue-members"].locator("input").press("Enter")
        console["queue-priority"].locator("input").fill(priority)
        console["queue-made"].click()
        expect(console["queue-name"]).to_have_count(0)
    console.page.get_by_role("button", name="Move Others up").press("Enter")
    expect(console.page.get_by_role("button", name="Move Others down")).to_be_focused()
    console["save"].click()
    expect(console["save-bar"]).to_contain_text("Last changed by Boss")
    first, second = kept(api, "queues")["queues"]
    assert (first["name"], second["name"], second["priority"]) == ("Others", "Refunds", 7)
    assert (second["topics"], second["members"]) == (["refund"], [api.wen.id])
    console.fine()

    put(api, "queues", {"queues": [first]})
    console["queue-remove"].first.click()
    console["save"].click()
    expect(console["save-bar"]).to_contain_text("so nothing was saved")
    assert [each["name"] for each in kept(api, "queues")["queues"]] == ["Others"]
    console["reload"].click()
    expect(console["queues"].locator("li")).to_have_count(1)
    console["queue-remove"].click()
    console["nav-people"].click()
    console.page.get_by_role("button", name="Stay").click()
    expect(console["save"]).to_be_visible()
    console["discard"].click()
    expect(console["queues"].locator("li")).to_have_count(1)
    console.fine()


def test_hours_are_typed_as_people_do_and_only_kept_when_they_can_be(browser: Browser, api: Api) -> None:
    console = Console(browser, api).opened("settings")
    console["hours-chosen"].click()
    monday = console["spans-Mo"].locator("input")
    monday.nth(0).fill("830")
    monday.nth(1).fill("12")
    monday.nth(1).press("Tab")
    expect(monday.nth(0)).to_have_value("08:30")
    console.page.get_by_role("button", name="Monday: add hours").press("Enter")
    monday.nth(2).fill("11")
    monday.nth(2).press("Tab")
    expect(console["save-bar"]).to_contain_text("not right")
    expect(console["save"]).to_be_disabled()
    monday.nth(2).fill("13:00")
    monday.nth(2).press("Tab")
    console["dates-add"].click()
    console.fine()
    console["save"].click()
    expect(console["save-bar"]).to_contain_text("Last changed by Boss")
    hours = kept(api, "hours")
    assert hours["zone"] == "Asia/Shanghai"
    assert hours["week"]["Mo"] == ["08:30-12:00", "13:00-17:00"]
    assert hours["week"]["Tu"] == ["09:00-18:00"]
    assert "Su" not in hours["week"]
    assert [each["spans"] for each in hours["dates"]] == [[]], "a holiday"


def test_the_look_of_the_chat_is_previewed_and_has_to_be_readable(browser: Browser, api: Api) -> None:
    console = Console(browser, api).opened("settings")
    console.page.get_by_role("tab", name="Chat window").click()
    console["accent"].fill("#ffcc00")
    expect(console["save-bar"]).to_contain_text("contrast of only 1.5")
    expect(console["save"]).to_be_disabled()
    console["accent"].fill("#5c22d6")
    console["widget-title"].fill("Tea shop")
    console["suggestion-1"].fill("Where is my tea?")
    expect(console["preview"]).to_contain_text("Tea shop")
    expect(console["preview"]).to_contain_text("Where is my tea?")
    console["spoken-zh"].press("Space")
    console["widget-title"].fill("茶铺")
    console.fine()
    console.page.get_by_role("tab", name="Business hours").click()
    console.page.get_by_role("button", name="Stay").click()
    console["save"].click()
    expect(console["save-bar"]).to_contain_text("Last changed by Boss")
    look = kept(api, "widget")
    assert (look["accent"], look["title"], look["suggestions"]["en"]) == (
        "#5c22d6", {"en": "Tea shop", "zh": "茶铺"}, ["Where is my tea?"],
    )  # fmt: skip


def test_canned_responses_are_written_and_removed_after_a_question(browser: Browser, api: Api) -> None:
    console = Console(browser, api, "zh-CN").opened("settings")
    console.page.get_by_role("tab", name="快捷回复").click()
    for tried in (1, 2):
        console["canned-add"].click()
        console["canned-name"].fill("/退款")
        console["canned-text"].fill("{custmer}，马上退。")
        expect(console["canned-save"]).to_be_disabled()
        console["canned-text"].fill("{customer|您}，马上退。")
        console["canned-save"].click()
        if tried == 2:
            expect(console.page.get_by_role("alert").last).to_contain_text("已经有同名的快捷回复")
    console.page.get_by_role("button", name="取消").click()
    expect(console["canned"].locator("tbody tr")).to_have_count(1)
    console.fine()
    console.page.get_by_role("button", name="删除 退款").click()
    asked = console.page.get_by_role("dialog", name="删除“退款”？")
    expect(asked).to_contain_text("不能恢复")
    asked.get_by_role("button", name="删除").click()
    expect(console.page.get_by_text("还没有快捷回复")).to_be_visible()


def test_what_is_on_record_is_told_in_words_page_by_page(browser: Browser, api: Api) -> None:
    for n in range(60):
        api.people.set_languages(api.wen.id, ["zh"] if n % 2 else ["en"], api.boss.id)
    console = Console(browser, api, "zh-CN").opened("audit")
    rows = console["acts"].locator("tbody tr")
    expect(rows).to_have_count(50)
    expect(rows.first).to_contain_text("Boss")
    expect(rows.first).to_contain_text("改了接待语言")
    expect(rows.first).to_contain_text("Wen")
    console.fine()
    console["older"].press("Enter")
    expect(rows).to_have_count(63)
    expect(console["older"]).to_have_count(0)
    console["audit-act"].locator("input").fill("添加了同事")
    console["audit-act"].locator("input").press("ArrowDown")
    console["audit-act"].locator("input").press("Enter")
    expect(rows).to_have_count(3)
    console.fine()


def test_every_act_has_words() -> None:
    root = Path(__file__).parent.parent
    kinds = "people|settings|canned|tag|message|webhook|examples|inbox|model|training|data|example|response|synonym|lookup|regex"
    written = "".join(
        each.read_text() for folder in ("models", "api", "stream") for each in (root / folder).glob("*.py")
    )
    acts = set(re.findall(rf'"((?:{kinds})\.[a-z_]+)"', written)) - {"message.reply", "model.json", "model.npz"}
    words = (root / "web/desk/words/audit.ts").read_text()
    assert len(acts) > 15
    assert [act for act in sorted(acts) if f"act_{act.replace('.', '_')}:" not in words] == []


def test_status_says_plainly_what_is_not_well(browser: Browser, api: Api) -> None:
    console = Console(browser, api).opened("status")
    expect(console["verdict"]).to_contain_text("All is well")
    expect(console["now"]).to_contain_text("Customers who wait")
    console.fine()
    answer = {"ready": False, "missing": ["store"]}
    console.page.route("**/readyz", lambda route: route.fulfill(status=503, json=answer))
    console.page.reload()
    expect(console["verdict"]).to_contain_text("The store does not answer")
    expect(console["parts"].locator("li", has_text="Store")).to_contain_text("Does not answer")
    console.page.unroute("**/readyz")
    expect(console["verdict"]).to_contain_text("All is well")


def test_who_supervises_sees_everything_assigns_and_sets_people_away(
    browser: Browser, make_product: Callable[..., Product]
) -> None:
    product = make_product()
    product.start()
    hire(product)
    desk = Desk(browser, product, "zh-CN")
    li = Desk(browser, product, "zh-CN", LI)
    chats = [Chat(browser, product, "zh-CN") for _ in range(2)]
    chats[0].say(ASK["zh-CN"])
    chats[1].say("我的订单 A1001 到哪了？")
    desk["nav-wall"].click()
    expect(desk["wall-waiting"].locator("tbody tr")).to_have_count(1)
    expect(desk["wall-live"].locator("tbody tr")).to_have_count(1)
    assert desk.serious() == []
    shot(desk.page, "console-wall-zh")
    desk["wall-waiting"].get_by_test_id("assign").click()
    desk.page.get_by_role("option", name="Li").click()
    expect(li["mine-row"]).to_have_count(1)
    live = desk["wall-live"].locator("tr", has_text="Li")
    expect(live).to_have_count(1)
    live.get_by_test_id("assign").click()
    desk.page.get_by_role("option", name="我自己").click()
    asked = desk.page.get_by_role("dialog")
    expect(asked).to_contain_text("不能再回复这位客户")
    asked.get_by_role("button", name="转走").click()
    expect(li["mine-row"]).to_have_count(0)
    desk["wall-agents"].locator("li", has_text="Li").get_by_test_id("state").click()
    desk.page.get_by_role("option", name="暂离").click()
    expect(li["status"]).to_have_attribute("aria-checked", "false")
    assert [*desk.complaints, *li.complaints] == []


def test_answer_times_and_webhooks_are_chosen(browser: Browser, make_api: Callable[..., Api]) -> None:
    api = make_api(webhook_targets=Targets.ANY)
    console = Console(browser, api).opened("settings")
    console.page.get_by_role("tab", name="Answer times").click()
    console["sla-first"].locator("input").fill("15")
    console["sla-first"].locator("input").press("Tab")
    console["save"].click()
    expect(console["save-bar"]).to_contain_text("Last changed by Boss")
    assert kept(api, "sla")["first_response_minutes"] == 15
    console.fine()
    console.page.get_by_role("tab", name="Webhooks").click()
    console["hook-add"].click()
    console["hook-url"].fill("http://127.0.0.1:9/told")
    console["hook-save"].click()
    expect(console["once"]).to_be_visible()
    first = console["once"].inner_text()
    assert len(first) > 20
    console["once-close"].click()
    expect(console["hooks"]).to_contain_text("Comes to people · Conversation closed")
    console["hook-test"].click()
    expect(console.page.get_by_role("alert").last).to_contain_text("There was no answer")
    console.fine()
    console["hook-edit"].click()
    console["hook-url"].fill("http://127.0.0.1:9/told-elsewhere")
    console["hook-save"].click()
    expect(console["hooks"]).to_contain_text("told-elsewhere")
    console["hook-secret"].click()
    console.page.get_by_role("dialog").get_by_role("button", name="New secret").click()
    expect(console["once"]).not_to_have_text(first)
    console["once-close"].click()
    console["hook-turn"].click()
    console.page.get_by_role("dialog").get_by_role("button", name="Disable").click()
    expect(console["hooks"]).to_contain_text("Disabled")
    console["hook-turn"].click()
    expect(console["hooks"]).not_to_contain_text("Disabled")
    console["hook-deliveries"].click()
    expect(console["deliveries-none"]).to_be_visible()
    console.page.keyboard.press("Escape")
    delivered(api, "conversation.closed", tries=3, status=503)
    console["hook-deliveries"].click()
    expect(console["deliveries"]).to_contain_text("Conversation closed")
    expect(console["deliveries"]).to_contain_text("HTTP 503, try 3")
    expect(console["deliveries"]).to_contain_text("Given up")
    console.fine()
    console.page.keyboard.press("Escape")
    expect(console["deliveries"]).to_have_count(0)
    console["hook-remove"].click()
    console.page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(console.page.get_by_text("There are no webhooks yet")).to_be_visible()
