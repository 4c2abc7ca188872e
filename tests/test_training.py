"""A bot worker does the training job, in a process of its own: whatever happens to that, the model that is live goes on."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.child import begin
from bot.nlu.errors import ModelRefused, UnusablePattern
from bot.project import load_project
from bot.publishing import publish
from bot.registry import current_version, make_current
from bot.teachable import project_data, tell
from bot.train import train
from bot.training import Heard, Training, asked_by_schedule, ended
from bot.training_job import run
from bot.training_outcome import Told, failed
from models.choices import TrainingChoice, UnusableChoice, taken
from models.choosing import Choices
from models.database import writing
from models.example_list import ExampleList
from models.examples import Examples
from models.examples import Heard as Said
from models.release import NotCompared
from models.releases import Releases
from models.settings import Settings
from models.training import Cause, Job, Outcome, Source, Standing, State, Step
from models.training_jobs import CLAIM_MS, TrainingJobs
from models.versions import Versions
from tests.fixtures_store import eventually
from tests.small_project import NLU, held_actions, write_project

PATIENCE = 300


def quiet(_step: str, _share: float) -> None:
    pass


class Place:
    """A deployment without its processes: SQL, a home, and the small project, whose model is live."""

    def __init__(self, engine: Engine, folder: Path, models: Path) -> None:
        self.engine, self.home, self.project = engine, folder / "home", write_project(folder / "project")
        self.jobs, self.releases, self.versions = TrainingJobs(engine), Releases(engine), Versions(engine)
        self.settings = Settings(home=self.home, project=self.project, database_url=str(engine.url), training_nice=1)
        shutil.copytree(models, self.home / "models")
        self.live = current_version(self.home) or ""
        publish(self.versions, self.home, self.live, "")
        self.releases.promote(self.live, None, "")

    def teach(self, *texts: str) -> None:
        said = [Said(text, "en", "c_1", number) for number, text in enumerate(texts)]
        with writing(self.engine) as connection:
            Examples(self.engine).add_heard(connection, said, "greet", "a_1", "d_1", 1)

    async def job(self, id: str) -> Job:
        found = await asyncio.to_thread(self.jobs.get, id)
        assert found is not None
        return found

    async def came(self, id: str, what: Callable[[Job], bool], description: str) -> Job:
        await eventually(lambda: self._is(id, what), description, PATIENCE)
        return await self.job(id)

    async def _is(self, id: str, what: Callable[[Job], bool]) -> bool:
        return what(await self.job(id))

    def untouched(self) -> bool:
        return self.releases.now().live == self.live and [each.id for each in self.versions.all()] == [self.live]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of the small project as it is."""
    folder = tmp_path_factory.mktemp("small")
    train(write_project(folder / "project"), folder / "home", quiet)
    return folder / "home" / "models"


