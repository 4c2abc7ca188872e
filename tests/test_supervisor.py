"""bellhop/supervisor.py, keeper.py, tie.py and valkey.py, with real processes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from bellhop import valkey
from bellhop.failure import USAGE, Failure
from bellhop.keeper import FIRST_PAUSE, HEALTHY, LONGEST_PAUSE, Keeper, ended_by, next_pause
from bellhop.supervisor import SOURCE, only_one
from models.settings import Settings
from tests.fixtures_store import wait_until
from tests.ports import free_port

LIMIT = timedelta(seconds=30)
OBEDIENT = (
    "import signal, sys, time; signal.signal(15, lambda *_: sys.exit(0)); print('up', flush=True); time.sleep(600)"
)
STUBBORN = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"


@pytest.fixture
def home() -> Iterator[Path]:
    """Short: a unix socket lies below it, and pytest's own folders can be too long for that."""
    with tempfile.TemporaryDirectory(prefix="bh-") as folder:
        yield Path(folder) / "home"


@pytest.fixture
def embedded(home: Path) -> Settings:
    home.mkdir()
    return replace(Settings(), home=home)


async def until(holds: Callable[[], object], description: str) -> None:
    try:
        async with asyncio.timeout(LIMIT.total_seconds()):
            while not holds():
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"never happened: {description}") from None


