"""The process `bellhop bot`: one project with its model, in the project's folder, and a worker that answers until it is stopped."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

from threadpoolctl import threadpool_limits

from bot.answers import Answers
from bot.arms import Registry
from bot.folder import settled_project
from bot.grouping import Grouping
from bot.publishing import start
from bot.teachable import project_data, tell
from bot.training import Training
from bot.turn import Bot
from bot.worker import Worker
from models.database import open_engine
from models.sealed import KeyRing
from models.settings import Settings, variable
from stream.history import History
from stream.log import Log
from stream.running import until_stopped
from stream.store import Store

SWITCH_SECONDS = 0.0005
# Of a turn's time: where its actions hang, it can still say so before it is given up itself.
ACTIONS_SHARE = 0.75


async def run(settings: Settings, ready: Callable[[], None]) -> None:
    """Until SIGTERM or SIGINT. Raises ProjectError or ModelRefused where there is nothing to answer with."""
    # Custom actions run in threads: with Python's 5 ms each of them would wait that long for the loop to let go.
    sys.setswitchinterval(SWITCH_SECONDS)
    # A reading is small: two threads of linear algebra wait for each other, and for long where one shares its core with a training.
    threadpool_limits(1)
    ring = KeyRing.load(settings.key_file)
    engine, store_url = open_engine(settings.sql_url), settings.store_url
    model = start(engine, settings.home)
    project, limit = settled_project(settings), settings.turn_limit.total_seconds() * ACTIONS_SHARE
    await asyncio.to_thread(tell, engine, project_data(project))
    bot = Bot(project, model.interpreter, ring, limit, policy=model.policy, version=model.version)
    # With the whole path: the process goes into the project's folder.
    registry = Registry(engine, settings.home.absolute(), project.name)
    folder = Path.cwd()
    # After every path that may be relative.
    go_to(project.folder, settings.home.absolute())
    bot.settle()
    try:
        async with Store.open(store_url).opened() as store, Log(store, settings, History(engine)) as log:
            worker = Worker(store, log, settings, bot, ring, registry)
            # Before the first message: it would wait a second for it, and a lease lives for two.
            model.interpreter.warm()
            answers = Answers(engine, bot)
            await answers.look()
            grouping = Grouping(engine, folder, lambda: worker.first)
            training = Training(engine, folder, settings.training_nice, lambda: worker.first)

            async def work(stop: asyncio.Event) -> None:
                async with asyncio.TaskGroup() as group:
                    group.create_task(worker.run(stop, ready))
                    group.create_task(grouping.run(stop))
                    group.create_task(answers.follow(stop))
                    group.create_task(training.run(stop))

            await until_stopped(work)
    finally:
        await bot.close()
        engine.dispose()


def go_to(project: Path, home: Path) -> None:
    """Actions open files of their own from the project's folder on, as on Rasa's action server, which is started there; and below
    BELLHOP_HOME, which must not be taken from that folder on. Both are absolute."""
    os.environ[variable("home")] = str(home)
    os.chdir(project)
