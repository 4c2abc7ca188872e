"""What is done aside stands back for everything else, and who asked for it does not."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from bot.aside import IDLE_FROM, aside
from bot.child import started

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the scheduler is Linux's")


def standing() -> tuple[int, int, int]:
    return os.sched_getscheduler(0), os.getpriority(os.PRIO_PROCESS, 0), len(os.sched_getaffinity(0))


def test_it_stands_back_and_who_asked_for_it_does_not() -> None:
    before = standing()
    assert aside(standing, IDLE_FROM - 1)[:2] == (os.SCHED_OTHER, before[1] + IDLE_FROM - 1)
    policy, _, cores = aside(standing, IDLE_FROM)
    assert (policy, cores) == (os.SCHED_IDLE, max(1, before[2] - 1))
    assert standing() == before


def test_what_it_raises_is_raised_here() -> None:
    with pytest.raises(ZeroDivisionError):
        aside(lambda: 1 // 0, IDLE_FROM)


async def test_how_one_ended_that_was_killed_by_others_is_known() -> None:
    """By a kernel that had no memory left, say: it has ended already, and is ended all the same."""
    codes = set()
    for _ in range(100):
        child = await started("sleep", "60", folder=Path.cwd())
        os.kill(child.process.pid, signal.SIGKILL)
        await child.told.read()
        codes.add(await child.end())
    assert codes == {-signal.SIGKILL}
