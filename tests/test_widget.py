"""The widget in Chromium, against a real API: nothing typed is lost or doubled, whatever happens to network, tabs and storage."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from models.entry import Author, AuthorKind, Message
from tests.desk_side import DeskSide
from tests.fixtures_api import Api
from tests.fixtures_browser import LATE_OBSERVERS
from tests.test_identity import SECRET, signed
from tests.test_pictures import PDF, picture
from tests.widget_side import Visitor, asked_for_person, bubbles, commit, say

AXE = Path(__file__).parent.parent / "web" / "node_modules" / "axe-core" / "axe.min.js"
INTERACTIVE_MS = 1000
SERIOUS = {"serious", "critical"}

pytestmark = pytest.mark.browser


@pytest.fixture
def visitor(browser: Browser, api: Api) -> Iterator[Visitor]:
    one = Visitor(browser, api.base)
    yield one
    assert one.complaints == []


def test_what_is_typed_without_a_network_is_sent_once_it_is_back(visitor: Visitor) -> None:
    page = visitor.page
    say(page, "before")
    expect(page.locator('.message[data-state="sent"]')).to_have_count(1)
    visitor.context.set_offline(True)
    page.evaluate("dispatchEvent(new Event('offline'))")
    say(page, "between one")
    say(page, "between two")
    expect(bubbles(page)).to_have_text(["before", "between one", "between two"])
    visitor.context.set_offline(False)
    expect(page.locator('.message[data-state="sent"]')).to_have_count(3)
    expect(bubbles(page)).to_have_text(["before", "between one", "between two"])
    expect(page.get_by_test_id("connection")).to_be_hidden()


def test_a_reload_loses_nothing_also_of_what_was_never_sent(visitor: Visitor) -> None:
    page = visitor.page
    visitor.conversation()
    say(page, "first")
    expect(page.locator('.message[data-state="sent"]')).to_have_count(1)
    page.route_web_socket("**/chat", lambda socket: socket.close(code=1012))
    page.reload()
    say(page, "second")
    expect(bubbles(page).last).to_have_text("second")
    expect(page.get_by_test_id("connection")).to_be_visible()
    page.get_by_test_id("say").fill("half a thou")
    page.close()
    back = visitor.tab(opened=False)
    back.get_by_test_id("launcher").click()
    expect(bubbles(back)).to_have_text(["first", "second"])
    expect(back.locator('.message[data-state="sent"]')).to_have_count(2)
    expect(back.get_by_test_id("say")).to_have_value("half a thou")


def test_two_tabs_show_the_same_and_start_anew_together(visitor: Visitor, api: Api) -> None:
    one, two = visitor.page, visitor.tab()
    say(one, "from one")
    say(two, "from two")
    for page in (one, two):
        expect(page.locator('.message[data-state="sent"]')).to_have_count(2)
    assert bubbles(one).all_inner_texts() == bubbles(two).all_inner_texts()
    with DeskSide(api) as desk:
        desk.take(visitor.conversation())
        desk.close(visitor.conversation())
    one.get_by_test_id("new-conversation").click()
    for page in (one, two):
        expect(page.locator(".greeting")).to_be_visible()
    say(two, "again")
    expect(bubbles(one)).to_have_text(["again"])


def test_a_closed_panel_counts_what_comes_and_the_title_says_so(visitor: Visitor, api: Api) -> None:
    page = visitor.page
    say(page, "hello")
    expect(page.locator('.message[data-state="sent"]')).to_have_count(1)
    title = page.title()
    with DeskSide(api) as desk:
        desk.take(visitor.conversation())
        expect(page.get_by_test_id("holder")).to_contain_text("Wen")
        desk.typing(visitor.conversation())
        expect(page.locator(".typing")).to_be_visible()
        page.get_by_test_id("close").click()
        expect(page.get_by_test_id("launcher")).to_be_focused()
        desk.say(visitor.conversation(), "Good morning")
        desk.say(visitor.conversation(), "How can I help?")
        expect(page.get_by_test_id("unread")).to_have_text("2")
        assert page.title() == f"(2) {title}"
        expect(page.get_by_role("status").last).to_have_text("Wen: How can I help?")
        page.reload()
        expect(page.get_by_test_id("unread")).to_have_text("2")
        page.get_by_test_id("launcher").click()
        expect(page.get_by_test_id("say")).to_be_focused()
        page.wait_for_function("title => document.title === title", arg=title)
        desk.read(visitor.conversation(), 1)
        expect(page.locator('.message[data-state="seen"]')).to_have_count(1)
    page.get_by_test_id("say").press("Escape")
    expect(page.get_by_test_id("unread")).to_be_hidden()


def test_enter_of_an_input_method_sends_nothing(visitor: Visitor) -> None:
    page = visitor.page
    typing = page.context.new_cdp_session(page)
    page.get_by_test_id("say").focus()
    typing.send("Input.imeSetComposition", {"text": "ni hao", "selectionStart": 6, "selectionEnd": 6})
    page.evaluate(
        "document.querySelector('bellhop-chat').shadowRoot.querySelector('textarea')"
        ".dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', keyCode: 229, isComposing: true, bubbles: true, cancelable: true}))"
    )
    expect(bubbles(page)).to_have_count(0)
    typing.send("Input.insertText", {"text": "你好"})
    page.wait_for_timeout(100)
    page.get_by_test_id("say").press("Shift+Enter")
    expect(page.get_by_test_id("say")).to_have_value("你好\n")
    page.get_by_test_id("say").press("Enter")
    expect(bubbles(page)).to_have_text(["你好"])


def test_denied_storage_costs_only_what_it_must(browser: Browser, api: Api) -> None:
    denied = (
        "for (const name of ['localStorage', 'sessionStorage', 'indexedDB'])"
        " Object.defineProperty(window, name, {get() { throw new DOMException('denied', 'SecurityError') }})"
    )
    one = Visitor(browser, api.base, scripts=(denied,))
    page = one.page
    say(page, "nothing is kept here")
    expect(page.locator('.message[data-state="sent"]')).to_have_count(1)
    assert one.complaints == []


@pytest.mark.parametrize(("scheme", "locale"), [("light", "zh-CN"), ("dark", "en-US")])
@pytest.mark.parametrize("size", [{"width": 1280, "height": 800}, {"width": 390, "height": 844}])
def test_axe_finds_no_serious_problem(
    browser: Browser, api: Api, scheme: str, locale: str, size: dict[str, int]
) -> None:
    one = Visitor(browser, api.base, locale, color_scheme=scheme, viewport=size)
    page = one.page
    say(page, "hello https://shop.example/a and so on")
    expect(page.locator('.message[data-state="sent"]')).to_have_count(1)
    with DeskSide(api) as desk:
        desk.take(one.conversation())
        desk.say(one.conversation(), "Good morning")
        expect(bubbles(page)).to_have_count(2)
        page.evaluate(AXE.read_text())
        for act in (
            lambda: None,
            lambda: page.get_by_test_id("emoji").click(),
            lambda: page.get_by_test_id("menu").click(),
        ):
            act()
            assert problems(page) == []
        desk.close(one.conversation())
    expect(page.get_by_test_id("new-conversation")).to_be_visible()
    assert problems(page) == []
    page.get_by_test_id("close").click()
    assert problems(page) == []
    assert one.complaints == []


def problems(page: Page) -> list[str]:
    page.wait_for_timeout(250)
    found = page.evaluate("axe.run()")["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found if each["impact"] in SERIOUS]


# Presses the launcher as soon as it is there, and notes when one can type, by the page's own clock: from the start of the navigation.
NEWCOMER = """
const looking = setInterval(() => {
  const root = document.querySelector("bellhop-chat")?.shadowRoot;
  root?.querySelector(".launcher")?.click();
  if (!root?.querySelector("textarea")) return;
  clearInterval(looking);
  window.ready = performance.now();
}, 5);
"""


def test_a_newcomer_can_type_within_a_second(browser: Browser, api: Api) -> None:
    times = []
    for _ in range(5):
        context = browser.new_context(locale="en-US")
        context.add_init_script(NEWCOMER)
        page = context.new_page()
        page.goto(api.base)
        page.get_by_test_id("say").wait_for()
        times.append(float(page.evaluate("window.ready")))
        context.close()
    print(f"interactive after {min(times):.0f} to {max(times):.0f} ms")
    # What else the machine does makes some of them slow, never one of them fast.
    assert min(times) < INTERACTIVE_MS


SHORT, LONG = 300, 5000
# A glance at either side of what is seen; all of a long conversation in the page would make each new message slow.
MOST_IN_THE_PAGE = 300


def test_five_thousand_messages_are_not_all_in_the_page_and_scroll_as_three_hundred(
    browser: Browser, make_api: Callable[..., Api]
) -> None:
    api = make_api(recent_entries=LONG + 100)
    one = Visitor(browser, api.base)
    page, conversation = one.page, one.conversation()
    medians = []
    for begin, end in ((0, SHORT), (SHORT, LONG)):
        page.goto("about:blank")
        texts = (f"answer {each} " + "and more words " * (each % 7) for each in range(begin, end))
        commit(api, conversation, *(Message(Author(AuthorKind.BOT), text) for text in texts))
        page.goto(api.base)
        expect(bubbles(page).get_by_text(f"answer {end - 1} ", exact=False)).to_be_visible()
        frames = sorted(page.evaluate(SCROLLING))
        medians.append(frames[len(frames) // 2])
        print(f"{end} messages: median {medians[-1]:.1f} ms, p95 {frames[len(frames) * 95 // 100]:.1f} ms a frame")
        assert page.locator(".message").count() < MOST_IN_THE_PAGE
    # Compared with itself: how fast the machine is, and what else it does, is not ours to promise.
    assert medians[1] < 1.5 * medians[0] + 16.7
    assert page.evaluate(BACK_TO_THE_BEGINNING) > 2, "older ones come when somebody goes back"
    expect(bubbles(page).get_by_text("answer 0 ", exact=False)).to_be_visible()
    assert page.locator(".message").count() < MOST_IN_THE_PAGE
    say(page, "and now?")
    expect(page.locator('.message[data-state="sent"]')).to_have_count(1)
    assert one.complaints == []


def test_a_page_that_is_told_late_of_what_is_seen_draws_it(browser: Browser, api: Api) -> None:
    one = Visitor(browser, api.base, scripts=(LATE_OBSERVERS,))
    texts = [f"answer {each}" for each in range(SHORT)]
    commit(api, one.conversation(), *(Message(Author(AuthorKind.BOT), text) for text in texts))
    expect(bubbles(one.page).last).to_have_text(texts[-1])
    one.page.evaluate(BACK_TO_THE_BEGINNING)
    expect(bubbles(one.page).get_by_text(texts[0], exact=True)).to_be_visible()


# How often it was gone to what was the beginning by then, until none came before it.
BACK_TO_THE_BEGINNING = """async () => {
  const root = document.querySelector("bellhop-chat").shadowRoot;
  const box = root.querySelector(".scroll");
  let times = 0;
  for (let still = 0; still < 20; still++) {
    if (box.scrollTop > 0) [still, times] = [0, times + 1];
    box.scrollTop = 0;
    await new Promise(done => setTimeout(done, 50));
    if (root.querySelector(".older")) still = 0;
  }
  return times;
}"""


# From the end towards the beginning as with a fast wheel; how long each frame took.
SCROLLING = """async () => {
  const box = document.querySelector("bellhop-chat").shadowRoot.querySelector(".scroll");
  const frames = [];
  let before = performance.now();
  for (let step = 0; step < 120; step++) {
    box.scrollTop -= 120;
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    frames.push(now - before);
    before = now;
  }
  return frames;
}"""


def test_pictures_are_dropped_pasted_and_chosen_and_seen_by_both_sides(
    visitor: Visitor, api: Api, tmp_path: Path
) -> None:
    page = visitor.page
    visitor.conversation()
    named = [tmp_path / name for name in ("cat <b>.png", "page.svg")]
    named[0].write_bytes(picture("PNG", (400, 300)))
    named[1].write_text("<svg xmlns='http://www.w3.org/2000/svg' onload='pwned()'/>")
    page.get_by_test_id("file").set_input_files(named)
    tiles = page.locator(".tile")
    expect(tiles).to_have_count(2)
    expect(tiles.nth(0)).to_have_attribute("data-state", "ready")
    expect(tiles.nth(1).get_by_role("alert")).to_contain_text(
        "Pictures (PNG, JPEG, WebP, GIF) and PDF files can be sent."
    )
    expect(page.get_by_test_id("send")).to_be_disabled()
    tiles.nth(1).get_by_test_id("upload-cancel").click()
    page.get_by_test_id("say").fill("what is this?")
    page.get_by_test_id("say").press("Enter")
    expect(page.locator('.message[data-state="sent"]')).to_have_count(1)
    expect(tiles).to_have_count(0)
    shown = page.get_by_role("img", name="cat <b>.png")
    expect(shown).to_be_visible()
    page.wait_for_function(
        "() => document.querySelector('bellhop-chat').shadowRoot.querySelector('.picture img').naturalWidth === 400"
    )
    with page.expect_download() as saved:
        shown.click()
    assert saved.value.suggested_filename.endswith(".png")
    for how in ("paste", "drop"):
        page.evaluate(HAND_OVER, [how, list(picture("JPEG"))])
        expect(tiles.first).to_have_attribute("data-state", "ready")
        page.get_by_test_id("send").click()
    expect(page.locator(".picture img")).to_have_count(3)
    page.reload()
    expect(page.locator(".picture img")).to_have_count(3)


def test_a_file_without_a_network_waits_for_another_try(visitor: Visitor) -> None:
    page = visitor.page
    visitor.conversation()
    page.route("**/api/files", lambda route: route.abort())
    page.get_by_test_id("file").set_input_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": PDF})
    tile = page.locator(".tile")
    expect(tile.get_by_role("alert")).to_contain_text("It did not arrive.")
    page.unroute("**/api/files")
    tile.get_by_role("button", name="Try again").click()
    expect(tile).to_have_attribute("data-state", "ready")
    page.get_by_test_id("send").click()
    expect(page.locator(".paper")).to_contain_text("a.pdf")


def test_a_file_chosen_before_one_is_known_travels_once_one_is(visitor: Visitor) -> None:
    page = visitor.page
    visitor.conversation()
    held: list[Route] = []
    page.route("**/api/visitors", lambda route: held.append(route))
    page.evaluate("localStorage.removeItem('bellhop.visitor')")
    page.reload()
    page.get_by_test_id("file").set_input_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": PDF})
    tile = page.locator(".tile")
    expect(tile).to_have_attribute("data-state", "sending")
    for each in held:
        each.continue_()
    expect(tile).to_have_attribute("data-state", "ready")


# As a person's hand does: the browser gives files only with its own events.
HAND_OVER = """([how, bytes]) => {
  const given = new DataTransfer();
  given.items.add(new File([new Uint8Array(bytes)], "shot.jpg", {type: "image/jpeg"}));
  const root = document.querySelector("bellhop-chat").shadowRoot;
  const more = {bubbles: true, cancelable: true};
  if (how === "paste") root.querySelector("textarea").dispatchEvent(new ClipboardEvent("paste", {clipboardData: given, ...more}));
  else for (const name of ["dragover", "drop"])
    root.querySelector(".panel").dispatchEvent(new DragEvent(name, {dataTransfer: given, ...more}));
}"""


def test_where_nobody_is_a_message_is_left_and_answered_in_the_same_conversation(visitor: Visitor, api: Api) -> None:
    page = visitor.page
    say(page, "are you there?")
    expect(page.locator('.message[data-state="sent"]')).to_have_count(1)
    asked_for_person(api, visitor.conversation())
    page.reload()
    form = page.get_by_test_id("leave")
    expect(page.get_by_test_id("holder")).to_contain_text("leave a message")
    form.get_by_label("Your message").fill("my order is late")
    page.get_by_test_id("leave-send").click()
    expect(form.get_by_role("alert")).to_have_text("Please give an e-mail address or a phone number.")
    form.get_by_label("E-mail or phone").fill("lei@shop.example")
    form.get_by_label("Name").fill("Li Lei")
    page.reload()
    expect(form.get_by_label("E-mail or phone")).to_have_value("lei@shop.example")
    page.evaluate(AXE.read_text())
    assert problems(page) == []
    page.get_by_test_id("leave-send").click()
    expect(bubbles(page).last).to_have_text("my order is late\n\nLi Lei · l***@shop.example")
    expect(page.get_by_test_id("left")).to_contain_text("l***@shop.example")
    page.reload()
    expect(page.get_by_test_id("left")).to_contain_text("l***@shop.example")
    with DeskSide(api) as desk:
        desk.take(visitor.conversation())
        desk.say(visitor.conversation(), "It left us today")
        expect(bubbles(page).last).to_have_text("It left us today")
    expect(page.get_by_test_id("left")).to_be_hidden()
    expect(form).to_be_hidden()


def test_after_the_end_five_faces_and_a_text_then_a_new_conversation(visitor: Visitor, api: Api) -> None:
    page = visitor.page
    say(page, "hello")
    with DeskSide(api) as desk:
        desk.take(visitor.conversation())
        desk.close(visitor.conversation())
    page.get_by_role("radio", name="Good", exact=True).check()
    page.get_by_test_id("rate-text").fill("quick and kind, call 13912345678")
    page.get_by_test_id("rate-send").click()
    expect(page.get_by_test_id("thanks")).to_be_visible()
    page.reload()
    expect(page.get_by_test_id("thanks")).to_be_visible()
    page.get_by_test_id("new-conversation").click()
    expect(page.locator(".greeting")).to_be_visible()
    say(page, "one more thing")
    expect(page.locator('.message[data-state="sent"]')).to_have_count(1)


def test_a_signed_customer_is_somebody_else_than_the_one_before(
    browser: Browser, make_api: Callable[..., Api], tmp_path: Path
) -> None:
    secret = tmp_path / "identity"
    secret.write_text(SECRET)
    api = make_api(identity_secret_file=secret)
    one = Visitor(browser, api.base)
    page = one.page
    say(page, "anonymous words")
    expect(page.locator('.message[data-state="sent"]')).to_have_count(1)
    before = one.conversation()
    page.evaluate("token => Bellhop.identify({token})", signed())
    expect(bubbles(page)).to_have_count(0)
    say(page, "signed words")
    expect(page.locator('.message[data-state="sent"]')).to_have_count(1)
    mine = one.conversation()
    assert mine != before
    page.reload()
    page.evaluate("token => Bellhop.identify({token})", signed())
    expect(bubbles(page)).to_have_text(["signed words"])
    assert one.conversation() == mine
    page.get_by_test_id("say").fill("half a secret")
    page.evaluate("Bellhop.identify({token: null})")
    expect(bubbles(page)).to_have_count(0)
    expect(page.get_by_test_id("say")).to_have_value("")
    page.evaluate("token => Bellhop.identify({token})", signed("another secret that is also 32 bytes long"))
    say(page, "nobody in particular")
    expect(page.locator('.message[data-state="sent"]')).to_have_count(1)
    assert one.complaints == []


def test_who_follows_before_the_one_before_has_arrived_loses_nothing_and_is_nobody_else(
    browser: Browser, make_api: Callable[..., Api], tmp_path: Path
) -> None:
    """The site's page says twice at once who is there, and the server answers the first time last."""
    secret = tmp_path / "identity"
    secret.write_text(SECRET)
    one = Visitor(browser, make_api(identity_secret_file=secret).base)
    page, held = one.page, list[Route]()
    one.conversation()
    page.route("**/api/visitors", lambda route: held.append(route) if len(held) < 2 else route.continue_())

    def identified(token: str | None, waiting: int) -> None:
        page.evaluate("token => Bellhop.identify({token})", token)
        while len(held) < waiting:
            page.wait_for_timeout(10)

    identified(signed(), 1)
    identified(None, 2)
    say(page, "nobody's words")
    for route in held:
        with page.expect_response("**/api/visitors"):
            route.continue_()
    expect(page.locator('.message[data-state="sent"]')).to_have_count(1)
    expect(bubbles(page)).to_have_text(["nobody's words"])
    mine = one.conversation()
    page.reload()
    expect(bubbles(page)).to_have_text(["nobody's words"])
    assert one.conversation() == mine
    assert "who" not in page.evaluate("JSON.parse(localStorage.getItem('bellhop.visitor'))")


