"""The sockets of this node, and what each of them is sent. A push is a hint, `seq` is the truth: a gap is filled from the log, so that
every client gets entries in order and each once."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import msgspec

from api.auth import Role
from api.connection import CloseCode, Connection
from models.entry import AuthorKind, Entry
from models.frames import shown
from models.settings import Settings
from stream.errors import Unavailable
from stream.log import Log
from stream.push import Push, Pushed


class _Whisper(msgspec.Struct):
    """Whose it is: `author` of typing, `by` of read."""

    type: str = ""
    author: dict[str, Any] | None = None
    by: str | None = None

    @property
    def side(self) -> str | None:
        return self.by or (self.author or {}).get("kind")


# After the store came back every socket asks for what it missed; the store's clients are not that many.
FILLS_AT_ONCE = 16


class _ForOne(msgspec.Struct):
    """Whom a frame on the agents' channel is for; the queue names nobody."""

    type: str = ""
    agent: dict[str, Any] | None = None


_for_one = msgspec.json.Decoder(_ForOne).decode
_whisper = msgspec.json.Decoder(_Whisper).decode
_FOR_AGENTS = frozenset({"looking", "suggested", "tags"})
_FOR_ADMINS = frozenset({"sla"})
_TWO_SIDES = (AuthorKind.CUSTOMER, AuthorKind.AGENT)


