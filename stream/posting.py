"""One POST to somebody else's server, which must not lead into our own network: the address is resolved by us, looked at, and then
connected to, so that it cannot be another one the second time. No redirects, no proxies, no cookies; what is answered is not read."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any, Self

import httpcore
import httpx

from models.webhooks import public

TIMEOUT_SECONDS = 10.0
CONNECTIONS = 8


class NotSent(Exception):
    """No answer. The message is ours, and says nothing of where it went."""


class Poster:
    """Use as `async with`. `anywhere`: private addresses are allowed."""

    def __init__(self, anywhere: bool) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=httpx.create_ssl_context(),
            max_connections=CONNECTIONS,
            max_keepalive_connections=0,
            network_backend=_Guarded(anywhere),
        )

    async def __aenter__(self) -> Self:
        await self._pool.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._pool.__aexit__(kind, error, trace)

    async def post(self, url: str, headers: Mapping[bytes | str, bytes | str], body: bytes) -> int:
        """The status that was answered. Raises NotSent."""
        try:
            async with (
                asyncio.timeout(TIMEOUT_SECONDS),
                self._pool.stream("POST", url, headers=headers, content=body) as answer,
            ):
                return int(answer.status)
        except _Private:
            raise NotSent("The address leads into a private network.") from None
        except TimeoutError:
            raise NotSent(f"No answer within {TIMEOUT_SECONDS:g} seconds.") from None
        except (ssl.SSLError, httpcore.ConnectError):
            raise NotSent("No connection: the name, the port or the certificate is not right.") from None
        except (httpcore.ConnectionNotAvailable, httpcore.NetworkError, httpcore.ProtocolError, OSError, ValueError):
            raise NotSent("The connection broke, or what was answered was no HTTP.") from None


class _Private(Exception):
    pass


class _Guarded(httpcore.AsyncNetworkBackend):
    """TLS still asks for the name, as httpcore passes it on by itself."""

    def __init__(self, anywhere: bool) -> None:
        self._anywhere = anywhere
        self._plain = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore calls it so
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """All that a name leads to must be public: one private address among them is no accident."""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise httpcore.ConnectError from None
        addresses = [str(each[4][0]) for each in found]
        if not self._anywhere and not all(public(each.partition("%")[0]) for each in addresses):
            raise _Private
        if not addresses:
            raise httpcore.ConnectError
        return await self._plain.connect_tcp(addresses[0], port, timeout, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