class Kept:
    """A keeper of `python -c code` under way, with what it said."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.said: list[str] = []
        self.given_up = False
        self.starts = 0
        self.keeper = Keeper("child", self._start, self.said.append, self._give_up)

    def _give_up(self) -> None:
        self.given_up = True

    async def _start(self, _: Keeper) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", self.code, stdout=asyncio.subprocess.PIPE)
        if "print" in self.code:
            assert process.stdout
            await process.stdout.readline()
        self.starts += 1
        return process


@contextlib.asynccontextmanager
async def keeping(code: str) -> AsyncIterator[Kept]:
    kept = Kept(code)
    async with asyncio.TaskGroup() as group:
        group.create_task(kept.keeper.run())
        yield kept
        kept.keeper.kill()


async def test_what_is_killed_is_started_again() -> None:
    async with keeping(OBEDIENT) as kept:
        await until(lambda: kept.keeper.pid, "it runs")
        first = kept.keeper.pid
        assert first
        os.kill(first, signal.SIGKILL)
        await until(lambda: kept.keeper.pid not in (None, first), "another runs")
        assert kept.said == ["child ended (SIGKILL); it is started again in 0.2 s"]


async def test_what_ends_by_itself_is_started_again_with_longer_pauses() -> None:
    async with keeping("import sys; sys.exit(3)") as kept:
        await until(lambda: len(kept.said) >= 3, "it ended three times")
        assert [line.split(" in ")[1] for line in kept.said[:3]] == ["0.2 s", "0.4 s", "0.8 s"]
        assert all("exit code 3" in line for line in kept.said)


async def test_a_mistake_that_no_restart_mends_gives_up() -> None:
    async with keeping(f"import sys; sys.exit({USAGE})") as kept:
        await until(lambda: kept.given_up, "it gave up")
        await kept.keeper.end(LIMIT)
        assert (kept.starts, kept.said) == (1, [])


async def test_once_it_was_ready_the_same_exit_code_is_no_reason_to_give_up() -> None:
    async with keeping(f"import sys; sys.exit({USAGE})") as kept:
        kept.keeper.ready.set()
        await until(lambda: kept.starts > 1, "it is started again")
        assert not kept.given_up


async def test_end_is_sigterm_and_no_new_start() -> None:
    async with keeping(OBEDIENT) as kept:
        await until(lambda: kept.keeper.pid, "it runs")
        await kept.keeper.end(LIMIT)
        assert (kept.keeper.pid, kept.starts, kept.said) == (None, 1, [])


async def test_what_does_not_end_in_time_is_ended_by_force() -> None:
    async with keeping(STUBBORN) as kept:
        await until(lambda: kept.keeper.pid, "it runs")
        await kept.keeper.end(timedelta(seconds=0.2))
        assert kept.keeper.pid is None
        assert kept.said == ["child did not end in 0.2 s; it is ended by force"]


def test_pauses_double_up_to_a_limit_and_begin_anew_after_a_healthy_life() -> None:
    short = timedelta(seconds=1)
    assert next_pause(None, short) == FIRST_PAUSE
    assert next_pause(FIRST_PAUSE, short) == FIRST_PAUSE * 2
    assert next_pause(LONGEST_PAUSE, short) == LONGEST_PAUSE
    assert next_pause(LONGEST_PAUSE, HEALTHY) == FIRST_PAUSE


def test_exit_codes_in_words() -> None:
    assert [ended_by(code) for code in (0, 1, -9, -15, -64)] == [
        "exit code 0",
        "exit code 1",
        "SIGKILL",
        "SIGTERM",
        "SIGRTMAX",
    ]


def test_a_second_supervisor_of_the_same_home_is_refused(home: Path) -> None:
    with only_one(home):
        with pytest.raises(Failure, match=f"process {os.getpid()}"), only_one(home):
            pass
        with only_one(home.with_name("other")):
            pass
    with only_one(home):
        pass


def test_a_tied_process_leaves_when_the_other_end_is_gone(tmp_path: Path) -> None:
    """Even one that ignores SIGTERM."""
    mine, theirs = socket.socketpair()
    code = (
        "import signal, sys, time; from datetime import timedelta; from bellhop import tie\n"
        "tie.MARGIN = timedelta(seconds=0.1); signal.signal(15, signal.SIG_IGN)\n"
        "held = tie.Tie(int(sys.argv[1])); held.watch(timedelta(seconds=0.1)); held.ready(); time.sleep(600)"
    )
    with theirs:
        command = [sys.executable, "-c", code, str(theirs.fileno())]
        process = subprocess.Popen(command, pass_fds=(theirs.fileno(),), env=os.environ | {"PYTHONPATH": str(SOURCE)})
    with mine:
        assert mine.recv(1) == b"1"
        assert process.poll() is None
    assert process.wait(LIMIT.total_seconds()) == 1


async def test_the_embedded_store_keeps_every_promise_of_its_configuration(embedded: Settings) -> None:
    process = await valkey.start(embedded)
    try:
        async with asyncio.timeout(LIMIT.total_seconds()):
            await valkey.wait_until_answers(embedded)
        with Redis.from_url(embedded.store_url, decode_responses=True) as client:
            found = client.config_get("appendonly", "appendfsync", "maxmemory-policy", "save", "port")
            assert found == {
                "appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction", "save": "", "port": "0",
            }  # fmt: skip
            client.set("said", "kept")
        assert embedded.socket_path.stat().st_mode & 0o777 == 0o600
        others = [path for path in embedded.home.rglob("*") if path.stat().st_mode & 0o077 and not path.is_symlink()]
        assert others == []
        process.kill()
        await process.wait()
        process = await valkey.start(embedded)
        async with asyncio.timeout(LIMIT.total_seconds()):
            await valkey.wait_until_answers(embedded)
        with Redis.from_url(embedded.store_url, decode_responses=True) as client:
            assert client.get("said") == "kept"
    finally:
        process.kill()
        await process.wait()


async def test_a_home_too_deep_for_a_socket_is_a_plain_failure(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 120)
    with pytest.raises(Failure, match="too long"):
        await valkey.start(replace(Settings(), home=deep))


def test_the_store_dies_with_its_supervisor(embedded: Settings) -> None:
    """kill -9 of the parent: nothing may go on writing below a home that nobody guards."""
    code = (
        "import asyncio, sys; from dataclasses import replace; from pathlib import Path; from bellhop import valkey\n"
        "from models.settings import Settings\n"
        "async def main():\n"
        "    await valkey.start(replace(Settings(), home=Path(sys.argv[1]))); await asyncio.sleep(600)\n"
        "asyncio.run(main())"
    )
    command = [sys.executable, "-c", code, str(embedded.home)]
    parent = subprocess.Popen(command, env=os.environ | {"PYTHONPATH": str(SOURCE)})
    wait_until(lambda: _answers(embedded), "the store answers")
    parent.kill()
    parent.wait()
    wait_until(lambda: not _answers(embedded), "the store is gone")


def _answers(settings: Settings) -> bool:
    try:
        with Redis.from_url(settings.store_url) as client:
            return bool(client.ping())
    except RedisError:
        return False


class Serving:
    """`bellhop serve` in a process of its own, with a small project and a free port."""

    def __init__(self, home: Path, project: Path, port: int = 0) -> None:
        self.home = home
        self.port = port or free_port()
        self.output = home.parent / "serve.out"
        names = {"HOME": str(home), "PROJECT": str(project), "PORT": str(self.port)}
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("BELLHOP_")}
        environment = (
            inherited | {f"BELLHOP_{name}": value for name, value in names.items()} | {"PYTHONPATH": str(SOURCE)}
        )
        with self.output.open("ab") as output:
            command = [sys.executable, "-P", "-m", "bellhop", "serve"]
            self.process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)

    @property
    def said(self) -> str:
        return self.output.read_text()

    def wait_for(self, text: str) -> None:
        wait_until(lambda: text in self.said or self.process.poll() is not None, text, 120)
        assert text in self.said, self.said

    def children(self) -> dict[str, int]:
        """Name → process id of what runs below the supervisor."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return {name: int(pid) for pid in listed if (name := _name(int(pid)))}