class Hub:
    """Connections by conversation and by person. Subscribes to a conversation while somebody here needs it."""

    def __init__(self, log: Log, push: Push, settings: Settings) -> None:
        self._log = log
        self._push = push
        self._most = settings.connections_per_person
        self._watchers: defaultdict[str, set[Connection]] = defaultdict(set)
        self._listeners: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._people: defaultdict[str, list[Connection]] = defaultdict(list)
        self._group: asyncio.TaskGroup | None = None
        self._filling = asyncio.Semaphore(FILLS_AT_ONCE)
        self.connections = 0
        self.nobody = asyncio.Event()
        self.nobody.set()
        self.draining = False

    async def run(self) -> None:
        """For ever: passes on what the store pushes."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            await self._push.run(self._deliver, self._lost, self._queue)

    @contextmanager
    def joined(self, connection: Connection) -> Iterator[None]:
        """While it is here. Of too many sockets of one person the oldest goes."""
        own = self._people[connection.identity.person]
        own.append(connection)
        self.connections += 1
        self.nobody.clear()
        open_ones = [each for each in own if each.outbox.close_code is None]
        for each in open_ones[: -self._most]:
            each.outbox.close(CloseCode.REPLACED)
        try:
            yield
        finally:
            self.connections -= 1
            own.remove(connection)
            if not own:
                del self._people[connection.identity.person]
            if not self.connections:
                self.nobody.set()

    def everybody(self) -> list[Connection]:
        return [each for own in self._people.values() for each in own]

    def staff(self) -> list[Connection]:
        return [each for each in self.everybody() if each.identity.staff]

    def close_all(self, code: CloseCode) -> None:
        for connection in self.everybody():
            connection.outbox.close(code)

    async def watch(self, connection: Connection, conversation: str, after: int) -> None:
        """From now on the entries behind `after` are delivered."""
        if conversation in connection.sent:
            return
        connection.sent[conversation] = after
        needed = self._needed(conversation)
        self._watchers[conversation].add(connection)
        if not needed:
            await self._push.subscribe(conversation)
        # What was said while we subscribed was pushed to nobody.
        self._fill_soon(connection, conversation)

    async def leave(self, connection: Connection) -> None:
        """It watches nothing any more."""
        for conversation in list(connection.sent):
            del connection.sent[conversation]
            self._watchers[conversation].discard(connection)
            await self._let_go(conversation)

    @asynccontextmanager
    async def listening(self, conversation: str) -> AsyncIterator[asyncio.Event]:
        """An event that is set whenever something may have changed."""
        heard = asyncio.Event()
        needed = self._needed(conversation)
        self._listeners[conversation].add(heard)
        if not needed:
            await self._push.subscribe(conversation)
        try:
            yield heard
        finally:
            self._listeners[conversation].discard(heard)
            await self._let_go(conversation)

    def _needed(self, conversation: str) -> bool:
        return bool(self._watchers.get(conversation) or self._listeners.get(conversation))

    async def _let_go(self, conversation: str) -> None:
        for each in (self._watchers, self._listeners):
            if not each.get(conversation):
                each.pop(conversation, None)
        if not self._needed(conversation):
            await self._push.unsubscribe(conversation)

    def behind(self, connection: Connection, tops: Iterable[tuple[str, int]]) -> None:
        """Fills what a lost push has left out: `tops` are the highest seqs."""
        for conversation, top in tops:
            if connection.sent.get(conversation, top) < top:
                self._fill_soon(connection, conversation)

    async def replay(self, connection: Connection, conversation: str, after: int, limit: int) -> tuple[int, bool]:
        """Delivers again what lies behind `after`, at most `limit`: (how far, whether there is more). Raises Unavailable."""
        async with connection.from_log:
            watched = conversation in connection.sent
            if watched:
                connection.sent[conversation] = after
            entries, more = await self._log.after(conversation, after, limit)
            for entry in entries:
                await connection.outbox.room()
                if not watched or entry.seq > connection.sent[conversation]:
                    self._give(connection, entry)
        return (entries[-1].seq if entries else after), more

    def _deliver(self, pushed: Pushed) -> None:
        for heard in self._listeners.get(pushed.conversation, ()):
            heard.set()
        watchers = self._watchers.get(pushed.conversation, ())
        for frame in pushed.frames:
            self._pass_on(watchers, frame)
        for entry in pushed.entries:
            for connection in watchers:
                self._show(connection, entry)

    def _pass_on(self, watchers: Iterable[Connection], frame: bytes) -> None:
        """Who types or reads is told only to the other side; what agents do among themselves to no customer."""
        told, text = _whisper(frame), frame.decode()
        side = told.side
        for connection in watchers:
            if told.type in _FOR_AGENTS and not connection.identity.staff:
                continue
            if side not in _TWO_SIDES or side != connection.identity.kind:
                connection.outbox.put(text)

    def _show(self, connection: Connection, entry: Entry) -> None:
        """Delivers the entry if it is the next one; what was delivered is dropped, a gap is filled first."""
        reached = connection.sent.get(entry.conversation, entry.seq)
        if entry.seq == reached + 1:
            self._give(connection, entry)
        elif entry.seq > reached:
            self._fill_soon(connection, entry.conversation)

    def _give(self, connection: Connection, entry: Entry) -> None:
        if entry.conversation in connection.sent:
            connection.sent[entry.conversation] = entry.seq
        connection.send(shown(entry, connection.identity.staff))

    def _fill_soon(self, connection: Connection, conversation: str) -> None:
        if self._group is not None and conversation not in connection.due:
            connection.due.add(conversation)
            self._group.create_task(self._fill(connection, conversation))

    async def _fill(self, connection: Connection, conversation: str) -> None:
        """Everything up to the top. A gap that is seen from here on makes a task of its own, which waits for this one."""
        try:
            async with connection.from_log, self._filling:
                connection.due.discard(conversation)
                more = True
                while more and conversation in connection.sent and connection.outbox.close_code is None:
                    entries, more = await self._log.after(conversation, connection.sent[conversation])
                    for entry in entries:
                        await connection.outbox.room()
                        if entry.seq > connection.sent.get(conversation, entry.seq):
                            self._give(connection, entry)
        except Unavailable:
            # The client comes back and resumes by seq, wherever the store is by then.
            connection.outbox.close(CloseCode.RESYNC)

    def _lost(self) -> None:
        """The subscription is new: something may have been pushed while there was none."""
        for conversation, watchers in self._watchers.items():
            for connection in watchers:
                self._fill_soon(connection, conversation)
        for heard in (each for events in self._listeners.values() for each in events):
            heard.set()

    def _queue(self, frame: bytes) -> None:
        """The queue is for all agents, an assignment only for the one whom it names, a broken promise for admins too."""
        told, text = _for_one(frame), frame.decode()
        agent = told.agent
        for connection in self.staff():
            admin = told.type in _FOR_ADMINS and connection.identity.role is Role.ADMIN
            if agent is None or admin or connection.identity.person == agent.get("id"):
                connection.outbox.put(text)
