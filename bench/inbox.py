"""How soon a large inbox opens, and how long the bot takes to arrange it in the background.

    python -m bench.inbox [--items 100000] [--folder /dev/shm]

What waits is made of CLINC150's training part (BELLHOP_DATA, else ../shared/data), two in three of it mistyped; a thousand texts were said
to be none of the bot's business. Then the whole product starts, and what the desk asks for first is asked for by REST: the first page of
groups with the count. What arranges is called here, as the bot's process calls it: 10,000 groups, of which those that say the same are
put together.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.nlu import examples
from bench.training import Admin
from bench.typos import mistyped
from bot.grouping import KNOWN, TEXTS, arrange
from models.database import open_engine, upgrade
from models.examples import Examples
from models.inbox import Inbox, Item, Verdict, Why
from models.project_data import Line, ProjectData, publish
from models.settings import load
from models.understood import Guess
from tests.fixtures_product import ROOT, Product

OPENED = 11
BATCH = 500
MISTYPED = 2 / 3


def items(count: int, said: Sequence[str], chance: random.Random) -> list[Item]:
    made = []
    for n in range(count):
        text = chance.choice(said)
        if chance.random() < MISTYPED:
            text = mistyped(text, chance)
        ranking = (Guess("one", chance.random()), Guess("other", 0.1))
        made.append(Item(f"c_{n}", 1, n, "en", text, ranking, Why.DOUBT))
    return made


def fill(inbox: Inbox, count: int, folder: Path) -> None:
    chance = random.Random(1)
    outside = [each.text for name in ("oos_train", "oos_val") for each in examples(folder, f"clinc150/{name}")]
    decided = items(KNOWN, outside, chance)
    waiting = items(KNOWN + count, [each.text for each in examples(folder, "clinc150/train")], chance)[KNOWN:]
    for some in (decided, waiting):
        for start in range(0, len(some), BATCH):
            inbox.notice(some[start : start + BATCH])
            if some is decided:
                places = [(each.conversation, each.seq) for each in some[start : start + BATCH]]
                inbox.decide(places, Verdict.OUTSIDE, "", "a_bench")


async def opened(product: Product) -> None:
    async with Admin.of(product) as admin:
        took = []
        for _ in range(OPENED):
            began = time.perf_counter()
            page = await admin.get("/api/inbox?limit=50")
            took.append(1000 * (time.perf_counter() - began))
        middle = statistics.median(took)
        print(
            f"{page['open']} open items: the first page of groups in {middle:.0f} ms, median of {OPENED} "
            f"(the first time {took[0]:.0f} ms, at most {max(took):.0f} ms)",
            flush=True,
        )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--items", type=int, default=100_000)
    options.add_argument("--folder")
    given = options.parse_args()
    data = Path(os.environ.get("BELLHOP_DATA", ROOT.parent / "shared" / "data"))
    if not (data / "clinc150").is_dir():
        print(f"Not measured: no CLINC150 in {data}; name its folder in BELLHOP_DATA.")
        return
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        product = Product(Path(folder) / "home")
        url = load(product.environment).sql_url
        upgrade(url)
        engine = open_engine(url)
        inbox, known = Inbox(engine), list(examples(data, "clinc150/train"))
        fill(inbox, given.items, data)
        publish(engine, ProjectData("bench", [Line(each.intent, each.text, (), "en") for each in known]))
        began = time.perf_counter()
        joined = arrange(inbox, Examples(engine))
        print(f"{TEXTS} groups arranged in {time.perf_counter() - began:.1f} s: {joined} went into another", flush=True)
        engine.dispose()
        product.start()
        try:
            asyncio.run(opened(product))
        finally:
            product.stop()


if __name__ == "__main__":
    main()
