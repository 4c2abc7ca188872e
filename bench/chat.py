"""Customers over real WebSockets, open loop: what each hop of a message costs, and the highest rate that holds.

    python -m bench.chat [--rate 200] [--seconds 20] [--customers 200] [--search] [--folder /dev/shm]

Starts the whole product (store with `appendfsync always`, SQLite, api, bot, handoff, archive) on this machine and talks to it from here, so
that the load's own cost is in the figures. Messages are sent at their time whether or not earlier ones were answered (no coordinated
omission): latency counts from when a message was due. `--search` raises the rate until the reply's p99 passes 250 ms. `--folder`: where the
store and SQL lie; in memory the disk's own stalls are left out.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stream.running import settled
from tests.client import Customer
from tests.fixtures_product import PARTS, ROOT, Product

# One answer each. Different words, as a shop hears them.
SAID = ("谢谢", "thanks a lot", "你好", "hello there", "运费多少钱", "how long does delivery take", "你们几点上班")
HOLDS_MS = 250.0
STEPS = (100, 200, 300, 400, 500, 600, 800, 1000, 1200, 1500)


@dataclass
class Hops:
    """Milliseconds since a message was due: acknowledged, seen by its sender, answered."""

    ack: list[float] = field(default_factory=list)
    echo: list[float] = field(default_factory=list)
    reply: list[float] = field(default_factory=list)
    sent: int = 0


class Load:
    """Many customers; every message is timed from when it was due."""

    def __init__(self, customers: Sequence[Customer], said: Sequence[str] = SAID) -> None:
        self.customers = customers
        self._said = said
        self.hops = Hops()
        self._due: dict[str, float] = {}
        self._asked: dict[str, list[tuple[int, float]]] = {}
        for customer in customers:
            customer.on_frame = self._frame

    def _frame(self, frame: dict[str, Any]) -> None:
        now = time.perf_counter()
        match frame:
            case {"type": "ack", "id": id} if id in self._due:
                self.hops.ack.append((now - self._due[id]) * 1000)
            case {"type": "message", "id": id, "conversation": name, "seq": seq} if id in self._due:
                due = self._due.pop(id)
                self.hops.echo.append((now - due) * 1000)
                self._asked.setdefault(name, []).append((seq, due))
            case {"type": "message", "conversation": name, "author": {"kind": "bot"}}:
                waiting = self._asked.get(name)
                if waiting:
                    self.hops.reply.append((now - waiting.pop(0)[1]) * 1000)

    async def run(self, rate: float, seconds: float) -> Hops:
        self.hops, self._due, self._asked = Hops(), {}, {}
        # Else this process looks through all that it has imported, for a tenth of a second, and each answer would seem late.
        settled()
        began = time.perf_counter()
        order = random.Random(7)
        async with asyncio.TaskGroup() as group:
            for number in range(int(rate * seconds)):
                due = began + number / rate
                delay = due - time.perf_counter()
                if delay > 0:
                    await asyncio.sleep(delay)
                group.create_task(self._say(order.choice(self.customers), order.choice(self._said), due))
        for _ in range(100):
            if len(self.hops.reply) >= self.hops.sent:
                break
            await asyncio.sleep(0.1)
        return self.hops

    async def _say(self, customer: Customer, text: str, due: float) -> None:
        self.hops.sent += 1
        id = f"b{self.hops.sent}-{time.time_ns():x}"
        self._due[id] = due
        await customer.send({"type": "say", "id": id, "text": text})


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else float("nan")


def row(rate: float, hops: Hops, cpu: str) -> str:
    def three(values: Sequence[float]) -> str:
        return " / ".join(f"{percentile(values, share):6.1f}" for share in (0.5, 0.95, 0.99))

    answered = f"{len(hops.reply)}/{hops.sent}"
    return f"{rate:6.0f} | {three(hops.ack)} | {three(hops.echo)} | {three(hops.reply)} | {answered:>13} | {cpu}"


def cpu_seconds(product: Product) -> dict[str, float]:
    used = {}
    for part in (*PARTS, "valkey"):
        fields = Path(f"/proc/{product.pid(part)}/stat").read_text().rsplit(")", 1)[1].split()
        used[part] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    used["load"] = time.process_time()
    return used


async def measure(product: Product, load: Load, rate: float, seconds: float) -> Hops:
    before = cpu_seconds(product)
    hops = await load.run(rate, seconds)
    after = cpu_seconds(product)
    cpu = " ".join(f"{part} {(after[part] - before[part]) / seconds * 100:.0f}" for part in after)
    print(row(rate, hops, cpu), flush=True)
    return hops


async def main(rate: float, seconds: float, customers: int, search: bool, where: str | None) -> None:
    with tempfile.TemporaryDirectory(dir=where) as folder:
        home = Path(folder)
        # The limits for one person are not what is measured here.
        product = Product(home, BELLHOP_MESSAGES_PER_SECOND="100000", BELLHOP_MESSAGES_BURST="100000")
        subprocess.run(
            [sys.executable, "-m", "bellhop", "train"],
            cwd=ROOT,
            env=product.environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        product.start()
        try:
            async with AsyncExitStack() as stack:
                talkers = [
                    await stack.enter_async_context(await Customer.visitor(product.base)) for _ in range(customers)
                ]
                load = Load(talkers)
                await load.run(50, 3)
                print(f"{customers} customers, {seconds:g} s each; p50 / p95 / p99 in ms; CPU in % of a core")
                print(
                    "rate/s | acknowledged             | seen by its sender       | answered                 | answered/sent | CPU"
                )
                if not search:
                    await measure(product, load, rate, seconds)
                    return
                held = 0.0
                for step in STEPS:
                    hops = await measure(product, load, step, seconds)
                    if percentile(hops.reply, 0.99) >= HOLDS_MS or len(hops.reply) < hops.sent:
                        break
                    held = step
                print(f"highest rate with reply p99 < {HOLDS_MS:g} ms: {held:g}/s")
        finally:
            product.stop()
            shutil.rmtree(home / "valkey", ignore_errors=True)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rate", type=float, default=200)
    options.add_argument("--seconds", type=float, default=20)
    options.add_argument("--customers", type=int, default=200)
    options.add_argument("--search", action="store_true")
    options.add_argument("--folder")
    given = options.parse_args()
    asyncio.run(main(given.rate, given.seconds, given.customers, given.search, given.folder))
