"""How a group reads the log: guarded by leases, what the last owner left pending first, then the new entries, each partition in order."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from redis.exceptions import RedisError, ResponseError

from models.entry import pack, unpack
from models.settings import Settings
from stream import keys
from stream.change import Lease, Line
from stream.errors import Unavailable
from stream.lease import Leases
from stream.store import Script, Store, reaching

# How long a blocking read waits; a partition that is taken over meanwhile is read at the latest then.
BLOCK_MS = 250
NEW = ">"


class Reader:
    """Not for two tasks at once. `batch` entries at most are read from a partition at a time."""

    def __init__(self, store: Store, settings: Settings, leases: Leases, group: str, batch: int) -> None:
        self._store = store
        self._leases = leases
        self._group = group
        self._batch = batch
        self._script = Script("read.lua")
        self._tokens: dict[int, int] = {}
        self._start: dict[int, str] = {}
        self._top: dict[int, str] = {}
        # Where the last read gave less than it could: nothing to ask for before the store says that something came.
        self._drained: set[int] = set()
        self.partitions = settings.partitions

    async def prepare(self) -> None:
        """Makes the group where it is missing: at the beginning, so that nothing is passed over."""
        for p in range(self.partitions):
            async with reaching():
                try:
                    await self._store.commands.xgroup_create(keys.log(p), self._group, id="0", mkstream=True)
                except ResponseError as error:
                    if not str(error).startswith("BUSYGROUP"):
                        raise

    async def read(self, busy: Sequence[int] = ()) -> dict[int, list[Line]]:
        """The next entries of every partition that we own and that is not `busy`; waits up to 250 ms where there is none."""
        owned = {p: lease for p, lease in self._leases.owned.items() if p not in busy}
        self._follow(owned)
        if not owned:
            await self._nothing()
            return {}
        ready = [p for p in owned if p not in self._drained]
        if not ready:
            ready = await self._wait(owned)
        return await self._guarded({p: owned[p] for p in ready if p in self._leases.owned})

    def _follow(self, owned: dict[int, Lease]) -> None:
        """A partition that is new to us, or was another's meanwhile, begins with what is pending."""
        for p, lease in owned.items():
            if self._tokens.get(p) != lease.token:
                self._tokens[p] = lease.token
                self._start[p] = "0"
                self._top[p] = "0-0"
                self._drained.discard(p)

    def rewind(self) -> None:
        """Read once more what is pending: a read whose answer was lost has delivered entries that nobody works on."""
        self._start = dict.fromkeys(self._start, "0")
        self._drained.clear()

    async def untried(self, p: int, lines: Iterable[Line]) -> None:
        """Nobody has tried to answer them before the partition went to another worker: that delivery does not count. What was answered
        meanwhile stays so."""
        async with reaching(), self._store.commands.pipeline(transaction=False) as pipe:
            for line in lines:
                pipe.xclaim(
                    keys.log(p), self._group, f"p{p}", 0, [line.stream_id], retrycount=line.deliveries - 1, justid=True
                )
            await pipe.execute()

    async def _nothing(self) -> None:
        self._leases.changed.clear()
        try:
            async with asyncio.timeout(BLOCK_MS / 1000):
                await self._leases.changed.wait()
        except TimeoutError:
            return

    async def _guarded(self, owned: dict[int, Lease]) -> dict[int, list[Line]]:
        if not owned:
            return {}
        arguments: list[Any] = [self._group, self._batch]
        for p, lease in owned.items():
            arguments += [keys.lease(p, self._group), lease.value, f"p{p}", self._start[p]]
        try:
            answers = await self._script(self._store.commands, [keys.log(p) for p in owned], arguments)
        except ResponseError as error:
            if "NOGROUP" not in str(error):
                raise
            await self.prepare()
            return {}
        found = {}
        for p, (entries, top) in zip(owned, answers, strict=True):
            lines = await self._taken(p, entries or [], (top or b"").decode())
            if lines:
                found[p] = lines
        return found

    async def _taken(self, p: int, entries: Sequence[Any], top: str) -> list[Line]:
        if self._start[p] == NEW and len(entries) < self._batch:
            self._drained.add(p)
        if not entries:
            if self._start[p] != NEW:
                self._start[p] = NEW
            elif top:
                self._top[p] = top
            return []
        last = entries[-1][0].decode()
        counts: dict[str, int] = {}
        if self._start[p] == NEW:
            self._top[p] = last
        else:
            self._start[p] = last
            counts = await self._deliveries(p, entries[0][0].decode(), last)
        lines = []
        for stream_id, fields in entries:
            line = _line(stream_id, fields, counts.get(stream_id.decode(), 1))
            if line is None:
                await self._unreadable(p, stream_id)
            else:
                lines.append(line)
        return lines

    async def _deliveries(self, p: int, first: str, last: str) -> dict[str, int]:
        async with reaching():
            pending = await self._store.commands.xpending_range(
                keys.log(p), self._group, min=first, max=last, count=self._batch
            )
        return {each["message_id"].decode(): each["times_delivered"] for each in pending}

    async def _unreadable(self, p: int, stream_id: bytes) -> None:
        """An entry that is none (trimmed under us, or written by another hand) must not stop the partition."""
        async with reaching():
            await self._store.commands.xadd(keys.dead(p), {"id": stream_id, "group": self._group, "why": "unreadable"})
            await self._store.commands.xack(keys.log(p), self._group, stream_id)

    async def _wait(self, owned: Iterable[int]) -> list[int]:
        """The partitions in which something came, at the latest after 250 ms."""
        streams = {keys.log(p): p for p in owned}
        tops: Any = {name: self._top[p] for name, p in streams.items()}
        try:
            came = await self._store.waiting.xread(tops, count=1, block=BLOCK_MS)
        except (RedisError, OSError) as error:
            raise Unavailable("the store does not answer") from error
        news = [streams[name.decode()] for name, _ in came or []]
        self._drained.difference_update(news)
        return news


def _line(stream_id: bytes, fields: Sequence[bytes] | None, deliveries: int) -> Line | None:
    if not fields:
        return None
    named = dict(zip(fields[::2], fields[1::2], strict=False))
    try:
        entry = unpack(named[b"c"].decode(), named[b"e"])
        flat = msgspec.msgpack.decode(named[b"s"], type=list[str]) if b"s" in named else []
    except (KeyError, ValueError):
        return None
    return Line(stream_id.decode(), entry, dict(zip(flat[::2], flat[1::2], strict=True)), deliveries)


async def bury(store: Store, p: int, group: str, line: Line, why: str) -> None:
    """To the dead letters with all that is needed to try again by hand, then acknowledged."""
    entry = line.entry
    letter = {"c": entry.conversation, "e": pack(entry.seq, entry.at, entry.body), "id": line.stream_id, "group": group}
    async with reaching():
        await store.commands.xadd(keys.dead(p), {**letter, "why": why})
        await store.commands.xack(keys.log(p), group, line.stream_id)
