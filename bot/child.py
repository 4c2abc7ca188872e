"""Processes for what is done aside, as the bot begins and ends them."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

# Each library of linear algebra would otherwise begin as many threads as there are cores.
THREADS = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


@dataclass(frozen=True, slots=True)
class Child:
    """`told` is what it tells by its output."""

    process: subprocess.Popen[bytes]
    told: asyncio.StreamReader

    async def wait(self) -> int:
        """Its exit code, below 0 for a signal."""
        code = await asyncio.to_thread(self.process.wait)
        assert self.process.stdin is not None
        self.process.stdin.close()
        return code

    async def end(self) -> int:
        """At once; the same."""
        self.process.kill()
        return await self.wait()


async def begin(module: str, *words: str, nice: int, folder: Path) -> Child:
    """Calls the module's `main` with the words in a process, started in `folder`. It learns that we are gone by the end of its input.

    A session of its own: the kernel shares cores out to sessions first, and only within one by `nice`.
    """
    return await started(sys.executable, "-P", "-m", "bot.aside", str(nice), module, *words, folder=folder)


async def started(*command: str, folder: Path) -> Child:
    """Raises OSError."""

    def start() -> subprocess.Popen[bytes]:
        # Not the loop's own way: uvloop copies the whole bot for it, which stands still for 30 ms meanwhile.
        return subprocess.Popen(  # noqa: S603 - Python, and a module of ours
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder, env=os.environ | THREADS,
            start_new_session=True,
        )  # fmt: skip

    process, told = await asyncio.to_thread(start), asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(told), process.stdout)
    return Child(process, told)
