"""What people see and how soon, in Chromium: frames while scrolling, time until one can type, memory, an agent's answer on its way.

    python -m bench.screen [--only load widget desk answer] [--messages 5000] [--conversations 200] [--switches 1000] [--chats 100]

Starts the whole product on this machine; browser, customers and agents are here too, so their cost is in the figures. A frame is counted
twice: `interval` is what lies between two frames that the page draws (16.7 ms is the screen's own), `work` is what the page's main
thread did in that time, from Chromium's trace: what is above 16.7 ms makes a frame late.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
from playwright.async_api import Browser, Page, async_playwright

from bench.frames import STEP_PX, scrolled, three
from models import settings
from models.database import open_engine
from models.entry import Author, AuthorKind, Message
from stream.change import Change
from stream.history import History
from stream.log import Log
from stream.store import Store
from tests.client import Customer
from tests.fixtures_browser import CHROMIUM, FLAGS
from tests.fixtures_product import ADMIN, ROOT, Product

PARTS = ("load", "widget", "desk", "answer")
LOADS = 7
AT_ONCE = 50
ANSWERS = 100
# Of all chats together: each is answered every five seconds, which is more than people type. One in ten is looked at.
ANSWERS_PER_SECOND = 20
WATCHED = 10
# One person may have five sockets.
AGENTS = 5
# Who says nothing for longer is taken for gone, and their conversations go back to the queue.
PING_SECONDS = 10
WARM_SWITCHES = 100
CHATTING_PER_SECOND = 20
CHATTING_SECONDS = 5

# Where things are on the pages: another desk needs other names here, and nothing else.
WIDGET_SCROLL = "document.querySelector('bellhop-chat').shadowRoot.querySelector('.scroll')"
DESK = "/desk"
DESK_EMAIL, DESK_PASSWORD, DESK_LOGIN = "email", "password", "login"
DESK_ROW = "mine-row"
DESK_LIST = "document.querySelector('[data-testid=mine-row]')"

# Presses the launcher as soon as it is there; `ready` is when one can type, by the page's own clock from the start of the navigation.
NEWCOMER = """
const looking = setInterval(() => {
  const root = document.querySelector("bellhop-chat")?.shadowRoot;
  root?.querySelector(".launcher")?.click();
  if (!root?.querySelector("textarea")) return;
  clearInterval(looking);
  window.ready = performance.now();
}, 2);
"""

# When a text is on the screen, by the clock of this machine: after the frame that shows it.
SEEN = """() => {
  window.seen = {};
  const root = document.querySelector("bellhop-chat").shadowRoot;
  new MutationObserver(() => {
    for (const each of [...root.querySelectorAll(".message .text")].slice(-20)) {
      const text = each.textContent;
      if (text in seen || !text.startsWith("answer ")) continue;
      seen[text] = 0;
      requestAnimationFrame(() => setTimeout(() => { seen[text] = performance.timeOrigin + performance.now(); }));
    }
  }).observe(root, {childList: true, subtree: true});
}"""


class Bench:
    def __init__(self, product: Product, log: Log, browser: Browser, asked: argparse.Namespace) -> None:
        self.product = product
        self.log = log
        self.browser = browser
        self.asked = asked

    async def load(self) -> None:
        times = []
        for _ in range(LOADS):
            context = await self.browser.new_context(locale="en-US")
            await context.add_init_script(NEWCOMER)
            page = await context.new_page()
            await page.goto(self.product.base)
            await page.get_by_test_id("say").wait_for()
            times.append(float(await page.evaluate("window.ready")))
            await context.close()
        print(f"demo page, cold load until one can type: {three(times)} (p50 / p95 / slowest of {LOADS})")

    async def widget(self) -> None:
        for count in (300, self.asked.messages):
            page, conversation = await self._visitor()
            for start in range(0, count, AT_ONCE):
                texts = [f"answer {each} " + "and more words " * (each % 7) for each in range(start, start + AT_ONCE)]
                bot = Author(AuthorKind.BOT)
                await self.log.commit(Change(conversation, tuple(Message(bot, text) for text in texts)))
            began = time.perf_counter()
            await page.reload()
            await page.get_by_text(f"answer {count - 1} ", exact=False).wait_for(timeout=60_000)
            whole = time.perf_counter() - began
            print(f"widget, {count:,} messages: shown after {whole:.2f} s; {await scrolled(page, WIDGET_SCROLL)}")
            await page.context.close()

    async def desk(self) -> None:
        async with AsyncExitStack() as stack:
            agent = await stack.enter_async_context(await self._agent())
            names = [await self._begun(each) for each in range(self.asked.conversations)]
            for name in names:
                await _taken(agent, name)
        page = await (
            await self.browser.new_context(locale="en-US", viewport={"width": 1280, "height": 800})
        ).new_page()
        await page.goto(f"{self.product.base}{DESK}")
        await page.get_by_test_id(DESK_EMAIL).fill(ADMIN)
        await page.get_by_test_id(DESK_PASSWORD).fill(self.product.password)
        await page.get_by_test_id(DESK_LOGIN).click()
        await page.get_by_test_id(DESK_ROW).first.wait_for(timeout=30_000)
        rows = await page.get_by_test_id(DESK_ROW).count()
        what = f"desk, {rows} rows of {self.asked.conversations} in the page"
        for moved, step in (("just logged in, scrolled", STEP_PX), ("still", 0), ("scrolled", STEP_PX)):
            print(f"{what}, {moved}: {await scrolled(page, DESK_LIST, step, self.asked.why)}")
        async with asyncio.TaskGroup() as group:
            group.create_task(self._chatting(names))
            print(
                f"{what}, scrolled, {CHATTING_PER_SECOND} messages/s come in: {await scrolled(page, DESK_LIST, STEP_PX, self.asked.why)}"
            )
        heap = await self._switched(page, WARM_SWITCHES)
        after = await self._switched(page, self.asked.switches)
        print(
            f"desk, heap before and after {self.asked.switches:,} switches: {heap:.1f} and {after:.1f} MB ({after / heap - 1:+.0%})"
        )
        await page.context.close()

    async def _chatting(self, names: list[str]) -> None:
        """Customers write, each in turn, while the frames are counted."""
        for count in range(CHATTING_PER_SECOND * CHATTING_SECONDS):
            said = Message(Author(AuthorKind.CUSTOMER, "u"), f"and {count} more words")
            await self.log.commit(Change(names[count % len(names)], (said,)))
            await asyncio.sleep(1 / CHATTING_PER_SECOND)

    async def _switched(self, page: Page, times: int) -> float:
        """MB of the heap after so many, and after what is garbage was collected."""
        await page.evaluate(
            """async ([testid, times]) => {
              for (let count = 0; count < times; count++) {
                const rows = document.querySelectorAll(`[data-testid=${testid}]`);
                rows[(count * 7) % rows.length].click();
                await new Promise(done => setTimeout(done, 30));
              }
            }""",
            [DESK_ROW, times],
        )
        session = await page.context.new_cdp_session(page)
        await session.send("HeapProfiler.collectGarbage")
        usage = await session.send("Runtime.getHeapUsage")
        return float(usage["usedSize"]) / 1e6

    async def answer(self) -> None:
        async with AsyncExitStack() as stack:
            agents = [await stack.enter_async_context(await self._agent()) for _ in range(AGENTS)]
            page, seen = await self._visitor()
            others = [await Customer.visitor(self.product.base) for _ in range(self.asked.chats - 1)]
            for each in others:
                await stack.enter_async_context(each)
            names = [seen, *(each.conversation or "" for each in others)]
            for number, name in enumerate(names):
                await self.log.commit(Change(name, (Message(Author(AuthorKind.CUSTOMER, "u"), "hello"),)))
                await _taken(agents[number % AGENTS], name)
            await page.evaluate(SEEN)
            sent: dict[str, float] = {}
            started = time.perf_counter()
            for count in range(ANSWERS * WATCHED):
                await asyncio.sleep(max(0.0, started + count / ANSWERS_PER_SECOND - time.perf_counter()))
                if count % (ANSWERS_PER_SECOND * PING_SECONDS) == 0:
                    for agent in agents:
                        await agent.send({"type": "ping"})
                number = 0 if count % WATCHED == 0 else 1 + count % (len(names) - 1)
                text = f"answer {count}"
                if number == 0:
                    sent[text] = time.time() * 1000
                frame = {"type": "say", "id": os.urandom(8).hex(), "text": text, "conversation": names[number]}
                await agents[number % AGENTS].send(frame)
            await asyncio.sleep(2)
            shown = await page.evaluate("window.seen")
            took = [shown[text] - at for text, at in sent.items() if shown.get(text)]
            print(
                f"answer of an agent until the customer's screen, {self.asked.chats} chats, {ANSWERS_PER_SECOND} answers/s: "
                f"{three(took)} ({len(took)} of {len(sent)} seen)"
            )
            missing = [text for text in sent if not shown.get(text)]
            if missing:
                print(
                    f"not seen: {', '.join(missing)}; refused: {[each for agent in agents for each in agent.errors][:3]}"
                )
            await page.context.close()

    async def _visitor(self) -> tuple[Page, str]:
        page = await (await self.browser.new_context(locale="en-US")).new_page()
        await page.goto(self.product.base)
        await page.get_by_test_id("launcher").click()
        await page.wait_for_function("() => localStorage.getItem('bellhop.visitor')")
        return page, str(await page.evaluate("JSON.parse(localStorage.getItem('bellhop.visitor')).conversation"))

    async def _begun(self, number: int) -> str:
        customer = await Customer.visitor(self.product.base)
        name = customer.conversation or ""
        said = [
            Message(Author(AuthorKind.CUSTOMER, "u"), f"question {each} of customer {number}") for each in range(20)
        ]
        await self.log.commit(Change(name, tuple(said)))
        return name

    async def _agent(self) -> Customer:
        async with httpx.AsyncClient(base_url=self.product.base) as http:
            answer = await http.post("/api/login", json={"email": ADMIN, "password": self.product.password})
        return Customer(self.product.base, str(answer.raise_for_status().json()["token"]), None)


async def _taken(agent: Customer, name: str) -> None:
    def held() -> bool:
        holders = [each for each in agent.frames[-40:] if each["type"] == "holder"]
        return any((each["conversation"], each["holder"]) == (name, "agent") for each in holders)

    await agent.send({"type": "take", "conversation": name})
    await agent.until(held, "taken")


async def main(asked: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as folder:
        # The limits for one person are not what is measured here.
        free = {f"BELLHOP_{each}": "100000" for each in ("MESSAGES_PER_SECOND", "MESSAGES_BURST", "CAPACITY")}
        product = Product(Path(folder), BELLHOP_RECENT_ENTRIES=str(asked.messages + 100), **free)
        train = [sys.executable, "-m", "bellhop", "train"]
        subprocess.run(train, cwd=ROOT, env=product.environment, check=True, stdout=subprocess.DEVNULL)
        product.start()
        here = settings.load(product.environment)
        engine = open_engine(here.sql_url)
        try:
            async with (
                Store.open(here.store_url).opened() as store,
                Log(store, here, History(engine)) as log,
                async_playwright() as playwright,
            ):
                browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
                bench = Bench(product, log, browser, asked)
                for part in asked.only:
                    await getattr(bench, part)()
                await browser.close()
        finally:
            engine.dispose()
            product.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--messages", type=int, default=5_000)
    parser.add_argument("--conversations", type=int, default=200)
    parser.add_argument("--switches", type=int, default=1_000)
    parser.add_argument("--chats", type=int, default=100)
    parser.add_argument("--why", action="store_true", help="what the time of the desk's frames went into")
    asyncio.run(main(parser.parse_args()))
