"""The FastAPI app. Its lifespan opens what a node holds and closes it again; nothing lives in a module."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api import (
    agent,
    auditing,
    canned,
    choosing,
    customer,
    data,
    data_checks,
    data_moving,
    data_parts,
    files,
    health,
    hooks,
    inbox,
    intents,
    login,
    model_reports,
    packet,
    pages,
    people,
    problems,
    releasing,
    reporting,
    rest_channel,
    revealing,
    roster,
    searching,
    suggesting,
    tagging,
    team,
    tidying,
    training,
    transcripts,
)
from api.door import SECURITY_SCHEME, Doors
from api.guard import Guard
from api.handshake import chat
from api.node import Node
from models.settings import Settings

VERSION = "0.1.0"

logger = logging.getLogger("bellhop.api")


def create_app(settings: Settings) -> FastAPI:
    """Raises SettingsError."""
    doors = Doors(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, Any]]:
        async with Node.opened(settings) as node:
            working = asyncio.create_task(_work(node))
            working.add_done_callback(_leave_if_it_failed)
            try:
                yield {"node": node, "doors": doors}
            finally:
                working.cancel()
                await asyncio.gather(working, return_exceptions=True)

    app = FastAPI(title="Bellhop", version=VERSION, lifespan=lifespan, docs_url=None, redoc_url=None)
    app.add_middleware(Guard, settings=settings, chat=chat)
    problems.install(app)
    for each in (
        customer,
        login,
        agent,
        packet,
        canned,
        tagging,
        revealing,
        inbox,
        intents,
        data,
        data_checks,
        data_moving,
        data_parts,
        searching,
        hooks,
        files,
        transcripts,
        suggesting,
        team,
        people,
        auditing,
        choosing,
        releasing,
        model_reports,
        training,
        reporting,
        rest_channel,
        health,
        pages,
    ):
        app.include_router(each.router)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


async def _work(node: Node) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(node.hub.run())
        group.create_task(roster.watch(node))
        group.create_task(choosing.follow(node))
        group.create_task(releasing.follow(node))
        group.create_task(training.follow(node))
        group.create_task(tidying.follow(node))


def _leave_if_it_failed(working: asyncio.Task[None]) -> None:
    """A node that passes nothing on is worse than none: it leaves in order, and is started again."""
    if not working.cancelled() and working.exception() is not None:
        logger.critical("this node cannot pass messages on", exc_info=working.exception())
        signal.raise_signal(signal.SIGTERM)


def _openapi(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title,
            version=app.version,
            description="Robot-first customer service. The socket `/chat` is described in /asyncapi.yaml.",
            routes=app.routes,
        )
        made["components"]["schemas"]["Problem"] = problems.SCHEMA
        made["components"]["securitySchemes"]["Secret"] = SECURITY_SCHEME
        app.openapi_schema = made
    return app.openapi_schema
