"""The tie between the supervisor and one of its processes: a socket pair. A byte down the tie says "go", one up says "ready"; its end
says that the other side is gone, so that no process outlives a supervisor that was killed."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from datetime import timedelta

MARGIN = timedelta(seconds=2)


class Tie:
    """The process's end, from the number that `--tie` names."""

    def __init__(self, number: int) -> None:
        self._socket = socket.socket(fileno=number)
        self._socket.setblocking(True)
        self._go = threading.Event()

    def ready(self) -> None:
        self._socket.send(b"1")

    def wait(self) -> None:
        """Until the supervisor says "go": everything is prepared. Loading is done before, on a core that is idle meanwhile."""
        self._go.wait()

    def watch(self, drain: timedelta) -> None:
        """When the supervisor is gone: end like on SIGTERM, and by force when that takes longer than `drain`."""
        threading.Thread(target=self._watch, args=(drain + MARGIN,), name="tie", daemon=True).start()

    def _watch(self, limit: timedelta) -> None:
        while self._socket.recv(1):
            self._go.set()
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(limit.total_seconds())
        os._exit(1)
