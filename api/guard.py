"""Before anything of ours runs: Origin, tokens in URLs, absurd queries, bodies that are too large or of another kind. And the security
headers of every answer. A plain ASGI layer: Starlette's own middleware never sees a WebSocket's handshake."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from urllib.parse import unquote_plus

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from api.cors import preflight, shared
from api.pictures import FILE_BYTES, too_large
from api.problems import Problem, answer
from models.frames import PROTOCOL, TOKEN_PREFIX
from models.rasa.reading import FILE_BYTES as DATA_BYTES
from models.settings import Settings

PATH = "/chat"
BODY_BYTES = 65_536
# The routes whose body is no JSON; the form around a file takes some bytes too.
UPLOAD, IMPORT = "/api/files", "/api/data/import"
FORMS = {UPLOAD: FILE_BYTES + BODY_BYTES, IMPORT: DATA_BYTES + BODY_BYTES}
# Nothing that was sent as a file ever runs or loads anything, wherever it is opened.
FILE_POLICY = "default-src 'none'; sandbox"
# A page whose pictures and styles are all in it.
REPORT = "/report.html"
REPORT_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox"
QUERY_BYTES = 4_096
QUERY_FIELDS = 50
WITH_BODY = frozenset({"POST", "PUT", "PATCH", "DELETE"})
TOKEN_NAMES = frozenset({"token", "access_token", "refresh_token", "jwt", "authorization", "bearer"})
# Three parts of base64url, the first of which begins with `{"`.
_JWT = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*")
SECURITY = {
    "Content-Security-Policy": "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob: https:; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class Guard:
    """Sockets go from here to `chat` at once: each layer between would keep its part of every open one (a fifth of its memory)."""

    def __init__(self, app: ASGIApp, settings: Settings, chat: Callable[[WebSocket], Awaitable[None]]) -> None:
        self._app = app
        self._chat = chat
        self._origins = settings.origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match scope["type"]:
            case "http":
                problem = _query(scope) or _body(scope)
                secured = _secured(scope, send, self._origins)
                if not problem and (asked := preflight(scope, self._origins)):
                    await asked(scope, receive, secured)
                elif problem:
                    await answer(problem)(scope, receive, secured)
                else:
                    await self._app(scope, _bounded(receive, FORMS.get(scope["path"], BODY_BYTES)), secured)
            case "websocket":
                problem = _query(scope) or self._handshake(scope) or _place(scope)
                if problem:
                    await receive()
                    await answer(problem)(scope, receive, send)
                else:
                    await self._chat(WebSocket(scope, receive, send))
            case _:
                await self._app(scope, receive, send)

    def _handshake(self, scope: Scope) -> Problem | None:
        headers = Headers(scope=scope)
        origins = headers.getlist("origin")
        if len(origins) > 1 or (origins and not self._ours(origins[0], headers.get("host", ""))):
            return Problem(403, "origin", "This page may not open a chat here.")
        asked = scope.get("subprotocols", [])
        tokens = sum(each.startswith(TOKEN_PREFIX) for each in asked)
        if asked and (PROTOCOL not in asked or tokens > 1 or len(asked) > 1 + tokens):
            return Problem(400, "subprotocol", f"The sub-protocols are {PROTOCOL} and {TOKEN_PREFIX}<token>.")
        return None

    def _ours(self, origin: str, host: str) -> bool:
        return origin in self._origins or (bool(host) and origin in (f"http://{host}", f"https://{host}"))


def _place(scope: Scope) -> Problem | None:
    return None if scope["path"] == PATH else Problem(404, "not_found", f"The socket is {PATH}.")


def _query(scope: Scope) -> Problem | None:
    query = scope.get("query_string", b"").decode("latin-1")
    if len(query) > QUERY_BYTES or query.count("&") >= QUERY_FIELDS:
        return Problem(400, "bad_request", "The query is too long.")
    names = {unquote_plus(pair.partition("=")[0]).lower() for pair in query.split("&")}
    if names & TOKEN_NAMES or _JWT.search(unquote_plus(query)):
        return Problem(400, "token_in_url", "A token never goes into the URL. Send it in the Authorization header.")
    return None


def _body(scope: Scope) -> Problem | None:
    if scope["method"] not in WITH_BODY:
        return None
    headers = Headers(scope=scope)
    length = headers.get("content-length", "0")
    if not length.isdecimal():
        return Problem(400, "bad_request", "The length of the body is no number.")
    most = FORMS.get(scope["path"], BODY_BYTES)
    wanted = "multipart/form-data" if scope["path"] in FORMS else "application/json"
    if len(length) > len(str(most)) or int(length) > most:
        return _too_large(most)
    has_body = int(length) > 0 or "transfer-encoding" in headers
    if has_body and headers.get("content-type", "").partition(";")[0].strip().lower() != wanted:
        return Problem(415, "unsupported_media_type", f"Send {wanted}.")
    return None


def _too_large(most: int) -> Problem:
    if most == FORMS[IMPORT]:
        return Problem(413, "too_large", f"A file of training data has at most {DATA_BYTES // 1_048_576} MB; split it.")
    if most == FORMS[UPLOAD]:
        bad = too_large()
        return Problem(bad.status, bad.code, bad.sentence)
    return Problem(413, "too_large", f"A body has at most {BODY_BYTES} bytes.")


def _bounded(receive: Receive, most: int) -> Receive:
    """A chunked body has no length to look at before."""
    got = 0

    async def bounded() -> Message:
        nonlocal got
        message = await receive()
        got += len(message.get("body", b""))
        if got > most:
            # FastAPI passes this kind on, and makes a 400 of every other.
            raise HTTPException(413)
        return message

    return bounded


def _secured(scope: Scope, send: Send, origins: frozenset[str]) -> Send:
    async def secured(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update(SECURITY)
            headers.update(shared(scope, origins))
            if scope["path"].startswith(f"{UPLOAD}/"):
                headers["Content-Security-Policy"] = FILE_POLICY
            if scope["path"].endswith(REPORT):
                headers["Content-Security-Policy"] = REPORT_POLICY
            if scope["path"].startswith(("/api/", "/webhooks/")):
                headers["Cache-Control"] = "no-store"
        await send(message)

    return secured
