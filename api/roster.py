"""Looks again and again whether those who are connected still may be: tokens end, people are disabled or signed out everywhere."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Collection

from api.auth import LEEWAY_SECONDS, BadToken, Disabled
from api.connection import CloseCode, Connection
from api.hub import Hub
from api.node import Node, judge
from models.database import NO_SQL
from models.people import Person

# Sockets of a disabled person are closed within five seconds.
LOOK_EVERY_SECONDS = 3.0

logger = logging.getLogger("bellhop.api")


async def watch(node: Node) -> None:
    """For ever. While SQL does not answer nobody is closed: the tokens were good, and end by themselves."""
    while True:
        await asyncio.sleep(LOOK_EVERY_SECONDS)
        _ended(node.hub, time.time_ns() // 1_000_000)
        staff = node.hub.staff()
        if not staff:
            continue
        try:
            people, families = await asyncio.to_thread(_standing, node, {each.identity.family for each in staff})
        except NO_SQL:
            logger.warning("SQL does not answer: who is signed in is not looked at again")
            continue
        known = {person.id: person for person in people}
        for connection in staff:
            _look(connection, known.get(connection.identity.person), families)


def _ended(hub: Hub, now: int) -> None:
    for connection in hub.everybody():
        if connection.identity.expires + LEEWAY_SECONDS * 1000 < now:
            connection.outbox.close(CloseCode.TOKEN)


def _standing(node: Node, families: Collection[str]) -> tuple[list[Person], Collection[str]]:
    return node.people.list(), node.people.open_families(families)


def _look(connection: Connection, person: Person | None, families: Collection[str]) -> None:
    try:
        judge(connection.identity, person, families)
    except Disabled:
        connection.outbox.close(CloseCode.DISABLED)
    except BadToken:
        connection.outbox.close(CloseCode.TOKEN)
