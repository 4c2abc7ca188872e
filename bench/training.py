"""From the button to a canary that answers, and what a training costs those who chat meanwhile.

    python -m bench.training [--rounds 3] [--rate 100] [--window 10] [--nice 10] [--folder /dev/shm]

1. The demo, and a project of 10,000 examples (of CLINC150's training part, from BELLHOP_DATA or ../shared/data): one example is added, a
   training is asked for by REST, and what came of it is made a canary for all; the time is from the POST to the canary's first answer.
2. The large project answers 100 messages a second, in windows: in each round some without a training and as many during one. What is
   compared is the median of the windows' 99th percentiles. A window in which the machine that ours is a part of took more than 2 % of the
   cores' time for others ("steal", told by the kernel) is printed and not counted, of either kind.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bench.chat import Load, percentile
from bench.nlu import examples
from bot.standing import TRIAL
from models.database import open_engine, writing
from models.examples import Examples, Heard
from models.settings import load
from stream.history import History
from stream.log import Log
from stream.store import Store
from tests.client import Customer
from tests.fixtures_product import ADMIN, ROOT, Product

EXAMPLES = 10_000
CUSTOMERS = 100
WINDOWS = 3
POLL_SECONDS = 0.1
STATISTICS, STEAL = Path("/proc/stat"), 7
STOLEN_MOST = 0.02


def large(folder: Path, data: Path) -> tuple[Path, list[str]]:
    """A project of 10,000 examples with one answer to each intent, and texts that it knows."""
    found = list(examples(data, "clinc150/train"))
    random.Random(5).shuffle(found)
    by_intent: dict[str, list[str]] = {}
    for each in found[:EXAMPLES]:
        by_intent.setdefault(each.intent, []).append(each.text)
    names = sorted(by_intent)
    (folder / "data").mkdir(parents=True)
    domain = {
        "version": "3.1",
        "intents": names,
        "responses": {f"utter_{name}": [{"text": f"This is about {name}."}] for name in names},
    }
    rules = [{"rule": name, "steps": [{"intent": name}, {"action": f"utter_{name}"}]} for name in names]
    nlu = [{"intent": name, "examples": "".join(f"- {each}\n" for each in by_intent[name])} for name in names]
    # JSON is YAML, but for marks of entities, of which there are none here.
    (folder / "domain.yml").write_text(json.dumps(domain))
    (folder / "data" / "rules.yml").write_text(json.dumps({"version": "3.1", "rules": rules}))
    (folder / "data" / "nlu.yml").write_text(json.dumps({"version": "3.1", "nlu": nlu}))
    return folder, [by_intent[name][0] for name in names]


class Admin:
    """Asks for trainings and canaries as the desk does."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self._settings = load(product.environment)
        self.engine = open_engine(self._settings.sql_url)
        self._http = httpx.AsyncClient(base_url=product.base, timeout=60)
        self._taught = 0

    @classmethod
    @asynccontextmanager
    async def of(cls, product: Product) -> AsyncIterator[Admin]:
        admin = cls(product)
        async with admin._http:
            signed = await admin._post("/api/login", email=ADMIN, password=product.password)
            admin._http.headers["Authorization"] = f"Bearer {signed['token']}"
            yield admin
        admin.engine.dispose()

    async def _post(self, path: str, **given: object) -> Any:
        return (await self._http.post(path, json=given)).raise_for_status().json()

    async def get(self, path: str) -> Any:
        return (await self._http.get(path)).raise_for_status().json()

    async def train(self, intent: str) -> str:
        """With one example more than before, so that there is something to learn."""
        self._taught += 1
        said = [Heard(f"an example of number {self._taught} is said here", "en", "c_bench", self._taught)]
        with writing(self.engine) as connection:
            Examples(self.engine).add_heard(
                connection, said, intent, "", f"d_{self._taught}", time.time_ns() // 1_000_000
            )
        return str((await self._post("/api/training/jobs"))["id"])

    async def job(self, id: str) -> Any:
        return await self.get(f"/api/training/jobs/{id}")

    async def done(self, id: str) -> Any:
        while (job := await self.job(id))["ended"] is None:
            await asyncio.sleep(POLL_SECONDS)
        return job

    async def cancel(self, id: str) -> None:
        if (await self.job(id))["ended"] is None:
            await self._post(f"/api/training/jobs/{id}/cancel")
            await self.done(id)

    async def canary(self, model: str, text: str) -> None:
        """Until it has answered somebody."""
        version = (await self.get("/api/models"))["release"]["version"]
        await self._post(f"/api/models/{model}/canary", version=version, percent=100)
        async with (
            Store.open(self._settings.store_url).opened() as store,
            Log(store, self._settings, History(self.engine)) as log,
            await Customer.visitor(self.product.base) as customer,
        ):
            number = 0
            while not await log.field(customer.conversation or "", TRIAL):
                number += 1
                await customer.send({"type": "say", "id": f"t{number}", "text": text})
                await asyncio.sleep(POLL_SECONDS)

    async def stop(self, model: str) -> None:
        version = (await self.get("/api/models"))["release"]["version"]
        await self._post(f"/api/models/{model}/stop", version=version)


def trained(home: Path, project: Path | None, nice: int) -> Product:
    """A product whose first model is there already."""
    more = {"BELLHOP_PROJECT": str(project)} if project else {}
    product = Product(
        home,
        BELLHOP_MESSAGES_PER_SECOND="100000",
        BELLHOP_MESSAGES_BURST="100000",
        BELLHOP_TRAINING_NICE=str(nice),
        **more,
    )
    command = [sys.executable, "-m", "bellhop", "train"]
    subprocess.run(command, cwd=ROOT, env=product.environment, check=True, stdout=subprocess.DEVNULL)
    product.start()
    return product


