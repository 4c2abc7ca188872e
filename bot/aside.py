"""Work that everything else goes before: in a process of its own, of the lowest priority, that leaves a core to the chat."""

from __future__ import annotations

import asyncio
import importlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

LAST = 19
# From here on the kernel lets whoever wakes up on our core go before us at once, where `nice` alone lets our slice of time end first.
IDLE_FROM = 10
# Each library of linear algebra would otherwise begin as many threads as there are cores.
THREADS = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
_SESSION = Path("/proc/self/autogroup")
# The kernel takes one change of a session's priority in a tenth of a second.
_SESSION_TRIES = 20
_SESSION_SECONDS = 0.05

_Done = TypeVar("_Done")


async def begin(module: str, *words: str, nice: int, folder: Path) -> asyncio.subprocess.Process:
    """Calls the module's `main` with the words in a process, started in `folder`, which tells by its output. It learns that we are gone
    by the end of its input.

    A session of its own: the kernel shares cores out to sessions first, and only within one by `nice`.
    """
    return await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "bot.aside", str(nice), module, *words,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, cwd=folder, env=os.environ | THREADS,
        start_new_session=True,
    )  # fmt: skip


async def end(child: asyncio.subprocess.Process) -> int:
    """At once; its exit code, below 0 for a signal."""
    # Not `child.kill()`: that looks first whether it has ended, and then nobody learns how of one that has just been killed.
    if child.returncode is None:
        with suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGKILL)
    return await child.wait()


def leave_with_the_other() -> None:
    """Who began us was killed: nobody is there to hear."""

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 1):
            pass
        os._exit(1)

    threading.Thread(target=watch, name="watch", daemon=True).start()


def aside(work: Callable[[], _Done], nice: int) -> _Done:
    """Does it behind everything else, as far as `nice` says (1 to 19). Not in this thread: who has become nice may not be less so again,
    and what holds a lock in SQL should."""
    done: list[_Done] = []
    failed: list[BaseException] = []

    def run() -> None:
        os.nice(nice)
        if nice >= IDLE_FROM:
            with suppress(OSError, AttributeError):
                os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
        with suppress(OSError, AttributeError):
            os.sched_setaffinity(0, _all_but_one(os.sched_getaffinity(0)))
        try:
            done.append(work())
        except BaseException as error:  # noqa: BLE001 - it is raised below
            failed.append(error)

    before = _session(min(nice, LAST))
    # Threads that it begins are like it.
    thread = threading.Thread(target=run, name="aside")
    thread.start()
    thread.join()
    _session(before)
    if failed:
        raise failed[0]
    return done[0]


def _all_but_one(cores: set[int]) -> set[int]:
    """Of two that learn and a chat on two cores each message would wait for one."""
    return cores - {min(cores)} or cores


def _session(priority: int) -> int:
    """What it was before. Only where the kernel has sessions in groups; elsewhere, as in most containers, it does nothing."""
    try:
        before = int(_SESSION.read_text().split()[-1])
        for _ in range(_SESSION_TRIES):
            with suppress(BlockingIOError):
                _SESSION.write_text(str(priority))
                return before
            time.sleep(_SESSION_SECONDS)
    except (OSError, ValueError, IndexError):
        return priority
    return before


def main(nice: int, module: str, *words: str) -> None:
    """Libraries are loaded aside too: they are a second of a whole core."""
    aside(lambda: importlib.import_module(module), nice).main(*words)


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
