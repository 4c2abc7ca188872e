"""The widget in pages of others: under a policy of their own, written from right to left, and drawn by their own React."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from models.entry import Author, AuthorKind, Message
from tests.fixtures_api import Api
from tests.ports import free_port
from tests.test_web import NODE, WEB
from tests.widget_side import bubbles, commit, say, sent

pytestmark = pytest.mark.browser


@contextmanager
def shop(page: str, policy: str, port: int, script: bytes = b"") -> Iterator[None]:
    """Another site: one page with a policy of its own, and its own script at /page.js."""

    class Shop(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = {"/page.js": ("text/javascript", script)}.get(
                self.path, ("text/html; charset=utf-8", page.encode())
            )
            self.send_response(200)
            self.send_header("Content-Type", found[0])
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(found[1])

        def log_message(self, *_: object) -> None:
            return

    with HTTPServer(("127.0.0.1", port), Shop) as server:
        running = threading.Thread(target=server.serve_forever)
        running.start()
        yield
        server.shutdown()
        running.join()


def test_another_site_may_embed_it_under_a_policy_of_its_own(browser: Browser, make_api: Callable[..., Api]) -> None:
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    api = make_api(allowed_origins=origin)
    policy = f"default-src 'none'; script-src {api.base}; connect-src {api.base} {api.base.replace('http', 'ws')}"
    page = (
        "<!doctype html><html lang=en><meta charset=utf-8><title>Shop</title><link rel=icon href=data:,>"
        f'<h1>Shop</h1><script src="{api.base}/widget.js" data-side="left" data-theme="dark" data-title="Cups &amp; Co" '
        'data-suggestions="Sizes?|Colours?"></script>'
    )
    with shop(page, policy, port):
        embedded(browser.new_context(locale="zh-CN").new_page(), origin)


def embedded(page: Page, origin: str) -> None:
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto(origin)
    page.evaluate(
        "heard = []; for (const name of ['open', 'holder', 'message']) Bellhop.on(name, detail => heard.push([name, detail]))"
    )
    page.evaluate("Bellhop.open()")
    expect(page.get_by_test_id("holder")).to_contain_text("Cups & Co")
    expect(page.locator(".chip")).to_have_text(["Sizes?", "Colours?"])
    assert page.locator(".panel").bounding_box()["x"] < 100  # type: ignore[index]
    assert page.locator(".panel").evaluate("each => getComputedStyle(each).backgroundColor") == "rgb(23, 28, 32)"
    page.locator(".chip").first.click()
    expect(page.locator('.message[data-state="sent"]')).to_have_count(1)
    assert page.evaluate("heard.map(([name]) => name)") == ["open"]
    page.evaluate("Bellhop.language('zh')")
    expect(page.get_by_test_id("say")).to_have_attribute("placeholder", "请输入您的问题")
    page.evaluate("Bellhop.close()")
    expect(page.get_by_test_id("launcher")).to_be_visible()
    # The icon is an image, and the shop lets none through. Of ours there is nothing to tell.
    assert [each for each in complaints if "data:," not in each] == []


ARABIC = "أين طلبي رقم A1001؟"


def test_a_page_from_right_to_left_has_the_panel_mirrored_and_each_message_its_own_direction(
    browser: Browser, make_api: Callable[..., Api]
) -> None:
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    api = make_api(allowed_origins=origin)
    html = (
        "<!doctype html><html lang=ar dir=rtl><meta charset=utf-8><title>متجر</title><link rel=icon href=data:,><h1>متجر</h1>"
        f'<script src="{api.base}/widget.js" data-language="en"></script>'
    )
    with shop(html, f"script-src {api.base}", port):
        page = browser.new_context(viewport={"width": 1000, "height": 760}).new_page()
        page.goto(origin)
        page.get_by_test_id("launcher").click()
        say(page, ARABIC)
        say(page, "Where is my order?")
        expect(sent(page)).to_have_count(2)
        where = page.evaluate("JSON.parse(localStorage.getItem('bellhop.visitor')).conversation")
        commit(
            api,
            where,
            Message(Author(AuthorKind.AGENT, "a", "ليلى"), ARABIC),
            Message(Author(AuthorKind.BOT), "On its way."),
        )
        expect(bubbles(page)).to_have_count(4)
        assert [each.evaluate("each => getComputedStyle(each).direction") for each in bubbles(page).all()] == [
            "rtl", "ltr", "rtl", "ltr",
        ]  # fmt: skip
        boxes = {
            name: page.locator(name).first.bounding_box()
            for name in (".panel", ".mine .bubble", ".theirs .bubble", ".send")
        }
        panel, mine, theirs, send = (boxes[name] or {} for name in boxes)
        assert panel["x"] < 100
        assert mine["x"] - panel["x"] < 40, "what I say is at the left"
        assert panel["x"] + panel["width"] - theirs["x"] - theirs["width"] < 40
        assert send["x"] - panel["x"] < 40


@pytest.mark.parametrize("mode", ["development", "production"])
def test_a_react_page_draws_it_with_its_own_react(
    browser: Browser, make_api: Callable[..., Api], tmp_path: Path, mode: str
) -> None:
    """Development is strict: it mounts twice, and complains of what React does not like."""
    built = subprocess.run(
        [NODE, "test/react/build.mjs", str(tmp_path), mode], cwd=WEB, capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    api = make_api(allowed_origins=origin)
    html = (
        "<!doctype html><html lang=en><meta charset=utf-8><title>Shop</title><link rel=icon href=data:,><div id=shop></div>"
        f'<script type=module src="/page.js" data-server="{api.base}"></script>'
    )
    complaints: list[str] = []
    with shop(
        html,
        f"script-src 'self'; connect-src {api.base} {api.base.replace('http', 'ws')}",
        port,
        (tmp_path / "page.js").read_bytes(),
    ):
        page = browser.new_context().new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(origin)
        expect(page.locator("bellhop-chat")).to_have_count(1)
        expect(page.locator(".chip")).to_have_text(["Sizes?"])
        page.locator(".chip").click()
        expect(sent(page)).to_have_count(1)
        page.get_by_test_id("say").press_sequentially("and colours?")
        page.get_by_test_id("emoji").click()
        page.get_by_role("dialog", name="Choose an emoji").get_by_role("button").first.click()
        page.get_by_test_id("say").press("Enter")
        expect(bubbles(page).last).to_contain_text("and colours?")
        # Before it has arrived, what another says would stand before it, and be read.
        expect(sent(page)).to_have_count(2)
        page.get_by_test_id("close").click()
        where = page.evaluate("JSON.parse(localStorage.getItem('bellhop.visitor')).conversation")
        commit(api, where, Message(Author(AuthorKind.BOT), "All of them"))
        # A push that was lost is noticed with the next heartbeat, after half a minute.
        expect(page.get_by_test_id("shop-unread")).to_have_text("1")
        expect(page.get_by_test_id("unread")).to_have_text("1")
        page.get_by_test_id("shop-away").click()
        expect(page.locator("bellhop-chat")).to_have_count(0)
    assert complaints == []
