"""Commits against bare XADDs, one store, one run: rate, client CPU and server CPU at 1 to 1,024 concurrent callers.

    python -m bench.log [--seconds 2] [--callers 1,8,64,256,1024] [--rounds 3]

A bare XADD a call is what a program without the log would do for each message; a commit does the duplicate check, the expectation,
the sequence, XADD, hash, recent list and push. Both with 300-byte bodies, 16 partitions, `appendfsync always`, the same client library.
The two take turns, `rounds` times; the medians are printed.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

from redis.asyncio import Redis

from models.conversation import Expect
from models.database import open_engine, upgrade
from models.entry import Author, AuthorKind, Message, pack
from models.settings import Settings
from stream import keys
from stream.change import Change
from stream.errors import Unavailable
from stream.history import History
from stream.log import Log
from stream.store import Store
from tests.fixtures_store import StoreServer, valkey_binary

TEXT = "x" * 180
AUTHOR = Author(AuthorKind.CUSTOMER, "u_0123456789abcdef")
CONVERSATIONS = 1_000


@dataclass(frozen=True)
class Measured:
    rate: float
    client_us: float
    server_us: float


async def measure(
    server: StoreServer, callers: int, seconds: float, one: Callable[[int], Awaitable[object]]
) -> Measured:
    done = 0
    end = time.perf_counter() + seconds

    async def caller(first: int) -> None:
        nonlocal done
        number = first
        while time.perf_counter() < end:
            await one(number)
            number += callers
            done += 1

    cpu, server_cpu, began = time.process_time(), _server_cpu(server), time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for i in range(callers):
            group.create_task(caller(i))
    wall = time.perf_counter() - began
    return Measured(
        done / wall, (time.process_time() - cpu) / done * 1e6, (_server_cpu(server) - server_cpu) / done * 1e6
    )


def _server_cpu(server: StoreServer) -> float:
    assert server.process is not None
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def bare(client: Redis) -> Callable[[int], Awaitable[object]]:
    async def one(number: int) -> None:
        name = f"c_{number % CONVERSATIONS:016x}"
        message = Message(AUTHOR, TEXT, id=f"{number:016x}")
        await client.xadd(keys.log(keys.partition(name, 16)), {"c": name, "e": pack(0, 0, message)})

    return one


def committed(log: Log, run: str) -> Callable[[int], Awaitable[object]]:
    async def one(number: int) -> None:
        name, id = f"c_{number % CONVERSATIONS:016x}", f"{run}{number:016x}"
        change = Change(
            name,
            (Message(AUTHOR, TEXT, id=id),),
            client_id=f"{AUTHOR.id}:{id}",
            fingerprint="0123456789abcdef",
            expect=Expect(not_holder="nobody"),
            set={"customer": AUTHOR.id or ""},
            add={"unread_agent": 1},
        )
        # A disk that takes longer than half a second for an fsync: sent again under the same id, as every client does.
        while True:
            try:
                await log.commit(change)
            except Unavailable:
                continue
            else:
                return

    return one


async def main(seconds: float, levels: list[int], rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        server = StoreServer(valkey_binary(), home)
        server.start()
        settings = replace(Settings(), home=home, redis_url=server.url)
        upgrade(settings.sql_url)
        engine = open_engine(settings.sql_url)
        try:
            async with Store.open(server.url).opened() as store, Log(store, settings, History(engine)) as log:
                for i in range(CONVERSATIONS):
                    await log.open(f"c_{i:016x}", {"customer": AUTHOR.id or ""})
                client = Redis.from_url(server.url, protocol=2, max_connections=max(levels) + 8)
                print(
                    "callers | commits/s | XADDs/s | ratio | client µs commit / XADD (ratio) | server µs commit / XADD"
                )
                for callers in levels:
                    ours, theirs = [], []
                    for i in range(rounds):
                        theirs.append(await measure(server, callers, seconds, bare(client)))
                        ours.append(await measure(server, callers, seconds, committed(log, f"{callers}.{i}.")))
                    print(_row(callers, ours, theirs), flush=True)
                await client.aclose()
        finally:
            engine.dispose()
            server.stop()


def _row(callers: int, ours: list[Measured], theirs: list[Measured]) -> str:
    def median(of: list[Measured], what: str) -> float:
        return statistics.median(getattr(each, what) for each in of)

    rate = statistics.median(a.rate / b.rate for a, b in zip(ours, theirs, strict=True))
    cpu = statistics.median(a.client_us / b.client_us for a, b in zip(ours, theirs, strict=True))
    return (
        f"{callers:7d} | {median(ours, 'rate'):9,.0f} | {median(theirs, 'rate'):7,.0f} | {rate:5.2f} | "
        f"{median(ours, 'client_us'):6.0f} / {median(theirs, 'client_us'):4.0f} ({cpu:4.2f}) | "
        f"{median(ours, 'server_us'):4.0f} / {median(theirs, 'server_us'):4.0f}"
    )


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=float, default=2)
    options.add_argument("--callers", default="1,8,64,256,1024")
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    asyncio.run(main(given.seconds, [int(each) for each in given.callers.split(",")], given.rounds))
