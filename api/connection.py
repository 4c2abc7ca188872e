"""One socket as the hub sees it: whom it belongs to, what waits to be written to it, and how far it has been told of each conversation."""

from __future__ import annotations

import asyncio
from collections import deque
from enum import IntEnum

from api.auth import Identity
from models.frames import ServerFrame, encode
from models.settings import Settings


class CloseCode(IntEnum):
    """44xx: the client's side is at fault, it does not come back by itself. 45xx: it comes back with back-off."""

    UNSUPPORTED = 1003
    FAULT = 1011
    RESTART = 1012
    TRY_LATER = 1013
    BAD_FRAMES = 4400
    TOKEN = 4401
    REPLACED = 4409
    DISABLED = 4410
    SLOW_READER = 4501
    RESYNC = 4502
    SILENT = 4508
    TOO_FAST = 4529


class Outbox:
    """What waits for one socket. Bounded: a reader that lets it fill is closed, and resumes by seq when it comes back."""

    def __init__(self, frames: int, size: int) -> None:
        self._frames, self._bytes = frames, size
        self._waiting: deque[tuple[str, int]] = deque()
        self._size = 0
        self._some = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self.close_code: CloseCode | None = None

    def put(self, text: str) -> None:
        if self.close_code is not None:
            return
        size = len(text.encode())
        self._waiting.append((text, size))
        self._size += size
        if len(self._waiting) > self._frames or self._size > self._bytes:
            self.close(CloseCode.SLOW_READER)
        elif self._half_full:
            self._room.clear()
        self._some.set()

    async def room(self) -> None:
        """Until it is less than half full, or closed. Whoever sends what was asked for waits here; pushes do not wait."""
        await self._room.wait()

    def close(self, code: CloseCode) -> None:
        """The first code counts. What waits is still written, but not to a reader that is too slow for it."""
        if self.close_code is None:
            self.close_code = code
            if code is CloseCode.SLOW_READER:
                self._waiting.clear()
        self._some.set()
        self._room.set()

    async def get(self) -> str | None:
        """The next text; None when it is closed and empty."""
        while not self._waiting:
            if self.close_code is not None:
                return None
            self._some.clear()
            await self._some.wait()
        text, size = self._waiting.popleft()
        self._size -= size
        if not self._half_full:
            self._room.set()
        return text

    @property
    def _half_full(self) -> bool:
        return len(self._waiting) * 2 >= self._frames or self._size * 2 >= self._bytes


class Connection:
    """`sent` is the last seq that was delivered of each conversation it watches. `from_log` is held while entries are read from the log
    for it, so that what is read never overtakes what was read before; `due` are the conversations that wait for that."""

    def __init__(self, identity: Identity, id: str, settings: Settings) -> None:
        self.identity = identity
        self.id = id
        self.outbox = Outbox(settings.outbox_frames, settings.outbox_bytes)
        self.sent: dict[str, int] = {}
        self.from_log = asyncio.Lock()
        self.due: set[str] = set()
        # Where a customer is, as agents may see it.
        self.page: dict[str, str] = {}

    def send(self, frame: ServerFrame) -> None:
        self.outbox.put(encode(frame))
