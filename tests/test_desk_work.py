"""The agents' desk in a real Chromium, without a bot: what is written stays text, long things are windowed, what colleagues do is seen."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from handoff import desk
from handoff.queue import Queue
from models.database import open_engine
from models.entry import Author, AuthorKind, Button, File, Message
from models.frames import SlaFrame, rfc3339
from models.settings import Targets
from stream.change import Change
from stream.history import History
from stream.log import Log
from stream.store import Store
from tests.client import Customer
from tests.console_side import kept, put
from tests.fixtures_api import PASSWORD, Api
from tests.fixtures_browser import LATE_OBSERVERS
from tests.fixtures_store import archived
from tests.journeys.test_browser import shot, watch
from tests.test_api_people import signed_in
from tests.test_desk import AXE
from tests.test_pictures import picture
from tests.test_widget import SCROLLING
from tests.test_widget_text import PAYLOADS

# What is short enough for a tag, and runs where it is not text.
MARKUP = "<svg/onload=pwned()>"
CUSTOMER = Author(AuthorKind.CUSTOMER, "u_1")
PHONE = "13912345678"
LONG = 5000
# A glance at either side of what is seen.
MOST_MESSAGES = 300
MOST_ROWS = 40

pytestmark = pytest.mark.browser


class Agent:
    """Somebody who is logged in at the desk."""

    def __init__(self, browser: Browser, api: Api, who: str, locale: str = "en-US", dark: bool = False) -> None:
        self.complaints: list[str] = []
        self.base = f"{api.base}/desk"
        self.page: Page = browser.new_context(
            locale=locale, viewport={"width": 1440, "height": 900}, reduced_motion="reduce", color_scheme="dark" if dark else "light"
        ).new_page()  # fmt: skip
        watch(self.page, self.complaints)
        self.page.goto(self.base)
        self["email"].fill(f"{who}@shop.test")
        self["password"].fill(PASSWORD)
        self["login"].click()
        expect(self["status"]).to_be_visible()
        expect(self["connection"]).to_be_hidden()

    def __getitem__(self, testid: str) -> Locator:
        return self.page.get_by_test_id(testid)

    def opened(self, conversation: str) -> Agent:
        self.page.goto(f"{self.base}/conversations/{conversation}")
        expect(self["holder"]).to_be_visible()
        return self

    def texts(self) -> list[str]:
        found: list[str] = self.page.evaluate(
            "[...document.querySelectorAll('.message .text')].map(e => e.textContent)"
        )
        return found

    def fine(self) -> None:
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate("axe.run()")["violations"]
        serious = [each for each in found if each["impact"] in ("serious", "critical")]
        assert [f"{each['id']}: {each['nodes'][0]['html']}" for each in serious] == []
        assert self.complaints == []


def worked(api: Api, work: Callable[[Log, Store], Awaitable[None]]) -> None:
    """On the log itself; in a thread, because Playwright has the loop of this one."""

    async def run() -> None:
        engine = open_engine(api.settings.sql_url)
        async with (
            Store.open(api.settings.store_url).opened() as store,
            Log(store, api.settings, History(engine)) as log,
        ):
            await work(log, store)
        engine.dispose()

    with ThreadPoolExecutor(1) as beside:
        beside.submit(asyncio.run, run()).result()


async def said(log: Log, name: str, *texts: str) -> None:
    """By a customer whom agents see under the last part of `name`."""
    entries = tuple(Message(CUSTOMER, text, id=str(index)) for index, text in enumerate(texts))
    await log.commit(
        Change(
            name, entries, set={"customer": "u_1", "name": name[2:].upper(), "language": "en"}, add={"unread_agent": 1}
        )
    )


async def taken(log: Log, store: Store, name: str, by: Author) -> None:
    state = await log.state(name)
    assert state is not None
    at = time.time_ns() // 1_000_000
    change = desk.take(state, by, at)
    await log.commit(change)
    after = await log.state(name)
    assert after is not None
    await Queue(store).apply(after, after.seq, change.entries[0].verb, at)  # type: ignore[union-attr]


def test_what_anybody_writes_stays_text_at_the_desk(browser: Browser, make_api: Callable[..., Api]) -> None:
    api = make_api(messages_burst=3 * len(PAYLOADS), webhook_targets=Targets.ANY)
    with httpx.Client(base_url=api.base, timeout=20) as http:
        visitor = http.post("/api/visitors", json={}).json()
        http.headers["Authorization"] = f"Bearer {visitor['token']}"
        name = PAYLOADS[1] + ".png"
        file = http.post(
            "/api/files",
            data={"conversation": visitor["conversation"]},
            files={"file": (name, picture("PNG", (40, 30)))},
        ).json()
    with signed_in(api, "boss@shop.test") as boss:
        boss.post("/api/canned", json={"name": "x", "language": "en", "text": PAYLOADS[0]}).raise_for_status()
        boss.post(f"/api/conversations/{visitor['conversation']}/tags", json={"add": [MARKUP]}).raise_for_status()
        hook = {"url": f"http://127.0.0.1:9/?{MARKUP}", "kinds": ["message"]}
        boss.post("/api/webhooks", json=hook).raise_for_status()
    queue = {"id": "q-1", "name": MARKUP, "topics": [MARKUP], "languages": [], "members": [], "priority": 0}
    put(api, "queues", {"queues": [queue], "head_start_minutes": 10})

    async def written(log: Log, store: Store) -> None:
        id = visitor["conversation"]
        await said(log, id, *PAYLOADS)
        sent = File(file["id"], name, file["type"], file["bytes"])
        card = {
            "title": MARKUP,
            "subtitle": PAYLOADS[0],
            "image_url": "javascript:pwned()",
            "buttons": [{"title": MARKUP, "payload": "/x"}],
        }
        bot = Message(Author(AuthorKind.BOT), "choose", buttons=(Button(MARKUP, "/x"),), elements=(card,))
        await log.commit(Change(id, (Message(CUSTOMER, files=(sent,)), bot), set={"name": MARKUP}))
        await taken(log, store, id, Author(AuthorKind.AGENT, api.boss.id, PAYLOADS[2]))

    worked(api, written)
    agent = Agent(browser, api, "boss")
    fired: list[str] = []
    agent.page.expose_function("pwned", lambda: fired.append("pwned"))
    agent.page.on("dialog", lambda dialog: (fired.append("dialog"), dialog.dismiss()))
    agent.opened(visitor["conversation"])
    expect(agent.page.get_by_text(PAYLOADS[-1], exact=True).last).to_be_visible()
    assert [text for text in agent.texts() if text in PAYLOADS] == PAYLOADS[-len(agent.texts()) :]
    expect(agent.page.get_by_role("heading", level=2).first).to_have_text(MARKUP)
    expect(agent["tags"]).to_contain_text(MARKUP)
    expect(agent["sent-cards"]).to_contain_text(PAYLOADS[0])
    expect(agent["sent-cards"].locator("a")).to_have_count(0)
    expect(agent["sent-buttons"]).to_have_text(MARKUP)
    agent["note-tab"].click()
    for payload in PAYLOADS[:5]:
        agent["reply"].fill(payload)
        agent["reply"].press("Enter")
        agent["note-tab"].click()
    expect(agent.page.locator(".message.note")).to_have_count(5)
    assert agent.page.locator(".message.note .text").all_inner_texts() == PAYLOADS[:5]
    agent["reply-tab"].click()
    agent["reply"].fill("/x")
    expect(agent["canned"]).to_contain_text(PAYLOADS[0])
    agent["reply"].press("Enter")
    expect(agent["reply"]).to_have_value(PAYLOADS[0])
    inside = agent.page.evaluate(
        "[...document.querySelectorAll('.message .text *, .row b *, h2 *')].map(e => e.localName)"
    )
    assert inside == []
    agent.fine()
    for page, shown in (("queues", "queues"), ("settings?tab=webhooks", "hooks")):
        agent.page.goto(f"{agent.base}/{page}")
        expect(agent[shown]).to_contain_text(MARKUP)
        assert (
            agent.page.evaluate("document.querySelectorAll('#page :is(b, td, dd) :is(img, script, [onload])').length")
            == 0
        )
        agent.fine()
    assert fired == []


@pytest.mark.parametrize(("locale", "dark"), [("zh-CN", False), ("en-US", True)])
def test_colleagues_tags_and_what_is_sealed(browser: Browser, api: Api, locale: str, dark: bool) -> None:
    with httpx.Client(base_url=api.base, timeout=20) as http:
        visitor = http.post("/api/visitors", json={}).json()
    id = visitor["conversation"]

    async def call() -> None:
        async with Customer(api.base, visitor["token"], id) as own:
            await own.acknowledged(await own.say(f"📱 call {PHONE} please"))

    with ThreadPoolExecutor(1) as beside:
        beside.submit(asyncio.run, call()).result()
    wen = Agent(browser, api, "wen", locale, dark).opened(id)
    boss = Agent(browser, api, "boss", locale, dark).opened(id)
    expect(wen["lookers"]).to_contain_text("Boss")
    expect(boss["lookers"]).to_contain_text("Wen")
    expect(wen["reveal"]).to_be_disabled()

    wen["tag-add"].click()
    wen["tag"].fill("VIP")
    wen["tag"].press("Enter")
    expect(boss["tags"]).to_contain_text("vip")
    boss.page.get_by_role("button", name="vip").click()
    expect(wen["tags"]).not_to_contain_text("vip")

    wen["tag"].press("Escape")
    wen.page.locator("body").press("t")
    expect(wen["reply"]).to_be_focused()
    expect(wen["sealed"]).to_contain_text("139****5678")
    wen["reveal"].click()
    expect(wen["sealed"]).to_have_text(PHONE)
    shot(wen.page, f"desk-{locale[:2]}-sealed")
    wen.fine()
    wen["reveal"].click()
    expect(wen["sealed"]).not_to_contain_text(PHONE)
    with signed_in(api, "boss@shop.test") as http:
        acts = http.get("/api/audit", params={"act": "message.reveal"}).json()["acts"]
    assert [(each["name"], each["subject"]) for each in acts] == [("Wen", id)]

    boss.page.goto("about:blank")
    expect(wen["lookers"]).to_have_count(0)
    wen.page.keyboard.press("Escape")
    wen.page.keyboard.press("?")
    expect(wen["keys-help"]).to_be_visible()
    wen.fine()
    wen.page.keyboard.press("Escape")
    wen.page.keyboard.press("Control+k")
    expect(wen["command"]).to_be_focused()
    wen.fine()
    wen["command"].fill("备注" if locale == "zh-CN" else "note")
    wen["command"].press("Enter")
    expect(wen["note-tab"]).to_have_attribute("aria-selected", "true")
    expect(wen["reply"]).to_be_focused()


def test_what_is_held_is_watched_once(browser: Browser, api: Api) -> None:
    """The answer to `watch` says who holds it, and was once taken for a move, to be watched: without end, for each conversation."""

    async def written(log: Log, store: Store) -> None:
        for name in ("c_one", "c_two"):
            await said(log, name, f"question of {name}")
            await taken(log, store, name, Author(AuthorKind.AGENT, api.boss.id, "Boss"))

    worked(api, written)
    agent = Agent(browser, api, "boss")
    sent: list[str] = []
    agent.page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(str(frame))))
    agent.page.reload()
    expect(agent["mine-row"]).to_have_count(2)
    agent.opened("c_one")
    expect(agent.page.get_by_text("question of c_one").last).to_be_visible()
    watched = [json.loads(each).get("conversation") for each in sent if '"watch"' in each]
    # Both loads of the page, and once more when it is looked at.
    assert watched.count("c_two") <= 2
    assert watched.count("c_one") <= 3


def test_what_was_promised_is_told_before_and_after_it_is_over(browser: Browser, api: Api) -> None:
    wen = Author(AuthorKind.AGENT, api.wen.id, "Wen")

    async def written(log: Log, store: Store) -> None:
        for name in ("c_due", "c_promised"):
            await said(log, name, f"Is anybody there for {name}?")
            await taken(log, store, name, wen)
        await log.commit(
            Change(
                "c_promised",
                set={"asked": str(time.time_ns() // 1_000_000 - 10 * 60_000)},
                entries=(Message(CUSTOMER, "Hello?"),),
            )
        )

    def tell(missed: bool, in_minutes: int) -> None:
        due = rfc3339(time.time_ns() // 1_000_000 + in_minutes * 60_000)
        frame = SlaFrame("c_due", "first_response", missed, due, wen)
        worked(api, lambda _, store: Queue(store).tell(frame))

    put(api, "sla", kept(api, "sla") | {"first_response_minutes": 1})
    worked(api, written)
    agent = Agent(browser, api, "wen")
    row = agent["mine-row"].filter(has_text="DUE")
    expect(row).to_have_count(1)
    tell(False, 5)
    expect(row.get_by_test_id("due")).to_contain_text("Due ")
    tell(True, -1)
    expect(row.get_by_test_id("due")).to_contain_text("Late since ")
    # What the lists tell is there without a frame, and stays when it is opened.
    row = agent["mine-row"].filter(has_text="PROMISED")
    expect(row.get_by_test_id("due")).to_contain_text("Late since ")
    row.click()
    expect(agent["reply"]).to_be_visible()
    expect(agent["due-here"]).to_contain_text("First answer was due at ")
    agent.fine()
    agent["reply"].fill("Here I am.")
    agent["reply"].press("Enter")
    expect(agent["due-here"]).to_have_count(0)
    expect(row.get_by_test_id("due")).to_have_count(0)


def test_what_was_said_is_found_and_gone_to(browser: Browser, api: Api) -> None:
    async def written(log: Log, store: Store) -> None:
        await said(log, "c_old", "我要退款，订单 A1001", *(f"line {each}" for each in range(200)))
        await archived(api.settings.store_url, log, 201, "c_old")

    worked(api, written)
    agent = Agent(browser, api, "wen")
    agent.page.add_init_script(LATE_OBSERVERS)
    agent.page.reload()
    expect(agent["connection"]).to_be_hidden()
    agent.page.locator("body").press("/")
    expect(agent["search"]).to_be_focused()
    agent["search"].fill("退款")
    hit = agent["found"].get_by_role("button").first
    expect(hit.locator("mark")).to_have_text("退款")
    hit.click()
    # For two seconds.
    expect(agent.page.locator(".message.found")).to_have_count(1)
    expect(agent.page.get_by_text("我要退款，订单 A1001", exact=True)).to_be_in_viewport()
    agent.fine()
    agent["search"].fill("no such words")
    expect(agent["found"]).to_contain_text("Nothing was found")
    agent["search"].press("Escape")
    expect(agent["tab-mine"]).to_be_visible()


def test_two_hundred_conversations_and_five_thousand_messages_are_windowed(
    browser: Browser, make_api: Callable[..., Api]
) -> None:
    api = make_api(recent_entries=LONG + 100)
    boss = Author(AuthorKind.AGENT, api.boss.id, "Boss")

    async def written(log: Log, store: Store) -> None:
        for number in range(200):
            await said(log, f"c_{number:03}", f"question {number}")
            await taken(log, store, f"c_{number:03}", boss)
        for start in range(0, LONG, 50):
            texts = (f"answer {each} " + "and more words " * (each % 7) for each in range(start, start + 50))
            await log.commit(Change("c_000", tuple(Message(Author(AuthorKind.BOT), text) for text in texts)))

    worked(api, written)
    agent = Agent(browser, api, "boss")
    expect(agent["tab-mine"]).to_contain_text("200")
    assert 5 < agent["mine-row"].count() < MOST_ROWS
    for _ in range(30):
        agent.page.keyboard.press("j")
    expect(agent.page.locator('[data-testid="mine-row"][aria-current="true"]')).to_be_in_viewport()
    assert agent["mine-row"].count() < MOST_ROWS
    agent.opened("c_000")
    expect(agent.page.get_by_text(f"answer {LONG - 1} ", exact=False)).to_be_in_viewport()
    frames = sorted(
        agent.page.evaluate(SCROLLING.replace('document.querySelector("bellhop-chat").shadowRoot', "document"))
    )
    print(
        f"{LONG} messages: median {frames[len(frames) // 2]:.1f} ms, p95 {frames[len(frames) * 95 // 100]:.1f} ms a frame"
    )
    assert 0 < agent.page.locator(".message").count() < MOST_MESSAGES
    earlier = agent.page.locator(".text").get_by_text(f"answer {LONG - 500} ", exact=False)
    # Older ones are loaded when somebody goes back that far.
    for _ in range(100):
        agent.page.evaluate("document.querySelector('.scroll').scrollTop -= 2000")
        if earlier.is_visible():
            break
        agent.page.wait_for_timeout(100)
    expect(earlier).to_be_visible()
    assert agent.page.locator(".message").count() < MOST_MESSAGES
    # Where the machine is busy the store is late for so many at once, which is told as 503: the desk asks again.
    assert [each for each in agent.complaints if "503" not in each] == []
