"""What is said is text in the widget, whoever said it and wherever it is shown; cards and pictures show no more than they should."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from models.entry import Author, AuthorKind, Button, File, HolderChange, Message
from tests.desk_side import DeskSide
from tests.fixtures_api import Api
from tests.test_pictures import PDF, picture
from tests.widget_side import Visitor, bubbles, commit, say, sent

pytestmark = pytest.mark.browser

# What would run, were a text ever taken for anything but text. `pwned` is the marker.
PAYLOADS = [
    "<script>pwned()</script>",
    "<img src=x onerror=pwned()>",
    "<svg onload=pwned()>",
    "<svg><script>pwned()</script></svg>",
    "<iframe src=javascript:pwned()></iframe>",
    "<iframe srcdoc='<script>parent.pwned()</script>'></iframe>",
    "<a href=javascript:pwned()>press</a>",
    "javascript:pwned()",
    "JaVaScRiPt:pwned()//https://x.example/",
    "data:text/html,<script>pwned()</script>",
    "<body onload=pwned()>",
    "<input autofocus onfocus=pwned()>",
    "<details open ontoggle=pwned()>",
    "<video><source onerror=pwned()></video>",
    "<audio src=x onerror=pwned()>",
    "<object data=javascript:pwned()>",
    "<embed src=javascript:pwned()>",
    "<math href=javascript:pwned()>x</math>",
    "<style>@import 'javascript:pwned()'</style>",
    "<link rel=stylesheet href=javascript:pwned()>",
    "<meta http-equiv=refresh content='0;javascript:pwned()'>",
    "<form action=javascript:pwned()><button>go</button></form>",
    "<base href=javascript:pwned()//>",
    '"><script>pwned()</script>',
    "'-pwned()-'",
    "{{constructor.constructor('pwned()')()}}",
    "${pwned()}",
    "<template><script>pwned()</script></template>",
    "</textarea><script>pwned()</script>",
    'https://x.example/"onmouseover="pwned()',
    "<img src=x:x onerror\t=pwned()>",
    "<<script>pwned();//<</script>",
    "&lt;script&gt;pwned()&lt;/script&gt;",
]

BOT = Author(AuthorKind.BOT)


def card(text: str) -> dict[str, Any]:
    return {
        "title": text, "subtitle": text, "image_url": text, "default_action": {"type": "web_url", "url": text},
        "buttons": [{"title": text, "type": "web_url", "url": text}, {"title": text, "payload": text}],
    }  # fmt: skip


def said(text: str) -> tuple[Message, ...]:
    """One text in all places that others can write to."""
    file = File("f_" + "0" * 32, text, "application/pdf", 5)
    return (
        Message(BOT, text, buttons=(Button(text, text),), elements=(card(text),), image=text),
        Message(
            BOT, attachment={"type": "image", "payload": {"src": text}}, custom={"elements": [card(text)], "html": text}
        ),
        Message(Author(AuthorKind.AGENT, "a_x", text), text, files=(file,)),
    )


# From the end to the beginning, as all of it is in the page only where it is near the eye.
ALL_SEEN = """async () => {
  const root = document.querySelector("bellhop-chat").shadowRoot;
  const box = root.querySelector(".scroll");
  const seen = {texts: new Set(), names: new Set(), tags: new Set(), links: new Set()};
  for (let still = true; still; still = box.scrollTop > 0) {
    box.scrollTop -= 600;
    await new Promise(done => setTimeout(done, 80));
    for (const each of root.querySelectorAll(".message .text")) seen.texts.add(each.textContent);
    for (const each of root.querySelectorAll(".message .name, .filename, .card strong, .card p")) seen.names.add(each.textContent);
    for (const each of root.querySelectorAll(".message *")) seen.tags.add(each.localName);
    for (const each of root.querySelectorAll("a")) seen.links.add(each.protocol);
  }
  return Object.fromEntries(Object.entries(seen).map(([name, all]) => [name, [...all]]));
}"""
TAGS = {"div", "span", "a", "button", "time", "svg", "path", "strong", "p", "article", "bdi"}


def test_what_anybody_writes_stays_text(browser: Browser, make_api: Callable[..., Api]) -> None:
    assert len(PAYLOADS) >= 30
    api = make_api(recent_entries=300)
    chosen = {name: {"en": PAYLOADS[0]} for name in ("title", "greeting")} | {"suggestions": {"en": PAYLOADS[:3]}}
    with DeskSide(api, "boss") as boss:
        head = {"Authorization": f"Bearer {boss.token}"}
        body = {"version": 0, "value": chosen}
        httpx.put(f"{api.base}/api/settings/widget", json=body, headers=head).raise_for_status()
    visitor = Visitor(browser, api.base)
    page = visitor.page
    fired = watched(page)
    expect(page.locator(".greeting h2")).to_have_text(PAYLOADS[0])
    expect(page.locator(".chip")).to_have_text(PAYLOADS[:3])
    page.get_by_test_id("file").set_input_files(
        [{"name": f"{each[:60]}.pdf", "mimeType": "application/pdf", "buffer": PDF} for each in PAYLOADS[:3]]
    )
    expect(page.locator('.tile[data-state="ready"]')).to_have_count(3)
    for payload in PAYLOADS[:3]:
        say(page, payload)
    expect(sent(page)).to_have_count(3)
    everything = [body for payload in PAYLOADS for body in said(payload)]
    agent = HolderChange("agent", "take", BOT, agent=Author(AuthorKind.AGENT, "a_x", PAYLOADS[1]))
    commit(api, visitor.conversation(), *everything, agent)
    expect(page.get_by_test_id("holder")).to_contain_text(PAYLOADS[1])
    seen = page.evaluate(ALL_SEEN)
    shown = {payload.strip() for payload in PAYLOADS}
    assert shown <= {each.strip() for each in seen["texts"]}
    assert shown <= {each.strip() for each in seen["names"]}
    assert set(seen["tags"]) <= TAGS
    assert set(seen["links"]) <= {"https:", "http:"}
    page.get_by_test_id("close").click()
    page.reload()
    page.wait_for_timeout(500)
    assert fired == []
    assert visitor.complaints == []


def watched(page: Page) -> list[str]:
    """What a text has run: nothing, it is hoped. `pwned` is theirs, a dialog, or a line in the console."""
    fired: list[str] = []
    page.expose_function("pwned", lambda: fired.append("pwned"))
    page.on("dialog", lambda dialog: (fired.append("dialog"), dialog.dismiss()))
    page.on("console", lambda line: fired.append(line.text) if "pwned" in line.text else None)
    return fired


GOODS = {
    "title": "Lamp", "subtitle": "12 €", "image_url": "{base}/lamp.png",
    "default_action": {"type": "web_url", "url": "https://shop.example/lamp"},
    "buttons": [{"title": "Buy it", "type": "postback", "payload": "I take the lamp"}, {"title": "More", "type": "web_url", "url": "https://shop.example/lamp"}],
}  # fmt: skip


def test_a_card_has_a_picture_of_the_site_itself_and_buttons_that_speak(browser: Browser, api: Api) -> None:
    visitor = Visitor(browser, api.base)
    page = visitor.page
    asked: list[str] = []
    lamp = picture("PNG", (1, 1))

    def delivered(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(body=lamp, content_type="image/png")

    page.route("**/*.png", delivered)
    say(page, "What do you have?")
    expect(sent(page)).to_have_count(1)
    own = {**GOODS, "image_url": f"{api.base}/lamp.png"}
    other = {**GOODS, "title": "Chair", "image_url": "https://elsewhere.example/chair.png"}
    page.evaluate("heard = []; void Bellhop.on('custom', detail => heard.push(detail))")
    template = {"type": "template", "payload": {"template_type": "generic", "elements": [other]}}
    commit(
        api, visitor.conversation(), Message(BOT, "These two:", elements=(own,), attachment=template, custom={"kind": "goods"})
    )  # fmt: skip
    cards = page.locator(".card")
    expect(cards).to_have_count(2)
    expect(cards.nth(0).locator("img")).to_have_attribute("alt", "Lamp")
    expect(cards.nth(0).locator("img")).to_have_js_property("naturalWidth", 1)
    expect(cards.nth(1).get_by_role("link", name="Picture")).to_have_attribute("rel", "noopener noreferrer nofollow")
    expect(cards.nth(1).get_by_role("link", name="Chair")).to_have_attribute("href", "https://shop.example/lamp")
    assert {each for each in asked if "elsewhere" in each} == set()
    assert page.evaluate("heard") == [{"kind": "goods"}]
    cards.nth(1).get_by_role("button", name="Buy it").click()
    expect(bubbles(page).last).to_have_text("I take the lamp")
    expect(sent(page)).to_have_count(2)
    assert visitor.complaints == []


def test_emoji_are_chosen_by_keyboard_and_stand_where_the_caret_was(browser: Browser, api: Api) -> None:
    visitor = Visitor(browser, api.base)
    page = visitor.page
    field = page.get_by_test_id("say")
    field.fill("ab")
    field.press("ArrowLeft")
    page.get_by_test_id("emoji").press("Enter")
    choice = page.get_by_role("dialog", name="Choose an emoji")
    expect(choice.get_by_role("group")).to_have_count(3)
    expect(choice.get_by_role("button").first).to_be_focused()
    for key in ("ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    wanted = choice.get_by_role("button").nth(9)
    expect(wanted).to_be_focused()
    emoji = wanted.inner_text()
    page.keyboard.press("Enter")
    expect(choice).to_be_hidden()
    expect(field).to_have_value(f"a{emoji}b")
    expect(field).to_be_focused()
    page.keyboard.type("!")
    expect(field).to_have_value(f"a{emoji}!b")
    page.get_by_test_id("emoji").click()
    page.keyboard.press("Escape")
    expect(choice).to_be_hidden()
    expect(page.get_by_test_id("panel")).to_be_visible()
    expect(page.get_by_test_id("emoji")).to_be_focused()
    assert visitor.complaints == []
