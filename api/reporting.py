"""Reports for admins: numbers of the past, as JSON for the desk's charts and as CSV for everybody's spreadsheet."""

from __future__ import annotations

import asyncio
import csv
import io
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel
from starlette.responses import Response

from api.node import AdminOnly, Here, Node
from api.problems import Problem, documented
from models.choices import SlaChoice
from stream.reports import NAMES, Cell, Report, Reports, Span

DAYS_MOST = 366
DAYS = 7
# What a spreadsheet would take for a formula (OWASP: CSV injection).
# What spreadsheets calculate, in full width too.
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
# Without it Excel takes UTF-8 for something else.
BOM = "\ufeff"

router = APIRouter(prefix="/api", tags=["admin"])

Name = Annotated[str, Path(max_length=32, pattern=r"^[a-z]+$")]
First = Annotated[date | None, Query(alias="from", description="the first day; else a week ago")]
Last = Annotated[date | None, Query(alias="to", description="the last day, which counts too; else today")]
Zone = Annotated[
    str, Query(max_length=64, pattern=r"^[A-Za-z0-9_+/-]*$", description="whose days; else that of the hours")
]
By = Annotated[Literal["day", "hour"], Query(description="by the date, or by the hour of the day")]


class Reported(BaseModel):
    """`rows` have a cell for each of `columns`; null: nothing to count. Conversations count on the day they began; shares go from 0 to 1,
    columns in seconds say so. What the archive has written counts a few seconds later.
    """

    name: str
    first: date
    last: date
    zone: str
    columns: list[str]
    rows: list[list[str | int | float | None]]


# In front of the other: `volume.csv` is no name.
@router.get("/reports/{name}.csv", responses=documented(401, 403, 404, 422), response_class=Response)
async def as_csv(
    here: Here, _: AdminOnly, name: Name, first: First = None, last: Last = None, zone: Zone = "", by: By = "day"
) -> Response:
    """The same as a file for a spreadsheet; nothing in it is taken for a formula."""
    found, span = await _report(here, name, first, last, zone, by)
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows(
        [found.columns, *([_cell(each) for each in row] for row in found.rows)]
    )
    named = f'attachment; filename="{name}-{span[0]}-{span[1]}.csv"'
    return Response(BOM + written.getvalue(), media_type="text/csv", headers={"Content-Disposition": named})


@router.get("/reports/{name}", responses=documented(401, 403, 404, 422))
async def report(
    here: Here, _: AdminOnly, name: Name, first: First = None, last: Last = None, zone: Zone = "", by: By = "day"
) -> Reported:
    """`volume`, `containment`, `reasons`, `response`, `resolution`, `sla`, `csat`, `agents`, `suggestions`, or `helped`, which has
    the suggestions by agent and kind."""
    found, span = await _report(here, name, first, last, zone, by)
    rows = [list(row) for row in found.rows]
    return Reported(name=name, first=span[0], last=span[1], zone=span[2].key, columns=list(found.columns), rows=rows)


async def _report(
    here: Node, name: str, first: date | None, last: date | None, zone: str, by: str
) -> tuple[Report, tuple[date, date, ZoneInfo]]:
    if name not in NAMES:
        raise Problem(404, "not_found", "There is no such report.")
    place = _zone(zone) if zone else _own_zone(here)
    last = last or datetime.now(place).date()
    first = first or last - timedelta(days=DAYS - 1)
    if not date(2000, 1, 1) <= first <= last <= date(2100, 1, 1) or (last - first).days >= DAYS_MOST:
        raise Problem(422, "invalid", f"A report is of at most {DAYS_MOST} days, the first of which comes first.")
    span = Span(_midnight(first, place), _midnight(last + timedelta(days=1), place), place, by == "hour")
    made = await asyncio.to_thread(
        NAMES[name], Reports(here.history.engine, here.chosen.get(SlaChoice), here.hours), span
    )
    return made, (first, last, place)


def _midnight(day: date, zone: ZoneInfo) -> int:
    return round(datetime.combine(day, time(), zone).astimezone(UTC).timestamp() * 1000)


def _own_zone(here: Node) -> ZoneInfo:
    return here.hours.zone


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise Problem(422, "invalid", "There is no such time zone.") from None


def _cell(cell: Cell) -> Cell:
    return (
        f"'{cell}"
        if isinstance(cell, str) and (cell.startswith(FORMULA) or cell.lstrip().startswith(FORMULA))
        else cell
    )
