"""Which worker owns which partition. One worker of a group reads a partition at a time; every read and commit carries its token."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress

from models.settings import Settings
from stream import keys
from stream.change import Lease
from stream.errors import Unavailable
from stream.running import pause
from stream.store import Script, Store

# Renewed four times in its life, so that one lost call costs nothing (the same ratio as docket's).
BEATS_PER_LIFE = 4


class Leases:
    """The leases of one worker. `exclusive`: the oldest worker of the group takes all partitions, the others wait.

    `let_go(partition)` is awaited before a partition is given to another worker: finish what is under way there.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        group: str,
        let_go: Callable[[int], Awaitable[None]],
        exclusive: bool = False,
    ) -> None:
        self._store = store
        self._group = group
        self._partitions = settings.partitions
        self._life = settings.lease.total_seconds()
        self._let_go = let_go
        self._exclusive = exclusive
        self._script = Script("lease.lua")
        self._workers = Script("workers.lua")
        # The name begins with when we joined: the order of the names is the order of age.
        self.worker = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
        # Held leases are renewed; owned ones are read. What is being given back is held, but owned no more.
        self._held: dict[int, Lease] = {}
        self._owned: dict[int, Lease] = {}
        self._renewed = 0.0
        self.changed = asyncio.Event()

    @property
    def owned(self) -> dict[int, Lease]:
        """What we may read and write now; empty as soon as our own clock says that the leases may have run out."""
        self._forget_expired()
        return self._owned

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; then gives everything back. A store that does not answer costs the leases, not the worker."""
        async with asyncio.TaskGroup() as leaving:
            while not stop.is_set():
                # Where the beat fails, somebody else may own them once they have run out; `owned` forgets them by then.
                with suppress(Unavailable):
                    await self._beat(leaving)
                await pause(self._life / BEATS_PER_LIFE, stop)
        with suppress(Unavailable):
            await self._leave()

    async def _beat(self, leaving: asyncio.TaskGroup) -> None:
        await self._renew()
        workers, place = await self._roll("stay")
        share = self._share(workers, place)
        for p in sorted(self._owned)[share:]:
            del self._owned[p]
            self.changed.set()
            leaving.create_task(self._give_back(p, self._held[p]))
        if len(self._owned) < share:
            await self._take(share - len(self._owned))

    def _share(self, workers: int, place: int) -> int:
        if self._exclusive:
            return self._partitions if place == 0 else 0
        fair, over = divmod(self._partitions, max(workers, 1))
        return fair + (1 if place < over else 0)

    async def _renew(self) -> None:
        self._forget_expired()
        began, held = time.monotonic(), dict(self._held)
        if held:
            answers = await self._call("renew", held, [lease.value for lease in held.values()])
            self._lose(p for p, kept in zip(held, answers, strict=True) if not kept)
            self._renewed = began

    async def _take(self, count: int) -> None:
        # Begin at a place of our own: workers that start together do not all ask for partition 0.
        start = secrets.randbelow(self._partitions)
        free = [p for i in range(self._partitions) if (p := (start + i) % self._partitions) not in self._held]
        for p in free:
            if count <= 0:
                break
            began = time.monotonic()
            (token,) = await self._call("take", [p], [])
            if token:
                self._renewed = min(self._renewed, began) if self._held else began
                self._held[p] = self._owned[p] = Lease(self._group, self.worker, token)
                count -= 1
                self.changed.set()

    async def _give_back(self, p: int, lease: Lease) -> None:
        """Renewed until nothing is under way there any more."""
        await self._let_go(p)
        if self._held.get(p) == lease:
            del self._held[p]
            with suppress(Unavailable):
                await self._call("release", [p], [lease.value])

    async def _leave(self) -> None:
        held, self._held, self._owned = self._held, {}, {}
        if held:
            await self._call("release", held, [lease.value for lease in held.values()])
        await self._roll("leave")

    def _forget_expired(self) -> None:
        if self._held and time.monotonic() - self._renewed > self._life:
            self._lose(tuple(self._held))

    def _lose(self, partitions: Iterable[int]) -> None:
        for p in list(partitions):
            self._held.pop(p, None)
            self._owned.pop(p, None)
            self.changed.set()

    async def _roll(self, verb: str) -> tuple[int, int]:
        key = f"{{workers}}:{self._group}"
        workers, place = await self._workers(self._store.commands, [key], [self.worker, self._life_ms, verb])
        return workers, place

    async def _call(self, verb: str, partitions: Iterable[int], values: Sequence[str]) -> list[int]:
        names = [keys.lease(p, self._group) for p in partitions]
        answers: list[int] = await self._script(
            self._store.commands, names, [verb, self.worker, self._life_ms, self._group, *values]
        )
        return answers

    @property
    def _life_ms(self) -> int:
        return int(self._life * 1000)