@pytest.fixture
def place(sqlite_engine: Engine, tmp_path: Path, models: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    made = Place(sqlite_engine, tmp_path, models)
    meant = {"DATABASE_URL": made.engine.url, "HOME": made.home, "PROJECT": made.project, "TRAINING_NICE": 1}
    for name, value in meant.items():
        monkeypatch.setenv(f"BELLHOP_{name}", str(value))
    return made


@asynccontextmanager
async def working(place: Place) -> AsyncIterator[Training]:
    """A worker's part of it, stopped in order at the end."""
    stop = asyncio.Event()
    training = Training(place.engine, Path.cwd(), 1, lambda: True, every=0.05)
    running = asyncio.create_task(training.run(stop))
    try:
        yield training
    finally:
        stop.set()
        await running


def children() -> list[int]:
    """The processes that train below this one."""
    found = []
    for task in Path(f"/proc/{os.getpid()}/task").iterdir():
        for each in (task / "children").read_text().split():
            with_words = Path(f"/proc/{each}/cmdline")
            if with_words.exists() and b"bot.training_job" in with_words.read_bytes():
                found.append(int(each))
    return found


async def test_a_job_is_done_by_a_process_and_a_second_one_finds_nothing_new(place: Place) -> None:
    place.teach("good day to you")
    first = place.jobs.ask("a_1", "34 labels")
    async with working(place):
        done = await place.came(first.id, lambda job: job.ended > 0, "it has ended")
        assert (done.state, done.failure, done.share) == (State.DONE, "", 1.0)
        assert done.model != place.live
        version = place.versions.get(done.model)
        assert version is not None
        assert (version.person, version.reason, version.lived, version.refused) == ("a_1", "34 labels", 0, "")
        assert place.releases.now().live == place.live, "a candidate answers nobody"
        told = [each.text for each in done.log]
        assert "Reads the project and 1 examples that people have added." in told
        assert any("was trained in" in each for each in told)
        assert not any("good day" in each for each in told), "nothing that customers typed"
        assert not children()
        again = await place.came(place.jobs.ask("a_1", "").id, lambda job: job.ended > 0, "it has ended")
        assert again.model == done.model
        assert any("Nothing has changed" in each.text for each in again.log)
        place.releases.promote(done.model, None, "a_1")
        make_current(place.home, done.model)
        third = await place.came(place.jobs.ask("a_1", "").id, lambda job: job.ended > 0, "it has ended")
    assert (third.state, third.model) == (State.DONE, done.model)
    assert any("Nothing has changed" in each.text for each in third.log)
    assert len(place.versions.all()) == 2


async def test_cancelled_killed_and_stopped_it_leaves_all_as_it_was(place: Place, tmp_path: Path) -> None:
    place.teach("good day to you")
    hold = tmp_path / "hold"
    hold.touch()
    write_project(place.project, actions=held_actions(hold))
    async with working(place):
        id = place.jobs.ask("a_1", "").id
        await place.came(id, lambda job: job.step != "", "it is under way")
        place.jobs.cancel(id, "a_2")
        cancelled = await place.came(id, lambda job: job.ended > 0, "it has ended")
        assert (cancelled.state, cancelled.cause) == (State.CANCELLED, "")
        assert not children()
        id = place.jobs.ask("a_1", "").id
        await place.came(id, lambda job: job.step != "", "it is under way")
        for pid in children():
            os.kill(pid, signal.SIGKILL)
        killed = await place.came(id, lambda job: job.ended > 0, "it has ended")
        assert (killed.state, killed.cause) == (State.FAILED, Cause.KILLED)
        assert "memory" in killed.failure
        assert killed.log[-1].text == killed.failure
        id = place.jobs.ask("a_1", "").id
        await place.came(id, lambda job: job.step != "", "it is under way")
    assert not children()
    waits = await place.job(id)
    assert (waits.state, waits.tries, waits.worker) == (State.QUEUED, 0, "")
    assert place.untouched()
    hold.unlink()
    async with working(place):
        assert (await place.came(id, lambda job: job.ended > 0, "it has ended")).state is State.DONE


async def test_who_trains_is_gone_when_its_worker_was_killed(place: Place) -> None:
    place.jobs.ask("a_1", "")
    job = place.jobs.claim("w1")
    assert job is not None
    child = await begin("bot.training_job", job.id, nice=1, folder=Path.cwd())
    assert child.process.stdin is not None
    child.process.stdin.close()
    assert await child.wait() == 1


async def test_a_version_of_a_job_that_comes_to_no_end_goes_again(place: Place, tmp_path: Path) -> None:
    place.teach("good day to you")
    changed = write_project(tmp_path / "changed", nlu=NLU.replace("- hello\n", "- hello\n    - good day\n"))
    made = train(changed, tmp_path / "other", quiet).version
    publish(place.versions, tmp_path / "other", made, "")
    job = place.jobs.ask("a_1", "")
    place.jobs.claim("w1")
    place.jobs.renew(job.id, "w1", Step.APPRAISE, 0.9, [], made)
    place.jobs.put_back(job.id, "w1", made)
    assert not place.untouched()
    place.jobs.cancel(job.id, "a_1")
    assert place.untouched()
    assert (await place.job(job.id)).model == ""


async def test_what_files_have_since_a_bot_began_is_learned_and_listed(place: Place) -> None:
    tell(place.engine, project_data(load_project(place.project)))
    write_project(place.project, nlu=NLU.replace("- hello\n", "- good day to all\n"))
    async with working(place):
        done = await place.came(place.jobs.ask("a_1", "").id, lambda job: job.ended > 0, "it has ended")
    assert done.state is State.DONE
    listed = {each.text for each in ExampleList(place.engine).all() if each.intent == "greet"}
    assert "good day to all" in listed
    assert "hello" not in listed


async def test_a_version_that_was_never_compared_is_compared_by_the_next_training(place: Place) -> None:
    changed = NLU.replace("- hello\n", "- hello\n    - good day\n")
    write_project(place.project, nlu=changed)
    made = train(place.project, place.home, quiet, current=False).version
    publish(place.versions, place.home, made, "")
    with pytest.raises(NotCompared):
        place.releases.promote(made, None, "a_1")
    async with working(place):
        done = await place.came(place.jobs.ask("a_1", "").id, lambda job: job.ended > 0, "it has ended")
    assert (done.state, done.model) == (State.DONE, made)
    assert any("Nothing has changed" in each.text for each in done.log), "it was not trained anew"
    place.releases.promote(made, None, "a_1")
    assert place.releases.now().live == made


async def test_a_version_that_somebody_lets_answer_meanwhile_stays(place: Place) -> None:
    job = place.jobs.ask("a_1", "")
    place.jobs.claim("w1")
    place.jobs.renew(job.id, "w1", Step.APPRAISE, 0.9, [], place.live)
    place.jobs.finish(job.id, "w1", Outcome(State.FAILED, cause=Cause.KILLED, failure="killed"), [], place.live)
    assert place.untouched()


ONE = 'version: "3.1"\nnlu:\n- intent: greet\n  examples: |\n    - hello\n    - hi there\n'
NONE = 'version: "3.1"\nnlu: []\n'


def outcome(place: Place) -> Outcome:
    heard: list[Told] = []
    found = run(place.settings, place.engine, "a_1", "", heard.append)
    assert all("hello" not in each.said for each in heard)
    return found


@pytest.mark.parametrize(
    ("changed", "cause", "sentence"),
    [
        ({"nlu": NONE}, Cause.NO_EXAMPLES, "There are no examples to train on"),
        ({"nlu": ONE}, Cause.ONE_INTENT, "All examples are of one intent"),
        ({"domain": "intents: [greet"}, Cause.PROJECT, "domain.yml"),
        (
            {"rules": "rules:\n- rule: a\n  steps: [{intent: greet}, {action: utter_gone}]\n"},
            Cause.PROJECT,
            "utter_gone",
        ),
        ({"config": "policies: [{name: RulePolicy"}, Cause.PROJECT, "config.yml"),
    ],
)
def test_a_mistake_is_a_sentence_and_changes_nothing(
    place: Place, changed: dict[str, str], cause: Cause, sentence: str
) -> None:
    write_project(place.project, **changed)
    found = outcome(place)
    assert (found.state, found.cause) == (State.FAILED, cause)
    assert sentence in found.failure
    assert place.untouched()


def test_what_libraries_say_is_not_repeated() -> None:
    secret = "call 13800138000"
    for error in (KeyError(secret), OSError(28, secret), OSError(13, "Permission denied", secret), MemoryError(secret)):
        found = failed(error)
        assert secret not in found.failure
        assert found.failure.endswith(".")
    assert failed(OSError(28, "")).failure == "There is no space left on the disk."
    assert failed(OSError(28, "")).cause is Cause.SPACE
    assert failed(MemoryError()).cause is Cause.MEMORY
    assert failed(ModelRefused("The parts do not fit.")).cause is Cause.MODEL
    pattern = failed(UnusablePattern("A regular expression of 'number' cannot be read."))
    assert (pattern.cause, "'number'" in pattern.failure) == (Cause.PATTERN, True)


def test_how_a_process_that_says_nothing_ended() -> None:
    assert ended(Standing.CANCELLING, -9, stopped=True) == Outcome(State.CANCELLED)
    assert ended(Standing.MINE, -9, stopped=True) is None
    for code, words in ((-11, "signal 11"), (1, "exit code 1"), (0, "exit code 0")):
        found = ended(Standing.MINE, code, stopped=False)
        assert found is not None
        assert (found.state, words in found.failure) == (State.FAILED, True)


# The day's time.


@pytest.mark.parametrize(
    ("at", "zone", "now", "day"),
    [
        ("", "", "2026-11-27T03:00", None),
        ("03:00", "UTC", "2026-11-27T02:59", None),
        ("03:00", "UTC", "2026-11-27T03:00", "2026-11-27"),
        ("03:00", "UTC", "2026-11-27T03:59", "2026-11-27"),
        ("03:00", "UTC", "2026-11-27T04:00", None),
        ("03:00", "Asia/Shanghai", "2026-11-26T19:10", "2026-11-27"),
        ("23:30", "UTC", "2026-11-28T00:10", "2026-11-27"),
        ("02:30", "Europe/Berlin", "2026-03-29T01:05", "2026-03-29"),
        ("02:30", "Europe/Berlin", "2026-10-25T00:45", "2026-10-25"),
        ("02:30", "Europe/Berlin", "2026-10-25T01:45", "2026-10-25"),
    ],
)
def test_it_is_time_for_an_hour_once_a_day(at: str, zone: str, now: str, day: str | None) -> None:
    found = TrainingChoice(at=at, zone=zone).due(datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert found == (date.fromisoformat(day) if day else None)


@pytest.mark.parametrize(
    "value", [{"at": "3:00"}, {"at": "24:00"}, {"at": "03:00"}, {"at": "03:00", "zone": "No/Where"}, {"examples": 0}]
)
def test_a_time_that_cannot_be_kept_is_refused(value: dict[str, object]) -> None:
    with pytest.raises(UnusableChoice):
        taken("training", value)


def test_the_schedule_asks_once_a_day_and_only_where_there_is_enough(sql_engine: Engine) -> None:
    choices, jobs, night = Choices(sql_engine), TrainingJobs(sql_engine), datetime(2026, 11, 27, 3, 5, tzinfo=UTC)
    asked_by_schedule(choices, jobs, night)
    choices.put("training", 0, {"at": "03:00", "zone": "UTC", "examples": 2}, "a_1")
    asked_by_schedule(choices, jobs, night)
    assert jobs.page() == [], "nothing is new"
    with writing(sql_engine) as connection:
        said = [Said(text, "en", "c_1", number) for number, text in enumerate(("one", "two"))]
        Examples(sql_engine).add_heard(connection, said, "greet", "a_1", "d_1", 1)
    manual = jobs.ask("a_1", "")
    asked_by_schedule(choices, jobs, night)
    assert len(jobs.page()) == 1, "one is under way"
    jobs.cancel(manual.id, "a_1")
    for _ in range(2):
        asked_by_schedule(choices, jobs, night)
    made = jobs.open()
    assert made is not None
    assert (made.source, made.person, made.reason) == (Source.SCHEDULE, "", "2 examples are new")
    jobs.cancel(made.id, "a_1")
    asked_by_schedule(choices, jobs, night)
    assert len(jobs.page()) == 2, "once a day"
    asked_by_schedule(choices, jobs, datetime(2026, 11, 28, 3, 5, tzinfo=UTC))
    assert len(jobs.page()) == 3


def test_a_log_that_is_heard_is_bounded() -> None:
    jobs_log = Heard(Job("t", Source.PERSON, "", "", State.RUNNING, "", 0.0, 0, 0, 0, "", 0, 1, False, "", "", "", ()))
    for number in range(1000):
        jobs_log.hear(Told(said=f"line {number}"))
    assert (len(jobs_log.log), jobs_log.log[0].text, jobs_log.log[-1].text) == (200, "line 0", "line 999")
    assert CLAIM_MS > 1000
