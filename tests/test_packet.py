"""What an agent is told on taking over: in words, of the last real message, masked; also where Redis has forgotten the conversation."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import httpx
import pytest

from api.words import slot_title, summary
from bot.answer import spoken
from bot.dialogue.tracker import Loop, SealedSlot, Tracker
from bot.nlu.reading import FALLBACK_INTENT
from bot.project.domain import HANDOFF_INTENT
from bot.telling import understood
from bot.turn import Heard, Outcome
from models.conversation import Conversation
from models.database import open_engine
from models.entry import Author, AuthorKind, Message
from models.sealed import KeyRing
from models.understood import Guess, Known, Understood, read, written
from stream.change import Change
from stream.history import History
from stream.log import Log
from stream.store import Store
from tests.fixtures_api import PASSWORD, Api
from tests.fixtures_store import archived

TITLES = {"refund": {"en": "I want my money back", "zh": "我要退款"}}


def said(text: str, *ranking: tuple[str, float]) -> dict[str, object]:
    guesses = [{"name": name, "confidence": share} for name, share in ranking]
    return {
        "event": "user",
        "text": text,
        "parse_data": {"text": text, "intent": guesses[0], "intent_ranking": guesses},
    }


def test_the_last_message_that_was_more_than_asking_for_a_person_is_told_in_words() -> None:
    tracker = Tracker(
        events=[
            said("money", ("nlu_fallback", 0.3), ("refund", 0.61), ("greet", 0.2), ("a", 0.1), ("b", 0.09)),
            said("human", ("human_handoff", 1.0)),
        ],
        slots={"phone": "139****5678", "order": "A1001", "items": ["a", "b"], "vip": False, "none": None, "requested_slot": "reason"},
        sealed={"phone": SealedSlot((), "r")},
        loop=Loop("order_form"),
    )  # fmt: skip
    told = understood(tracker, TITLES, 2)
    assert told.text == "money"
    assert [each.intent for each in told.ranking] == ["refund", "greet", "a"]
    assert told.ranking[0].title("zh") == "我要退款"
    assert told.ranking[1].title("zh") == "greet"
    assert told.slots == (Known("phone", "139****5678", True), Known("order", "A1001"), Known("items", '["a", "b"]'))
    assert (told.tries, told.asking) == (2, "reason")
    assert read(written(told)) == told
    assert understood(Tracker(), TITLES, 0) == Understood()


def test_an_answer_to_the_bot_is_not_what_they_want() -> None:
    tracker = Tracker()
    tracker.events = [
        said("money back", ("refund", 0.99)),
        said("it is broken", ("inform", 0.99)),
        said("a person", (HANDOFF_INTENT, 0.99)),
    ]
    assert understood(tracker, TITLES, 0).text == "money back"
    tracker.events = [said("money back", ("refund", 0.99)), said("zxqv", (FALLBACK_INTENT, 0.99))]
    assert understood(tracker, TITLES, 1).text == "zxqv", "what was not understood is told"
    tracker.events = [said("it is broken", ("inform", 0.99))]
    assert understood(tracker, TITLES, 0).text == "it is broken", "nothing else was said"


def test_what_is_written_is_bounded() -> None:
    tracker = Tracker(events=[said("字" * 4000, ("refund", 0.9))], slots={f"s{n}": "字" * 4000 for n in range(100)})
    assert len(written(understood(tracker, TITLES, 0)).encode()) < 8 * 1024


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_line_says_why_what_and_their_words(language: str) -> None:
    state = Conversation("c_1", reason="not_understood")
    told = Understood("where\n is it " + "x" * 200, (Guess("refund", 0.6, TITLES["refund"]),), tries=2)
    line = summary(state, told, "zh" if language == "zh" else "en")
    assert TITLES["refund"][language] in line
    assert "where is it xxx" in line
    assert "2" in line
    assert len(line) < 250
    assert "\n" not in line
    assert summary(Conversation("c_1"), None, "en") == ""


def test_fields_of_another_version_are_no_packet() -> None:
    assert read("") is None
    assert read('{"ranking": 5}') is None


@pytest.fixture
async def log(api: Api) -> AsyncIterator[Log]:
    engine = open_engine(api.settings.sql_url)
    async with (
        Store.open(api.settings.store_url).opened() as store,
        Log(store, api.settings, History(engine)) as opened,
    ):
        yield opened
    engine.dispose()


async def test_agents_get_all_of_it_masked_also_after_redis_has_forgotten(api: Api, log: Log, store: Store) -> None:
    customer = Author(AuthorKind.CUSTOMER, "u_1")
    about = {
        "customer": "u_1",
        "name": "ABCD",
        "language": "en",
        "page": "https://shop.test/cart",
        "page_title": "Cart",
    }
    for name in ("c_0", "c_1"):
        await log.commit(Change(name, (Message(customer, f"hello {name}"),), set=about | {"signed": "1"}))
        await archived(api.settings.store_url, log, 1, name)
    told = Understood(
        "call 139****5678", (Guess("refund", 0.6, TITLES["refund"]),), (Known("phone", "139****5678", True),), 1
    )
    outcome = Outcome((), Tracker().to_bytes(), handoff="asked", language="en", understood=told)
    state = await log.state("c_1")
    assert state is not None
    await log.commit(spoken(state, Heard("c_1", 1, "x", 1.0), outcome, KeyRing.generated(), 1_700_000_000_000))
    async with httpx.AsyncClient(base_url=api.base, timeout=20) as http:
        signed = await http.post("/api/login", json={"email": "wen@shop.test", "password": PASSWORD})
        http.headers["Authorization"] = f"Bearer {signed.json()['token']}"
        got = (await http.get("/api/conversations/c_1/packet", params={"language": "zh"})).raise_for_status().json()
        assert (got["reason"], got["why"]) == ("asked", "客户要求转人工")
        assert got["summary"] == "客户要求转人工；想办：我要退款；机器人 1 次没有解决；原话：“call 139****5678”"
        assert got["understood"]["ranking"] == [{"intent": "refund", "title": "我要退款", "confidence": 0.6}]
        assert got["understood"]["slots"] == [
            {"name": "phone", "title": "电话", "value": "139****5678", "sealed": True}
        ]
        assert got["customer"] == {"id": "u_1", "name": "ABCD", "signed": True}
        assert got["page"] == {"url": "https://shop.test/cart", "title": "Cart"}
        assert [each["id"] for each in got["earlier"]] == ["c_0"]
        assert got["asked"].endswith("Z")
        await archived(api.settings.store_url, log, 2, "c_1")
        await store.commands.delete(*await store.commands.keys("*:c:c_1"))
        assert (await http.get("/api/conversations/c_1/packet", params={"language": "zh"})).json() == got, json.dumps(
            got
        )
        fresh = await http.get("/api/conversations/c_0/packet")
        assert fresh.json()["understood"] is None
        assert (await http.get("/api/conversations/c_9/packet")).status_code == 404


@pytest.mark.parametrize(
    ("name", "zh", "en"),
    [
        ("order_number", "订单号", "Order number"),
        ("phone", "电话", "Phone"),
        ("frobnicated_item", "Frobnicated item", "Frobnicated item"),
    ],
)
def test_slots_are_named_in_words(name: str, zh: str, en: str) -> None:
    assert (slot_title(name, "zh"), slot_title(name, "en")) == (zh, en)