def _name(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    except OSError:
        return ""
    if "--tie" in words:
        return words[words.index("--tie") - 1]
    return "valkey" if "valkey-server" in words[0] else ""


def _alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The smallest that can be trained."""
    folder = tmp_path / "shop"
    (folder / "data").mkdir(parents=True)
    (folder / "domain.yml").write_text(
        "version: '3.1'\nintents: [greet, order]\nresponses:\n  utter_greet: [{text: Hello!}]\n  utter_order: [{text: Sent.}]\n"
    )
    (folder / "config.yml").write_text("language: en\n")
    (folder / "data" / "nlu.yml").write_text(
        "version: '3.1'\nnlu:\n- intent: greet\n  examples: |\n    - hello\n    - hi there\n    - good morning\n    - hey you\n"
        "- intent: order\n  examples: |\n    - where is my order\n    - track my parcel\n    - order status\n    - is it sent\n"
    )
    (folder / "data" / "rules.yml").write_text(
        "version: '3.1'\nrules:\n- rule: greet\n  steps: [{intent: greet}, {action: utter_greet}]\n"
    )
    return folder


@pytest.fixture
def serving(home: Path, project: Path) -> Iterator[Serving]:
    serving = Serving(home, project)
    yield serving
    if serving.process.poll() is None:
        serving.process.kill()
        serving.process.wait()


ALL = {"valkey", "api", "bot", "handoff", "archive"}


def test_serve_starts_what_dies_refuses_a_second_one_and_ends_in_order(serving: Serving, project: Path) -> None:
    serving.wait_for("Ready in")
    assert f"http://127.0.0.1:{serving.port}/desk" in serving.said
    assert serving.said.count("Log in at /desk as admin@example.com") == 1

    second = Serving(serving.home, project)
    assert second.process.wait(120) == USAGE
    assert f"already runs with this folder (process {serving.process.pid})" in serving.said

    for name in sorted(ALL):
        before = serving.children()
        assert set(before) == ALL
        os.kill(before[name], signal.SIGKILL)
        wait_until(lambda: serving.children().get(name, before[name]) != before[name], f"another {name}")  # noqa: B023
        assert serving.said.count(f"{name} ended (SIGKILL)") == 1
        wait_until(lambda: set(serving.children()) == ALL, "all are there")

    last = serving.children()
    serving.process.terminate()
    assert serving.process.wait(120) == 0, serving.said
    assert not any(_alive(pid) for pid in last.values())
    assert "by force" not in serving.said

    third = Serving(serving.home, project)
    try:
        third.wait_for("Ready in")
        wait_until(lambda: third.said.count("Ready in") == 2, "the second start is ready")
        assert third.said.count("Log in at /desk as") == 1, "the password is shown once"
        assert third.said.count("Training") == 1, "the model is trained once"
    finally:
        third.process.terminate()
        third.process.wait(120)


def test_nothing_outlives_a_supervisor_that_was_killed(serving: Serving) -> None:
    serving.wait_for("Ready in")
    children = serving.children()
    assert set(children) == ALL
    serving.process.kill()
    serving.process.wait()
    wait_until(lambda: not any(_alive(pid) for pid in children.values()), "all children are gone")


def test_a_taken_port_ends_serve_with_a_sentence(home: Path, project: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        serving = Serving(home, project, taken.getsockname()[1])
        assert serving.process.wait(120) == USAGE
    assert "port is taken by another program" in serving.said
    assert "Traceback" not in serving.said
