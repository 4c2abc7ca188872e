"""Models are swapped under load: is anything lost or doubled, and does the bot grow?

    python -m bench.swaps [--swaps 200] [--rate 100] [--every 1.2] [--lease 2] [--folder /dev/shm]

Starts the whole product, trains the demo, makes three more models of the same size from it, and promotes one after the other while
customers talk. Nine in ten say what has one answer, so each message must have exactly one; the others fill in a form, whose model
must stay. The bot's memory is compared after a tenth of the swaps, when all that it may hold is loaded, and at the end.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import subprocess
import sys
import tempfile
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Engine, select

from bench.chat import SAID, Load, percentile
from bot.appraise import appraise
from bot.publishing import publish
from bot.registry import ModelInfo, load_model, save_model
from models import settings as configured
from models.audit import COMMAND_LINE
from models.database import open_engine
from models.releases import Releases
from models.tables import messages
from models.versions import Versions
from tests.client import Customer
from tests.fixtures_product import ROOT, Product

MODELS = 4
CUSTOMERS = 100
LATE_SECONDS = 60
ARCHIVED_SECONDS = 5
FORM = ("我要退款", "A1001", "13800138000", "质量不好")


def variants(home: Path, engine: Engine) -> list[str]:
    """The trained one, and others of the same size that differ in one title."""
    model = load_model(home)
    found = [model.version]
    for number in range(1, MODELS):
        titles = {**model.interpreter.titles, "greet": {"en": f"number {number}"}}
        info = ModelInfo(model.manifest.project, model.manifest.data_hash, model.manifest.code_version)
        id = save_model(home, replace(model.interpreter, titles=titles), info, model.policy, current=False)
        publish(Versions(engine), home, id, COMMAND_LINE, "bench")
        found.append(id)
    return found


def resident(product: Product) -> float:
    """The bot's memory in MB."""
    status = Path(f"/proc/{product.pid('bot')}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1000


def taken(home: Path) -> int:
    """Swaps that the bot has told in its log."""
    return sum(path.read_text().count("answers now") for path in (home / "logs").glob("bot*"))


async def fill_in(customer: Customer, stop: asyncio.Event) -> None:
    """Again and again, at the pace of a person."""
    number = 0
    while not stop.is_set():
        await customer.send({"type": "say", "id": f"f{number}", "text": FORM[number % len(FORM)]})
        number += 1
        await asyncio.sleep(0.8)


async def swap(engine: Engine, ids: list[str], swaps: int, every: float, product: Product) -> list[float]:
    """MB after each tenth of the swaps."""
    releases, found = Releases(engine), []
    for number in range(1, swaps + 1):
        await asyncio.to_thread(releases.promote, ids[number % MODELS], None, COMMAND_LINE, "bench")
        await asyncio.sleep(every)
        if number % max(1, swaps // 10) == 0:
            found.append(resident(product))
            print(f"{number} swaps: {found[-1]:.0f} MB", flush=True)
    return found


async def answered(load: Load) -> None:
    """A machine that is too slow for the rate answers later: late is not lost."""
    for _ in range(LATE_SECONDS * 10):
        if len(load.hops.reply) >= load.hops.sent:
            return
        await asyncio.sleep(0.1)


def counted(engine: Engine, plain: set[str]) -> tuple[int, int, int]:
    """(asked, lost, doubled) of the conversations in which each message has one answer, by what SQL holds."""
    m, found = messages.c, {}
    with engine.connect() as connection:
        rows = connection.execute(select(m.conversation, m.author_kind).where(m.kind == "message")).all()
    for name, kind in rows:
        found.setdefault(name, {}).setdefault(kind, []).append(1)
    asked = lost = doubled = 0
    for name in plain:
        said, answered = (len(found.get(name, {}).get(kind, ())) for kind in ("customer", "bot"))
        asked, lost, doubled = asked + said, lost + max(0, said - answered), doubled + max(0, answered - said)
    return asked, lost, doubled


async def main(swaps: int, rate: float, every: float, lease: float, where: str | None) -> None:
    with tempfile.TemporaryDirectory(dir=where) as folder:
        home = Path(folder)
        product = Product(
            home, BELLHOP_MESSAGES_PER_SECOND="100000", BELLHOP_MESSAGES_BURST="100000", BELLHOP_LEASE=str(lease)
        )
        command = [sys.executable, "-m", "bellhop", "train"]
        subprocess.run(command, cwd=ROOT, env=product.environment, check=True, stdout=subprocess.DEVNULL)
        engine = open_engine(f"sqlite:///{home / 'bellhop.db'}")
        ids = variants(home, engine)
        settings = configured.load(product.environment)
        for each in ids:
            # The gate lets none answer that was not compared.
            await asyncio.to_thread(appraise, engine, settings, each, lambda step, share: None)
        product.start()
        try:
            async with AsyncExitStack() as stack:
                people = [
                    await stack.enter_async_context(await Customer.visitor(product.base)) for _ in range(CUSTOMERS)
                ]
                plain, forms = people[CUSTOMERS // 10 :], people[: CUSTOMERS // 10]
                load, stop = Load(plain), asyncio.Event()
                await load.run(20, 3)
                filling = [asyncio.create_task(fill_in(each, stop)) for each in forms]
                talking = asyncio.create_task(load.run(rate, swaps * every))
                grown = await swap(engine, ids, swaps, every, product)
                hops = await talking
                stop.set()
                await asyncio.gather(*filling)
                await answered(load)
                grown.append(resident(product))
                await asyncio.sleep(ARCHIVED_SECONDS)
                asked, lost, doubled = counted(engine, {each.conversation for each in plain})
            print(
                f"{swaps} swaps of {MODELS} models, {taken(home)} taken by the bot; {rate:g} messages/s, {len(SAID)} different"
            )
            print(
                f"{asked} messages in SQL, {lost} lost, {doubled} doubled; {len(hops.reply)} of {hops.sent} answers seen"
            )
            print(
                "answered p50 / p95 / p99: "
                + " / ".join(f"{percentile(hops.reply, share):.0f}" for share in (0.5, 0.95, 0.99))
                + " ms"
            )
            first, last = grown[0], grown[-1]
            print(f"bot: {first:.0f} MB after a tenth, {last:.0f} MB at the end ({last / first - 1:+.1%})")
        finally:
            product.stop()
            engine.dispose()
            shutil.rmtree(home / "valkey", ignore_errors=True)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--swaps", type=int, default=200)
    options.add_argument("--rate", type=float, default=100)
    options.add_argument("--every", type=float, default=1.2)
    options.add_argument("--lease", type=float, default=2, help="seconds; longer where other programs take the cores")
    options.add_argument("--folder")
    given = options.parse_args()
    asyncio.run(main(given.swaps, given.rate, given.every, given.lease, given.folder))
