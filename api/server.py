"""The API as a process: uvicorn, and an orderly end: every client is told to come back before the server stops."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import uvicorn

from api.app import RESTART, create_app
from api.state import Node
from models.settings import Settings

# Long enough for the close frames to leave; clients come back with full jitter.
TELL_SECONDS = 0.3


class Server(uvicorn.Server):
    """uvicorn's, with `ready` when it listens."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, *arguments: object, **named: object) -> None:
        await super().startup(*arguments, **named)  # type: ignore[arg-type]
        if self.started:
            self._ready()

    async def shutdown(self, *arguments: object, **named: object) -> None:
        """Nobody new; who is here is told to come back, before the transports are closed."""
        node: Node = self.lifespan.state["node"]
        node.hub.draining = True
        node.hub.close_all(RESTART)
        await asyncio.sleep(TELL_SECONDS)
        await super().shutdown(*arguments, **named)  # type: ignore[arg-type]


def configured(settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        ws="websockets-sansio",
        ws_max_size=settings.frame_bytes,
        ws_per_message_deflate=False,
        ws_ping_interval=20,
        ws_ping_timeout=20,
        timeout_graceful_shutdown=int(settings.drain.total_seconds()),
        server_header=False,
        access_log=False,
        log_config=None,
        # At info it writes the URL of every handshake, query and all.
        log_level="warning",
        forwarded_allow_ips=settings.forwarded_allow_ips,
        lifespan="on",
    )


def run(settings: Settings, ready: Callable[[], None]) -> None:
    """Until SIGTERM or SIGINT."""
    Server(configured(settings), ready).run()
