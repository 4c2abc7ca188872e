"""One machine: the embedded store, what the first start needs, the four parts as child processes. What dies is started again;
Ctrl-C or SIGTERM ends everything in order, the store last."""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from bellhop import valkey
from bellhop.failure import USAGE, Failure
from bellhop.keeper import Keeper
from bellhop.part import Part
from models.settings import Settings

PATIENCE = timedelta(seconds=20)
POLL_SECONDS = 0.05
SOURCE = Path(__file__).resolve().parent.parent
EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104 - these are what we do not show

Tell = Callable[[str], None]


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Refuses a second supervisor of the same home: two stores on the same files would destroy them."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (home / "serve.lock").open("a+") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            held.seek(0)
            raise Failure(
                f"Bellhop already runs with this folder (process {held.read().strip() or 'unknown'}).",
                "Stop that one first, or choose another folder with BELLHOP_HOME.",
                USAGE,
            ) from None
        held.truncate(0)
        held.write(str(os.getpid()))
        held.flush()
        yield


class Supervisor:
    """`say` tells the operator what happens, `warn` what should not."""

    def __init__(self, settings: Settings, say: Tell, warn: Tell) -> None:
        self._settings = settings
        self._say = say
        self._began = time.monotonic()
        self._stop = asyncio.Event()
        self._useless = False
        self._parts = [Keeper(part, self._start_part, warn, self._give_up) for part in Part]
        self._store = Keeper("valkey", self._start_store, warn, self._give_up)
        self._kept: list[Keeper] = []
        self._prepared = False
        self._ties: list[socket.socket] = []

    async def run(self) -> None:
        """Until SIGINT, SIGTERM or SIGHUP. Raises Failure when something cannot be started at all."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._asked_to_stop)
        with only_one(self._settings.home):
            async with asyncio.TaskGroup() as group:
                failed = await self._until_stopped(group)
        if failed:
            raise failed
        if self._useless:
            raise Failure("Bellhop could not be started.", "The line above says why.", USAGE)

    async def _until_stopped(self, group: asyncio.TaskGroup) -> BaseException | None:
        serving = asyncio.ensure_future(self._serve(group))
        stopped = asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait((serving, stopped), return_when=asyncio.FIRST_COMPLETED)
        finally:
            serving.cancel()
            stopped.cancel()
            found = await asyncio.gather(serving, stopped, return_exceptions=True)
            await self._end()
        return found[0] if isinstance(found[0], Exception) else None

    async def _serve(self, group: asyncio.TaskGroup) -> None:
        if self._settings.embedded_redis:
            self._keep(group, self._store)
            await valkey.wait_until_answers(self._settings)
        for part in self._parts:
            self._keep(group, part)
        await self._prepare()
        self._prepared = True
        for tie in self._ties:
            _say_go(tie)
        self._ties.clear()
        await self._ready()
        self._say(f"Ready in {time.monotonic() - self._began:.1f} s. Stop with Ctrl-C.")
        self._say(f"  Chat as a customer: {self._address}/")
        self._say(f"  Answer as an agent: {self._address}/desk")
        await asyncio.Event().wait()

    def _keep(self, group: asyncio.TaskGroup, keeper: Keeper) -> None:
        self._kept.append(keeper)
        group.create_task(keeper.run(), name=keeper.name)

    async def _end(self) -> None:
        """In the order of Part: who takes from outside first; the store last, when nobody writes any more."""
        for keeper in (*self._parts, self._store):
            if keeper in self._kept:
                await keeper.end(self._settings.drain)

    def _asked_to_stop(self) -> None:
        """Asked a second time: now. The store still ends by itself; it has nothing to finish."""
        if not self._stop.is_set():
            self._say("Ending everything in order (once more to end it at once).")
            self._stop.set()
            return
        for keeper in self._parts:
            keeper.kill()

    def _give_up(self) -> None:
        self._useless = True
        self._stop.set()

    async def _start_store(self, _: Keeper) -> asyncio.subprocess.Process:
        return await valkey.start(self._settings)

    async def _start_part(self, keeper: Keeper) -> asyncio.subprocess.Process:
        """The store first: when all were killed, a part finds it with its data read. At the start parts are loaded while the rest is
        prepared, and begin at "go"."""
        if self._settings.embedded_redis:
            await valkey.wait_until_answers(self._settings)
        process, tie = await _spawn(keeper.name, keeper.ready.set)
        if self._prepared:
            _say_go(tie)
        else:
            self._ties.append(tie)
        return process

    async def _prepare(self) -> None:
        """Migrations, key ring, first admin, first model: in a process of its own, so that this one stays small."""
        process, _ = await _spawn("prepare", lambda: None)
        try:
            code = await process.wait()
        finally:
            if process.returncode is None:
                process.terminate()
                await process.wait()
        if code:
            raise Failure("Bellhop could not be prepared.", "The line above says why.", code if code == USAGE else 1)

    async def _ready(self) -> None:
        waiting = asyncio.ensure_future(self._all_ready())
        try:
            done, _ = await asyncio.wait((waiting,), timeout=PATIENCE.total_seconds())
            if not done:
                late = [part.name for part in self._parts if not part.ready.is_set()] or ["/readyz"]
                self._say(f"Still waiting for {', '.join(late)}; see {self._settings.home / 'logs'}.")
            await waiting
        finally:
            waiting.cancel()

    async def _all_ready(self) -> None:
        for part in self._parts:
            await part.ready.wait()
        while True:
            if await _answers_ready(self._host, self._settings.port):
                return
            await asyncio.sleep(POLL_SECONDS)

    @property
    def _host(self) -> str:
        return "127.0.0.1" if self._settings.host in EVERYWHERE else self._settings.host

    @property
    def _address(self) -> str:
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._settings.port}"


async def _spawn(name: str, ready: Callable[[], None]) -> tuple[asyncio.subprocess.Process, socket.socket]:
    """`bellhop <name>` in a session of its own (the terminal's Ctrl-C must not reach it), tied to us. `-P`: a project's own folder
    `models/` below the working directory must not be taken for ours."""
    mine, theirs = socket.socketpair()
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, (str(SOURCE), os.environ.get("PYTHONPATH"))))
    }
    with theirs:
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-m", "bellhop", name, "--tie", str(theirs.fileno()),
                stdin=asyncio.subprocess.DEVNULL, pass_fds=(theirs.fileno(),), start_new_session=True, env=environment,
            )  # fmt: skip
        except BaseException:
            mine.close()
            raise
    _listen(mine, ready)
    return process, mine


def _say_go(tie: socket.socket) -> None:
    with suppress(OSError):  # it has ended already; the keeper knows
        tie.send(b"1")


def _listen(tie: socket.socket, ready: Callable[[], None]) -> None:
    """Calls `ready` at the byte, and lets the tie go at its end."""
    loop = asyncio.get_running_loop()
    tie.setblocking(False)

    def heard() -> None:
        with suppress(BlockingIOError, ConnectionError):
            if tie.recv(16):
                return ready()
        loop.remove_reader(tie)
        tie.close()

    loop.add_reader(tie, heard)


async def _answers_ready(host: str, port: int) -> bool:
    try:
        reader, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    try:
        writer.write(b"GET /readyz HTTP/1.1\r\nHost: bellhop\r\nConnection: close\r\n\r\n")
        return (await reader.readline()).split(b" ")[1:2] == [b"200"]
    except OSError:
        return False
    finally:
        writer.close()
