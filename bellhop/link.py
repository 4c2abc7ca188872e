"""A terminal's socket to /chat that comes back by itself. What was said stays in the outbox until it is acknowledged, and is sent again
with the same id after a reconnect."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from bellhop.failure import Failure
from models.frames import Ack, ClientFrame, ErrorFrame, FromServer, Ping, Say, SayNote, Welcome

FIRST_PAUSE = timedelta(seconds=0.5)
LONGEST_PAUSE = timedelta(seconds=20)
OPEN_LIMIT = timedelta(seconds=10)
OUTBOX = 1_000
HEARTBEAT_SECONDS = 30.0
TOKEN_ENDED = 4401
CLIENT_FAULTS = range(4400, 4500)
TEMPORARY = frozenset({"unavailable", "overloaded", "rate_limited"})

_decoder: msgspec.json.Decoder[FromServer] = msgspec.json.Decoder(FromServer)
_encoder = msgspec.json.Encoder()


class Link:
    """`token(again)` gives the token for a connection; `again`: the last one was refused. `heard` gets every frame, `told` a line
    for the person."""

    def __init__(
        self,
        url: str,
        token: Callable[[bool], Awaitable[str]],
        heard: Callable[[FromServer], None],
        told: Callable[[str], None],
    ) -> None:
        self._url = url
        self._token = token
        self._heard = heard
        self._told = told
        self._outbox: dict[str, Say | SayNote] = {}
        self._writes: asyncio.Queue[ClientFrame] = asyncio.Queue(OUTBOX)
        self._heartbeat = HEARTBEAT_SECONDS
        self._welcomed = False
        self._drained = asyncio.Event()
        self._drained.set()

    async def run(self) -> None:
        """For ever. Raises Failure where coming back would not help."""
        pause, refused = FIRST_PAUSE, False
        while True:
            self._welcomed = False
            refused = await self._connected(await self._token(refused), refused)
            pause = FIRST_PAUSE if self._welcomed else min(pause * 2, LONGEST_PAUSE)
            self._told("-- The connection is gone; trying again.")
            await asyncio.sleep(random.uniform(0, pause.total_seconds()))

    def send(self, frame: ClientFrame) -> None:
        """Now, if there is a connection; what is said is kept until it is acknowledged."""
        if isinstance(frame, Say | SayNote):
            if len(self._outbox) >= OUTBOX:
                self._told("-- Too much waits to be sent. Wait until the connection is back.")
                return
            self._outbox[frame.id] = frame
            self._drained.clear()
        if self._welcomed and not self._writes.full():
            self._writes.put_nowait(frame)

    async def drained(self) -> None:
        """Until everything that was said is acknowledged or refused."""
        await self._drained.wait()

    async def _connected(self, token: str, refused: bool) -> bool:
        """One connection, to its end. Whether its token was refused; twice in a row is a Failure."""
        try:
            await self._once(token)
        except InvalidStatus as answer:
            return self._judged(4000 + answer.response.status_code, refused)
        except ConnectionClosed as closed:
            return self._judged(closed.rcvd.code if closed.rcvd else 0, refused)
        except (OSError, TimeoutError, InvalidHandshake):
            pass
        return False

    def _judged(self, code: int, refused: bool) -> bool:
        """By the ranges of the close codes: 44xx does not come back, but for a token that ran out."""
        if code == TOKEN_ENDED and (self._welcomed or not refused):
            return True
        if code in CLIENT_FAULTS and code != 4429:
            raise Failure(f"The server has closed the connection ({code}).", "Start the command again.")
        return False

    async def _once(self, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        async with connect(
            self._url,
            additional_headers=headers,
            open_timeout=OPEN_LIMIT.total_seconds(),
        ) as socket:
            writing = asyncio.ensure_future(self._write(socket))
            try:
                while True:
                    self._take_in(_decoder.decode(await socket.recv()))
            finally:
                writing.cancel()
                await asyncio.gather(writing, return_exceptions=True)

    async def _write(self, socket: ClientConnection) -> None:
        """What is to be sent, and a ping when there was nothing for a while."""
        while True:
            frame: ClientFrame = Ping()
            try:
                async with asyncio.timeout(self._heartbeat):
                    frame = await self._writes.get()
            except TimeoutError:
                pass
            await socket.send(_encoder.encode(frame).decode())

    def _take_in(self, frame: FromServer) -> None:
        match frame:
            case Welcome():
                self._welcome(frame)
            case Ack():
                self._settle(frame.id)
            case ErrorFrame() if frame.id and frame.code not in TEMPORARY:
                self._settle(frame.id)
            case _:
                pass
        self._heard(frame)

    def _settle(self, id: str) -> None:
        self._outbox.pop(id, None)
        if not self._outbox:
            self._drained.set()

    def _welcome(self, frame: Welcome) -> None:
        self._heartbeat = frame.heartbeat
        self._welcomed = True
        while not self._writes.empty():
            self._writes.get_nowait()
        for each in self._outbox.values():
            self._writes.put_nowait(each)
