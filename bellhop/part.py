"""One of the four processes, by itself (`bellhop bot`) or below the supervisor. Each handles SIGTERM: stop taking, finish, leave."""

from __future__ import annotations

import resource
import socket
from collections.abc import Callable, Coroutine
from enum import StrEnum
from typing import Any, assert_never

from bellhop import logs, store
from bellhop.failure import USAGE, Failure
from bellhop.tie import Tie
from models.settings import Settings

FILES_BESIDE_SOCKETS = 500

Ready = Callable[[], None]


class Part(StrEnum):
    """In the order in which they are ended: first who takes from outside, last who writes down."""

    API = "api"
    BOT = "bot"
    HANDOFF = "handoff"
    ARCHIVE = "archive"


def run(part: Part, settings: Settings, tie: int | None) -> None:
    """Runs until SIGTERM. `tie` is the number of the socket to the supervisor, if there is one."""
    refuse_bad_level(settings)
    logs.start(settings, part)
    ready: Ready = _nothing
    if tie is not None:
        held = Tie(tie)
        held.watch(settings.drain)
        ready = held.ready
    store.require(settings)
    match part:
        case Part.API:
            from api.server import run as serve

            many_files(settings.connections)
            free(settings.host, settings.port)
            serve(settings, ready)
        case Part.BOT:
            from bot.worker import run as work

            _asyncio(work(settings, ready))
        case Part.HANDOFF:
            from handoff.watch import run as watch

            _asyncio(watch(settings, ready))
        case Part.ARCHIVE:
            from stream.archive import run as archive

            _asyncio(archive(settings, ready))
        case _:
            assert_never(part)


def refuse_bad_level(settings: Settings) -> None:
    if settings.log_level not in logs.LEVELS:
        raise Failure("BELLHOP_LOG_LEVEL is not a level.", f"Use one of {', '.join(logs.LEVELS)}.", USAGE)


def free(host: str, port: int) -> None:
    """Raises OSError where another program has the port: uvicorn itself would only leave with a line in a log."""
    for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[:1]:
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)


def many_files(connections: int) -> None:
    """Most systems begin with 1,024 open files and allow more to who asks."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    wanted = connections + FILES_BESIDE_SOCKETS
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


def _nothing() -> None:
    pass


def _asyncio(work: Coroutine[Any, Any, None]) -> None:
    import uvloop

    uvloop.run(work)
