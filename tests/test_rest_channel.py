"""Rasa's REST channel: its exact answers, through the real log. Here the test is the bot."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from api import rest_channel
from api.rest_channel import keyed
from handoff import desk
from models.conversation import Conversation
from models.database import open_engine
from models.entry import Author, AuthorKind, Button, Entry, Message
from models.sensitive import open_text
from stream.change import Change
from stream.history import History
from stream.log import Log
from stream.store import Store
from tests.fixtures_api import Api

BOT = Author(AuthorKind.BOT)
Turn = Callable[[Conversation], Sequence[Change]]


@pytest.fixture
async def log(api: Api) -> AsyncIterator[Log]:
    engine = open_engine(api.settings.sql_url)
    async with (
        Store.open(api.settings.store_url).opened() as store,
        Log(store, api.settings, History(engine)) as opened,
    ):
        yield opened
    engine.dispose()


def name_of(api: Api, sender: str, generation: int = 0) -> str:
    return f"c_{keyed(api.ring, f'conversation {generation}', sender)}"


@asynccontextmanager
async def answering(log: Log, conversation: str, turn: Turn) -> AsyncIterator[None]:
    """One turn of a bot, as soon as something was said."""

    async def answer() -> None:
        while (state := await log.state(conversation)) is None or state.seq <= state.answered:
            await asyncio.sleep(0.005)
        for change in turn(state):
            await log.commit(change)

    async with asyncio.TaskGroup() as group:
        group.create_task(answer())
        yield


def says(*messages: Message) -> Turn:
    """All in one commit, as a turn is."""
    if not messages:
        return lambda state: [Change(state.id, (), set={"answered": str(state.seq)})]
    return lambda state: [Change(state.id, messages, mark=("answered",))]


async def ask(api: Api, body: dict[str, Any], **more: Any) -> httpx.Response:
    async with httpx.AsyncClient(base_url=api.base, timeout=30) as http:
        return await http.post("/webhooks/rest/webhook", json=body, **more)


BUTTONS = (Button("Order", "/query_order"),)
SHOWN = [{"title": "Order", "payload": "/query_order"}]
ELEMENT = {"title": "Cup", "subtitle": "blue", "buttons": [{"title": "Buy", "payload": "/buy"}]}
SAID: list[tuple[list[Message], list[dict[str, Any]]]] = [
    ([Message(BOT, "Hello!")], [{"text": "Hello!"}]),
    ([Message(BOT, "one\n\ntwo\nlines\n\n\n\nthree")], [{"text": "one"}, {"text": "two\nlines"}, {"text": "three"}]),
    ([Message(BOT, "Pick\n\none", buttons=BUTTONS)], [{"text": "Pick\n\none", "buttons": SHOWN}]),
    (
        [Message(BOT, "Pick", buttons=(Button("x", "/x"),), quick_replies=BUTTONS)],
        [{"text": "Pick", "buttons": SHOWN}],
    ),
    ([Message(BOT, image="https://img.test/a.png")], [{"image": "https://img.test/a.png"}]),
    ([Message(BOT, custom={"title": "Support"})], [{"custom": {"title": "Support"}}]),
    (
        [Message(BOT, attachment={"type": "file", "payload": {}})],
        [{"attachment": {"type": "file", "payload": {}}}],
    ),
    (
        [Message(BOT, elements=(ELEMENT, {"title": "Mug"}))],
        [{"text": "Cup : blue", "buttons": ELEMENT["buttons"]}, {"text": "Mug : "}],
    ),
    (
        [Message(BOT, "all", elements=({"title": "t", "subtitle": "s"},), attachment="a", image="i", custom={"k": 1})],
        [{"text": "all"}, {"custom": {"k": 1}}, {"image": "i"}, {"attachment": "a"}, {"text": "t : s"}],
    ),
    ([Message(BOT, "first"), Message(BOT, "second")], [{"text": "first"}, {"text": "second"}]),
    ([], []),
]


@pytest.mark.parametrize(("messages", "expected"), SAID)
def test_each_part_of_a_message_is_an_object_of_its_own(
    messages: list[Message], expected: list[dict[str, Any]]
) -> None:
    entries = [Entry("c_1", seq, 0, message) for seq, message in enumerate(messages, 1)]
    assert [part for entry in entries for part in rest_channel.parts(entry)] == expected


async def test_the_answer_is_what_the_bot_says_to_this_message(api: Api, log: Log) -> None:
    name = name_of(api, "visitor-42")
    for number in range(2):
        async with answering(log, name, says(Message(BOT, f"answer {number}"), Message(BOT, "anything else?"))):
            answer = await ask(api, {"sender": "visitor-42", "message": f"  question {number} \n"})
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        assert answer.json() == [
            {"recipient_id": "visitor-42", "text": f"answer {number}"},
            {"recipient_id": "visitor-42", "text": "anything else?"},
        ]
    entries, _ = await log.after(name, 0)
    asked = [each.body for each in entries if isinstance(each.body, Message) and each.body.author.kind == "customer"]
    assert [each.text for each in asked] == ["question 0", "question 1"]
    assert {each.channel for each in asked} == {"rest"}


@pytest.mark.parametrize(
    ("body", "recipient"),
    [({}, "default"), ({"sender": None}, "default"), ({"sender": 5}, "5"), ({"sender": "字"}, "字")],
)
async def test_a_sender_is_anything_and_may_be_missing(
    api: Api, log: Log, body: dict[str, Any], recipient: str
) -> None:
    async with answering(log, name_of(api, recipient), says(Message(BOT, "hi"))):
        answer = await ask(
            api, {**body, "message": "hello", "metadata": {"page": "/"}, "input_channel": "shop", "more": 1}
        )
    assert answer.json() == [{"recipient_id": recipient, "text": "hi"}]


async def test_a_stream_has_one_object_a_line(api: Api, log: Log) -> None:
    async with answering(log, name_of(api, "s"), says(Message(BOT, "一\n\n二"))):
        answer = await ask(api, {"sender": "s", "message": "hello"}, params={"stream": "true"})
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert [json.loads(line) for line in answer.text.splitlines()] == [
        {"recipient_id": "s", "text": "一"},
        {"recipient_id": "s", "text": "二"},
    ]


async def test_a_turn_without_words_and_an_empty_message_are_answered_with_an_empty_list(api: Api, log: Log) -> None:
    async with answering(log, name_of(api, "s"), says()):
        assert (await ask(api, {"sender": "s", "message": "hello"})).json() == []
    for text in ("", "  \n ", "\u200b"):
        assert (await ask(api, {"sender": "s", "message": text})).json() == []
    entries, _ = await log.after(name_of(api, "s"), 0)
    assert len(entries) == 1, "nothing was written for an empty message"


async def test_who_waits_for_a_person_gets_what_the_bot_said_and_then_nothing(api: Api, log: Log) -> None:
    def hand_off(state: Conversation) -> Sequence[Change]:
        return [desk.said_with(desk.ask(state, BOT, 1, "customer_asked"), Message(BOT, "A person comes."))]

    async with answering(log, name_of(api, "s"), hand_off):
        answer = await ask(api, {"sender": "s", "message": "a person, please"})
    assert answer.json() == [{"recipient_id": "s", "text": "A person comes."}]
    assert (await ask(api, {"sender": "s", "message": "hello?"})).json() == []
    entries, _ = await log.after(name_of(api, "s"), 0)
    assert entries[-1].body.text == "hello?", "a person will read it"  # type: ignore[union-attr]


async def test_a_closed_conversation_is_followed_by_a_new_one(api: Api, log: Log) -> None:
    first, second = name_of(api, "s"), name_of(api, "s", 1)
    async with answering(log, first, says(Message(BOT, "bye"))):
        await ask(api, {"sender": "s", "message": "hello"})
    state = await log.state(first)
    assert state is not None
    await log.commit(desk.close(state, BOT, 1))
    async with answering(log, second, says(Message(BOT, "hello again"))):
        answer = await ask(api, {"sender": "s", "message": "hello"})
    assert answer.json() == [{"recipient_id": "s", "text": "hello again"}]
    again = await log.state(second)
    assert again is not None
    assert again.customer == state.customer


async def test_a_bot_that_does_not_come_leaves_what_there_is(
    api: Api, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rest_channel, "ANSWER_SECONDS", 0.05)
    assert (await ask(api, {"sender": "s", "message": "hello"})).json() == []
    state = await log.state(name_of(api, "s"))
    assert state is not None
    assert state.seq == 1, "what was said is kept"


@pytest.mark.parametrize("text", ["call 13912345678", '/inform{"phone": "13912345678"}'])
async def test_what_is_sensitive_is_sealed_in_text_and_payload(api: Api, log: Log, store: Store, text: str) -> None:
    name = name_of(api, "13912345678")
    async with answering(log, name, says(Message(BOT, "thanks"))):
        await ask(api, {"sender": "13912345678", "message": text})
    [entry] = (await log.after(name, 0))[0][:1]
    assert isinstance(entry.body, Message)
    assert "139****5678" in entry.body.text
    assert "13912345678" not in (entry.body.payload or "")
    assert open_text(entry.body.text, entry.body.sealed, api.ring, entry.body.row) == text
    for key in await store.commands.keys("*"):
        kept = await store.commands.dump(key)
        assert b"13912345678" not in key + kept


@pytest.mark.parametrize(
    "body",
    [{}, {"message": 5}, {"message": None}, {"message": "x" * 4_001}, {"message": "nul \0"}, {"message": "x", "sender": "s" * 2_000},
     {"message": "x", "metadata": 5}],
)  # fmt: skip
async def test_what_cannot_be_taken_is_a_problem(api: Api, body: dict[str, Any]) -> None:
    answer = await ask(api, body)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


async def test_a_lone_surrogate_is_a_problem(api: Api) -> None:
    async with httpx.AsyncClient(base_url=api.base) as http:
        for body in (r'{"message": "\ud800"}', r'{"message": "x", "sender": "\ud800"}'):
            answer = await http.post(
                "/webhooks/rest/webhook", content=body, headers={"Content-Type": "application/json"}
            )
            assert answer.status_code == 422, body


async def test_it_says_that_it_lives(api: Api) -> None:
    async with httpx.AsyncClient(base_url=api.base) as http:
        assert (await http.get("/webhooks/rest/")).json() == {"status": "ok"}


@pytest.mark.parametrize(
    "channel", ["a\0b", "\u001b[2J", "13800138000", "tel13800138000", "a b", "x" * 40, "", "rest\n", "张三"]
)
async def test_an_input_channel_that_is_no_plain_name_is_refused(api: Api, log: Log, channel: str) -> None:
    answer = await ask(api, {"sender": "s", "message": "hi", "input_channel": channel})
    assert answer.status_code == 422
    assert answer.json()["detail"] == "Not as expected: body.input_channel."
    assert await log.state(name_of(api, "s")) is None, "nothing is written"


async def test_metadata_is_not_kept(api: Api, log: Log) -> None:
    name = name_of(api, "s")
    async with answering(log, name, says()):
        await ask(
            api, {"sender": "s", "message": "hi", "input_channel": "web-chat2", "metadata": {"phone": "13800138000"}}
        )
    (entry,), _ = await log.after(name, 0)
    assert isinstance(entry.body, Message)
    assert entry.body.channel == "web-chat2"
    assert "13800138000" not in repr(entry)
