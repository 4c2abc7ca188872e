"""Canary and shadow, from the bot's turn to what admins see: counts are exact, and a canary that does worse is stopped by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import Engine

from models import shadows, trial, trials
from models.audit import Audit
from models.database import open_engine, writing
from models.release import Arm
from models.releases import Releases
from models.settings import Settings
from models.shadows import ShadowReading
from models.trial import Trial
from stream.log import Log
from stream.outcomes import Outcomes
from stream.store import Store
from tests.fixtures_api import PASSWORD, Api
from tests.fixtures_store import archived, eventually
from tests.test_arms import Shift, working
from tests.test_arms import engine as engine
from tests.test_arms import log as log
from tests.test_arms import looks_often as looks_often
from tests.test_arms import shift as shift
from tests.test_arms import shop as shop
from tests.test_versions import judged
from tests.test_worker import answered, say


def test_a_trial_counts_turns_and_begins_anew_with_another_comparison_or_model() -> None:
    found = None
    for missed, handed in ((False, False), (True, False), (True, True), (False, False)):
        found = trial.after(found, 7, "aaaa", missed=missed, handed=handed)
    assert found == Trial(release=7, model="aaaa", turns=4, missed=2, handed=True)
    assert trial.after(found, 8, "aaaa", missed=False, handed=False).turns == 1
    assert trial.after(found, 7, "bbbb", missed=False, handed=False).turns == 1
    assert trial.read(trial.written(found)) == found
    assert trial.read("") is None
    assert trial.read(b"{}") is None


def filled(engine: Engine, release: int, model: str, count: int, handed: int) -> None:
    rows = {
        f"c_{model}_{n}": (
            Trial(release=release, model=model, turns=3, missed=n % 5 == 0, handed=n < handed),
            5 if n % 2 else 0,
        )
        for n in range(count)
    }
    with writing(engine) as connection:
        trials.put(connection, rows)


def test_counts_are_by_conversation_and_can_be_written_again(sql_engine: Engine) -> None:
    for _ in range(2):
        filled(sql_engine, 2, "aaaa", 10, 3)
    filled(sql_engine, 3, "aaaa", 4, 0)
    assert trials.arms(sql_engine, 2) == {"aaaa": Arm("aaaa", 10, 30, 2, 3, 5, 5, 25)}
    assert trials.arms(sql_engine, 9) == {}


def test_a_canary_that_does_worse_is_stopped_and_refused(sql_engine: Engine) -> None:
    versions, releases = judged(sql_engine, "aaaa", "bbbb"), Releases(sql_engine)
    assert releases.watch() == ""
    releases.promote("aaaa", None, "a_1")
    release = releases.canary("bbbb", 10, None, "a_1")
    filled(sql_engine, release.trial, "aaaa", 400, 20)
    filled(sql_engine, release.trial, "bbbb", 100, 5)
    assert releases.watch() == ""
    filled(sql_engine, release.trial, "bbbb", 100, 40)
    assert "went to a person: 40.0% of 100" in releases.watch()
    now = releases.now()
    assert (now.live, now.canary, now.person) == ("aaaa", "", "")
    assert now.reason.startswith("stopped by itself: conversations that went to a person")
    row = versions.get("bbbb")
    assert row is not None
    assert row.refused
    assert [each.act for each in Audit(sql_engine).page()[:2]] == ["model.refuse", "model.stop"]
    assert releases.watch() == ""


def reading(seq: int, intent: str, live: str, at: int = 0) -> ShadowReading:
    return ShadowReading("ssss", "c_1", seq, at or seq, intent, 900, live, 800)


def test_what_a_shadow_reads_is_compared(sql_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [
        reading(1, "faq", "faq"),
        reading(2, "stop", "faq"),
        reading(3, "stop", "faq"),
        reading(4, "greet", "stop"),
    ]
    shadows.put(sql_engine, found)
    shadows.put(sql_engine, [reading(4, "other", "stop"), reading(5, "faq", "faq")])
    compared = shadows.compared(sql_engine, "ssss")
    assert (compared.read, compared.same) == (5, 2)
    assert compared.pairs == [("faq", "stop", 2), ("stop", "greet", 1)]
    assert list(compared.examples) == [found[3], found[2], found[1]]
    assert shadows.compared(sql_engine, "none").read == 0
    monkeypatch.setattr(shadows, "KEPT", 2)
    shadows.tidy(sql_engine, "ssss")
    assert shadows.compared(sql_engine, "ssss").read == 2


async def test_turns_of_both_models_are_counted_once_and_reach_sql(
    store: Store, settings: Settings, log: Log, shift: Shift, valkey_url: str, engine: Engine
) -> None:
    canary = shift.new(1)
    release = shift.releases.canary(canary, 50, None, "a_1")
    names = [f"c_{n}" for n in range(6)]
    assert {release.arm(name) for name in names} == {shift.first, canary}
    tops = {}
    async with working(store, settings, log, shift):

        async def counted() -> bool:
            await answered(log, await say(log, "hello", "c_probe"), "c_probe")
            return bool(await log.field("c_probe", "trial"))

        await eventually(counted, "the worker knows of the canary")
        for name in names:
            for text in ("hello", "how much", "zzqq wwpp"):
                await answered(log, await say(log, text, name), name)
            state = await log.state(name)
            assert state is not None
            tops[name] = state.seq
    for name in names:
        found = trial.read(await log.field(name, "trial"))
        assert found is not None
        assert (found.release, found.model, found.turns, found.missed) == (release.trial, release.arm(name), 3, 1)
        await archived(valkey_url, log, tops[name], name)
    while await asyncio.to_thread(Outcomes(engine).look):
        pass
    arms = trials.arms(engine, release.trial)
    for model in (shift.first, canary):
        mine = [name for name in names if release.arm(name) == model]
        probe = release.arm("c_probe") == model
        assert arms[model].conversations == len(mine) + probe
        assert arms[model].missed == len(mine)


async def test_a_shadow_reads_and_answers_nobody(
    store: Store, settings: Settings, log: Log, shift: Shift, engine: Engine
) -> None:
    shadow = shift.new(1, shift.shop.otherwise)
    shift.releases.shadow(shadow, None, "a_1")
    async with working(store, settings, log, shift):

        async def read() -> bool:
            await answered(log, await say(log, "how much"))
            return shadows.compared(engine, shadow).read > 0

        await eventually(read, "the shadow has read something")
    assert set(shift.bot.turns) == {shift.first}
    compared = shadows.compared(engine, shadow)
    assert compared.same == 0
    assert {pair[:2] for pair in compared.pairs} == {("faq", "vip")}


@pytest.fixture
def http(api: Api) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=api.base, timeout=20) as client:
        answer = client.post("/api/login", json={"email": "boss@shop.test", "password": PASSWORD}).json()
        client.headers["Authorization"] = f"Bearer {answer['token']}"
        yield client


def test_admins_release_models_by_rest(api: Api, http: httpx.Client) -> None:
    engine = open_engine(api.settings.sql_url)
    judged(engine, "aaaa", "bbbb", "cccc")
    empty = http.get("/api/models").json()
    assert (empty["release"]["version"], empty["release"]["live"]) == (0, "")
    assert [each["state"] for each in empty["models"]] == ["candidate"] * 3

    def post(path: str, version: int, **more: object) -> httpx.Response:
        return http.post(f"/api/models/{path}", json={"version": version, **more})

    assert post("aaaa/promote", 0, reason="first").json()["live"] == "aaaa"
    again = post("bbbb/promote", 0)
    assert (again.status_code, again.json()["code"]) == (409, "outdated")
    assert post("zzzz/promote", 1).status_code == 404
    assert post("aaaa/canary", 1, percent=10).status_code == 422
    assert post("bbbb/canary", 1, percent=0).status_code == 422
    release = post("bbbb/canary", 1, percent=10).json()
    assert (release["canary"], release["percent"], release["worse"]) == ("bbbb", 10, "")
    assert [each["model"] for each in release["arms"]] == ["aaaa", "bbbb"]
    filled(engine, 2, "bbbb", 10, 3)
    arms = http.get("/api/models").json()["release"]["arms"]
    assert [(each["conversations"], each["handed"]) for each in arms] == [(0, 0), (10, 3)]
    assert post("cccc/shadow", 2).json()["shadow"] == "cccc"
    shadows.put(engine, [ShadowReading("cccc", "c_1", 1, 1, "stop", 912, "faq", 800)])
    whole = http.get("/api/models/cccc").json()
    assert whole["model"]["state"] == "shadow"
    assert (whole["shadow"]["read"], whole["shadow"]["pairs"]) == (
        1,
        [{"live_intent": "faq", "intent": "stop", "times": 1}],
    )
    assert whole["shadow"]["examples"][0]["confidence"] == 0.912
    assert post("cccc/stop", 3).json()["shadow"] == ""
    assert post("bbbb/promote", 4, reason="good").json()["live"] == "bbbb"
    back = http.post("/api/models/rollback", json={"version": 5, "reason": "worse"}).json()
    assert (back["live"], back["act"], back["reason"]) == ("aaaa", "rollback", "worse")
    assert {each["id"]: each["state"] for each in http.get("/api/models").json()["models"]} == {
        "aaaa": "live", "bbbb": "retired", "cccc": "candidate",
    }  # fmt: skip
    assert http.delete("/api/models/aaaa").status_code == 422
    assert http.delete("/api/models/cccc").status_code == 204
    assert http.get("/api/models/cccc").status_code == 404
    acts = [each["act"] for each in http.get("/api/audit?subject=bbbb").json()["acts"]]
    assert acts == ["model.promote", "model.canary", "model.add"]
    assert "bellhop_models_refused 0.0" in http.get("/metrics").text
    engine.dispose()