def test_whose_token_is_not_taken_goes_on_where_they_were_on_each_page(
    browser: Browser, make_api: Callable[..., Api], tmp_path: Path
) -> None:
    """A shop that signs with another secret says on each of its pages who is there."""
    secret, wrong = tmp_path / "identity", signed("another secret that is also 32 bytes long")
    secret.write_text(SECRET)
    one = Visitor(browser, make_api(identity_secret_file=secret).base)
    page = one.page

    def identified(token: str | None) -> None:
        page.evaluate("token => Bellhop.identify({token})", token)

    identified(wrong)
    say(page, "can anybody hear me")
    expect(page.locator('.message[data-state="sent"]')).to_have_count(1)
    mine = one.conversation()
    for number in range(2, 8):
        page.reload()
        # At once, while it connects by what was kept; or later, once it has.
        if number % 2:
            expect(bubbles(page)).to_have_count(number - 1)
        identified(wrong)
        say(page, f"and now, on page {number}")
        expect(page.locator('.message[data-state="sent"]')).to_have_count(number)
        assert one.conversation() == mine
    identified(wrong)
    expect(bubbles(page)).to_have_count(7)
    identified(None)
    expect(bubbles(page)).to_have_count(0)
    identified(wrong)
    say(page, "nobody again")
    expect(page.locator('.message[data-state="sent"]')).to_have_count(1)
    assert one.conversation() != mine, "who has signed out is not known any more"
    identified(signed())
    expect(bubbles(page)).to_have_count(0)
    say(page, "that is me")
    expect(page.locator('.message[data-state="sent"]')).to_have_count(1)
    identified(None)
    expect(bubbles(page)).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_looks_as_admins_have_chosen_and_stays_readable(browser: Browser, api: Api, scheme: str) -> None:
    with DeskSide(api, "boss") as boss:
        chosen = {
            "accent": "#5c22d6", "side": "left", "title": {"en": "Cups & Co"},
            "greeting": {"en": "Good day."}, "suggestions": {"en": ["Sizes?"]},
        }  # fmt: skip
        put = httpx.put(
            f"{api.base}/api/settings/widget",
            json={"version": 0, "value": chosen},
            headers={"Authorization": f"Bearer {boss.token}"},
        )
        put.raise_for_status()
    one = Visitor(browser, api.base, color_scheme=scheme)
    page = one.page
    expect(page.locator(".greeting h2")).to_have_text("Good day.")
    expect(page.get_by_test_id("holder")).to_contain_text("Cups & Co")
    expect(page.locator(".chip")).to_have_text(["Sizes?"])
    expect(page.get_by_test_id("panel")).to_have_css("left", "20px")
    page.locator(".chip").click()
    expect(page.locator(".mine .bubble")).to_have_css("background-color", "rgb(92, 34, 214)")
    page.evaluate(AXE.read_text())
    assert problems(page) == []
    page.reload()
    expect(page.locator(".mine .bubble")).to_have_css("background-color", "rgb(92, 34, 214)")
    assert one.complaints == []
