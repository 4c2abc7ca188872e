"""How a socket begins: the token comes with the handshake. Browsers cannot read a handshake's status, so they get a close code instead."""

from __future__ import annotations

import logging
import secrets
import time

from starlette.websockets import WebSocket

from api.address import address_of
from api.auth import BadToken, Disabled, Identity
from api.connection import CloseCode, Connection
from api.node import Node
from api.problems import UNAUTHORIZED, Problem, answer, kinds, too_many
from api.socket import Session
from api.verbs import Verbs
from models.database import NO_SQL
from models.frames import PROTOCOL, TOKEN_PREFIX
from stream.errors import Unavailable

RETRY_SECONDS = 10

logger = logging.getLogger("bellhop.api")


async def chat(socket: WebSocket) -> None:
    """The endpoint /chat."""
    node: Node = socket.state.node
    address = address_of(socket)
    wait = node.handshakes.take(address, time.monotonic())
    if wait:
        node.metrics.refused.labels("rate").inc()
        return await socket.send_denial_response(answer(too_many(wait)))
    with node.places.taken(address) as place:
        if place:
            await _met(socket, node)
        else:
            node.metrics.refused.labels("address").inc()
            await socket.send_denial_response(answer(too_many(RETRY_SECONDS, "Too many sockets from this address.")))


async def _met(socket: WebSocket, node: Node) -> None:
    offered: list[str] = socket.scope.get("subprotocols", [])
    token, browser = _token(socket, offered)
    try:
        identity = await node.valid(token)
    except BadToken as bad:
        node.metrics.refused.labels("token").inc()
        return await _refuse(socket, browser, isinstance(bad, Disabled))
    except NO_SQL:
        node.metrics.refused.labels("unavailable").inc()
        return await _late(socket, offered)
    if node.hub.draining or node.hub.connections >= node.settings.connections:
        node.metrics.refused.labels("full").inc()
        return await _late(socket, offered)
    await socket.accept(PROTOCOL if offered else None)
    await _talk(socket, node, identity)


def _token(socket: WebSocket, offered: list[str]) -> tuple[str, bool]:
    """(token or "", whether it came as a sub-protocol)."""
    for each in offered:
        if each.startswith(TOKEN_PREFIX):
            return each.removeprefix(TOKEN_PREFIX), True
    scheme, _, token = socket.headers.get("authorization", "").partition(" ")
    return (token.strip() if scheme.lower() == "bearer" else ""), False


async def _refuse(socket: WebSocket, browser: bool, disabled: bool) -> None:
    if browser:
        await socket.accept(PROTOCOL)
        await socket.close(CloseCode.DISABLED if disabled else CloseCode.TOKEN)
    else:
        await socket.send_denial_response(answer(Problem(*UNAUTHORIZED)))


async def _late(socket: WebSocket, offered: list[str]) -> None:
    await socket.accept(PROTOCOL if offered else None)
    await socket.close(CloseCode.TRY_LATER)


async def _talk(socket: WebSocket, node: Node, identity: Identity) -> None:
    connection = Connection(identity, secrets.token_hex(8), node.settings)
    verbs = Verbs(node, connection)
    gauge = node.metrics.connections.labels(identity.role)
    with node.hub.joined(connection), gauge.track_inprogress():
        try:
            await node.presence.here(identity.person, connection.id)
            await verbs.welcome()
        except Unavailable as error:
            logger.warning("a socket is told to come later: %s", kinds(error))
            connection.outbox.close(CloseCode.TRY_LATER)
        try:
            await Session(socket, connection, verbs, node).run()
        finally:
            await node.hub.leave(connection)
            await _gone(node, verbs)


async def _gone(node: Node, verbs: Verbs) -> None:
    """At a restart agents keep what they hold: they are back before their online key ends."""
    if node.hub.draining:
        return
    try:
        await verbs.gone()
    except Unavailable:
        return  # the key ends by itself
