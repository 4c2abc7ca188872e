"""Ports for servers that a test starts, stops and starts again."""

from __future__ import annotations

import os
import random
import socket

# Below the ports from which connections are made: those are given to whoever connects next, also while a killed server is away,
# and who tries again and again to reach a port of that range is connected with itself in the end.
FIRST, PAST = 15_000, 32_000
# Not the tests' own seeded one: two processes of one run would look in the same order.
_ORDER = random.Random(os.getpid())


def free_port() -> int:
    """One on which nobody listens on 127.0.0.1. Raises OSError when there is none."""
    for port in _ORDER.sample(range(FIRST, PAST), 200):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError(f"no port from {FIRST} to {PAST} is free")
