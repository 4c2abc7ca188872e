"""How far each group is behind in the log: what a person looks at when answers are late."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from redis.exceptions import ResponseError

from stream import keys
from stream.store import Store, reaching


@dataclass(frozen=True, slots=True)
class Backlog:
    """`waiting`: entries that nobody has read; None where the store does not know. `working`: read, and not finished."""

    group: str
    waiting: int | None
    working: int


async def backlogs(store: Store, partitions: int) -> list[Backlog]:
    """Of all partitions together, in the order of `keys.GROUPS`. Raises Unavailable."""
    found = await asyncio.gather(*(_groups(store, p) for p in range(partitions)))
    return [_summed(group, [each[group] for each in found if group in each]) for group in keys.GROUPS]


async def _groups(store: Store, p: int) -> dict[str, dict[str, Any]]:
    async with reaching():
        try:
            told = await store.commands.xinfo_groups(keys.log(p))
        except ResponseError as error:
            # Nothing was ever said in this partition.
            if "no such key" in str(error):
                return {}
            raise
    return {each["name"].decode(): each for each in told}


def _summed(group: str, parts: list[dict[str, Any]]) -> Backlog:
    lags = [each.get("lag") for each in parts]
    waiting = None if None in lags else sum(int(each) for each in lags if each is not None)
    return Backlog(group, waiting, sum(int(each["pending"]) for each in parts))
