"""Training jobs in SQL and by REST: one at a time, whoever goes away meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx
import pytest
from sqlalchemy import Engine, insert, update

from models import training_jobs
from models.audit import Audit
from models.database import open_engine, writing
from models.examples import Examples, Heard
from models.releases import Releases
from models.tables import examples, model_versions
from models.training import (
    LINE_CHARACTERS,
    LINES,
    Cause,
    Ended,
    Known,
    Line,
    Outcome,
    Source,
    Standing,
    State,
    Step,
    UnderWay,
    line,
    way,
)
from models.training_jobs import CLAIM_MS, TrainingJobs
from tests.fixtures_api import PASSWORD, Api
from tests.fixtures_store import wait_until


class Clock:
    def __init__(self) -> None:
        self.ms = 1_000_000

    def __call__(self) -> int:
        self.ms += 1
        return self.ms


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def jobs(sql_engine: Engine, clock: Clock) -> TrainingJobs:
    return TrainingJobs(sql_engine, clock)


def begun(jobs: TrainingJobs, worker: str = "w1") -> str:
    id = jobs.ask("a_1", "spring").id
    claimed = jobs.claim(worker)
    assert claimed is not None
    assert claimed.id == id
    return id


def test_the_whole_way_only_grows() -> None:
    gone = [way(step, share) for step in Step for share in (0.0, 0.5, 1.0)]
    assert gone == sorted(gone)
    assert (gone[0], gone[-1]) == (0.0, 1.0)


def test_a_line_is_one_bounded_and_masked() -> None:
    kept = line("call 13800138000\nnow " + "x" * 1000, 5)
    assert "13800138000" not in kept.text
    assert "\n" not in kept.text
    assert len(kept.text) <= LINE_CHARACTERS


def test_a_job_is_asked_for_taken_told_of_and_done(jobs: TrainingJobs, sql_engine: Engine) -> None:
    assert jobs.claim("w1") is None
    asked = jobs.ask("a_1", "spring")
    assert (asked.state, asked.source, asked.person, asked.reason) == (State.QUEUED, Source.PERSON, "a_1", "spring")
    taken = jobs.claim("w1")
    assert taken is not None
    assert (taken.id, taken.state, taken.worker, taken.tries) == (asked.id, State.RUNNING, "w1", 1)
    assert jobs.claim("w2") is None, "it has a worker"
    log = [Line(1, "begins")]
    assert jobs.renew(asked.id, "w1", Step.INTENTS, 0.5, log) is Standing.MINE
    assert jobs.renew(asked.id, "w2", Step.INTENTS, 0.9, []) is Standing.LOST
    shown = jobs.get(asked.id)
    assert shown is not None
    assert (shown.step, shown.share, shown.log) == ("intents", 0.5, (Line(1, "begins"),))
    assert jobs.figures().running
    assert jobs.finish(asked.id, "w1", Outcome(State.DONE, "m1"), log)
    assert not jobs.finish(asked.id, "w1", Outcome(State.FAILED), log)
    shown = jobs.get(asked.id)
    assert shown is not None
    assert (shown.state, shown.model, shown.share) == (State.DONE, "m1", 1.0)
    assert jobs.open() is None
    assert jobs.read("m1") == shown.started
    assert jobs.read("m2") == 0
    acts = [(each.act, each.person, each.subject, each.reason) for each in Audit(sql_engine).page()]
    assert acts == [("training.start", "a_1", asked.id, "spring")]


def test_of_two_who_press_at_once_one_wins(jobs: TrainingJobs) -> None:
    for _ in range(5):
        together = Barrier(2)

        def press(person: str, together: Barrier = together) -> bool:
            together.wait()
            try:
                jobs.ask(person, "")
            except UnderWay:
                return False
            return True

        with ThreadPoolExecutor(2) as both:
            assert sorted(both.map(press, ("a_1", "a_2"))) == [False, True]
        job = jobs.open()
        assert job is not None
        jobs.cancel(job.id, "a_1")
    assert len(jobs.page()) == 5


def test_of_two_workers_one_gets_it(jobs: TrainingJobs) -> None:
    jobs.ask("a_1", "")
    together = Barrier(2)

    def claim(worker: str) -> bool:
        together.wait()
        return jobs.claim(worker) is not None

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(claim, ("w1", "w2"))) == [False, True]


def test_one_that_was_lost_is_taken_once_more_and_then_has_failed(jobs: TrainingJobs, clock: Clock) -> None:
    id = begun(jobs)
    jobs.renew(id, "w1", Step.INTENTS, 0.5, [Line(1, "begins")])
    clock.ms += CLAIM_MS
    again = jobs.claim("w2")
    assert again is not None
    assert (again.id, again.tries, again.log) == (id, 2, (Line(1, "begins"),))
    assert jobs.renew(id, "w1", Step.INTENTS, 0.6, []) is Standing.LOST
    assert not jobs.finish(id, "w1", Outcome(State.DONE, "m1"), [])
    clock.ms += CLAIM_MS
    assert jobs.claim("w3") is None
    lost = jobs.get(id)
    assert lost is not None
    assert (lost.state, lost.cause) == (State.FAILED, Cause.LOST)
    assert "went away" in lost.failure
    assert jobs.figures().failed == 1
    jobs.ask("a_1", "")


def test_a_worker_that_stops_in_order_puts_it_back(jobs: TrainingJobs, clock: Clock) -> None:
    id = begun(jobs)
    for number in range(5):
        jobs.put_back(id, f"w{number + 1}")
        back = jobs.get(id)
        assert back is not None
        assert (back.state, back.tries, back.worker) == (State.QUEUED, 0, "")
        taken = jobs.claim(f"w{number + 2}")
        assert taken is not None, "no stop in order counts"
    jobs.put_back(id, "another")
    assert jobs.figures().running


def test_one_that_waits_is_cancelled_at_once_and_one_that_runs_by_its_worker(
    jobs: TrainingJobs, clock: Clock, sql_engine: Engine
) -> None:
    waits = jobs.ask("a_1", "").id
    assert jobs.cancel(waits, "a_2").state is State.CANCELLED
    with pytest.raises(Ended):
        jobs.cancel(waits, "a_2")
    with pytest.raises(KeyError):
        jobs.cancel("t_0", "a_2")
    runs = begun(jobs)
    for _ in range(2):
        cancelling = jobs.cancel(runs, "a_2")
        assert (cancelling.state, cancelling.cancelling) == (State.RUNNING, True)
    assert jobs.renew(runs, "w1", Step.INTENTS, 0.1, []) is Standing.CANCELLING
    clock.ms += CLAIM_MS
    assert jobs.claim("w2") is None, "nobody begins what nobody wants"
    ended = jobs.get(runs)
    assert ended is not None
    assert ended.state is State.CANCELLED
    acts = [each.act for each in Audit(sql_engine).page() if each.act == "training.cancel"]
    assert len(acts) == 2


def test_the_command_line_goes_before_what_waits_and_not_before_what_runs(jobs: TrainingJobs, clock: Clock) -> None:
    waits = jobs.ask("a_1", "").id
    mine = jobs.begin("shell", "by hand")
    assert (mine.state, mine.source, mine.person) == (State.RUNNING, Source.COMMAND, "")
    before = jobs.get(waits)
    assert before is not None
    assert (before.state, before.failure) == (State.CANCELLED, "`bellhop train` was run instead.")
    with pytest.raises(UnderWay):
        jobs.begin("shell 2", "")
    with pytest.raises(UnderWay):
        jobs.ask("a_1", "")
    clock.ms += CLAIM_MS
    again = jobs.begin("shell 2", "")
    lost = jobs.get(mine.id)
    assert lost is not None
    assert lost.state is State.CANCELLED
    jobs.finish(again.id, "shell 2", Outcome(State.DONE, "m1"), [])
    shell = jobs.begin("shell 3", "").id
    clock.ms += CLAIM_MS
    assert jobs.claim("w1") is None, "nobody goes on with what a command began"
    missed = jobs.get(shell)
    assert missed is not None
    assert (missed.state, missed.cause) == (State.FAILED, Cause.LOST)
    assert jobs.figures().failed == 1
    jobs.finish(jobs.begin("shell 4", "").id, "shell 4", Outcome(State.DONE, "m1"), [])
    assert jobs.figures().failed == 0, "one was done since"


def test_an_id_is_used_once(jobs: TrainingJobs) -> None:
    id = jobs.ask("", "", Source.SCHEDULE, "t_2026-11-27").id
    with pytest.raises(Known):
        jobs.ask("", "", Source.SCHEDULE, id)
    jobs.cancel(id, "a_1")
    with pytest.raises(Known):
        jobs.ask("", "", Source.SCHEDULE, id)


def test_the_newest_are_kept_and_a_long_log_keeps_its_ends(jobs: TrainingJobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training_jobs, "KEPT", 3)
    log = [Line(number, "x") for number in range(LINES * 3)]
    for _ in range(5):
        id = begun(jobs)
        jobs.finish(id, "w1", Outcome(State.FAILED, failure="no"), log)
    newest = jobs.page()
    assert (len(newest), newest[0].id) == (4, id), "the one that ran when it was tidied, too"
    assert len(newest[0].log) == LINES
    assert (newest[0].log[0], newest[0].log[-1]) == (log[0], log[-1])


def test_what_is_new_is_what_was_added_and_taken_back_since(sql_engine: Engine) -> None:
    kept = Examples(sql_engine)
    with writing(sql_engine) as connection:
        for at, text in enumerate(("one", "two", "three", "four"), 1):
            kept.add_heard(connection, [Heard(text, "en", "c_1", at)], "greet", "a_1", f"d_{at}", at * 10)
    assert kept.since(0) == (4, 0)
    assert kept.since(20) == (2, 0)
    with writing(sql_engine) as connection:
        for decision, at in (("d_1", 15), ("d_2", 25), ("d_4", 45)):
            connection.execute(update(examples).where(examples.c.decision == decision).values(withdrawn=at))
    assert kept.since(20) == (1, 1), "`four` came and went since"


# By REST.


@pytest.fixture
def admin(api: Api) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=api.base, timeout=30) as http:
        signed = http.post("/api/login", json={"email": "boss@shop.test", "password": PASSWORD}).json()
        http.headers["Authorization"] = f"Bearer {signed['token']}"
        yield http


def test_admins_ask_look_and_cancel(api: Api, admin: httpx.Client) -> None:
    made = admin.post("/api/training/jobs", json={"reason": "34 labels"})
    assert made.status_code == 201
    job = made.json()
    assert (job["state"], job["person"], job["reason"], job["step"]) == ("queued", api.boss.id, "34 labels", None)
    second = admin.post("/api/training/jobs", json={})
    assert (second.status_code, second.json()["code"]) == (409, "under_way")
    shown = admin.get("/api/training/jobs").json()
    assert [each["id"] for each in shown["jobs"]] == [job["id"]]
    assert shown["new"] == {"added": 0, "withdrawn": 0}
    assert admin.get(f"/api/training/jobs/{job['id']}").json()["log"] == []
    assert admin.post(f"/api/training/jobs/{job['id']}/cancel").json()["state"] == "cancelled"
    again = admin.post(f"/api/training/jobs/{job['id']}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "ended")
    assert admin.post("/api/training/jobs", json={"reason": "x" * 501}).status_code == 422


def test_what_is_new_counts_from_when_the_live_models_examples_were_read(api: Api, admin: httpx.Client) -> None:
    """An example that came while it was being trained is not in it."""
    engine = open_engine(api.settings.sql_url)
    clock = Clock()
    jobs = TrainingJobs(engine, clock)
    id = begun(jobs)
    with writing(engine) as connection:
        Examples(engine).add_heard(connection, [Heard("hi", "en", "c_1", 1)], "greet", "a_1", "d_1", clock())
        row = {"id": "m1", "project": "p", "created": clock(), "person": "", "reason": "", "data_hash": "", "code_version": ""}  # fmt: skip
        connection.execute(insert(model_versions).values(**row, bytes=0, lived=0, refused="", manifest="{}"))
    Releases(engine).promote("m1", None, "")

    def new() -> int:
        return int(admin.get("/api/training/jobs").json()["new"]["added"])

    assert new() == 0
    jobs.finish(id, "w1", Outcome(State.DONE, "m1"), [])
    assert new() == 1
    engine.dispose()


def test_the_metrics_tell_how_training_goes(api: Api, admin: httpx.Client) -> None:
    engine = open_engine(api.settings.sql_url)
    jobs = TrainingJobs(engine)
    jobs.finish(begun(jobs), "w1", Outcome(State.FAILED, failure="no"), [])
    begun(jobs)
    wait_until(
        lambda: (
            {"bellhop_training_running 1.0", "bellhop_training_failed 1.0"}
            <= set(admin.get("/metrics").text.splitlines())
        ),
        "they are told",
    )
    engine.dispose()
