"""bot/arms.py and the worker with it: models are swapped under way, and nothing is lost, doubled or kept too long."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from bot import arms
from bot.arms import OLD_MOST, Arms, Registry
from bot.nlu.interpreter import Interpreter
from bot.nlu.reading import Reading
from bot.project import Project, load_project
from bot.publishing import publish
from bot.registry import ModelInfo, current_version, save_model
from bot.turn import Bot, Heard, Outcome
from bot.worker import Worker
from models.audit import Audit
from models.database import open_engine, upgrade, writing
from models.model_reports import ModelReports
from models.releases import Releases
from models.sealed import KeyRing
from models.settings import Settings
from models.tables import model_files
from models.versions import Versions
from stream import keys
from stream.history import History
from stream.log import Log
from stream.store import Store
from tests.fixtures_store import archived, eventually
from tests.small_project import NLU, write_project
from tests.test_worker import answered, answers, entries, say


class Shop:
    """One project, and models of it that are told apart by a number in their titles."""

    def __init__(self, folder: Path) -> None:
        self.project: Project = load_project(write_project(folder))
        self.interpreter = Interpreter.train(self.project.training, self.project.nlu_config)
        other = (
            NLU.replace("intent: faq", "intent: wait")
            .replace("intent: vip", "intent: faq")
            .replace("intent: wait", "intent: vip")
        )
        changed = load_project(write_project(folder.parent / "changed", nlu=other))
        self.otherwise = Interpreter.train(changed.training, changed.nlu_config)

    def publish(
        self, engine: Engine, home: Path, number: int, interpreter: Interpreter | None = None, project: str = ""
    ) -> str:
        chosen = interpreter or self.interpreter
        marked = replace(chosen, titles={**chosen.titles, "greet": {"en": f"number {number}"}})
        id = save_model(home, marked, ModelInfo(project or self.project.name, "d", "code"), current=False)
        publish(Versions(engine), home, id, "a_1")
        ModelReports(engine).put(id, b"{}")
        return id


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(tmp_path_factory.mktemp("shop") / "project")


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    upgrade(settings.sql_url)
    opened = open_engine(settings.sql_url)
    yield opened
    opened.dispose()


@pytest.fixture
async def log(store: Store, settings: Settings, engine: Engine) -> AsyncIterator[Log]:
    async with Log(store, settings, History(engine)) as opened:
        yield opened


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arms, "LOOK_EVERY_SECONDS", 0.02)


class Counted(Bot):
    """How often and how slowly its turns run; shared by all that were taught from it."""

    def __init__(self, project: Project, interpreter: Interpreter, version: str) -> None:
        super().__init__(project, interpreter, KeyRing.generated(), version=version)
        self.turns: list[str] = []
        self.slow = [0.0]

    async def turn(self, heard: Heard, reading: Reading, tracker: bytes | None) -> Outcome:
        self.turns.append(self.version)
        await asyncio.sleep(self.slow[0])
        return await super().turn(heard, reading, tracker)


class Shift:
    """A worker's models, begun with the first version."""

    def __init__(self, shop: Shop, engine: Engine, home: Path) -> None:
        self.shop, self.engine, self.home = shop, engine, home
        self.releases = Releases(engine)
        self.first = self.new(0)
        self.releases.promote(self.first, None, "a_1")
        self.registry = Registry(engine, home, shop.project.name)
        self.bot = Counted(shop.project, shop.interpreter, self.first)
        self.arms = Arms(self.bot, self.registry)

    def new(self, number: int, interpreter: Interpreter | None = None, project: str = "") -> str:
        return self.shop.publish(self.engine, self.home, number, interpreter, project)

    async def promoted(self, number: int) -> str:
        id = self.new(number)
        self.releases.promote(id, None, "a_1")
        await self.arms.look(self.registry)
        return id


@pytest.fixture
def shift(shop: Shop, engine: Engine, tmp_path: Path) -> Shift:
    return Shift(shop, engine, tmp_path)


async def test_a_new_live_model_is_taken_and_kept_for_a_start_without_sql(shift: Shift) -> None:
    id = await shift.promoted(1)
    assert shift.arms.at_once("c_1", "").version == id
    assert current_version(shift.home) == id
    assert shift.arms.at_once("c_1", shift.first).version == shift.first, "a form keeps its model"


async def test_old_models_are_freed(shift: Shift) -> None:
    ids = [await shift.promoted(n) for n in range(1, OLD_MOST + 2)]
    reader = shift.arms.at_once("c_1", ids[0])._interpreter
    assert isinstance(reader, Interpreter)
    gone = weakref.ref(reader.classifier.coefficients)
    del reader
    await shift.promoted(9)
    assert len(shift.arms._bots) == OLD_MOST + 1
    assert shift.arms._bots.keys() >= {ids[-1]}
    assert ids[0] in shift.arms._bots, "it was used last"
    await shift.promoted(10)
    await shift.promoted(11)
    gc.collect()
    assert gone() is None
    assert (await shift.arms.bot("c_1", ids[0])).version == ids[0], "a form that needs it gets it again"


async def test_old_models_that_nobody_used_for_a_while_go(shift: Shift, monkeypatch: pytest.MonkeyPatch) -> None:
    await shift.promoted(1)
    monkeypatch.setattr(arms, "OLD_SECONDS", 0.0)
    await shift.arms.look(shift.registry)
    assert len(shift.arms.versions) == 1


async def test_a_canary_answers_its_conversations(shift: Shift) -> None:
    canary = shift.new(1)
    release = shift.releases.canary(canary, 50, None, "a_1")
    await shift.arms.look(shift.registry)
    for name in (f"c_{n}" for n in range(50)):
        assert shift.arms.at_once(name, "").version == release.arm(name)


