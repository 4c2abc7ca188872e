"""bot/process.py: `bellhop bot` as it is started, with a home and a project that are named from where it is started."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bellhop.supervisor import SOURCE
from models.database import open_engine
from models.entry import Author, AuthorKind, Message
from models.sealed import KeyRing
from models.settings import Settings
from stream.change import Change
from stream.history import History
from stream.log import Log
from stream.store import Store
from tests.fixtures_sql import migrated
from tests.fixtures_store import eventually
from tests.small_project import write_project

CUSTOMER = Author(AuthorKind.CUSTOMER, "u_1")
# What it writes and reads, it names as the demo's actions do.
ACTIONS = """\
import os
from pathlib import Path

from rasa_sdk import Action


class Tell(Action):
    def name(self):
        return "action_tell"

    def run(self, dispatcher, tracker, domain):
        (Path(os.environ["BELLHOP_HOME"]) / "told").write_text("")
        dispatcher.utter_message(text=Path("prices.txt").read_text())
        return []
"""


@contextmanager
def started(place: Path, **environment: str) -> Iterator[subprocess.Popen[str]]:
    with (place / "console").open("a") as console:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "bellhop", "bot"], cwd=place, env=around(**environment), stderr=console, text=True
        )  # fmt: skip
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)


def around(**environment: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("BELLHOP_")}
    return inherited | {"PYTHONPATH": str(SOURCE)} | environment


async def test_home_and_project_may_be_named_from_where_it_is_started(
    tmp_path: Path, settings: Settings, store: Store
) -> None:
    shop = write_project(tmp_path / "shop", actions=ACTIONS)
    (shop / "prices.txt").write_text("one crown")
    given = {"BELLHOP_HOME": "kept/here", "BELLHOP_PROJECT": "shop", "BELLHOP_REDIS_URL": settings.redis_url}
    own = replace(settings, home=tmp_path / "kept" / "here")
    command = [sys.executable, "-P", "-m", "bellhop", "train"]
    subprocess.run(command, cwd=tmp_path, env=around(**given), check=True, stdout=subprocess.DEVNULL)
    migrated(own.sql_url)
    KeyRing.load_or_create(own.key_file)
    with started(tmp_path, **given) as process:
        async with Log(store, own, History(open_engine(own.sql_url))) as log:
            change = Change("c_1", (Message(CUSTOMER, "tell me"),), set={"customer": "u_1"})
            seq = (await log.commit(change)).seq

            async def answered() -> bool:
                assert process.poll() is None, (tmp_path / "console").read_text()
                state = await log.state("c_1")
                return state is not None and state.answered >= seq

            await eventually(answered, "answered")
            entries, _ = await log.after("c_1", seq)
    assert [entry.body.text for entry in entries if isinstance(entry.body, Message)] == ["one crown"]
    assert (own.home / "told").is_file()
    assert not (shop / "kept").exists()
