"""Races for conversations: agents who take by hand, assignments by several handoff processes that are killed and paused at random.

    python -m bench.routing [--handoffs 10000] [--agents 20] [--processes 4] [--capacity 5] [--seed 1]

Read back from the log afterwards: a conversation moves only as the table of moves allows, each is closed in the end, and no agent ever
holds more than the capacity, by the times of the commits. Prints what was done; exits with 1 where one of these does not hold.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from redis import Redis

from handoff import desk
from handoff.queue import Queue
from handoff.seats import Full, Kept, Seats
from handoff.taking import seated
from models.conversation import MOVES, Holder, IllegalMove, Verb
from models.database import open_engine, upgrade
from models.entry import Author, AuthorKind, HolderChange, Message, unpack
from models.settings import Settings
from stream import keys
from stream.change import Change
from stream.errors import Stale, Unavailable
from stream.history import History
from stream.log import Log
from stream.presence import Presence
from stream.store import Store
from tests.fixtures_store import StoreServer, valkey_binary

CUSTOMER = Author(AuthorKind.CUSTOMER, "u_1")
HELD_SECONDS = (0.01, 0.3)
FAULT_EVERY_SECONDS = (0.3, 1.5)
PAUSE_SECONDS = (0.5, 8.0)
# Fewer than the connections of the store: a busy machine should not lose a run while it is being prepared.
ASKING_AT_ONCE = 12
PATIENCE = 20


@dataclass
class Race:
    """What is raced for, and what came of it."""

    handoffs: int
    agents: list[Author]
    capacity: int
    refused: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    by: Counter[str] = field(default_factory=Counter)
    most: int = 0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        return [f"c_{n:08x}" for n in range(self.handoffs)]


class Processes:
    """Handoff processes, real ones; one that is killed is started again."""

    def __init__(self, home: Path, url: str, count: int, capacity: int) -> None:
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("BELLHOP_")},
            "BELLHOP_HOME": str(home), "BELLHOP_REDIS_URL": url, "BELLHOP_ROUTING": "assign", "BELLHOP_CAPACITY": str(capacity),
        }  # fmt: skip
        self._running = [self._start() for _ in range(count)]

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "bellhop", "handoff"], env=self._environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    async def trouble(self, chance: random.Random, race: Race) -> None:
        """For ever: kills one, or stops one for a while, which may be longer than its leases."""
        while True:
            await asyncio.sleep(chance.uniform(*FAULT_EVERY_SECONDS))
            n = chance.randrange(len(self._running))
            if chance.random() < 0.3:
                self._running[n].kill()
                self._running[n].wait()
                self._running[n] = self._start()
                race.faults["killed"] += 1
            else:
                process = self._running[n]
                process.send_signal(signal.SIGSTOP)
                race.faults["paused"] += 1
                try:
                    await asyncio.sleep(chance.uniform(*PAUSE_SECONDS))
                finally:
                    process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        for process in self._running:
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait()


async def run(race: Race, processes: int, seed: int, home: Path, limit: float) -> Race:
    """Raises TimeoutError where not all were closed within `limit` seconds."""
    chance = random.Random(seed)
    server = StoreServer(valkey_binary(), home)
    server.start()
    settings = replace(Settings(), home=home, redis_url=server.url)
    upgrade(settings.sql_url)
    engine = open_engine(settings.sql_url)
    many = Processes(home, server.url, processes, race.capacity)
    try:
        async with Store.open(server.url).opened() as store, Log(store, settings, History(engine)) as log:
            presence = Presence(store, settings)
            for agent in race.agents:
                await presence.set_status(agent, "available")
            began = time.monotonic()
            work = [
                asyncio.create_task(many.trouble(chance, race)),
                asyncio.create_task(_stay(presence, race.agents)),
                *(
                    asyncio.create_task(_agent(race, store, log, each, random.Random(chance.random())))
                    for each in race.agents
                ),
            ]
            try:
                async with asyncio.timeout(limit):
                    await _ask(race, log)
                    left = race.names
                    while left := await _open(left, log):
                        await asyncio.sleep(0.5)
                        for each in work:
                            if each.done():
                                each.result()
            finally:
                for each in work:
                    each.cancel()
                await asyncio.gather(*work, return_exceptions=True)
            race.seconds = time.monotonic() - began
        _judge(race, _moves(server.url, settings.partitions))
    finally:
        many.stop()
        engine.dispose()
        server.stop()
    return race


async def _ask(race: Race, log: Log) -> None:
    names = race.names
    for first in range(0, len(names), ASKING_AT_ONCE):
        await asyncio.gather(*(_asked(log, name) for name in names[first : first + ASKING_AT_ONCE]))


async def _asked(log: Log, name: str) -> None:
    """A machine that is busy with other things may let the store wait; nothing is measured yet."""
    for _ in range(PATIENCE):
        try:
            return await _asked_once(log, name)
        except Unavailable:
            await asyncio.sleep(1)
    raise Unavailable("the store does not answer")


async def _asked_once(log: Log, name: str) -> None:
    await log.commit(Change(name, (Message(CUSTOMER, "hello"),), set={"customer": "u_1"}))
    state = await log.state(name)
    assert state is not None
    if state.holder is Holder.BOT:
        await log.commit(desk.ask(state, CUSTOMER, int(time.time() * 1000), "asked"))


async def _open(names: Sequence[str], log: Log) -> list[str]:
    try:
        return [name for name, each in (await log.states(names)).items() if each.holder is not Holder.NOBODY]
    except Unavailable:
        return list(names)


async def _stay(presence: Presence, agents: Sequence[Author]) -> None:
    while True:
        with suppress(Unavailable):
            for agent in agents:
                await presence.here(agent.id or "", "s")
        await asyncio.sleep(5)


async def _agent(race: Race, store: Store, log: Log, me: Author, chance: random.Random) -> None:
    """Takes from the queue whatever stands there, as all others do at the same time, and closes or returns what they hold."""
    queue, seats = Queue(store), Seats(store, race.capacity)
    while True:
        await asyncio.sleep(chance.uniform(*HELD_SECONDS))
        # On a machine that stands still for a second people try again.
        with suppress(Unavailable):
            await _worked(race, queue, seats, log, me, chance)


async def _worked(race: Race, queue: Queue, seats: Seats, log: Log, me: Author, chance: random.Random) -> None:
    now = int(time.time() * 1000)
    held = [name for name, agent in (await queue.held()).items() if agent == me.id]
    for state in (await log.states(held)).values():
        if state.agent == me.id and chance.random() < 0.6:
            verb = desk.close(state, me, now) if chance.random() < 0.8 else desk.lose(state, now)
            await _tried(race, log.commit(verb))
    # Everybody looks at the same first few.
    waiting = [each.conversation for each in (await queue.snapshot(4)).waiting]
    for state in (await log.states(waiting)).values():
        try:
            await _tried(race, seated(log, seats, state, me, desk.take(state, me, now)))
        except IllegalMove:
            race.refused["IllegalMove"] += 1


async def _tried(race: Race, doing: object) -> None:
    try:
        await doing  # type: ignore[misc]
    except (Stale, Full, Kept) as refused:
        race.refused[type(refused).__name__] += 1


Moved = tuple[int, bytes, str, HolderChange]


def _moves(url: str, partitions: int) -> list[Moved]:
    """(at, stream id, conversation, move) of all moves, in the order of their commits in each conversation."""
    found = []
    with Redis.from_url(url, protocol=2) as client:
        for p in range(partitions):
            for stream_id, fields in client.xrange(keys.log(p)):
                entry = unpack(fields[b"c"].decode(), fields[b"e"])
                if isinstance(entry.body, HolderChange):
                    found.append((entry.at, stream_id, entry.conversation, entry.body))
    return found


def _judge(race: Race, moves: Sequence[Moved]) -> None:
    holders: dict[str, str] = defaultdict(lambda: Holder.BOT.value)
    agents: dict[str, str] = {}
    steps: list[tuple[int, int, str]] = []
    for at, _, conversation, move in moves:
        if MOVES.get((Holder(holders[conversation]), Verb(move.verb))) != move.holder:
            race.wrong.append(f"{conversation}: {move.verb} while the holder was {holders[conversation]}")
        if conversation in agents:
            steps.append((at, -1, agents.pop(conversation)))
        if move.holder == Holder.AGENT and move.agent is not None:
            agents[conversation] = move.agent.id or ""
            steps.append((at, 1, agents[conversation]))
            race.by[move.verb] += 1
        holders[conversation] = move.holder
    load: Counter[str] = Counter()
    # In one millisecond who leaves goes before who comes: the seat was free before it was kept.
    for _, by, agent in sorted(steps):
        load[agent] += by
        race.most = max(race.most, load[agent])
    if race.most > race.capacity:
        race.wrong.append(f"an agent held {race.most}, the capacity is {race.capacity}")
    open_ones = [name for name in race.names if holders[name] != Holder.NOBODY]
    if open_ones:
        race.wrong.append(f"{len(open_ones)} are not closed")


def new(handoffs: int, agents: int, capacity: int) -> Race:
    return Race(handoffs, [Author(AuthorKind.AGENT, f"a_{n:02}", f"Agent {n}") for n in range(agents)], capacity)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("handoffs", 10_000), ("agents", 20), ("processes", 4), ("capacity", 5), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        race = new(given.handoffs, given.agents, given.capacity)
        asyncio.run(run(race, given.processes, given.seed, Path(folder), 3_600))
    print(
        f"{race.handoffs:,} hand-offs in {race.seconds:.0f} s, {sum(race.by.values()):,} times given to an agent: {dict(race.by)}"
    )
    print(f"refused: {dict(race.refused)}; handoff processes: {dict(race.faults)}; most held by one agent: {race.most}")
    for each in race.wrong:
        print(f"WRONG {each}")
    return 1 if race.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
