"""The one place where our errors become answers: problem+json (RFC 9457) for HTTP, error frames for sockets. Both have a stable `code`
and a sentence that never repeats what was sent."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from api.file_store import FilesUnavailable
from models.conversation import IllegalMove, NotYours
from models.database import NO_SQL
from models.frames import BadFrame, ErrorFrame
from models.people import RefreshRefused, TooManyTries
from stream.errors import IdConflict, Unavailable
from stream.history import ArchiveUnavailable

MEDIA_TYPE = "application/problem+json"
RETRY_MS = 1000

logger = logging.getLogger("bellhop.api")


class Problem(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, code: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(code)
        self.status, self.code, self.detail, self.headers = status, code, detail, headers


class Refused(Exception):
    """A frame that is not done; `code` is one of SENTENCES."""

    def __init__(self, code: str, conversation: str | None = None, retry_ms: int | None = None) -> None:
        super().__init__(code)
        self.code, self.conversation, self.retry_ms = code, conversation, retry_ms


class _Status(NamedTuple):
    title: str
    code: str


STATUSES: Mapping[int, _Status] = {
    400: _Status("Bad request", "bad_request"),
    401: _Status("Unauthorized", "unauthorized"),
    403: _Status("Forbidden", "forbidden"),
    404: _Status("Not found", "not_found"),
    405: _Status("Method not allowed", "method_not_allowed"),
    408: _Status("Too late", "too_late"),
    409: _Status("Conflict", "conflict"),
    413: _Status("Too large", "too_large"),
    415: _Status("Unsupported media type", "unsupported_media_type"),
    422: _Status("Not as expected", "invalid"),
    429: _Status("Too many requests", "too_many_requests"),
    431: _Status("Head too long", "head_too_long"),
    500: _Status("Our fault", "internal"),
    503: _Status("Unavailable", "unavailable"),
}
SENTENCES: Mapping[str, str] = {
    "not_found": "There is no such conversation.",
    "forbidden": "This is not for your role.",
    "closed": "This conversation is closed.",
    "not_closed": "This conversation is not closed yet.",
    "not_assigned": "You do not hold this conversation.",
    "not_possible": "That is not possible now.",
    "taken": "Somebody else was quicker.",
    "not_available": "This agent takes no conversations just now.",
    "full": "You hold as many conversations as you may.",
    "id_conflict": "This id was used for another message.",
    "bad_frame": "The fields of this frame are not as they should be.",
    "no_file": "There is no such file of yours in this conversation.",
    "bad_contact": "A contact is an e-mail address or a phone number, and comes from a customer.",
    "bad_payload": "A payload is that of a button, and begins with a slash.",
    "rate_limited": "That was too fast. Please wait a moment.",
    "unavailable": "We cannot take this just now. Keep it and try again.",
}
UNAUTHORIZED = (401, "unauthorized", "Please sign in.", {"WWW-Authenticate": "Bearer"})
FORBIDDEN = (403, "forbidden", "This is not for your role.")
NOBODY = (404, "not_found", "There is no such person.")
NOT_FOUND = (404, "not_found", "There is no such conversation.")


def problem_of(error: Exception) -> Problem:
    """What HTTP answers to an error that a route has raised."""
    match error:
        case Problem():
            return error
        case TooManyTries():
            return Problem(429, "too_many_tries", str(error), {"Retry-After": str(error.retry_seconds)})
        case RefreshRefused():
            return Problem(*UNAUTHORIZED)
        case (
            Unavailable()
            | ArchiveUnavailable()
            | OperationalError()
            | InterfaceError()
            | InternalError()
            | NoConnection()
            | FilesUnavailable()
        ):
            return Problem(503, "unavailable", "We cannot do this just now. Please try again.", {"Retry-After": "1"})
        case RequestValidationError():
            return _invalid(error)
        case HTTPException(status_code=status, headers=headers):
            known = STATUSES.get(status, _Status("Error", "error"))
            return Problem(status, known.code, f"{known.title}.", headers)
        case _:
            return Problem(500, "internal", "Something went wrong on our side.")


def _invalid(error: RequestValidationError) -> Problem:
    """Where, never what: what was sent may be private."""
    errors = error.errors()
    if any(each["type"] == "json_invalid" for each in errors):
        return Problem(422, "bad_json", "This is not valid JSON.")
    where = sorted({_place(each) for each in errors})
    return Problem(422, "invalid", f"Not as expected: {', '.join(where)[:200]}.")


def _place(error: Mapping[str, Any]) -> str:
    """The name of a field that we do not know is what was sent, too."""
    loc = [str(each) for each in error["loc"]]
    return ".".join([*loc[:-1], "(unknown field)"] if error["type"] == "extra_forbidden" else loc)


def too_many(wait: float, sentence: str = "That was too often. Please wait a moment.") -> Problem:
    """`wait`: the seconds until it is allowed."""
    return Problem(429, "too_many_tries", sentence, {"Retry-After": str(math.ceil(wait))})


def answer(problem: Problem) -> Response:
    known = STATUSES.get(problem.status, _Status("Error", "error"))
    body = {
        "type": "about:blank", "title": known.title, "status": problem.status, "detail": problem.detail, "code": problem.code,
    }  # fmt: skip
    return JSONResponse(body, problem.status, problem.headers, media_type=MEDIA_TYPE)


# What a frame may be refused with; everything else is our fault.
REFUSALS = (BadFrame, Refused, IdConflict, IllegalMove, NotYours, Unavailable)


def error_of(error: Exception, id: str | None = None, conversation: str | None = None) -> ErrorFrame:
    """What a socket is told of one of REFUSALS."""
    match error:
        case BadFrame():
            return ErrorFrame(error.code, error.message, id=error.id)
        case Refused(code=code, conversation=named, retry_ms=retry):
            return ErrorFrame(code, SENTENCES[code], id, named or conversation, retry)
        case IdConflict():
            return ErrorFrame("id_conflict", SENTENCES["id_conflict"], id, conversation)
        case IllegalMove():
            return ErrorFrame("not_possible", SENTENCES["not_possible"], id, conversation)
        case NotYours():
            return ErrorFrame("not_assigned", SENTENCES["not_assigned"], id, conversation)
        case Unavailable():
            return ErrorFrame("unavailable", SENTENCES["unavailable"], id, conversation, RETRY_MS)
        case _:
            raise TypeError("no refusal of a frame") from error


def install(app: FastAPI) -> None:
    async def handle(_: Request, error: Exception) -> Response:
        problem = problem_of(error)
        if problem.status == 503:
            logger.warning("unavailable: %s", kinds(error))
        return answer(problem)

    raised = (
        Problem, TooManyTries, RefreshRefused, Unavailable, ArchiveUnavailable, *NO_SQL, RequestValidationError, HTTPException,
    )  # fmt: skip
    for kind in (*raised, Exception):
        app.add_exception_handler(kind, handle)


def kinds(error: BaseException) -> str:
    """Kinds only: what libraries write into their messages is not ours to vouch for."""
    found = []
    while error is not None:
        found.append(type(error).__name__)
        error = error.__cause__  # type: ignore[assignment]
    return " from ".join(found)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For OpenAPI: which problems a route answers besides those that any may."""
    return {
        status: {
            "description": STATUSES[status].title,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in (*statuses, 400, 500, 503)
    }


SCHEMA: Mapping[str, Any] = {
    "title": "Problem",
    "description": "RFC 9457. `code` is stable; `detail` is a sentence for people.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
    },
}
