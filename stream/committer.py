"""Group commit: what arrives while calls are under way goes out together in the next one. Callers await their own answer."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Sequence
from typing import Any

import msgspec
from redis.exceptions import ResponseError

from models.settings import Settings
from stream import keys
from stream.errors import LogError, Unavailable
from stream.store import Script, Store

# A script holds the whole server while it runs: 128 changes take about 7 ms.
BATCH = 128
# While the store works on one call, we make the next; a third would only make the batches smaller.
UNDER_WAY = 2
# What waits for the store beyond this is refused at once instead of being answered late.
WAITING = 20_000

Wire = tuple[Any, ...]
Answer = tuple[Any, ...]
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Answer]).decode


class Committer:
    """One queue for the whole server; on a cluster one for each partition."""

    def __init__(self, store: Store, settings: Settings, cluster: bool = False) -> None:
        self._store = store
        self._script = Script("log.lua")
        self._cluster = cluster
        self._tail = (
            int(settings.seen.total_seconds() * 1000),
            settings.recent_entries,
            "SPUBLISH" if cluster else "PUBLISH",
        )
        self._waiting: defaultdict[int, deque[tuple[Wire, asyncio.Future[Answer]]]] = defaultdict(deque)
        self._calls: defaultdict[int, int] = defaultdict(int)
        self._sending: defaultdict[int, int] = defaultdict(int)
        self._group: asyncio.TaskGroup | None = None

    async def __aenter__(self) -> None:
        self._group = await asyncio.TaskGroup().__aenter__()

    async def __aexit__(self) -> None:
        """Finishes what was asked for before it leaves."""
        group, self._group = self._group, None
        if group is not None:
            await group.__aexit__(None, None, None)

    async def commit(self, wire: Wire) -> Answer:
        """The script's answer to one change. Raises Unavailable."""
        if self._group is None:
            raise Unavailable("the log is closed")
        lane = wire[0] if self._cluster else 0
        waiting = self._waiting[lane]
        if len(waiting) >= WAITING:
            raise Unavailable("too much waits for the store")
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        waiting.append((wire, answer))
        if self._calls[lane] < UNDER_WAY:
            self._calls[lane] += 1
            self._group.create_task(self._drain(lane))
        return await answer

    async def _drain(self, lane: int) -> None:
        waiting = self._waiting[lane]
        try:
            while waiting:
                # Who is about to send shares what waits with the other who is: two halves overlap, a whole cannot.
                count = min(BATCH, -(-len(waiting) // (self._calls[lane] - self._sending[lane])))
                batch = [waiting.popleft() for _ in range(count)]
                self._sending[lane] += 1
                try:
                    await self._send([each for each in batch if not each[1].cancelled()])
                finally:
                    self._sending[lane] -= 1
        finally:
            self._calls[lane] -= 1

    async def _send(self, batch: Sequence[tuple[Wire, asyncio.Future[Answer]]]) -> None:
        if not batch:
            return
        changes = [wire for wire, _ in batch]
        touched = [keys.log(p) for p in dict.fromkeys(wire[0] for wire in changes)]
        try:
            answers = await self._script(self._store.commands, touched, (_encode(changes), *self._tail))
        except (LogError, ResponseError) as error:
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), answer in zip(batch, _decode(answers), strict=True):
            if not future.done():
                future.set_result(answer)
