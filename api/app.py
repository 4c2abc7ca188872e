"""The FastAPI app. Its lifespan opens what a node holds and closes it again; nothing lives in a module."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response
from starlette.websockets import WebSocket

from api import agent, customer, pages, problems, rest_channel
from api.auth import BadToken, Identity, Tokens
from api.guard import Guard
from api.hub import Connection, Hub
from api.metrics import MEDIA_TYPE, Metrics
from api.socket import Session
from api.state import Here, Node
from api.verbs import Verbs
from handoff.queue import Queue
from models.database import open_engine
from models.frames import PROTOCOL, TOKEN_PREFIX
from models.people import People
from models.sealed import KeyRing
from models.settings import Settings
from stream.errors import Unavailable
from stream.history import ArchiveUnavailable, History
from stream.log import Log
from stream.presence import Presence
from stream.push import Push
from stream.store import Store

TRY_LATER, BAD_TOKEN, RESTART = 1013, 4401, 1012
# The sub-protocol and one token.
SUBPROTOCOLS = 2


class Ready(BaseModel):
    """`missing` names what does not answer."""

    ready: bool
    missing: list[str]


def create_app(settings: Settings) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, Any]]:
        async with opened(settings) as node:
            yield {"node": node}

    app = FastAPI(
        title="Bellhop",
        version="0.1.0",
        description="Robot-first customer service. The socket `/chat` is described in [/asyncapi.yaml](/asyncapi.yaml).",
        lifespan=lifespan,
        redoc_url=None,
    )
    app.add_middleware(Guard, settings=settings)
    problems.install(app)
    for each in (customer.router, agent.router, rest_channel.router, pages.router):
        app.include_router(each)
    app.add_api_websocket_route("/chat", chat)
    app.add_api_route("/healthz", healthz, tags=["health"])
    app.add_api_route("/readyz", readyz, tags=["health"], responses={503: {"model": Ready}})
    app.add_api_route("/metrics", metrics, tags=["health"], include_in_schema=False)
    return app


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Node]:
    """Everything that one API process holds."""
    ring = await asyncio.to_thread(KeyRing.load, settings.key_file)
    engine = open_engine(settings.sql_url)
    history = History(engine)
    async with AsyncExitStack() as stack:
        stack.callback(engine.dispose)
        store = await stack.enter_async_context(Store.open(settings.store_url).opened())
        log = await stack.enter_async_context(Log(store, settings, history))
        push, presence, queue = Push(store, settings.partitions), Presence(store, settings), Queue(store)
        hub = Hub(log, push, settings)
        running = asyncio.create_task(hub.run())
        try:
            yield Node(
                settings=settings, engine=engine, log=log, push=push, hub=hub, presence=presence, queue=queue, history=history,
                people=People(engine), ring=ring, tokens=Tokens(ring.signing, settings),
                verbs=Verbs(log, hub, presence, ring, settings, queue), metrics=Metrics(),
            )  # fmt: skip
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


async def chat(socket: WebSocket) -> None:
    """The token comes with the handshake. Browsers cannot read a handshake's status: they get a close code instead."""
    node: Node = socket.state.node
    offered = socket.scope.get("subprotocols", [])
    token, browser = _token(socket, offered)
    try:
        identity = await node.valid(token)
    except BadToken:
        return await _refuse(socket, browser)
    await socket.accept(PROTOCOL if PROTOCOL in offered else None)
    if node.hub.draining or node.hub.connections >= node.settings.connections:
        return await socket.close(TRY_LATER)
    await _talk(socket, node, identity)
    return None


def _token(socket: WebSocket, offered: list[str]) -> tuple[str, bool]:
    """(token or "", whether it came as a sub-protocol)."""
    tokens = [each.removeprefix(TOKEN_PREFIX) for each in offered if each.startswith(TOKEN_PREFIX)]
    if offered:
        right = len(offered) == SUBPROTOCOLS and PROTOCOL in offered
        return (tokens[0] if tokens and right else "", True)
    scheme, _, token = socket.headers.get("authorization", "").partition(" ")
    return (token.strip() if scheme.lower() == "bearer" else "", False)


async def _refuse(socket: WebSocket, browser: bool) -> None:
    if browser:
        await socket.accept(PROTOCOL)
        await socket.close(BAD_TOKEN)
    else:
        problem = problems.Problem(*problems.UNAUTHORIZED, {"WWW-Authenticate": "Bearer"})
        await socket.send_denial_response(problems.answer(problem))


async def _talk(socket: WebSocket, node: Node, identity: Identity) -> None:
    connection = Connection(identity, secrets.token_hex(8), node.settings)
    node.hub.join(connection)
    node.metrics.connections.inc()
    try:
        await node.presence.here(identity.person, connection.id)
        await node.verbs.welcome(connection)
        await Session(socket, connection, node.verbs, node.settings, node.metrics).run()
    except Unavailable:
        await socket.close(TRY_LATER)
    finally:
        node.metrics.connections.dec()
        await node.hub.leave(connection)
        if not node.hub.draining:
            await _gone(node, connection)


async def _gone(node: Node, connection: Connection) -> None:
    """A store that does not answer forgets the socket by itself, with the online key."""
    try:
        await node.presence.gone(connection.identity.person, connection.id)
    except Unavailable:
        return


async def healthz() -> dict[str, str]:
    """The process lives."""
    return {"status": "ok"}


async def readyz(here: Here) -> Response:
    """Store and SQL answer."""
    missing = []
    try:
        await here.log.ping()
    except Unavailable:
        missing.append("store")
    try:
        await asyncio.to_thread(here.history.after, "c_", 0, 1)
    except ArchiveUnavailable:
        missing.append("sql")
    if here.hub.draining:
        missing.append("draining")
    return JSONResponse(Ready(ready=not missing, missing=missing).model_dump(), 503 if missing else 200)


async def metrics(here: Here) -> Response:
    return Response(here.metrics.text(), media_type=MEDIA_TYPE)
