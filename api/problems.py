"""The one place where our errors become answers: application/problem+json with a stable `code`, and a sentence without what was sent."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from models.people import RefreshRefused, TooManyTries
from stream.errors import Unavailable
from stream.history import ArchiveUnavailable

MEDIA_TYPE = "application/problem+json"


class ProblemBody(BaseModel):
    """RFC 9457. `code` is stable; `detail` is for people."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str


class Problem(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, code: str, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(code)
        self.status, self.code, self.detail, self.headers = status, code, detail, headers


NOT_FOUND = (404, "not_found", "There is no such conversation.")
UNAUTHORIZED = (401, "unauthorized", "Please sign in.")
FORBIDDEN = (403, "forbidden", "This is not for your role.")
_TITLES = {
    400: "Bad request", 401: "Unauthorized", 403: "Forbidden", 404: "Not found", 405: "Method not allowed", 413: "Too large",
    415: "Unsupported media type", 422: "Not as expected", 429: "Too many requests", 500: "Our fault", 503: "Unavailable",
}  # fmt: skip
_CODES = {
    400: "bad_request", 401: "unauthorized", 403: "forbidden", 404: "not_found", 405: "method_not_allowed", 413: "too_large",
    415: "unsupported_media_type", 422: "invalid", 429: "too_many_requests", 503: "unavailable",
}  # fmt: skip


def answer(problem: Problem) -> Response:
    body = ProblemBody(
        title=_TITLES.get(problem.status, "Error"), status=problem.status, detail=problem.detail, code=problem.code
    )
    return JSONResponse(body.model_dump(), problem.status, problem.headers, media_type=MEDIA_TYPE)


def problem_of(error: Exception) -> Problem:
    """Every error that a route may raise."""
    match error:
        case Problem():
            return error
        case TooManyTries():
            return Problem(429, "too_many_tries", str(error), {"Retry-After": str(error.retry_seconds)})
        case RefreshRefused():
            return Problem(*UNAUTHORIZED)
        case Unavailable() | ArchiveUnavailable():
            return Problem(503, "unavailable", "We cannot do this just now. Please try again.", {"Retry-After": "1"})
        case RequestValidationError():
            # Where, never what: what was sent may be private.
            where = ", ".join(sorted({".".join(map(str, each["loc"])) for each in error.errors()}))[:200]
            return Problem(422, "invalid", f"Not as expected: {where}.")
        case HTTPException():
            return Problem(error.status_code, _CODES.get(error.status_code, "error"), str(error.detail))
        case _:
            return Problem(500, "internal", "Something went wrong on our side.")


def install(app: FastAPI) -> None:
    async def handle(_: Request, error: Exception) -> Response:
        return answer(problem_of(error))

    for kind in (
        Problem,
        TooManyTries,
        RefreshRefused,
        Unavailable,
        ArchiveUnavailable,
        RequestValidationError,
        HTTPException,
        Exception,
    ):
        app.add_exception_handler(kind, handle)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For OpenAPI: which problems a route answers."""
    return {
        status: {"model": ProblemBody, "description": _TITLES[status], "content": {MEDIA_TYPE: {}}}
        for status in statuses
    }
