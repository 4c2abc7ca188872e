"""The API as a process: uvicorn, and an orderly end: every client is told to come back before the server stops."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable

import uvicorn

from api.app import create_app
from api.connection import CloseCode
from api.node import Node
from api.protocol import chat_protocol
from api.request import request_protocol
from models.settings import Settings
from stream.running import settled

PING_SECONDS = 20.0
# At most; clients come back with full jitter.
TELL_SECONDS = 1.0


class Server(uvicorn.Server):
    """uvicorn's, which calls `ready` when it listens."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Nobody new; who is here is told to come back, before the transports are closed."""
        node: Node = self.lifespan.state["node"]
        node.hub.draining = True
        node.hub.close_all(CloseCode.RESTART)
        try:
            async with asyncio.timeout(TELL_SECONDS):
                await node.hub.nobody.wait()
        except TimeoutError:
            pass  # who does not read is not waited for
        await super().shutdown(sockets)


def configured(settings: Settings) -> uvicorn.Config:
    # At info uvicorn logs each address with its query, at debug the websockets library logs what is said.
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    return uvicorn.Config(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http=request_protocol(settings),
        ws=chat_protocol(settings),
        ws_max_size=settings.frame_bytes,
        ws_per_message_deflate=False,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        timeout_graceful_shutdown=int(settings.drain.total_seconds()),
        server_header=False,
        access_log=False,
        log_config=None,
        log_level="warning",
        forwarded_allow_ips=settings.forwarded_allow_ips,
        lifespan="on",
    )


def run(settings: Settings, ready: Callable[[], None]) -> None:
    """Until SIGTERM or SIGINT."""

    def listening() -> None:
        settled()
        ready()

    Server(configured(settings), listening).run()
