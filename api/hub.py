"""The sockets of this node: who is connected, and what each of them is sent. A push is a hint; a gap is filled from the log."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque

import msgspec

from api.auth import Identity
from models.entry import Author, AuthorKind, Entry
from models.frames import ServerFrame, encode, shown
from models.settings import Settings
from stream.errors import Unavailable
from stream.log import Log
from stream.push import Push, Pushed

SLOW_READER = 4501
RESYNC = 4502
REPLACED = 4409
RESTART = 1012


class Whisper(msgspec.Struct, frozen=True):
    """What of a whisper says whom it is not for."""

    author: Author | None = None
    by: str | None = None


_whisper = msgspec.json.Decoder(Whisper).decode


def author(identity: Identity) -> Author:
    kind = AuthorKind.AGENT if identity.staff else AuthorKind.CUSTOMER
    return Author(kind, identity.person, identity.name or None)


class Outbox:
    """What waits to be written to one socket: bounded, and what does not fit closes it."""

    def __init__(self, frames: int, size: int) -> None:
        self._frames, self._size = frames, size
        self._waiting: deque[str] = deque()
        self._bytes = 0
        self._some = asyncio.Event()
        self.close_code: int | None = None

    def put(self, text: str) -> None:
        if self.close_code is not None:
            return
        self._waiting.append(text)
        self._bytes += len(text)
        if len(self._waiting) > self._frames or self._bytes > self._size:
            self.close(SLOW_READER)
        self._some.set()

    def close(self, code: int) -> None:
        """The first code counts. What waits is dropped only for a reader that is too slow for it."""
        if self.close_code is None:
            self.close_code = code
            if code == SLOW_READER:
                self._waiting.clear()
        self._some.set()

    async def get(self) -> str | None:
        """The next text; None when it is closed and empty."""
        while not self._waiting:
            if self.close_code is not None:
                return None
            self._some.clear()
            await self._some.wait()
        text = self._waiting.popleft()
        self._bytes -= len(text)
        return text


class Connection:
    """One socket. `sent` is the highest seq delivered without a gap, for each conversation it watches."""

    def __init__(self, identity: Identity, id: str, settings: Settings) -> None:
        self.identity = identity
        self.id = id
        self.outbox = Outbox(settings.outbox_frames, settings.outbox_bytes)
        self.sent: dict[str, int] = {}
        self.filling: set[str] = set()

    def send(self, frame: ServerFrame) -> None:
        self.outbox.put(encode(frame))


class Hub:
    """Sockets by conversation and by person. `deliver` is called for every push of the store."""

    def __init__(self, log: Log, push: Push, settings: Settings) -> None:
        self._log = log
        self._push = push
        self._settings = settings
        self._watchers: defaultdict[str, set[Connection]] = defaultdict(set)
        self._people: defaultdict[str, list[Connection]] = defaultdict(list)
        self._group: asyncio.TaskGroup | None = None
        self.draining = False

    async def run(self) -> None:
        """For ever: passes on what the store pushes."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            group.create_task(self._push.run(self.deliver, self._lost, self._queue))

    @property
    def connections(self) -> int:
        return sum(len(each) for each in self._people.values())

    def join(self, connection: Connection) -> None:
        own = self._people[connection.identity.person]
        own.append(connection)
        if len(own) > self._settings.connections_per_person:
            own[0].outbox.close(REPLACED)

    async def leave(self, connection: Connection) -> None:
        person = connection.identity.person
        self._people[person] = [each for each in self._people[person] if each is not connection]
        if not self._people[person]:
            del self._people[person]
        for conversation in list(connection.sent):
            await self.unwatch(connection, conversation)

    async def watch(self, connection: Connection, conversation: str, after: int) -> None:
        """From now on the entries behind `after` are delivered, each once and in order."""
        connection.sent.setdefault(conversation, after)
        watchers = self._watchers[conversation]
        first = not watchers
        watchers.add(connection)
        if first:
            await self._push.subscribe(conversation)
        # What was said while we subscribed was pushed to nobody.
        self._fill_soon(connection, conversation)

    async def unwatch(self, connection: Connection, conversation: str) -> None:
        connection.sent.pop(conversation, None)
        watchers = self._watchers.get(conversation)
        if watchers is None:
            return
        watchers.discard(connection)
        if not watchers:
            del self._watchers[conversation]
            await self._push.unsubscribe(conversation)

    def close_all(self, code: int) -> None:
        for own in list(self._people.values()):
            for connection in own:
                connection.outbox.close(code)

    def deliver(self, pushed: Pushed) -> None:
        for connection in list(self._watchers.get(pushed.conversation, ())):
            for frame in pushed.frames:
                self._whispered(connection, frame)
            for entry in pushed.entries:
                self.show(connection, entry)

    def _whispered(self, connection: Connection, frame: bytes) -> None:
        """Typing and read marks go to the other side only."""
        who = _whisper(frame)
        mine = who.author is not None and who.author.id == connection.identity.person
        if not mine and who.by != author(connection.identity).kind:
            connection.outbox.put(frame.decode())

    def show(self, connection: Connection, entry: Entry) -> None:
        """Delivers the entry if it is the next one; a gap is filled from the log first."""
        reached = connection.sent.get(entry.conversation)
        if reached is None or entry.seq <= reached:
            return
        if entry.seq == reached + 1:
            connection.sent[entry.conversation] = entry.seq
            connection.send(shown(entry, connection.identity.staff))
        else:
            self._fill_soon(connection, entry.conversation)

    def _fill_soon(self, connection: Connection, conversation: str) -> None:
        if self._group is not None and conversation not in connection.filling:
            connection.filling.add(conversation)
            self._group.create_task(self._fill(connection, conversation))

    async def _fill(self, connection: Connection, conversation: str) -> None:
        try:
            await self.fill(connection, conversation)
        except Unavailable:
            # The client comes back and resumes by seq, wherever the store is by then.
            connection.outbox.close(RESYNC)
        finally:
            connection.filling.discard(conversation)

    async def fill(self, connection: Connection, conversation: str) -> None:
        """Everything between what the connection has and the top. Raises Unavailable."""
        more = True
        while more and conversation in connection.sent:
            entries, more = await self._log.after(conversation, connection.sent[conversation])
            for entry in entries:
                if entry.seq == connection.sent.get(conversation, entry.seq) + 1:
                    connection.sent[conversation] = entry.seq
                    connection.send(shown(entry, connection.identity.staff))

    def _lost(self) -> None:
        """A new subscription: something may have been pushed while there was none."""
        for conversation, watchers in list(self._watchers.items()):
            for connection in list(watchers):
                self._fill_soon(connection, conversation)

    def _queue(self, frame: bytes) -> None:
        text = frame.decode()
        for own in self._people.values():
            for connection in own:
                if connection.identity.staff:
                    connection.outbox.put(text)
