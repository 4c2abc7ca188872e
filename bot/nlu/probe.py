"""Tries regular expressions on the long texts that they like least, in a process of its own that has a limit.

Python's `re` cannot be given a time limit while a worker runs, so a pattern that could hang one is left out in training.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.nlu.errors import UnusablePattern

_CHILD = Path(__file__).with_name("probe_child.py")
_SECONDS = 120


def slow_ones(patterns: Sequence[tuple[str, int]]) -> list[int]:
    """The places of the patterns (source, flags) that take more than 0.2 s of CPU on a text of READ_CHARACTERS."""
    if not patterns:
        return []
    try:
        child = subprocess.run(  # noqa: S603 - our own file, and the patterns go through stdin
            [sys.executable, "-I", "-S", str(_CHILD)],
            input=json.dumps(patterns),
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=True,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        raise UnusablePattern("The regular expressions could not be tried out; write fewer or simpler ones.") from None
    slow: list[int] = json.loads(child.stdout)
    return slow
