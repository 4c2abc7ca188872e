"""No model answers before the gate has spoken of it, whoever asks and whenever: between its publishing and its verdict it only waits."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import Engine

from bot.appraise import _keep
from models.choosing import Outdated
from models.database import open_engine
from models.model_report import FindingCode, ReportFinding, ReportVerdict
from models.model_reports import ModelReports
from models.release import NotCompared, RefusedRelease
from models.releases import Releases
from tests.fixtures_api import Api
from tests.test_console import Console
from tests.test_model_reports import report
from tests.test_versions import added, made


def test_none_answers_before_the_gate_has_spoken_but_the_first_and_who_was_live(sql_engine: Engine) -> None:
    versions, releases = added(sql_engine, "aaaa", "bbbb"), Releases(sql_engine)
    releases.promote("aaaa", 0, "a_1")
    for act in (lambda: releases.promote("bbbb", 1, "a_1", "now"), lambda: releases.canary("bbbb", 1, 1, "a_1", "now")):
        with pytest.raises(NotCompared, match="not compared with the live one yet"):
            act()
    releases.shadow("bbbb", 1, "a_1")
    with pytest.raises(NotCompared):
        releases.promote("bbbb", 2, "a_1")
    assert releases.now().live == "aaaa"
    ModelReports(sql_engine).put("bbbb", b"{}")
    releases.promote("bbbb", 2, "a_1")
    assert releases.promote("aaaa", 3, "a_1").live == "aaaa", "it was live once"
    versions.refuse("bbbb", "it is corrupt")
    assert releases.promote("bbbb", 4, "a_1", "it was mended").live == "bbbb"


@pytest.mark.parametrize("passed", [True, False])
def test_who_promotes_while_the_gate_speaks_gets_what_it_says(sql_engine: Engine, passed: bool) -> None:
    versions, releases = added(sql_engine, "live"), Releases(sql_engine)
    releases.promote("live", 0, "a_1")
    reason = ReportFinding(code=FindingCode.ACCURACY, text="It is worse.")
    verdict = ReportVerdict(passed=passed, compared=True, reasons=[] if passed else [reason], notes=[])

    def promoting(id: str) -> str:
        """Again and again, until the gate has spoken."""
        while True:
            spoken = ModelReports(sql_engine).get(id) is not None
            try:
                return Releases(sql_engine).promote(id, None, "a_1").live
            except NotCompared:
                assert not spoken
            except Outdated:
                pass
            except RefusedRelease as refused:
                return str(refused)

    for round in range(10):
        versions.add(made(id := f"new{round}", created=round + 2), {})
        told = report(id).model_copy(update={"verdict": verdict})
        with ThreadPoolExecutor(3) as pool:
            first, second = pool.submit(promoting, id), pool.submit(promoting, id)
            pool.submit(_keep, sql_engine, told).result()
        for each in (first, second):
            assert "It is worse." in each.result() or passed
        assert id in (first.result(), second.result()) or not passed
        assert releases.now().live == (id if passed else "live")


@pytest.mark.browser
@pytest.mark.parametrize(
    ("locale", "sentence"),
    [("zh-CN", "它还没有和线上的比过，所以没有上线。"), ("en-US", "It was not compared with the live model yet")],
)
def test_the_desk_says_so_and_the_live_model_goes_on(browser: Browser, api: Api, locale: str, sentence: str) -> None:
    engine = open_engine(api.settings.sql_url)
    added(engine, "1" * 16, "2" * 16)
    releases = Releases(engine)
    releases.promote("1" * 16, None, "")
    console = Console(browser, api, locale).opened("models")
    console["release"].first.click()
    console["percent-100"].click()
    console["reason"].fill("now")
    console["release-do"].click()
    expect(console.page.locator(".el-message")).to_contain_text(sentence)
    assert releases.now().live == "1" * 16
    assert releases.number() == 1
    engine.dispose()
