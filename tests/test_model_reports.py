"""models/model_reports.py and its routes: a report is kept with its version, answered to admins, and goes with it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import Engine

from models.database import open_engine
from models.model_report import (
    ModelReport,
    ReportChanges,
    ReportConversations,
    ReportCrossing,
    ReportCurves,
    ReportMatrix,
    ReportReplay,
    ReportTestSet,
    ReportVerdict,
)
from models.model_reports import PAGE_BYTES, REPORT_BYTES, ModelReports, TooLong
from models.versions import Versions
from tests.fixtures_api import PASSWORD, Api
from tests.test_versions import added


def report(version: str) -> ModelReport:
    return ModelReport(
        version=version, live="", project="shop", made="2026-11-27T10:00:00.000Z", seconds=1.5,
        verdict=ReportVerdict(passed=True, compared=False, reasons=[], notes=[]),
        test_set=ReportTestSet(hash="0" * 64, texts=0, files=0, inbox=0, left_out=0, candidate=None, live=None, difference=None),
        intents=[], confused=[], matrix=ReportMatrix(names=[], counts=[]),
        curves=ReportCurves(reliability=[], cost=[], outside=[]), live_curves=None,
        cross_validation=ReportCrossing(examples=0, accuracy=None, calibration_error=None),
        changes=ReportChanges(compared=0, better=0, worse=0, other=0, messages=[]),
        replay=ReportReplay(turns=0, right=0, live_right=None, unseen=0, unseen_right=0, unseen_live_right=None),
        conversations=ReportConversations(total=0, passed=0, live_passed=None, gained=0, ran=True, lost=[], failed=[]),
    )  # fmt: skip


def written(version: str) -> bytes:
    return report(version).model_dump_json().encode()


def test_a_report_is_kept_replaced_and_removed_with_its_version(sql_engine: Engine) -> None:
    versions, reports = added(sql_engine, "aaaa"), ModelReports(sql_engine)
    assert reports.get("aaaa") is None
    assert reports.page("aaaa") is None
    assert reports.put("aaaa", written("aaaa"))
    assert reports.page("aaaa") is None, "it is made later"
    assert reports.put("aaaa", b'{"a":"\xe4\xbd\xa0\xf0\x9f\x98\x80"}', "<p>你好😀</p>" * 50_000)
    assert reports.put("aaaa", b'{"a":"\xe4\xbd\xa0\xf0\x9f\x98\x80"}', "<p>你好😀</p>" * 50_000), "the same again"
    assert reports.get("aaaa") == b'{"a":"\xe4\xbd\xa0\xf0\x9f\x98\x80"}'
    assert reports.page("aaaa") == "<p>你好😀</p>" * 50_000
    versions.remove("aaaa", "a_1")
    assert reports.get("aaaa") is None
    assert not reports.put("aaaa", b"{}"), "of a version that is gone nothing is kept"


def test_what_is_too_long_is_not_kept(sqlite_engine: Engine) -> None:
    added(sqlite_engine, "aaaa")
    reports = ModelReports(sqlite_engine)
    with pytest.raises(TooLong):
        reports.put("aaaa", b" " * (REPORT_BYTES + 1))
    assert PAGE_BYTES < 16_000_000


def test_what_a_refusal_was_for_is_absolved_and_nothing_else(sql_engine: Engine) -> None:
    versions: Versions = added(sql_engine, "aaaa")
    versions.refuse("aaaa", "It is worse.")
    versions.absolve("aaaa", "It cannot be loaded.")
    found = versions.get("aaaa")
    assert found is not None
    assert found.refused == "It is worse."
    versions.absolve("aaaa", "It is worse.")
    found = versions.get("aaaa")
    assert found is not None
    assert found.refused == ""


@pytest.fixture
def http(api: Api) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=api.base, timeout=20) as client:
        answer = client.post("/api/login", json={"email": "boss@shop.test", "password": PASSWORD}).json()
        client.headers["Authorization"] = f"Bearer {answer['token']}"
        yield client


def test_admins_read_reports_by_rest(api: Api, http: httpx.Client) -> None:
    engine = open_engine(api.settings.sql_url)
    added(engine, "aaaa", "bbbb")
    ModelReports(engine).put("aaaa", written("aaaa"), "<p>page</p>")
    engine.dispose()
    found = http.get("/api/models/aaaa/report")
    assert found.status_code == 200
    assert ModelReport.model_validate(found.json()) == report("aaaa")
    page = http.get("/api/models/aaaa/report.html")
    assert (page.status_code, page.text) == (200, "<p>page</p>")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
    for path in ("bbbb/report", "zzzz/report", "bbbb/report.html"):
        missing = http.get(f"/api/models/{path}")
        assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    assert httpx.get(f"{api.base}/api/models/aaaa/report").status_code == 401


def test_the_gate_is_chosen_by_rest(http: httpx.Client) -> None:
    kept = http.get("/api/settings/gate").json()
    assert (kept["version"], kept["value"]) == (0, {"protected": [], "usual": True})
    value = {"protected": ["refund"], "usual": False}
    assert http.put("/api/settings/gate", json={"version": 0, "value": value}).json()["value"] == value
    wrong = http.put("/api/settings/gate", json={"version": 1, "value": {"protected": [""]}})
    assert wrong.status_code == 422
