"""kill -9 of each process under load: no acknowledged message lost, none doubled, order kept, each answered once, SQL equals the log."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from contextlib import AsyncExitStack

import pytest

from tests.client import Customer
from tests.fixtures_product import Product
from tests.journeys.checking import check, rows

CUSTOMERS = 12
# One answer each, whatever was said before.
SAID = ("谢谢", "thanks a lot", "你好", "hello there")


async def talk(customer: Customer, stop: asyncio.Event, sent: list[str]) -> None:
    number = 0
    while not stop.is_set():
        id = await customer.say(SAID[number % len(SAID)])
        sent.append(id)
        await customer.acknowledged(id)
        number += 1
        await asyncio.sleep(0.02)


async def all_archived(url: str, customers: list[Customer], sent: dict[str, list[str]]) -> None:
    """Until SQL has every answer."""
    for _ in range(600):
        stored = await asyncio.to_thread(rows, url)
        answers = sum(body["author"]["kind"] == "bot" for each in stored.values() for _, body in each)
        if answers >= sum(map(len, sent.values())):
            break
        await asyncio.sleep(0.1)
    for customer in customers:
        top = len(stored.get(customer.conversation or "", ()))
        await customer.until(lambda c=customer, top=top: len(c.entries) >= top, "the customer has everything")  # type: ignore[misc]


@pytest.mark.parametrize("part", ["api", "bot", "archive", "handoff", "valkey"])
async def test_a_killed_part_loses_doubles_and_reorders_nothing(
    part: str, make_product: Callable[..., Product]
) -> None:
    product = make_product()
    product.start()
    sent: defaultdict[str, list[str]] = defaultdict(list)
    stop = asyncio.Event()
    async with AsyncExitStack() as stack:
        customers = [await stack.enter_async_context(await Customer.visitor(product.base)) for _ in range(CUSTOMERS)]
        async with asyncio.TaskGroup() as group:
            for customer in customers:
                group.create_task(talk(customer, stop, sent[customer.conversation or ""]))
            for _ in range(2):
                before = sum(map(len, sent.values()))
                await customers[0].until(lambda b=before: sum(map(len, sent.values())) > b + 60, "load")  # type: ignore[misc]
                pid = await asyncio.to_thread(product.kill, part)
                await asyncio.to_thread(product.came_back, part, pid)
            before = sum(map(len, sent.values()))
            await customers[0].until(
                lambda: sum(map(len, sent.values())) > before + 60, "load after the last fault", 60
            )
            stop.set()
        url = f"sqlite:///{product.home / 'bellhop.db'}"
        await all_archived(url, customers, sent)
        check(url, customers, sent)
