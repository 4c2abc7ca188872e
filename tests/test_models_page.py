"""The page of models in Chromium: who answers, a share of conversations, going back, training, and the report; by what is in SQL."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import Engine, update

from models.database import open_engine, writing
from models.model_report import (
    FindingCode,
    ModelReport,
    ReportBin,
    ReportChange,
    ReportChanges,
    ReportConfused,
    ReportConversation,
    ReportConversations,
    ReportCurves,
    ReportDifference,
    ReportFigures,
    ReportFinding,
    ReportIntent,
    ReportOutside,
    ReportPrice,
    ReportRead,
    ReportReplay,
    ReportTestSet,
    ReportVerdict,
)
from models.model_reports import ModelReports
from models.releases import Releases
from models.tables import model_versions
from models.training import Cause, Outcome, State, line
from models.training_jobs import TrainingJobs
from tests.console_side import kept, put
from tests.fixtures_api import Api
from tests.journeys.test_browser import shot
from tests.test_console import Console
from tests.test_model_reports import report
from tests.test_trials import filled
from tests.test_versions import added

pytestmark = pytest.mark.browser
# A busy machine takes its time: only who never answers is wrong.

LIVE, NEW, WORSE = "1" * 16, "2" * 16, "3" * 16
WHY = "The candidate reads 61.0% of 200 texts right, the live model 80.5%."


def figures(accuracy: float) -> ReportFigures:
    return ReportFigures(
        texts=200, accuracy=accuracy, macro_f1=accuracy - 0.01, calibration_error=0.031, surest=0.962, answered=0.78, answered_right=0.951,
        asked_back=0.12, handed_off=0.1, fallback=0.05, cost=0.41, languages={"en": accuracy, "zh": accuracy},
    )  # fmt: skip


def told(version: str, passed: bool) -> ModelReport:
    difference = ReportDifference(
        texts=200, lost=48, gained=9, difference=-0.195, low=-0.24, high=-0.15, by_resampling=0.0005, by_counting=0.0001, worse=True
    )  # fmt: skip
    worse = ReportFinding(code=FindingCode.ACCURACY, text=WHY, texts=200, live=0.805, candidate=0.61, lost=48, gained=9)
    bins = [
        ReportBin(low=n / 10, high=(n + 1) / 10, confidence=n / 10 + 0.05, right=n, wrong=10 - n) for n in range(10)
    ]
    curves = ReportCurves(
        reliability=bins,
        cost=[ReportPrice(limit=n / 50, wrong=0.2 - n / 300, unanswered=n / 60, cost=0.4) for n in range(50)],
        outside=[ReportOutside(limit=n / 20, caught=1 - n / 25, lost=(20 - n) / 40) for n in range(20)],
    )
    change = ReportChange(
        text="<b>the cup</b> is broken", meant="complaint", source="inbox", learned=True, kind="worse",
        live=ReportRead(intent="complaint", confidence=0.81, zone="answer"),
        candidate=ReportRead(intent="refund", confidence=0.52, zone="ask_back"),
    )  # fmt: skip
    talk = ReportConversation(
        name="a refund", file="tests/test_stories.yml", line=12, differences=["turn 2: utter_a, not utter_b"]
    )
    return report(version).model_copy(
        update={
            "live": LIVE,
            "verdict": ReportVerdict(passed=passed, compared=True, reasons=[] if passed else [worse], notes=[]),
            "test_set": ReportTestSet(
                hash="0" * 64, texts=200, files=150, inbox=50, left_out=0,
                candidate=figures(0.61), live=figures(0.805), difference=difference,
            ),
            "intents": [
                ReportIntent(
                    name="refund", texts=20, protected=True, precision=0.9, recall=0.8, f1=0.847,
                    threshold=0.4, live_f1=0.9, difference=None,
                )
            ],
            "confused": [ReportConfused(meant="complaint", read="refund", count=4, texts=["the cup is broken"])],
            "curves": curves,
            "live_curves": curves,
            "changes": ReportChanges(compared=250, better=9, worse=48, other=3, messages=[change]),
            "replay": ReportReplay(turns=40, right=31, live_right=30, unseen=8, unseen_right=5, unseen_live_right=6),
            "conversations": ReportConversations(total=12, passed=11, live_passed=12, gained=0, ran=False, lost=[talk], failed=[]),
        }
    )  # fmt: skip


@pytest.fixture
def engine(api: Api) -> Engine:
    return open_engine(api.settings.sql_url)


def prepared(engine: Engine) -> Releases:
    """A live model, a better one, and one that the gate refused; one training that went well and one that did not."""
    versions, releases = added(engine, LIVE, WORSE, NEW), Releases(engine)
    releases.promote(LIVE, None, "")
    versions.refuse(WORSE, WHY)
    ModelReports(engine).put(NEW, told(NEW, True).model_dump_json().encode(), "<p>page</p>")
    ModelReports(engine).put(WORSE, told(WORSE, False).model_dump_json().encode())
    jobs = TrainingJobs(engine)
    for reason, outcome in (
        ("more greetings", Outcome(State.DONE, model=NEW)),
        ("", Outcome(State.FAILED, cause="memory", failure="No memory.")),
    ):
        job = jobs.ask("", reason)
        assert jobs.claim("w_1") is not None
        jobs.finish(job.id, "w_1", outcome, [line("Reading the project", 1_700_000_000_000)])
    return releases


def knowing(engine: Engine, titles: dict[str, str], live: str = LIVE) -> None:
    """The live model knows these intents, each with its title in Chinese, or none."""
    described = {name: {"examples": 12, "titles": {"zh": title} if title else {}} for name, title in titles.items()}
    row = update(model_versions).where(model_versions.c.id == live)
    with writing(engine) as connection:
        connection.execute(row.values(manifest=json.dumps({"metrics": {"catalogue": described}})))


@pytest.mark.parametrize(
    ("locale", "words", "unknown", "rule"),
    [
        ("zh-CN", "退货退款", "线上的模型不认识：old promise。", "99 %"),
        ("en-US", "refund", "The live model does not know: old promise.", "99 % sure"),
    ],
)
def test_what_the_gate_protects_is_chosen_by_keys_from_what_the_live_model_knows(
    browser: Browser, api: Api, engine: Engine, locale: str, words: str, unknown: str, rule: str
) -> None:
    prepared(engine)
    titles = {f"intent_{n}": f"意图 {n}" for n in range(40)} | {"refund": "退货退款", "faq/parking": "停车"}
    knowing(engine, titles if locale == "zh-CN" else dict.fromkeys(titles, ""))
    put(api, "gate", {"protected": ["old_promise"], "usual": True})
    console = Console(browser, api, locale).opened("models")
    expect(console["gate-unknown"]).to_contain_text(unknown)
    expect(console["gate-last"]).to_contain_text(words)
    expect(console["gate-rules"]).to_contain_text(rule)
    field = console["gate-protected"].locator("input")
    field.focus()
    field.press_sequentially(words[:4])
    expect(console.page.get_by_role("option", name=words)).to_be_visible()
    field.press("Enter")
    field.press("Escape")
    expect(console["gate-protected"]).to_contain_text(words)
    field.press_sequentially("faq")
    expect(console.page.get_by_role("option", name="faq", exact=True)).to_be_visible()
    field.press("Enter")
    field.press("Escape")
    console["gate-usual"].locator("input").press("Space")
    console.fine()
    console["gate-form"].scroll_into_view_if_needed()
    shot(console.page, f"console-gate-{locale}")
    console["gate-form"].get_by_test_id("save").press("Enter")
    expect(console["gate-form"].get_by_test_id("save")).to_have_count(0)
    assert kept(api, "gate") == {"protected": ["old_promise", "refund", "faq"], "usual": False}

    # Who was second is told, and nothing is written over.
    console["gate-usual"].locator("input").press("Space")
    put(api, "gate", {"protected": [], "usual": False})
    console["gate-form"].get_by_test_id("save").press("Enter")
    expect(console["gate-form"].get_by_test_id("reload")).to_be_visible()
    assert kept(api, "gate") == {"protected": [], "usual": False}
    console["gate-form"].get_by_test_id("reload").click()
    expect(console["gate-unknown"]).to_have_count(0)
    console.page.set_viewport_size({"width": 390, "height": 844})
    assert console.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    engine.dispose()


@pytest.mark.parametrize(("locale", "dark"), [("zh-CN", True), ("en-US", False)])
def test_a_model_is_tried_compared_promoted_and_taken_back(
    browser: Browser, api: Api, engine: Engine, locale: str, dark: bool
) -> None:
    releases = prepared(engine)
    console = Console(browser, api, locale, dark).opened("models")
    expect(console["versions"].locator("tbody tr")).to_have_count(3)
    expect(console["state-refused"]).to_be_visible()
    console["train-history"].click()
    expect(console["train-job"]).to_have_count(2)
    console.fine()
    shot(console.page, f"console-models-{locale}")

    row = console["versions"].locator("tbody tr").first
    row.get_by_test_id("release").click()
    console["percent-10"].click()
    console["reason"].fill("more greetings")
    console["release-do"].click()
    expect(console["arms"]).to_be_visible()
    release = releases.now()
    assert (release.canary, release.percent, release.reason) == (NEW, 10, "more greetings")
    expect(console["arm-canary"]).to_contain_text("0")
    early = console["arms-verdict"].inner_text()
    filled(engine, release.trial, LIVE, 400, 20)
    filled(engine, release.trial, NEW, 120, 6)
    expect(console["arm-canary"]).to_contain_text("120")
    expect(console["arms-verdict"]).not_to_have_text(early)
    expect(console["arms-difference"]).to_contain_text("0")
    expect(console.page.locator(".el-message")).to_have_count(0)
    console.fine()
    shot(console.page, f"console-canary-{locale}")

    console["promote"].click()
    console.page.locator(".el-message-box__btns .el-button--danger").click()
    expect(console["arms"]).to_have_count(0)
    assert releases.now().live == NEW
    console["back"].click()
    console.page.locator(".el-message-box__btns .el-button--danger").click()
    expect(console["state-live"]).to_have_count(1)
    expect(row.get_by_test_id("state-retired")).to_be_visible()
    assert releases.now().live == LIVE
    engine.dispose()


def test_one_that_was_refused_needs_a_reason_and_who_is_second_is_told(
    browser: Browser, api: Api, engine: Engine
) -> None:
    releases = prepared(engine)
    console = Console(browser, api).opened("models")
    refused = console["versions"].locator("tbody tr", has=console["state-refused"])
    refused.get_by_test_id("release").click()
    expect(console.page.get_by_role("note")).to_contain_text(
        "Worse on the fixed test set: 61% right, 80.5% with the live model"
    )
    console["percent-100"].click()
    expect(console["release-do"]).to_be_disabled()
    releases.shadow(NEW, None, "")
    console["reason"].fill("We need it today")
    console["release-do"].click()
    expect(console.page.locator(".el-message")).to_contain_text("Somebody else has just changed who answers")
    assert releases.now().live == LIVE
    refused.get_by_test_id("release").click()
    console["percent-100"].click()
    console["reason"].fill("We need it today")
    console["release-do"].click()
    expect(refused).to_have_count(0)
    assert (releases.now().live, releases.now().reason) == (WORSE, "We need it today")
    console["versions"].locator("tbody tr", has=console["state-retired"]).get_by_test_id("remove-model").click()
    console.page.locator(".el-message-box__btns .el-button--danger").click()
    expect(console["versions"].locator("tbody tr")).to_have_count(2)
    engine.dispose()


@pytest.mark.parametrize(("locale", "said"), [("zh-CN", "未通过"), ("en-US", "Refused")])
def test_a_report_says_why_in_words_figures_and_charts(
    browser: Browser, api: Api, engine: Engine, locale: str, said: str
) -> None:
    prepared(engine)
    console = Console(browser, api, locale).opened("models")
    console["versions"].locator("tbody tr", has=console["state-refused"]).get_by_test_id("report").click()
    expect(console["gate"]).to_contain_text(said)
    expect(console["gate"]).to_contain_text("80.5")
    expect(console["figures"].locator("tbody tr")).to_have_count(9)
    expect(console["changes"]).to_contain_text("<b>the cup</b> is broken")
    for name in ("reliability", "cost", "price", "outside"):
        expect(console[f"report-{name}"].locator("[data-drawn=true]")).to_be_visible()
    console.fine()
    shot(console.page, f"console-report-{locale}")
    console.page.set_viewport_size({"width": 390, "height": 844})
    expect(console["gate"]).to_be_visible()
    assert console.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shot(console.page, f"console-report-phone-{locale}")
    console["report-back"].click()
    expect(console["versions"]).to_be_visible()
    assert console.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shot(console.page, f"console-models-phone-{locale}")
    engine.dispose()


@pytest.mark.parametrize(
    ("locale", "none", "waits", "learns", "ending", "ended"),
    [
        ("zh-CN", "还没有模型", "等待机器人空出来…", "学习意图", "正在取消…", "已取消"),
        ("en-US", "There is no model yet", "Waiting for a bot", "Learning intents", "Being cancelled", "Cancelled"),
    ],
)
def test_a_training_is_asked_for_watched_and_cancelled(
    browser: Browser, api: Api, engine: Engine, locale: str, none: str, waits: str, learns: str, ending: str, ended: str
) -> None:
    jobs = TrainingJobs(engine)
    console = Console(browser, api, locale).opened("models")
    expect(console["models-now"]).to_contain_text(none)
    console["train-reason"].fill("a first one")
    console["train"].click()
    expect(console["train-now"]).to_contain_text(waits)
    [job] = jobs.page(5)
    assert job.reason == "a first one"
    assert jobs.claim("w_1") is not None
    jobs.renew(job.id, "w_1", "intents", 0.42, [line("Learning 60 intents", 1_700_000_000_000)])
    expect(console["train-now"]).to_contain_text(learns)
    expect(console["train-now"].get_by_role("progressbar")).to_have_attribute("aria-valuenow", "42")
    expect(console["train-log"]).to_contain_text("Learning 60 intents")
    console.fine()
    shot(console.page, f"console-training-{locale}")
    console["train-cancel"].click()
    console.page.locator(".el-message-box__btns .el-button--danger").click()
    expect(console["train-now"]).to_contain_text(ending)
    jobs.finish(job.id, "w_1", Outcome(State.CANCELLED), [])
    console["train-history"].click()
    expect(console["train-job"]).to_contain_text(ended)
    expect(console["train"]).to_be_visible()
    engine.dispose()


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        (
            "zh-CN",
            [
                "所有例句都属于同一个意图",
                "一条例句也没有",
                "磁盘满了",
                "学出来的模型读不了",
                "内存不够",
                "训练进程被停止",
                "数据库没有回应",
            ],
        ),
        (
            "en-US",
            [
                "All examples are of one intent",
                "no example at all",
                "disk is full",
                "cannot be read, and was not",
                "not enough memory",
                "stopped from outside",
                "database did not answer",
            ],
        ),
    ],
)
def test_why_a_training_failed_is_said_in_the_language_of_who_reads(
    browser: Browser, api: Api, engine: Engine, locale: str, words: list[str]
) -> None:
    jobs = TrainingJobs(engine)
    causes = (
        Cause.ONE_INTENT,
        Cause.NO_EXAMPLES,
        Cause.SPACE,
        Cause.MODEL,
        Cause.MEMORY,
        Cause.KILLED,
        Cause.DATABASE,
        Cause.PATTERN,
    )
    for cause in causes:
        job = jobs.ask("", "")
        assert jobs.claim("w_1") is not None
        jobs.finish(job.id, "w_1", Outcome(State.FAILED, cause=cause, failure="A pattern of 'number' is broken."), [])
    console = Console(browser, api, locale).opened("models")
    console["train-history"].click()
    said = console["train-job"].filter(has=console.page.locator(".failure"))
    expect(said).to_have_count(len(causes))
    for word in words:
        told = said.filter(has_text=word)
        expect(told).to_have_count(1)
        expect(told).not_to_contain_text("pattern")
    expect(said.first.locator("code")).to_have_text("A pattern of 'number' is broken.")
    console.fine()
    shot(console.page, f"console-failures-{locale}")
    engine.dispose()
