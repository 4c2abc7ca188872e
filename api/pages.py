"""The web pages as they were built, and the descriptions of our interfaces."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from starlette.responses import FileResponse, PlainTextResponse, Response

from api.problems import Problem
from models.asyncapi import as_yaml

DIST = Path(__file__).parent / "static" / "dist"
YEAR = "public, max-age=31536000, immutable"
router = APIRouter(include_in_schema=False)


def _page(name: str) -> Response:
    path = DIST / name
    if not path.is_file():
        return PlainTextResponse("The web pages are not built yet. Run: make web\n", 503)
    return FileResponse(path, headers={"Cache-Control": "no-cache"})


@router.get("/")
async def customer_page() -> Response:
    return _page("index.html")


@router.get("/desk")
async def desk_page() -> Response:
    return _page("desk.html")


@router.get("/assets/{name}")
async def asset(name: str) -> Response:
    """One flat folder: a name with a slash does not come here."""
    path = DIST / name
    if path.parent != DIST or path.suffix == ".html" or not path.is_file():
        raise Problem(404, "not_found", "There is no such file.")
    return FileResponse(path, headers={"Cache-Control": YEAR})


@router.get("/asyncapi.yaml")
async def asyncapi() -> Response:
    return Response(as_yaml(), media_type="application/yaml")
