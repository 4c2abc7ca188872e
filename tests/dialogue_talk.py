"""A project written in a test, and a conversation with it in intents: `ask`, or `tell{"city": "Rome"}`. Nothing is trained."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bot.dialogue.tracker import Tracker
from bot.nlu.reading import Entity, Guess, Reading
from bot.payload import understood
from bot.project import Project, load_project
from bot.project.domain import LISTEN
from bot.project_tests import run_tests
from bot.turn import Bot, Heard, Outcome, Reader
from models.sealed import KeyRing


class Literal:
    """Reads what is written as a payload without its slash; what comes after a bar is the text."""

    def read(self, texts: Sequence[str]) -> list[Reading]:
        return [_read(text) for text in texts]


def _read(text: str) -> Reading:
    meant = understood(text.partition("|")[0])
    guess = msgspec.convert(meant["intent"], Guess)
    entities = tuple(Entity(each["entity"], each["value"], 0, len(text)) for each in meant["entities"])
    return Reading(text, guess, (guess,), entities, "0")


def written(folder: Path, domain: str, actions: str = "", **data: str) -> Project:
    """`data` by name of the file: rules, stories. `config` is the configuration, `tests` are test conversations."""
    (folder / "data").mkdir(parents=True)
    (folder / "tests").mkdir()
    (folder / "domain.yml").write_text('version: "3.1"\n' + domain, encoding="utf-8")
    if actions:
        (folder / "actions.py").write_text(actions, encoding="utf-8")
    for name, text in data.items():
        places = {"config": "config.yml", "tests": "tests/test_all.yml"}
        path = folder / places.get(name, f"data/{name}.yml")
        path.write_text('version: "3.1"\n' + text if name != "config" else text, encoding="utf-8")
    return load_project(folder)


class Talk:
    """One conversation. `actions` and `texts` are those of the last turn."""

    def __init__(self, project: Project, ring: KeyRing | None = None) -> None:
        self.bot = Bot(project, Literal(), ring, action_timeout=2.0, rng=random.Random(1))
        self.tracker_bytes: bytes | None = None
        self.seq = 0
        self.at = 1_000_000.0
        self.outcome: Outcome | None = None

    async def say(self, text: str, after: float = 5.0, channel: str = "web") -> list[str]:
        """The actions of the turn, without listening."""
        self.seq += 1
        self.at += after
        heard = Heard("c_1", self.seq, text, self.at, channel=channel)
        (reading,) = self.bot.read([heard])
        self.outcome = await self.bot.turn(heard, reading, self.tracker_bytes)
        self.tracker_bytes = self.outcome.tracker
        return [name for name in self.outcome.actions if name != LISTEN]

    @property
    def texts(self) -> list[str | None]:
        assert self.outcome is not None
        return [reply.text for reply in self.outcome.replies]

    @property
    def tracker(self) -> Tracker:
        return Tracker.from_bytes(self.tracker_bytes)


async def passed(project: Project, reader: Reader | None = None) -> int:
    """How many test conversations the project has; all must go as written, with everything run."""
    bot = Bot(project, reader or Literal(), None, rng=random.Random(1))
    results = await run_tests(bot, project)
    assert {each.name: each.differences for each in results} == {each.name: [] for each in results}
    assert all(each.actions_ran for each in results)
    await bot.close()
    return len(results)
