"""The log: the one door through which everything visible is written. A commit is whole or not at all, and once per client id."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Self

import msgspec

from models.conversation import Conversation, Expect
from models.entry import AuthorKind, Entry, encode_body, unpack
from models.frames import HolderFrame, ReadFrame, ServerFrame, encode
from models.settings import Settings
from stream import keys
from stream.backlog import Backlog, backlogs
from stream.change import Change, Committed
from stream.committer import Committer, Wire
from stream.errors import Fenced, IdConflict, LogError, Stale, Unavailable
from stream.history import ArchiveUnavailable, History
from stream.store import Script, Store, reaching

_OK, _DUPLICATE, _CONFLICT, _STALE, _ABSENT, _FENCED = range(6)

# Between reading the top and reading the list others may have written: read this many more, and look at the numbers.
_RECENT_MARGIN = 16
_WHISPERS_AT_ONCE = 500


class Log:
    """Use as `async with`: the committer runs inside. All methods raise Unavailable where the store does not answer."""

    def __init__(self, store: Store, settings: Settings, history: History) -> None:
        self._store = store
        self.history = history
        self.settings = settings
        self._partitions = settings.partitions
        self._recent = settings.recent_entries
        self._idle_ms = int(settings.idle.total_seconds() * 1000)
        self._open = Script("open.lua")
        self._committer = Committer(store, settings)

    async def __aenter__(self) -> Self:
        await self._committer.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._committer.__aexit__()

    def partition(self, conversation: str) -> int:
        return keys.partition(conversation, self._partitions)

    async def commit(self, change: Change) -> Committed:
        """Raises Unavailable (outcome unknown: send it again with the same client id), Stale, IdConflict, Fenced."""
        wire = _wire(change, self.partition(change.conversation))
        answer = await self._committer.commit(wire)
        while answer[0] == _ABSENT:
            base = await self._base(change.conversation)
            answer = await self._committer.commit((*wire[:-1], _flat(base)))
        return self._answered(change.conversation, answer)

    def _answered(self, conversation: str, answer: Sequence[Any]) -> Committed:
        match answer[0]:
            case 0 | 1:
                return Committed(int(answer[1]), int(answer[2]), int(answer[3]), answer[0] == _DUPLICATE)
            case 2:
                raise IdConflict("this id was used for another message")
            case 3:
                raise Stale(parsed(conversation, _pairs(answer[1])))
            case 5:
                raise Fenced("the partition belongs to another worker")
            case other:
                raise LogError(f"the log's script answered {other}")

    async def open(self, conversation: str, fields: Mapping[str, str]) -> None:
        """A new conversation, before anything is said in it; nothing happens to one that exists."""
        key = keys.conversation(self.partition(conversation), conversation)
        arguments = [self._idle_ms, *_flat({"seq": "0", "archived": "0", **fields})]
        await self._open(self._store.commands, [key], arguments)

    async def state(self, conversation: str) -> Conversation | None:
        """From Redis, else SQL; None where it has never been heard of."""
        return (await self.states([conversation])).get(conversation)

    async def states(self, conversations: Sequence[str]) -> dict[str, Conversation]:
        found, missing = {}, []
        for name, fields in (await self.fields(conversations)).items():
            if fields:
                found[name] = parsed(name, fields)
            else:
                missing.append(name)
        for name in missing:
            base = await self._base(name)
            if len(base) > 1:
                found[name] = parsed(name, {key.encode(): value.encode() for key, value in base.items()})
        return found

    async def fields(self, conversations: Sequence[str]) -> dict[str, dict[bytes, bytes]]:
        """The hashes as they are in Redis, tracker and all; empty where it has left Redis."""
        async with reaching(), self._store.commands.pipeline(transaction=False) as pipe:
            for each in conversations:
                pipe.hgetall(keys.conversation(self.partition(each), each))
            return dict(zip(conversations, await pipe.execute(), strict=True))

    async def field(self, conversation: str, name: str) -> str:
        """One that is no part of the state, from Redis, else SQL; "" where there is none."""
        key = keys.conversation(self.partition(conversation), conversation)
        async with reaching():
            seq, value = await self._store.commands.hmget(key, ["seq", name])
        return (value or b"").decode() if seq is not None else (await self._base(conversation)).get(name, "")

    async def base(self, conversation: str) -> dict[str, str]:
        """The fields of a conversation that has left Redis, from SQL; {"seq": "0"} for a new one."""
        return await self._base(conversation)

    async def _base(self, conversation: str) -> dict[str, str]:
        try:
            base = await asyncio.to_thread(self.history.base, conversation)
        except ArchiveUnavailable as error:
            raise Unavailable("the archive does not answer") from error
        return dict(base) if base else {"seq": "0"}

    async def after(self, conversation: str, after: int, limit: int = 200) -> tuple[list[Entry], bool]:
        """What lies after `after`, in order, at most `limit`, and whether there is more. The recent list first, else SQL."""
        p = self.partition(conversation)
        async with reaching():
            top = await self._store.commands.hget(keys.conversation(p, conversation), "seq")
            behind = int(top or 0) - after
            if top is not None and behind <= 0:
                return [], False
            wanted = min(max(behind, 0), self._recent) + _RECENT_MARGIN
            packed = await self._store.commands.lrange(keys.recent(p, conversation), -wanted, -1)
        recent = [entry for entry in (unpack(conversation, each) for each in packed) if entry.seq > after]
        if recent and recent[0].seq == after + 1:
            return recent[:limit], len(recent) > limit
        older = await self._archived(conversation, after, limit + 1)
        reached = older[-1].seq if older else after
        entries = older + [entry for entry in recent if entry.seq > reached]
        return entries[:limit], len(entries) > limit

    async def _archived(self, conversation: str, after: int, limit: int) -> list[Entry]:
        try:
            return await asyncio.to_thread(self.history.after, conversation, after, limit)
        except ArchiveUnavailable as error:
            raise Unavailable("the archive does not answer") from error

    async def whisper(self, conversation: str, frame: ServerFrame) -> None:
        """Pushes a frame that is no entry: typing, read, position. At most once, never stored."""
        channel = keys.push(self.partition(conversation), conversation)
        async with reaching():
            await self._store.commands.publish(channel, "~" + encode(frame))

    async def whisper_all(self, frames: Sequence[HolderFrame]) -> None:
        """Many at once, each to its own conversation."""
        for first in range(0, len(frames), _WHISPERS_AT_ONCE):
            async with reaching(), self._store.commands.pipeline(transaction=False) as pipe:
                for frame in frames[first : first + _WHISPERS_AT_ONCE]:
                    channel = keys.push(self.partition(frame.conversation), frame.conversation)
                    pipe.publish(channel, "~" + encode(frame))
                await pipe.execute()

    async def seen(self, conversation: str, by: AuthorKind, seq: int) -> None:
        """`by` has read up to `seq`: nothing is unread on that side, and the other side is told."""
        side = "customer" if by is AuthorKind.CUSTOMER else "agent"
        key = keys.conversation(self.partition(conversation), conversation)
        async with reaching():
            if await self._store.commands.exists(key):
                await self._store.commands.hset(key, mapping={f"unread_{side}": 0, f"read_{side}": seq})
        await self.whisper(conversation, ReadFrame(conversation, by, seq))

    async def epoch(self) -> str:
        """The store's life; a new one means that it has lost its data, and that clients must read again what they know."""
        async with reaching(), self._store.commands.pipeline(transaction=False) as pipe:
            pipe.set(keys.EPOCH, f"e_{secrets.token_hex(8)}", nx=True)
            pipe.get(keys.EPOCH)
            _, epoch = await pipe.execute()
            return str(epoch.decode())

    async def backlogs(self) -> list[Backlog]:
        """Raises Unavailable."""
        return await backlogs(self._store, self._partitions)

    async def ping(self) -> None:
        async with reaching():
            await self._store.commands.ping()


