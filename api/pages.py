"""The web pages as they were built, and the descriptions of our interfaces."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response

from api.problems import Problem
from models.asyncapi import as_yaml

DIST = Path(__file__).parent / "static" / "dist"
# Their names carry a hash of what is in them.
_ASSET = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}")
FOREVER = "public, max-age=31536000, immutable"
# Its name never changes: what is new in it reaches other sites' pages after this.
WIDGET_CACHE = "public, max-age=300, stale-while-revalidate=86400"
router = APIRouter(include_in_schema=False)


def _page(name: str) -> Response:
    path = DIST / name
    if not path.is_file():
        return PlainTextResponse("The web pages are not built yet: run make web.\n", 503)
    return FileResponse(path, headers={"Cache-Control": "no-cache"})


@router.get("/")
async def demo_page() -> Response:
    """A shop's page, as one that has the widget."""
    return _page("index.html")


@router.get("/desk")
@router.get("/desk/{page:path}")
async def desk_page(page: str = "") -> Response:
    """One page for all of the desk: which part of it an address means is found in the browser."""
    return _page("desk.html")


@router.get("/widget.js")
async def widget(request: Request) -> Response:
    """The customers' widget, for one script tag in any page."""
    path = DIST / "widget.js"
    if not path.is_file():
        return PlainTextResponse("The web pages are not built yet: run make web.\n", 503)
    found = FileResponse(
        path, headers={"Cache-Control": WIDGET_CACHE}, stat_result=path.stat(), media_type="text/javascript"
    )
    if request.headers.get("if-none-match") == found.headers["etag"]:
        return Response(status_code=304, headers={name: found.headers[name] for name in ("etag", "cache-control")})
    return found


@router.get("/assets/{name}")
async def asset(name: str) -> Response:
    """One flat folder. The pages themselves are not for ever, and names with a dot in front are the build's own."""
    path = DIST / name
    if not _ASSET.fullmatch(name) or path.suffix == ".html" or not path.is_file():
        raise Problem(404, "not_found", "There is no such file.")
    return FileResponse(path, headers={"Cache-Control": FOREVER})


@router.get("/asyncapi.yaml")
async def asyncapi() -> Response:
    return Response(as_yaml(), media_type="application/yaml")


@router.get("/docs")
async def docs(request: Request) -> Response:
    """A list made here: the usual viewers load scripts from elsewhere, into the origin where agents' tokens are."""
    paths = request.app.openapi()["paths"]
    rows = "".join(
        f"<tr><td><code>{verb.upper()} {escape(path)}</code></td><td>{escape(each.get('description', each['summary']))}</td></tr>"
        for path, verbs in paths.items()
        for verb, each in verbs.items()
    )
    return HTMLResponse(
        "<!doctype html><html lang=en><meta charset=utf-8><title>Bellhop: interfaces</title><h1>Interfaces</h1>"
        '<p>In full: <a href="/openapi.json">/openapi.json</a> (REST) and <a href="/asyncapi.yaml">/asyncapi.yaml</a> '
        f"(the socket <code>/chat</code>).</p><table>{rows}</table></html>"
    )
