"""Custom actions on an action server, over HTTP. Each call ends within its limit, retries included.

Below httpx's client, on its transport: no redirect is followed (it could lead a conversation elsewhere), no cookie is kept from one
conversation to the next, no proxy comes from the environment, and the address, which may hold a token, is written into no log.
"""

from __future__ import annotations

import asyncio
import logging
import random
import ssl
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import httpx

from bot.action_answer import ANSWER_MOST_BYTES, ActionFailed, ActionRejected, Ran
from bot.project.endpoints import ActionEndpoint
from bot.remote_breaker import OPEN_SECONDS, Breaker, RetryBudget
from bot.remote_protocol import DOMAIN_MISSING, Asking, Unusable, read

ATTEMPTS_MOST = 3
CONNECT_SECONDS = 2.0
BACK_OFF_SECONDS = 0.1
# As many as threads of actions in process; more wait for a free one, until their time is up.
CONNECTIONS_MOST = 64
HEALTH_SECONDS = 2.0
# rasa-sdk closes after 120 s.
IDLE_SECONDS = 60.0
_PASSING = frozenset({502, 503, 504})

logger = logging.getLogger("bellhop.actions")


class RemoteServer:
    """One action server, with the pool of connections to it. Opened by the first call; `close` ends it."""

    def __init__(self, endpoint: ActionEndpoint, domain: Mapping[str, Any]) -> None:
        self._endpoint = endpoint
        self._asking = Asking(domain, endpoint.compressed)
        self._url = _url(endpoint)
        self._headers = _headers(endpoint, self._asking.headers)
        self._breaker = Breaker()
        self._budget = RetryBudget()
        self._transport: httpx.AsyncHTTPTransport | None = None

    async def run(self, name: str, tracker: Mapping[str, Any], limit_seconds: float) -> Ran:
        """Raises ActionFailed, ActionRejected; both have the name of the action and nothing else."""
        if not self._breaker.allows(_now()):
            logger.warning("action %s was not asked for: its server has failed too often", name)
            raise ActionFailed(name)
        self._budget.call_made()
        try:
            body = self._asking.body(name, tracker)
            async with asyncio.timeout(limit_seconds):
                status, answer = await self._patiently(body, limit_seconds)
            return read(name, status, answer)
        except TimeoutError:
            self._failed()
            logger.warning("action %s took longer than %g s", name, limit_seconds)
        except Unusable as unusable:
            logger.warning("action %s failed: %s", name, unusable.reason)
        except ActionRejected:
            raise
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError, ValueError, TypeError) as error:
            logger.warning("action %s failed: %s", name, type(error).__name__)
        raise ActionFailed(name) from None

    async def close(self) -> None:
        if self._transport is not None:
            await self._transport.aclose()
            self._transport = None

    async def _patiently(self, body: bytes, limit_seconds: float) -> tuple[int, bytes]:
        """Asks again only where the server cannot have run the action, or says that it passes; and once where it wants the domain."""
        for attempt in range(1, ATTEMPTS_MOST + 1):
            status = 0
            try:
                status, answer = await self._ask(body, limit_seconds)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if attempt == ATTEMPTS_MOST or not self._budget.take():
                    self._failed()
                    raise
            except httpx.TransportError:
                self._failed()
                raise
            else:
                again = status in _PASSING or (status == DOMAIN_MISSING and attempt == 1)
                if not again or attempt == ATTEMPTS_MOST or not self._budget.take():
                    self._answered(status)
                    return status, answer
            await asyncio.sleep(BACK_OFF_SECONDS * attempt * random.uniform(0.5, 1.5))
        raise AssertionError("the last attempt returns or raises")

    async def _ask(self, body: bytes, limit_seconds: float) -> tuple[int, bytes]:
        timeout = httpx.Timeout(limit_seconds, connect=min(CONNECT_SECONDS, limit_seconds))
        request = httpx.Request(
            "POST", self._url, headers=self._headers, content=body, extensions={"timeout": timeout.as_dict()}
        )
        response = await self._opened().handle_async_request(request)
        try:
            return response.status_code, await _bounded(response)
        finally:
            await response.aclose()

    def _opened(self) -> httpx.AsyncHTTPTransport:
        if self._transport is None:
            # At level debug httpcore writes down the headers of answers: that of a redirect repeats our address with its token.
            logging.getLogger("httpcore").setLevel(logging.WARNING)
            limits = httpx.Limits(
                max_connections=CONNECTIONS_MOST,
                max_keepalive_connections=CONNECTIONS_MOST,
                keepalive_expiry=IDLE_SECONDS,
            )
            self._transport = httpx.AsyncHTTPTransport(verify=_context(self._endpoint), trust_env=False, limits=limits)
        return self._transport

    def _answered(self, status: int) -> None:
        """An action that raises (500) is not a server that is gone."""
        if status in _PASSING:
            self._failed()
            return
        if self._breaker.is_open:
            logger.warning("the action server answers again")
        self._breaker.succeeded()

    def _failed(self) -> None:
        before = self._breaker.is_open
        self._breaker.failed(_now())
        if self._breaker.is_open and not before:
            logger.warning("the action server does not answer; it is asked again after %g s", OPEN_SECONDS)


def health(endpoint: ActionEndpoint) -> str:
    """Empty where the server says that it is well (`/health` beside the webhook), else what is wrong. Blocks for HEALTH_SECONDS at most
    at each step."""
    url = _url(endpoint)
    url = url.copy_with(path=url.path.rpartition("/")[0] + "/health")
    timeout = httpx.Timeout(HEALTH_SECONDS).as_dict()
    request = httpx.Request("GET", url, headers=_headers(endpoint, {}), extensions={"timeout": timeout})
    try:
        with httpx.HTTPTransport(verify=_context(endpoint), trust_env=False) as transport:
            response = transport.handle_request(request)
            response.close()
    except (httpx.HTTPError, OSError) as error:
        return f"does not answer ({type(error).__name__})"
    return "" if response.is_success else f"answers {response.status_code}"


def _url(endpoint: ActionEndpoint) -> httpx.URL:
    return httpx.URL(endpoint.url).copy_merge_params(endpoint.parameters)


def _headers(endpoint: ActionEndpoint, ours: Mapping[str, str]) -> httpx.Headers:
    headers = httpx.Headers(endpoint.headers)
    headers.update({**ours, **_authorization(endpoint)})
    return headers


def _context(endpoint: ActionEndpoint) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=endpoint.certificates or None)


async def _bounded(response: httpx.Response) -> bytes:
    """Raises ValueError for a body that is too long, or packed: a few packed bytes may stand for more than memory holds."""
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise ValueError("packed")
    parts, size = [], 0
    async for part in response.aiter_raw():
        size += len(part)
        if size > ANSWER_MOST_BYTES:
            raise ValueError("too long")
        parts.append(part)
    return b"".join(parts)


def _authorization(endpoint: ActionEndpoint) -> dict[str, str]:
    if endpoint.basic is None:
        return {}
    return {"Authorization": f"Basic {b64encode(':'.join(endpoint.basic).encode()).decode()}"}


def _now() -> float:
    return asyncio.get_running_loop().time()
