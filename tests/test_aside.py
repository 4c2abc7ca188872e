"""What is done aside stands back for everything else, and who asked for it does not."""

from __future__ import annotations

import os
import sys

import pytest

from bot.aside import IDLE_FROM, aside

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