@pytest.mark.parametrize("what", ["corrupt", "foreign", "gone"])
async def test_what_cannot_be_loaded_changes_nothing_and_is_on_record(shift: Shift, what: str) -> None:
    id = shift.new(1, project="another" if what == "foreign" else "")
    if what == "corrupt":
        with writing(shift.engine) as connection:
            connection.execute(update(model_files).where(model_files.c.version == id).values(chunk=b"x"))
        (shift.home / "models" / id / "model.npz").write_bytes(b"")
    shift.releases.promote(id, None, "a_1")
    if what == "gone":
        shift.registry.versions.remove(id, "a_1")
        (shift.home / "models" / id).rename(shift.home / "models" / "elsewhere")
    await shift.arms.look(shift.registry)
    assert shift.arms.at_once("c_1", "").version == shift.first
    assert current_version(shift.home) != id
    if what != "gone":
        row = shift.registry.versions.get(id)
        assert row is not None
        assert row.refused
        assert Audit(shift.engine).page()[0].act == "model.refuse"
    mended = await shift.promoted(2)
    assert shift.arms.at_once("c_1", "").version == mended


async def test_without_sql_models_stay_as_they_are(shift: Shift, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    nothing = open_engine(f"sqlite:///{tmp_path / 'empty' / 'x.db'}")
    await shift.arms.look(Registry(nothing, shift.home))
    assert shift.arms.at_once("c_1", "").version == shift.first
    assert (await shift.arms.bot("c_1", "0" * 16)).version == shift.first
    nothing.dispose()


@asynccontextmanager
async def working(store: Store, settings: Settings, log: Log, shift: Shift) -> AsyncIterator[asyncio.Task[None]]:
    stop = asyncio.Event()
    quick = replace(settings, lease=timedelta(milliseconds=800))
    worker = Worker(store, log, quick, shift.bot, KeyRing.generated(), shift.registry)
    task = asyncio.create_task(worker.run(stop, lambda: None))
    yield task
    stop.set()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_conversation_keeps_its_model_until_its_form_ends(
    store: Store, settings: Settings, log: Log, shift: Shift
) -> None:
    async with working(store, settings, log, shift):
        await answered(log, await say(log, "order please"))
        assert await log.field("c_1", "model") == shift.first
        new = shift.new(1)
        shift.releases.promote(new, None, "a_1")

        async def elsewhere() -> bool:
            await answered(log, await say(log, "hello", "c_2"), "c_2")
            return shift.bot.turns[-1] == new

        await eventually(elsewhere, "others are answered by the new model")
        shift.bot.turns.clear()
        await answered(log, await say(log, "N1"))
        await answered(log, await say(log, "stop it"))
        assert await log.field("c_1", "model") == ""
        await answered(log, await say(log, "hello"))
    assert shift.bot.turns == [shift.first, shift.first, new]


async def test_the_pin_survives_that_a_conversation_leaves_redis(
    store: Store, settings: Settings, log: Log, shift: Shift, valkey_url: str
) -> None:
    async with working(store, settings, log, shift):
        await answered(log, await say(log, "order please"))
        state = await log.state("c_1")
        assert state is not None
        await archived(valkey_url, log, state.seq)
        p = log.partition("c_1")
        await store.commands.delete(keys.conversation(p, "c_1"), keys.recent(p, "c_1"))
        assert (await log.base("c_1"))["model"] == shift.first
        assert [await log.field(name, "model") for name in ("c_1", "c_none")] == [shift.first, ""]
        new = shift.new(1)
        shift.releases.promote(new, None, "a_1")

        async def live() -> bool:
            return current_version(shift.home) == new

        await eventually(live, "the new model is live")
        seq = await say(log, "N1")
        await answered(log, seq)
    assert shift.bot.turns[-1] == shift.first


async def test_what_was_read_with_one_model_is_read_again_where_another_answers(
    store: Store, settings: Settings, log: Log, shift: Shift
) -> None:
    """The new model takes “how much” for something else; the form that the old one began understands it as before."""
    other = shift.new(1, shift.shop.otherwise)
    shift.bot.slow[0] = 1.5
    async with working(store, settings, log, shift):
        await say(log, "order please")

        async def asked() -> bool:
            return len(shift.bot.turns) == 1

        await eventually(asked, "the form is about to begin")
        shift.releases.promote(other, None, "a_1")

        async def begun() -> bool:
            return current_version(shift.home) == other

        await eventually(begun, "the other model is live")
        assert await log.field("c_1", "model") == "", "the form has not begun yet"
        shift.bot.slow[0] = 0.0
        await answered(log, await say(log, "how much"))
        await answered(log, await say(log, "how much", "c_2"), "c_2")
    assert "It is free" in answers(await entries(log))
    assert "It is free" not in answers(await entries(log, "c_2"))
    assert shift.bot.turns[-2:] == [shift.first, other]


async def test_a_worker_that_dies_in_mid_swap_loses_and_doubles_nothing(
    store: Store, settings: Settings, log: Log, shift: Shift
) -> None:
    shift.bot.slow[0] = 0.05
    names = [f"c_{n}" for n in range(8)]
    last: dict[str, int] = {}
    for turn in range(3):
        async with working(store, settings, log, shift) as worker:
            for name in names:
                last[name] = await say(log, "how much", name)
            shift.releases.promote(shift.new(turn + 1), None, "a_1")
            await asyncio.sleep(0.12)
            worker.cancel()
    async with working(store, settings, log, shift):
        for name in names:
            await answered(log, last[name], name)
    for name in names:
        assert answers(await entries(log, name)) == ["It is free"] * 3
