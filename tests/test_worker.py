"""The bot's worker on a real log: one answer each, silence while a person holds, a poison message to a person, an orderly end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.arms import Registry
from bot.nlu.interpreter import Interpreter
from bot.nlu.reading import Reading
from bot.project import load_project
from bot.turn import Bot, Heard, Outcome
from bot.worker import Worker
from handoff import desk
from models.conversation import Holder
from models.database import open_engine
from models.entry import Author, AuthorKind, Entry, Message
from models.sealed import KeyRing
from models.settings import Settings
from stream import keys
from stream.change import Change
from stream.history import History
from stream.log import Log
from stream.store import Store
from tests.fixtures_sql import migrated
from tests.fixtures_store import eventually
from tests.small_project import write_project

CUSTOMER = Author(AuthorKind.CUSTOMER, "u_1")
WEN = Author(AuthorKind.AGENT, "a_wen", "Wen")
POISON = "poison"


class Poisoned(Bot):
    """A bot that one text makes fail, as an error of our own would; it counts its turns."""

    turns = 0
    slow = 0.0
    held: asyncio.Event | None = None

    async def turn(self, heard: Heard, reading: Reading, tracker: bytes | None) -> Outcome:
        self.turns += 1
        await asyncio.sleep(self.slow)
        if self.held is not None:
            await self.held.wait()
        if heard.text == POISON:
            raise RuntimeError(heard.text)
        return await super().turn(heard, reading, tracker)


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
def bot(tmp_path: Path) -> Poisoned:
    project = load_project(write_project(tmp_path / "project"))
    return Poisoned(project, Interpreter.train(project.training, project.nlu_config), KeyRing.generated())


@asynccontextmanager
async def working(
    store: Store, settings: Settings, log: Log, bot: Bot, registry: Registry | None = None
) -> AsyncIterator[None]:
    stop = asyncio.Event()
    quick = replace(settings, lease=timedelta(milliseconds=800))
    async with asyncio.TaskGroup() as group:
        group.create_task(Worker(store, log, quick, bot, KeyRing.generated(), registry).run(stop, lambda: None))
        yield
        stop.set()


async def say(log: Log, text: str, conversation: str = "c_1") -> int:
    change = Change(conversation, (Message(CUSTOMER, text),), set={"customer": "u_1"})
    return (await log.commit(change)).seq


async def entries(log: Log, conversation: str = "c_1") -> list[Entry]:
    return (await log.after(conversation, 0))[0]


def answers(found: Sequence[Entry]) -> list[str]:
    return [e.body.text for e in found if isinstance(e.body, Message) and e.body.author.kind is AuthorKind.BOT]


async def answered(log: Log, seq: int, conversation: str = "c_1") -> None:
    async def so() -> bool:
        state = await log.state(conversation)
        return state is not None and state.answered >= seq

    await eventually(so, "answered")


async def log_reaches(store: Store, log: Log, conversation: str, seq: int) -> None:
    """The same, asked past the log."""
    key = keys.conversation(log.partition(conversation), conversation)

    async def so() -> bool:
        return int(await store.commands.hget(key, "answered") or 0) >= seq

    await eventually(so, "answered")


async def test_each_message_is_answered_once_and_in_order(
    store: Store, settings: Settings, log: Log, bot: Poisoned
) -> None:
    async with working(store, settings, log, bot):
        for name in ("c_1", "c_2", "c_3"):
            for text in ("hello", "how much", "hello"):
                seq = await say(log, text, name)
                await answered(log, seq, name)
    for name in ("c_1", "c_2", "c_3"):
        assert answers(await entries(log, name)) == ["Hello", "It is free", "Hello"]
    assert bot.turns == 9


async def test_the_state_of_a_batch_is_asked_for_once(
    store: Store, settings: Settings, log: Log, bot: Poisoned, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []
    fields = log.fields

    async def counted(conversations: Sequence[str]) -> dict[str, dict[bytes, bytes]]:
        asked.append(sorted(conversations))
        return await fields(conversations)

    names = [f"c_{number}" for number in range(20)]
    sent = {name: await say(log, "hello", name) for name in names}
    second = await say(log, "how much", "c_1")
    monkeypatch.setattr(log, "fields", counted)
    async with working(store, settings, log, bot):
        for name in names:
            await log_reaches(store, log, name, second if name == "c_1" else sent[name])
    assert answers(await entries(log, "c_1")) == ["Hello", "It is free"]
    assert bot.turns == 21
    assert sum(map(len, asked)) == 21, "once for each turn"
    assert max(map(len, asked)) > 5, "of many conversations at once"
    assert asked.count(["c_1"]) == 1, "the second message of a conversation is looked at when its turn comes"


async def test_the_bot_is_silent_while_a_person_holds_and_later_about_what_was_said_to_them(
    store: Store, settings: Settings, log: Log, bot: Poisoned
) -> None:
    await say(log, "hello")
    state = await log.state("c_1")
    assert state is not None
    await log.commit(desk.take(state, WEN, 1))
    await say(log, "how much")
    async with working(store, settings, log, bot):
        state = await log.state("c_1")
        assert state is not None
        await log.commit(desk.give_back(state, WEN, 2))
        seq = await say(log, "how much")
        await answered(log, seq)
    assert answers(await entries(log)) == ["It is free"]
    assert bot.turns == 1


async def test_a_poison_message_goes_to_the_dead_letters_and_its_conversation_to_a_person(
    store: Store, settings: Settings, log: Log, bot: Poisoned, caplog: pytest.LogCaptureFixture
) -> None:
    quick = replace(settings, tries=3)
    async with working(store, quick, log, bot):
        await say(log, POISON)
        seq = await say(log, "hello", "c_2")
        await answered(log, seq, "c_2")

        async def handed() -> bool:
            state = await log.state("c_1")
            return state is not None and state.holder is Holder.QUEUE

        await eventually(handed, "a person is asked for")
    assert len(answers(await entries(log))) == 1, "it says so"
    assert await store.commands.xlen(keys.dead(log.partition("c_1"))) == 1
    assert bot.turns == 3 + 1
    assert POISON not in caplog.text


async def test_a_worker_that_is_asked_to_stop_finishes_the_turn_that_is_under_way(
    store: Store, settings: Settings, log: Log, bot: Poisoned
) -> None:
    bot.slow = 0.3
    async with working(store, settings, log, bot):
        await say(log, "hello")

        async def begun() -> bool:
            return bot.turns == 1

        await eventually(begun, "the turn has begun")
    assert answers(await entries(log)) == ["Hello"]
    pending = await store.commands.xpending(keys.log(log.partition("c_1")), keys.BOT)
    assert pending["pending"] == 0


async def test_a_lease_that_is_lost_in_a_turn_and_taken_again_leaves_nothing_unanswered(
    store: Store, settings: Settings, log: Log, bot: Poisoned
) -> None:
    """What stalled is fenced; meanwhile its message was read again, and passed over as under way."""
    bot.slow = 1.6
    lease = keys.lease(keys.partition("c_1", settings.partitions), keys.BOT)
    async with working(store, settings, log, bot):
        await say(log, "hello")
        last = await say(log, "how much")

        async def begun() -> bool:
            return bot.turns > 0

        await eventually(begun, "a turn is under way")
        await store.commands.set(lease, "somebody 0", px=300)
        await answered(log, last)
    assert answers(await entries(log)) == ["Hello", "It is free"]


async def test_what_was_never_begun_is_not_blamed_for_leases_that_were_lost(
    store: Store, settings: Settings, log: Log, bot: Poisoned
) -> None:
    """A worker without a processor loses leases by the dozen."""
    tries = 3
    # The turn that is held must not be given up before the test is through.
    one_at_once = replace(settings, tries=tries, turns=1, turn_limit=timedelta(minutes=10))
    bot.held = asyncio.Event()
    other = next(f"c_{n}" for n in range(2, 99) if log.partition(f"c_{n}") != log.partition("c_1"))
    lease = keys.lease(log.partition(other), keys.BOT)
    async with working(store, one_at_once, log, bot):
        first = await say(log, "hello")

        async def begun() -> bool:
            return bot.turns > 0

        await eventually(begun, "a turn is under way")
        last = await say(log, "how much", other)
        # Read once before the first lease is stolen, and once more after each.
        for times in range(1, tries + 3):

            async def read_again(times: int = times) -> bool:
                pending = await store.commands.xpending_range(keys.log(log.partition(other)), keys.BOT, "-", "+", 1)
                return bool(pending) and pending[0]["times_delivered"] >= times

            await eventually(read_again, "the partition is read")
            if times < tries + 2:
                await store.commands.set(lease, "somebody 0", px=300)
        bot.held.set()
        await answered(log, first)
        await answered(log, last, other)
    assert answers(await entries(log, other)) == ["It is free"]
    assert await store.commands.xlen(keys.dead(log.partition(other))) == 0
