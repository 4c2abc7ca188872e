"""Reminders on a real log: they outlive a worker, come once, and only while the bot holds the conversation; and what people said
in between is in the tracker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot import worker
from bot.dialogue.tracker import Tracker
from bot.standing import Standing, standings
from bot.turn import Bot
from bot.worker import Worker
from handoff import desk
from models.database import open_engine
from models.entry import Author, AuthorKind, Entry, Message, Note
from models.sealed import KeyRing
from models.settings import Settings
from stream import keys
from stream.change import Change
from stream.history import History
from stream.log import Log
from stream.store import Store
from tests.dialogue_talk import Literal, written
from tests.fixtures_sql import migrated
from tests.fixtures_store import eventually

CUSTOMER = Author(AuthorKind.CUSTOMER, "u_1")
WEN = Author(AuthorKind.AGENT, "a_wen", "Wen")
DOMAIN = """
intents: [ask, tea, quiet, hello]
actions: [action_remind, action_quiet]
responses:
  utter_tea: [{text: "The tea is ready"}]
  utter_hello: [{text: "Hello"}]
"""
RULES = """
rules:
- rule: ask
  steps: [{intent: ask}, {action: action_remind}]
- rule: tea
  steps: [{intent: tea}, {action: utter_tea}]
- rule: quiet
  steps: [{intent: quiet}, {action: action_quiet}]
- rule: hello
  steps: [{intent: hello}, {action: utter_hello}]
"""
ACTIONS = """
from datetime import datetime, timedelta, timezone

from rasa_sdk import Action
from rasa_sdk.events import ReminderScheduled


class Remind(Action):
    def name(self):
        return "action_remind"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text="I will")
        seconds = float(tracker.latest_message["text"].partition("|")[2])
        when = datetime.now(timezone.utc) + timedelta(seconds=seconds)
        return [ReminderScheduled("tea", when, kill_on_user_message=False)]


class Quiet(Action):
    def name(self):
        return "action_quiet"

    def run(self, dispatcher, tracker, domain):
        return []
