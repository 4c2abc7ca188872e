"""The whole product trains while parts of it go away: the job is done, or says why not, and the model that is live goes on."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self

import httpx

from tests.fixtures_product import ADMIN, Product
from tests.fixtures_store import wait_until
from tests.small_project import NLU, held_actions, write_project

PATIENCE = 300


class Admin:
    """At the training of a product."""

    def __init__(self, product: Product) -> None:
        self._http = httpx.Client(base_url=product.base, timeout=30)
        signed = self._http.post("/api/login", json={"email": ADMIN, "password": product.password}).json()
        self._http.headers["Authorization"] = f"Bearer {signed['token']}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def train(self) -> httpx.Response:
        return self._http.post("/api/training/jobs", json={"reason": "more greetings"})

    def cancel(self, id: str) -> int:
        return self._http.post(f"/api/training/jobs/{id}/cancel").status_code

    def jobs(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._http.get("/api/training/jobs").json()["jobs"]
        return found

    def job(self, id: str) -> dict[str, Any]:
        found: dict[str, Any] = self._http.get(f"/api/training/jobs/{id}").json()
        return found

    def states(self) -> dict[str, str]:
        return {each["id"]: each["state"] for each in self._http.get("/api/models").json()["models"]}

    def came(self, id: str, what: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        def there() -> bool:
            # Who asks all the time takes the core that trains.
            time.sleep(0.2)
            try:
                return what(self.job(id))
            except httpx.HTTPError:
                return False  # the API starts again

        wait_until(there, f"{id} came so far", PATIENCE)
        return self.job(id)


def trains(product: Product) -> list[int]:
    """The processes below the bot that train."""
    bot = product.pid("bot")
    tasks = Path(f"/proc/{bot}/task").iterdir()
    below = [each for task in tasks for each in (task / "children").read_text().split()]
    return [int(each) for each in below if b"bot.training_job" in Path(f"/proc/{each}/cmdline").read_bytes()]


def under_way(job: dict[str, Any]) -> bool:
    return job["state"] == "running" and job["step"] == "project"


def over(job: dict[str, Any]) -> bool:
    return job["ended"] is not None


def test_a_training_outlives_the_api_and_fails_alone(make_product: Callable[..., Product], tmp_path: Path) -> None:
    project, hold = tmp_path / "project", tmp_path / "hold"
    write_project(project, actions=held_actions(hold))
    product = make_product(BELLHOP_PROJECT=str(project), BELLHOP_TRAINING_NICE="1")
    product.start()
    with Admin(product) as admin, Admin(product) as other:
        trains_on(product, admin, other, project, hold)
    assert "Traceback" not in product.console()


def trains_on(product: Product, admin: Admin, other: Admin, project: Path, hold: Path) -> None:
    [first] = admin.jobs()
    assert (first["source"], first["state"], first["person"]) == ("command", "done", "")
    live = first["model"]
    assert admin.states() == {live: "live"}

    # Two press at once; the API dies while it trains.
    write_project(project, actions=held_actions(hold), nlu=NLU.replace("- hello\n", "- hello\n    - good day\n"))
    hold.touch()
    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(lambda who: who.train(), (admin, other)))
    assert sorted(each.status_code for each in answers) == [201, 409]
    id = next(each.json()["id"] for each in answers if each.status_code == 201)
    admin.came(id, under_way)
    product.came_back("api", product.kill("api"))
    hold.unlink()
    done = admin.came(id, over)
    assert (done["state"], done["failure"]) == ("done", "")
    assert admin.states() == {live: "live", done["model"]: "candidate"}

    # Cancelled, and killed as the kernel does when memory has run out.
    write_project(project, actions=held_actions(hold), nlu=NLU.replace("- hello\n", "- hello\n    - good evening\n"))
    hold.touch()
    id = admin.train().json()["id"]
    admin.came(id, under_way)
    assert admin.cancel(id) == 200
    assert admin.came(id, over)["state"] == "cancelled"
    assert trains(product) == []
    id = admin.train().json()["id"]
    admin.came(id, under_way)
    for pid in trains(product):
        os.kill(pid, signal.SIGKILL)
    killed = admin.came(id, over)
    assert (killed["state"], killed["cause"]) == ("failed", "killed")

    # A bot that is stopped in order leaves it to the next one.
    id = admin.train().json()["id"]
    admin.came(id, under_way)
    bot = product.pid("bot")
    os.kill(bot, signal.SIGTERM)
    product.came_back("bot", bot)
    admin.came(id, lambda job: job["state"] == "running" and len(job["log"]) > 2)
    admin.cancel(id)
    admin.came(id, over)
    hold.unlink()

    # The project is broken.
    write_project(project, domain="intents: [greet")
    broken = admin.came(admin.train().json()["id"], over)
    assert (broken["state"], broken["cause"]) == ("failed", "project")
    assert "domain.yml" in broken["failure"]
    assert admin.states() == {live: "live", done["model"]: "candidate"}
