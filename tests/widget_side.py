"""A customer in Chromium with the demo shop before them, for tests that look at the widget."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from handoff import desk
from handoff.queue import Queue
from models.database import open_engine
from models.entry import Author, AuthorKind, Body
from stream.change import Change
from stream.history import History
from stream.log import Log
from stream.store import Store
from tests.fixtures_api import Api

AT_ONCE = 50


class Visitor:
    """One browser's person; `page` is the first of their tabs. `scripts` run in each page before its own."""

    def __init__(
        self, browser: Browser, base: str, locale: str = "en-US", scripts: tuple[str, ...] = (), **context: object
    ) -> None:
        self.base = base
        self.context: BrowserContext = browser.new_context(locale=locale, reduced_motion="reduce", **context)  # type: ignore[arg-type]
        for each in scripts:
            self.context.add_init_script(each)
        self.complaints: list[str] = []
        self.page = self.tab()

    def tab(self, opened: bool = True) -> Page:
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(self.base)
        if opened:
            page.get_by_test_id("launcher").click()
            expect(page.get_by_test_id("say")).to_be_visible()
        return page

    def conversation(self) -> str:
        self.page.wait_for_function("() => localStorage.getItem('bellhop.visitor')")
        return str(self.page.evaluate("JSON.parse(localStorage.getItem('bellhop.visitor')).conversation"))


def say(page: Page, text: str) -> None:
    page.get_by_test_id("say").fill(text)
    page.get_by_test_id("say").press("Enter")


def bubbles(page: Page) -> Locator:
    return page.locator(".message .text")


def sent(page: Page) -> Locator:
    return page.locator('.message[data-state="sent"]')


def commit(api: Api, conversation: str, *bodies: Body) -> None:
    """As if others had said it: bots, agents, people of earlier days. Playwright has a loop in this thread, so another one is used."""
    with ThreadPoolExecutor(1) as beside:
        beside.submit(asyncio.run, _committed(api, conversation, bodies)).result()


def asked_for_person(api: Api, conversation: str) -> None:
    """To the queue, as bot and leader would bring it there."""
    with ThreadPoolExecutor(1) as beside:
        beside.submit(asyncio.run, _asked(api, conversation)).result()


async def _asked(api: Api, conversation: str) -> None:
    engine = open_engine(api.settings.sql_url)
    async with Store.open(api.settings.store_url).opened() as store, Log(store, api.settings, History(engine)) as log:
        state = await log.state(conversation)
        assert state is not None
        at = int(time.time() * 1000)
        done = await log.commit(desk.ask(state, Author(AuthorKind.BOT), at, "asked"))
        waits = await log.state(conversation)
        assert waits is not None
        assert await Queue(store).apply(waits, done.seq, "ask", at)
    engine.dispose()


async def _committed(api: Api, conversation: str, bodies: tuple[Body, ...]) -> None:
    engine = open_engine(api.settings.sql_url)
    async with Store.open(api.settings.store_url).opened() as store, Log(store, api.settings, History(engine)) as log:
        for start in range(0, len(bodies), AT_ONCE):
            await log.commit(Change(conversation, bodies[start : start + AT_ONCE]))
    engine.dispose()
