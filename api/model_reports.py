"""What was found of a model before it may answer, for admins: as data, and as a page that loads nothing."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.node import AdminOnly, Here
from api.problems import Problem, documented
from api.releasing import Id
from models.model_report import ModelReport
from models.model_reports import ModelReports

NO_REPORT = (404, "not_found", "There is no report of this model.")

router = APIRouter(prefix="/api/models", tags=["admin"])


@router.get("/{id}/report", responses=documented(401, 403, 404))
async def report(here: Here, _: AdminOnly, id: Id) -> ModelReport:
    """How well it understands, what it does otherwise than the model that was live then, and whether it may answer."""
    found = await asyncio.to_thread(ModelReports(here.history.engine).get, id)
    if found is None:
        raise Problem(*NO_REPORT)
    return ModelReport.model_validate_json(found)


@router.get("/{id}/report.html", response_class=HTMLResponse, responses=documented(401, 403, 404))
async def page(here: Here, _: AdminOnly, id: Id) -> HTMLResponse:
    """The same as one page, with plots, in the project's language."""
    found = await asyncio.to_thread(ModelReports(here.history.engine).page, id)
    if found is None:
        raise Problem(*NO_REPORT)
    return HTMLResponse(found, headers={"Content-Disposition": f'inline; filename="bellhop-{id[:16]}.html"'})
