"""The store's clients: bounded, and deaf to nobody who wants to stop."""

from __future__ import annotations

import asyncio

import pytest

from stream.errors import Unavailable
from stream.store import ANSWER_SECONDS, Store, reaching


async def test_whoever_is_cancelled_while_they_talk_to_the_store_ends(store: Store) -> None:
    async def talks() -> None:
        while True:
            async with reaching():
                await store.commands.ping()

    for n in range(20):
        tasks = [asyncio.create_task(talks()) for _ in range(32)]
        await asyncio.sleep(0.01 + n / 1000)
        for task in tasks:
            task.cancel()
        _, deaf = await asyncio.wait(tasks, timeout=5)
        for task in deaf:
            task.cancel()
        assert not deaf


async def test_a_store_that_does_not_answer_is_not_waited_for(store: Store) -> None:
    async with reaching():
        await store.commands.client_pause(int(ANSWER_SECONDS * 1500))
    with pytest.raises(Unavailable):
        async with reaching():
            await store.commands.set("a", "b")
    async with asyncio.timeout(10):
        while True:
            try:
                async with reaching():
                    assert await store.commands.get("a") in (None, b"b")
                return
            except Unavailable:
                continue
