"""Before anything of ours runs: Origin, token in the URL, absurd queries, too large or wrong bodies; and the headers of every answer."""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import Problem, answer
from models.frames import PROTOCOL, TOKEN_PREFIX
from models.settings import Settings

BODY_BYTES = 65_536
QUERY_BYTES = 4_096
QUERY_FIELDS = 50
WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
TOKEN_NAMES = frozenset({"token", "access_token", "jwt", "authorization", "bearer"})
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
# Swagger's page takes its script from elsewhere; only /docs may.
DOCS_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' https://cdn.jsdelivr.net; "
    "style-src 'self' 'unsafe-inline' https://cdn.jsdelivr.net; img-src 'self' data: https://fastapi.tiangolo.com; frame-ancestors 'none'"
)


class Guard:
    """A plain ASGI layer: Starlette's own middleware never sees a WebSocket handshake."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._origins = settings.origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        problem = self._refused(scope)
        if problem is None:
            await self._app(scope, self._bounded(scope, receive), self._secured(scope, send))
        elif scope["type"] == "http":
            await answer(problem)(scope, receive, self._secured(scope, send))
        else:
            await receive()
            await answer(problem)(scope, receive, send)

    def _refused(self, scope: Scope) -> Problem | None:
        query = scope.get("query_string", b"")
        if len(query) > QUERY_BYTES or query.count(b"&") >= QUERY_FIELDS:
            return Problem(400, "bad_request", "The query is too long.")
        if any(name.lower() in TOKEN_NAMES for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True)):
            return Problem(400, "token_in_url", "A token never goes into the URL. Send it in the Authorization header.")
        headers = Headers(scope=scope)
        if scope["type"] == "websocket":
            return self._handshake(scope, headers)
        return self._body(scope, headers)

    def _handshake(self, scope: Scope, headers: Headers) -> Problem | None:
        origins = headers.getlist("origin")
        if len(origins) > 1 or (origins and not self._own(origins[0], headers.get("host", ""))):
            return Problem(403, "origin", "This page may not open a chat here.")
        asked = scope.get("subprotocols", [])
        if any(each != PROTOCOL and not each.startswith(TOKEN_PREFIX) for each in asked):
            return Problem(400, "subprotocol", f"The sub-protocol is {PROTOCOL}.")
        return None

    def _own(self, origin: str, host: str) -> bool:
        return origin in self._origins or (bool(host) and origin in (f"http://{host}", f"https://{host}"))

    def _body(self, scope: Scope, headers: Headers) -> Problem | None:
        if scope["method"] not in WITH_BODY:
            return None
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > BODY_BYTES:
            return Problem(413, "too_large", f"A body has at most {BODY_BYTES} bytes.")
        has_body = int(length) > 0 or "transfer-encoding" in headers
        if has_body and headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return Problem(415, "unsupported_media_type", "Send application/json.")
        return None

    def _bounded(self, scope: Scope, receive: Receive) -> Receive:
        """A chunked body has no length to look at before."""
        if scope["type"] != "http":
            return receive
        got = 0

        async def bounded() -> Message:
            nonlocal got
            message = await receive()
            got += len(message.get("body", b""))
            if got > BODY_BYTES:
                # FastAPI passes its own kind of exception on, and makes 400 of every other.
                raise HTTPException(413, f"A body has at most {BODY_BYTES} bytes.")
            return message

        return bounded

    def _secured(self, scope: Scope, send: Send) -> Send:
        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
                headers["Content-Security-Policy"] = DOCS_POLICY if scope["path"] == "/docs" else POLICY
                if scope["path"].startswith("/api/"):
                    headers["Cache-Control"] = "no-store"
            await send(message)

        return secured