def _wire(change: Change, partition: int) -> Wire:
    expect = change.expect
    return (
        partition,
        change.conversation,
        change.client_id or False,
        change.fingerprint,
        [encode_body(body).decode() for body in change.entries],
        _expected(expect) if expect else False,
        _flat(change.set) if change.set else False,
        list(change.mark) or False,
        [part for pair in change.add.items() for part in pair] or False,
        [change.ack.group, change.ack.stream_id] if change.ack else False,
        [change.lease.group, change.lease.value] if change.lease else False,
        False,
    )


def _expected(expect: Expect) -> list[str | bool]:
    values = (expect.holder, expect.not_holder, expect.agent, expect.token, expect.answered)
    return [False if value is None else str(value) for value in values]


def _flat(fields: Mapping[str, str]) -> list[str]:
    return [part for pair in fields.items() for part in pair]


def _pairs(flat: Sequence[str]) -> dict[bytes, bytes]:
    return {name.encode(): value.encode() for name, value in zip(flat[::2], flat[1::2], strict=True)}


def parsed(conversation: str, fields: Mapping[bytes, bytes]) -> Conversation:
    """Fields that are no part of the state (tracker, read marks) are left out."""
    known = {name: fields[name.encode()].decode() for name in Conversation.__struct_fields__ if name.encode() in fields}
    return msgspec.convert({**known, "id": conversation}, Conversation, strict=False)
