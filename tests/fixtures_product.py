"""The whole product as a user starts it: `bellhop serve` with its own store, SQL, model and four processes."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.fixtures_store import wait_until
from tests.ports import free_port

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("api", "bot", "handoff", "archive")
ADMIN = "admin@example.com"


class Product:
    """One home; it can be stopped and started again on it. Processes are found below the supervisor by their command."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.home = home
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.password = secrets.token_urlsafe(18)
        password_file = home / "admin-password"
        home.mkdir(parents=True, exist_ok=True)
        password_file.write_text(self.password)
        password_file.chmod(0o600)
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("BELLHOP_")},
            "BELLHOP_HOME": str(home),
            "BELLHOP_PORT": str(self.port),
            "BELLHOP_ADMIN_PASSWORD_FILE": str(password_file),
            # All of a test's customers come from one address.
            "BELLHOP_VISITORS_PER_MINUTE": "100000",
            "BELLHOP_CONNECTIONS_PER_ADDRESS": "100000",
            "BELLHOP_HANDSHAKES_PER_SECOND": "100000",
            **environment,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self.home / "console.log").open("ab") as console:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bellhop", "serve"],
                cwd=ROOT,
                env=self.environment,
                stdout=console,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_until(self._ready, "the product is ready", 120)

    def _ready(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise AssertionError(f"serve ended: {self.console()[-2000:]}")
        return "Ready in" in self.console().rsplit("--- start ---", 1)[-1] and self._answers()

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.base}/readyz", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def console(self) -> str:
        return (self.home / "console.log").read_text()

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """The exit code."""
        if self.process is None:
            return 0
        self.process.send_signal(how)
        code = self.process.wait(60)
        self.process = None
        with (self.home / "console.log").open("a") as console:
            console.write("--- start ---\n")
        return code

    def pid(self, part: str) -> int:
        """The process id of a part (api, bot, handoff, archive, valkey)."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for child in children:
            try:
                command = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
            except FileNotFoundError:
                continue  # it ended while we looked
            if part.encode() in command or (part == "valkey" and b"valkey-server" in command[0]):
                return int(child)
        return 0

    def kill(self, part: str) -> int:
        """kill -9; the process id that it had."""
        wait_until(lambda: self.pid(part) > 0, f"{part} runs")
        pid = self.pid(part)
        os.kill(pid, signal.SIGKILL)
        return pid

    def came_back(self, part: str, pid: int) -> None:
        wait_until(lambda: self.pid(part) not in (0, pid), f"{part} runs again")


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo project's model, trained once for all test processes."""
    base = tmp_path_factory.getbasetemp()
    # Beside one process alone lie the folders of earlier runs, and a model of older code.
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "trained"
    with Path(f"{shared}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "models").exists():
            environment = {**os.environ, "BELLHOP_HOME": str(shared)}
            subprocess.run([sys.executable, "-m", "bellhop", "train"], cwd=ROOT, env=environment, check=True)
    return shared / "models"


@pytest.fixture
def make_product(tmp_path: Path, trained: Path) -> Iterator[Callable[..., Product]]:
    made: list[Product] = []

    def make(**environment: str) -> Product:
        home = tmp_path / f"home{len(made)}"
        shutil.copytree(trained, home / "models")
        made.append(Product(home, **environment))
        return made[-1]

    yield make
    for product in made:
        product.stop()


@pytest.fixture
def product(make_product: Callable[..., Product]) -> Product:
    """Started, on SQLite."""
    one = make_product()
    one.start()
    return one
