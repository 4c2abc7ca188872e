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
Work = Callable[[Settings, Ready], None]


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
    held = Tie(tie) if tie is not None else None
    if held:
        held.watch(settings.drain)
    work = loaded(part)
    if held:
        held.wait()
    store.require(settings)
    work(settings, held.ready if held else _nothing)


def loaded(part: Part) -> Work:
    """Its entry point; importing it takes most of a start."""
    match part:
        case Part.API:
            from api.server import run as serve

            return _api(serve)
        case Part.BOT:
            from bot.process import run as work

            return _asyncio(work)
        case Part.HANDOFF:
            from handoff.watch import run as watch

            return _asyncio(watch)
        case Part.ARCHIVE:
            from stream.archive import run as archive

            return _asyncio(archive)
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


def _api(serve: Work) -> Work:
    def work(settings: Settings, ready: Ready) -> None:
        many_files(settings.connections)
        free(settings.host, settings.port)
        serve(settings, ready)

    return work


def _asyncio(run: Callable[[Settings, Ready], Coroutine[Any, Any, None]]) -> Work:
    import uvloop

    return lambda settings, ready: uvloop.run(run(settings, ready))
