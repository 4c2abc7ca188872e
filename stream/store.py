"""The store's clients. Writes fail fast and are never retried below us: a retried write is a doubled one. Blocking reads may block."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError, NoScriptError, RedisError, ResponseError, TimeoutError

from stream.errors import Unavailable

# Half for a free connection, half for the answer.
ANSWER_SECONDS = 1.0
CONNECTIONS = 64

# What the server answers when it lives but cannot take a write: disk full, memory full, loading, read-only replica, cluster down.
_CANNOT = (
    "MISCONF",
    "OOM",
    "LOADING",
    "READONLY",
    "CLUSTERDOWN",
    "MASTERDOWN",
    "NOREPLICAS",
    "TRYAGAIN",
    "BUSY",
    "UNBLOCKED",
)


@dataclass(frozen=True, slots=True)
class Store:
    """`commands` for everything short, `waiting` for blocking reads and subscriptions.

    Untyped: redis-py's return types are unions of all that any protocol and decoding could answer. Ours: RESP2, bytes.
    """

    commands: Any
    waiting: Any

    @classmethod
    def open(cls, url: str) -> Store:
        """Connects lazily; raises ValueError for an address that cannot be read."""
        never = Retry(NoBackoff(), 0)
        return cls(
            # The plain pool refuses the 65th caller at once: 36 of 100 reads side by side failed when measured. This one lets it wait.
            commands=Redis.from_pool(
                BlockingConnectionPool.from_url(
                    url,
                    timeout=ANSWER_SECONDS / 2,
                    # Not the client's: on Python 3.11 its wait_for loses a cancellation that comes as a command was sent, and costs a task.
                    socket_timeout=None,
                    socket_connect_timeout=ANSWER_SECONDS / 2,
                    retry=never,
                    max_connections=CONNECTIONS,
                    protocol=2,
                )
            ),
            waiting=Redis.from_url(
                url, socket_timeout=None, socket_connect_timeout=ANSWER_SECONDS / 2, retry=never, protocol=2
            ),
        )

    async def aclose(self) -> None:
        await self.commands.aclose()
        await self.waiting.aclose()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Store]:
        try:
            yield self
        finally:
            await self.aclose()


@asynccontextmanager
async def reaching() -> AsyncIterator[None]:
    """Bounds the wait, and turns what a client raises into Unavailable; an error in our own call stays what it is."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            yield
    except (ConnectionError, TimeoutError, OSError) as error:
        raise Unavailable("the store does not answer") from error
    except ResponseError as error:
        if str(error).lstrip("-").startswith(_CANNOT) or "OOM" in str(error):
            raise Unavailable("the store cannot take writes now") from error
        raise
    except RedisError as error:
        raise Unavailable("the store does not answer as it should") from error


class Script:
    """Lua files of a package, one after the other as one script; loaded where the server does not know it yet."""

    def __init__(self, *names: str, package: str = "stream") -> None:
        self._text = "".join(files(package).joinpath(name).read_text(encoding="utf-8") for name in names)
        self._sha = ""

    async def __call__(self, client: Any, keys: Sequence[str | bytes], arguments: Sequence[Any]) -> Any:
        """Raises Unavailable."""
        async with reaching():
            if not self._sha:
                self._sha = await client.script_load(self._text)
            try:
                return await client.evalsha(self._sha, len(keys), *keys, *arguments)
            except NoScriptError:
                await client.script_load(self._text)
                return await client.evalsha(self._sha, len(keys), *keys, *arguments)