async def to_canary(admin: Admin, name: str, intent: str, text: str) -> None:
    began = time.perf_counter()
    job = await admin.done(await admin.train(intent))
    learned = time.perf_counter() - began
    if job["state"] != "done":
        raise SystemExit(f"{name}: {job['state']}: {job['failure']}")
    await admin.canary(job["model"], text)
    print(
        f"{name}: trained after {learned:.1f} s, a canary answers after {time.perf_counter() - began:.1f} s", flush=True
    )
    await admin.stop(job["model"])


@dataclass(frozen=True, slots=True)
class Window:
    """`p99` in ms; of the cores' time, the share that others on the machine had."""

    p99: float
    stolen: float

    @property
    def counts(self) -> bool:
        return self.stolen <= STOLEN_MOST


async def window(load: Load, rate: float, seconds: float, what: str) -> Window:
    before = cores()
    hops = await load.run(rate, seconds)
    spent = [after - was for after, was in zip(cores(), before, strict=True)]
    stolen = spent[STEAL] / max(1, sum(spent))
    found = [percentile(hops.reply, share) for share in (0.5, 0.95, 0.99)]
    told = " / ".join(f"{each:.1f}" for each in found)
    print(
        f"  {what}: answered p50 / p95 / p99 {told} ms, {len(hops.reply)} of {hops.sent}, {stolen:.1%} stolen",
        flush=True,
    )
    return Window(found[-1], stolen)


def cores() -> list[int]:
    """Ticks of all cores so far: user, nice, system, idle, waiting, interrupts (two), stolen. Zeros where the kernel is not Linux."""
    try:
        return [int(each) for each in STATISTICS.read_text().split("\n", 1)[0].split()[1 : STEAL + 2]]
    except OSError:
        return [0] * (STEAL + 1)


async def beside(admin: Admin, load: Load, intent: str, rounds: int, rate: float, seconds: float) -> None:
    without: list[Window] = []
    during: list[Window] = []
    for _ in range(rounds):
        for _ in range(WINDOWS):
            without.append(await window(load, rate, seconds, "without"))
        id = await admin.train(intent)
        for _ in range(WINDOWS):
            found = await window(load, rate, seconds, "during ")
            # One that the training did not last is of neither kind.
            if (await admin.job(id))["ended"] is None:
                during.append(found)
        await admin.cancel(id)
    alone, both = ([each.p99 for each in some if each.counts] for some in (without, during))
    left = len(without) + len(during) - len(alone) - len(both)
    if not alone or not both:
        raise SystemExit(
            f"No window is left to compare ({left} not counted): make them shorter, or leave the machine alone."
        )
    print(
        f"p99 at {rate:g} messages/s, median of {len(alone)} windows without a training {statistics.median(alone):.1f} ms, "
        f"of {len(both)} during one {statistics.median(both):.1f} ms: "
        f"{statistics.median(both) / statistics.median(alone):.2f} times ({left} windows not counted)",
        flush=True,
    )


async def demo(home: Path, nice: int) -> None:
    product = trained(home, None, nice)
    try:
        async with Admin.of(product) as admin:
            await to_canary(admin, "The demo", "greet", "hello there")
    finally:
        product.stop()


async def ten_thousand(folder: Path, data: Path, given: argparse.Namespace) -> None:
    project, said = large(folder / "project", data)
    product = trained(folder / "home", project, given.nice)
    try:
        async with Admin.of(product) as admin, AsyncExitStack() as stack:
            await to_canary(admin, f"{EXAMPLES} examples", "translate", said[0])
            if given.rounds:
                people = [
                    await stack.enter_async_context(await Customer.visitor(product.base)) for _ in range(CUSTOMERS)
                ]
                load = Load(people, await answered(people[0], said))
                await window(load, 20, 3, "warming")
                await beside(admin, load, "translate", given.rounds, given.rate, given.window)
    finally:
        product.stop()
        shutil.rmtree(folder / "home" / "valkey", ignore_errors=True)


async def answered(customer: Customer, said: Sequence[str]) -> list[str]:
    """Of them, those that have one answer and no question back."""
    found = []
    for number, text in enumerate(said):
        heard = []
        customer.on_frame = lambda frame: heard.append(frame) if frame.get("author", {}).get("kind") == "bot" else None  # noqa: B023
        await customer.send({"type": "say", "id": f"a{number}", "text": text})
        await customer.until(lambda: len(heard) > 0, "an answer")  # noqa: B023
        if str(heard[0]["text"]).startswith("This is about"):
            found.append(text)
    return found


async def main(given: argparse.Namespace) -> None:
    data = Path(os.environ.get("BELLHOP_DATA", ROOT.parent / "shared" / "data"))
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        if not given.large:
            await demo(Path(folder) / "demo", given.nice)
        if not (data / "clinc150").is_dir():
            print(f"Not measured: no CLINC150 in {data}; name its folder in BELLHOP_DATA.")
            return
        await ten_thousand(Path(folder) / "large", data, given)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=3, help="0: only the times to a canary")
    options.add_argument("--rate", type=float, default=100)
    options.add_argument("--window", type=float, default=10, help="seconds")
    options.add_argument("--nice", type=int, default=10, help="BELLHOP_TRAINING_NICE")
    options.add_argument("--large", action="store_true", help="only the project of 10,000 examples")
    options.add_argument("--folder")
    asyncio.run(main(options.parse_args()))