"""


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    migrated(settings.sql_url)
    opened = open_engine(settings.sql_url)
    yield opened
    opened.dispose()


@pytest.fixture
async def log(store: Store, settings: Settings, engine: Engine) -> AsyncIterator[Log]:
    async with Log(store, settings, History(engine)) as opened:
        yield opened


@pytest.fixture
def bot(tmp_path: Path) -> Bot:
    return Bot(written(tmp_path / "project", DOMAIN, ACTIONS, rules=RULES), Literal(), KeyRing.generated())


@asynccontextmanager
async def working(store: Store, settings: Settings, log: Log, bot: Bot) -> AsyncIterator[None]:
    stop = asyncio.Event()
    quick = replace(settings, lease=timedelta(milliseconds=800))
    async with asyncio.TaskGroup() as group:
        group.create_task(Worker(store, log, quick, bot, KeyRing.generated()).run(stop, lambda: None))
        yield
        stop.set()


async def say(log: Log, text: str) -> int:
    return (await log.commit(Change("c_1", (Message(CUSTOMER, text),), set={"customer": "u_1"}))).seq


async def entries(log: Log) -> list[Entry]:
    return (await log.after("c_1", 0))[0]


async def answers(log: Log) -> list[str]:
    found = [each.body for each in await entries(log)]
    return [body.text for body in found if isinstance(body, Message) and body.author.kind is AuthorKind.BOT]


async def until(log: Log, *texts: str) -> None:
    async def so() -> bool:
        return await answers(log) == list(texts)

    await eventually(so, f"the bot has said {texts}")


async def tracker(log: Log) -> Tracker:
    return Tracker.from_bytes((await log.fields(["c_1"]))["c_1"][b"tracker"])


async def index(store: Store, log: Log) -> int:
    return int(await store.commands.zcard(keys.reminders(log.partition("c_1"))))


async def test_a_reminder_outlives_its_worker_and_comes_once(
    store: Store, settings: Settings, log: Log, bot: Bot
) -> None:
    async with working(store, settings, log, bot):
        await say(log, "ask|0.5")
        await until(log, "I will")
    await asyncio.sleep(0.7)
    assert await answers(log) == ["I will"]
    async with working(store, settings, log, bot):
        await until(log, "I will", "The tea is ready")

        async def forgotten() -> bool:
            return await index(store, log) == 0

        await eventually(forgotten, "nothing is due any more")
    assert await answers(log) == ["I will", "The tea is ready"]
    assert (await tracker(log)).reminders == []


async def test_no_reminder_begins_between_a_look_at_a_conversation_and_its_turn(
    store: Store, settings: Settings, log: Log, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, go_on = asyncio.Event(), asyncio.Event()

    async def looked_at(log: Log, conversations: Sequence[str]) -> dict[str, Standing]:
        found = await standings(log, conversations)
        if conversations and found["c_1"].state.seq > 1:
            looked.set()
            await go_on.wait()
        return found

    monkeypatch.setattr(worker, "standings", looked_at)
    async with working(store, settings, log, bot):
        await say(log, "ask|0.3")
        await until(log, "I will")
        await say(log, "hello")
        await looked.wait()
        # Long enough for the reminder to be found due.
        await asyncio.sleep(0.3 + 2 * worker.REMIND_EVERY_SECONDS)
        go_on.set()
        await until(log, "I will", "Hello", "The tea is ready")
    assert (await tracker(log)).reminders == []


async def test_a_reminder_passes_in_silence_while_a_person_holds_the_conversation(
    store: Store, settings: Settings, log: Log, bot: Bot
) -> None:
    async with working(store, settings, log, bot):
        await say(log, "ask|0.6")
        await until(log, "I will")
        state = await log.state("c_1")
        assert state is not None
        await log.commit(desk.take(state, WEN, 1))

        async def forgotten() -> bool:
            return await index(store, log) == 0

        await eventually(forgotten, "it has passed")
    assert await answers(log) == ["I will"]
    assert (await tracker(log)).reminders == []


async def test_the_tracker_knows_what_people_said_in_between(
    store: Store, settings: Settings, log: Log, bot: Bot
) -> None:
    async with working(store, settings, log, bot):
        await say(log, "hello")
        await until(log, "Hello")
        state = await log.state("c_1")
        assert state is not None
        await log.commit(desk.take(state, WEN, 1))
        await say(log, "can you send it again?")
        await log.commit(Change("c_1", (Message(WEN, "It is on its way"),)))
        state = await log.state("c_1")
        assert state is not None
        await log.commit(desk.give_back(state, WEN, 2))
        await say(log, "hello")
        await until(log, "Hello", "Hello")
        await say(log, "hello")
        await until(log, "Hello", "Hello", "Hello")
    told = [(each["event"], each.get("text")) for each in (await tracker(log)).events]
    kinds = ("pause", "resume", "agent")
    between = [each for each in told if each[0] in kinds or each[1] == "can you send it again?"]
    assert between == [
        ("pause", None),
        ("user", "can you send it again?"),
        ("agent", "It is on its way"),
        ("resume", None),
    ]
    assert [text for kind, text in told if kind == "user"].count("hello") == 3


async def test_a_turn_without_a_reply_reaches_the_log_with_its_tracker(
    store: Store, settings: Settings, log: Log, bot: Bot
) -> None:
    async with working(store, settings, log, bot):
        seq = await say(log, "quiet")

        async def answered() -> bool:
            state = await log.state("c_1")
            return state is not None and state.answered >= seq

        await eventually(answered, "the turn is done")
    assert await answers(log) == []
    (note,) = [each.body for each in await entries(log) if isinstance(each.body, Note)]
    assert note.author.kind is AuthorKind.BOT
    lines = await store.commands.xrange(keys.log(log.partition("c_1")))
    assert b"tracker" in lines[-1][1][b"s"], "what is archived is taken from here"
