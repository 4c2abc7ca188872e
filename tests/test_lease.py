"""Leases: one owner at a time, fair shares, drained before they are given away, forgotten when the store is silent."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from models.settings import Settings
from stream import keys
from stream.lease import Leases
from stream.store import Store
from tests.fixtures_store import StoreServer, eventually


class Worker:
    """A worker that only holds leases; `busy` partitions are let go of when `free` is set."""

    def __init__(self, store: Store, settings: Settings, exclusive: bool = False) -> None:
        self.left: list[int] = []
        self.free = asyncio.Event()
        self.free.set()
        self.stop = asyncio.Event()
        self.leases = Leases(store, settings, "bot", self._let_go, exclusive)

    async def _let_go(self, partition: int) -> None:
        await self.free.wait()
        self.left.append(partition)

    @property
    def count(self) -> int:
        return len(self.leases.owned)


@pytest.fixture
def quick(settings: Settings) -> Settings:
    return replace(settings, lease=timedelta(milliseconds=600))


async def test_shares_are_even_and_no_partition_has_two_owners(store: Store, quick: Settings) -> None:
    workers = [Worker(store, quick) for _ in range(3)]
    async with asyncio.TaskGroup() as group:
        for each in workers:
            group.create_task(each.leases.run(each.stop))

        async def even() -> bool:
            return sorted(each.count for each in workers) == [5, 5, 6]

        await eventually(even, "5, 5 and 6 partitions")
        owned = [p for each in workers for p in each.leases.owned]
        assert sorted(owned) == list(range(16))
        for each in workers:
            each.stop.set()


async def test_what_a_leaving_worker_held_is_taken_over_with_a_higher_token(store: Store, quick: Settings) -> None:
    first, second = Worker(store, quick), Worker(store, quick)
    async with asyncio.TaskGroup() as group:
        group.create_task(first.leases.run(first.stop))

        async def all_first() -> bool:
            return first.count == 16

        await eventually(all_first, "the first has all")
        tokens = {p: lease.token for p, lease in first.leases.owned.items()}
        first.stop.set()
        group.create_task(second.leases.run(second.stop))

        async def all_second() -> bool:
            return second.count == 16

        await eventually(all_second, "the second has all")
        assert all(second.leases.owned[p].token > tokens[p] for p in range(16))
        second.stop.set()


async def test_a_partition_is_not_given_away_before_it_is_drained(store: Store, quick: Settings) -> None:
    first, second = Worker(store, quick), Worker(store, quick)
    first.free.clear()
    async with asyncio.TaskGroup() as group:
        group.create_task(first.leases.run(first.stop))

        async def all_first() -> bool:
            return first.count == 16

        await eventually(all_first, "the first has all")
        group.create_task(second.leases.run(second.stop))

        async def giving() -> bool:
            return first.count == 8

        await eventually(giving, "the first reads only its half")
        # Longer than a lease's life: what is being drained is still renewed, and still the first one's.
        await asyncio.sleep(quick.lease.total_seconds() * 1.5)
        assert second.count == 0
        first.free.set()

        async def half() -> bool:
            return (first.count, second.count) == (8, 8)

        await eventually(half, "half and half")
        assert len(first.left) == 8
        first.stop.set()
        second.stop.set()


async def test_an_exclusive_group_has_one_leader_and_the_next_follows(store: Store, quick: Settings) -> None:
    first, second = Worker(store, quick, exclusive=True), Worker(store, quick, exclusive=True)
    async with asyncio.TaskGroup() as group:
        group.create_task(first.leases.run(first.stop))

        async def first_leads() -> bool:
            return first.count == 16

        await eventually(first_leads, "the first leads")
        group.create_task(second.leases.run(second.stop))
        first.stop.set()

        async def second_leads() -> bool:
            return second.count == 16

        await eventually(second_leads, "the second leads")
        second.stop.set()


async def test_a_silent_store_costs_the_leases_and_a_worker_finds_them_again(
    valkey_server: StoreServer, quick: Settings
) -> None:
    valkey_server.flush()
    async with Store.open(valkey_server.url).opened() as store, asyncio.TaskGroup() as group:
        worker = Worker(store, quick)
        group.create_task(worker.leases.run(worker.stop))

        async def owns() -> bool:
            return worker.count == 16

        async def owns_none() -> bool:
            return worker.count == 0

        await eventually(owns, "all partitions")
        valkey_server.stop()
        await eventually(owns_none, "none, by our own clock")
        valkey_server.start()
        await eventually(owns, "all partitions again")
        worker.stop.set()


async def test_leaving_leaves_no_lease_behind(store: Store, quick: Settings) -> None:
    worker = Worker(store, quick)
    async with asyncio.TaskGroup() as group:
        group.create_task(worker.leases.run(worker.stop))

        async def owns() -> bool:
            return worker.count == 16

        await eventually(owns, "all partitions")
        worker.stop.set()
    assert [await store.commands.exists(keys.lease(p, "bot")) for p in range(16)] == [0] * 16
    assert await store.commands.zcard("{workers}:bot") == 0
