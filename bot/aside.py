"""Work that everything else goes before: in a process of its own (bot/child.py), of the lowest priority, that leaves a core to the chat.

A process begins here, so what is imported is imported before everything else goes before: only what costs nothing.
"""

from __future__ import annotations

import importlib
import os
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
_SESSION = Path("/proc/self/autogroup")
# The kernel takes one change of a session's priority in a tenth of a second.
_SESSION_TRIES = 20
_SESSION_SECONDS = 0.05

_Done = TypeVar("_Done")


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
