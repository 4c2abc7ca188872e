"""Which other sites' pages may read our answers: those of BELLHOP_ALLOWED_ORIGINS. There are no cookies, so none is ever let along."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

# Loaded by a script tag of any page: the address of a public file is no secret.
PUBLIC = frozenset({"/widget.js"})
PREFLIGHT_SECONDS = 600


def preflight(scope: Scope, origins: Collection[str]) -> Response | None:
    """The answer to a browser that asks whether it may ask."""
    if scope["method"] != "OPTIONS" or not (allowed := shared(scope, origins)):
        return None
    more = {
        "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
        "Access-Control-Allow-Headers": "Authorization, Content-Type",
        "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
    }
    return Response(status_code=204, headers={**allowed, **more})


def shared(scope: Scope, origins: Collection[str]) -> Mapping[str, str]:
    """What the answer carries beyond the usual: nothing for our own pages, and for pages that may not read it."""
    if scope["path"] in PUBLIC:
        return {"Cross-Origin-Resource-Policy": "cross-origin"}
    given = Headers(scope=scope).getlist("origin")
    if len(given) != 1 or given[0] not in origins or not scope["path"].startswith("/api/"):
        return {}
    return {
        "Access-Control-Allow-Origin": given[0],
        "Access-Control-Expose-Headers": "Retry-After",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Vary": "Origin",
    }
