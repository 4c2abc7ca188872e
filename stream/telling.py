"""Tells webhooks what has happened: at least once, of one conversation in its order, and as long as they do not take it again and again."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from models.database import NO_SQL
from models.hooks import Hook, Webhooks
from models.sealed import KeyRing, Unreadable
from models.settings import Settings, Targets
from models.webhooks import SIGNATURE, signature
from stream.change import Line
from stream.deliveries import Deliveries, Due
from stream.history import ArchiveUnavailable
from stream.posting import NotSent, Poster
from stream.running import pause

LOOK_EVERY_SECONDS = 1.0
HOOKS_EVERY_SECONDS = 2.0
SWEEP_EVERY_SECONDS = 3600.0
AT_ONCE = 8

logger = logging.getLogger("bellhop.webhooks")


class Telling:
    """Beside the archive: it writes what is to be told before the log lets go of it, and one process sends."""

    def __init__(self, engine: Engine, ring: KeyRing, settings: Settings) -> None:
        self._webhooks = Webhooks(engine, ring)
        self._deliveries = Deliveries(engine)
        self._anywhere = settings.webhook_targets is Targets.ANY
        self._hooks: Sequence[Hook] = ()
        self._looked = -HOOKS_EVERY_SECONDS

    def write(self, lines: Sequence[Line]) -> None:
        """Synchronous. Raises ArchiveUnavailable: give the same lines again."""
        try:
            if time.monotonic() - self._looked >= HOOKS_EVERY_SECONDS:
                self._hooks = [each for each in self._webhooks.list() if not each.disabled]
                self._looked = time.monotonic()
            if self._hooks:
                self._deliveries.write(self._hooks, lines)
        except (*NO_SQL, IntegrityError) as error:
            # Of two that write the same one is refused, and sees it there the next time.
            raise ArchiveUnavailable("the database does not answer") from error

    async def run(self, mine: Callable[[], bool], stop: asyncio.Event) -> None:
        """Sends while `mine` says that it is ours to do."""
        swept = -SWEEP_EVERY_SECONDS
        async with Poster(self._anywhere) as poster:
            while not stop.is_set():
                sent = 0
                if mine():
                    try:
                        sent = await self._round(poster)
                        if time.monotonic() - swept > SWEEP_EVERY_SECONDS:
                            await asyncio.to_thread(self._deliveries.sweep)
                            swept = time.monotonic()
                    except NO_SQL:
                        logger.warning("SQL does not answer: webhooks wait")
                if not sent:
                    await pause(LOOK_EVERY_SECONDS, stop)

    async def _round(self, poster: Poster) -> int:
        """How many were taken."""
        due = await asyncio.to_thread(self._deliveries.due)
        gate = asyncio.Semaphore(AT_ONCE)
        secrets: dict[str, tuple[str, str] | None] = {}
        for each in {each.delivery.webhook for each in due}:
            secrets[each] = await asyncio.to_thread(self._secret, each)

        async def one(each: Due) -> bool:
            known = secrets[each.delivery.webhook]
            if known is None:
                return False
            async with gate:
                return await self._tell(poster, each, *known)

        return sum(await asyncio.gather(*(one(each) for each in due)))

    def _secret(self, webhook: str) -> tuple[str, str] | None:
        try:
            hook, secret = self._webhooks.get(webhook)
        except KeyError:
            return None
        except Unreadable:
            logger.error("the secret of a webhook cannot be opened: give it another one")
            return None
        return hook.url, secret

    async def _tell(self, poster: Poster, due: Due, url: str, secret: str) -> bool:
        try:
            status = await send(poster, url, secret, due.delivery.id, due.delivery.kind, due.body.encode())
        except NotSent as error:
            await asyncio.to_thread(self._deliveries.missed, due, 0, str(error))
            return False
        if 200 <= status < 300:
            await asyncio.to_thread(self._deliveries.delivered, due, status)
            return True
        await asyncio.to_thread(self._deliveries.missed, due, status, "Another answer than 2xx.")
        return False


async def send(poster: Poster, url: str, secret: str, id: str, kind: str, body: bytes) -> int:
    """The status that was answered. Raises NotSent."""
    headers: dict[bytes | str, bytes | str] = {
        "Content-Type": "application/json", "User-Agent": "Bellhop", "Bellhop-Delivery": id, "Bellhop-Event": kind,
        SIGNATURE: signature(secret, int(time.time()), body),
    }  # fmt: skip
    return await poster.post(url, headers, body)
