"""`bellhop chat`: a customer in a terminal, over the same socket as the browser's."""

from __future__ import annotations

import asyncio
import contextlib
import uuid

from rich.console import Console

from bellhop.link import Link
from bellhop.terminal import address, post, show, socket_address, typed
from bellhop.transcript import Transcript
from models.frames import ErrorFrame, FromServer, HolderFrame, Resume, Resumed, SaidMessage, Say, TypingFrame, Welcome
from models.settings import Settings

GREETING = "Type a message and press Enter; a number presses a button; Ctrl-D or /quit ends."
ANSWER_LIMIT_SECONDS = 10.0


def run(settings: Settings, server: str) -> None:
    asyncio.run(Visitor(address(settings, server), Console()).run())


class Visitor:
    """One anonymous customer: the token is kept only while this runs, so each run is a new conversation."""

    def __init__(self, server: str, console: Console) -> None:
        self._server = server
        self._console = console
        self._kept = ""
        self._conversation: str | None = None
        self._transcript = Transcript()
        self._answered = asyncio.Event()
        self._answered.set()
        self._link = Link(socket_address(server), self._token, self._heard, self._show)

    async def run(self) -> None:
        self._show(GREETING)
        await self._token(False)
        linked = asyncio.ensure_future(self._link.run())
        talking = asyncio.ensure_future(self._talk())
        try:
            await asyncio.wait((linked, talking), return_when=asyncio.FIRST_COMPLETED)
            if linked.done():
                linked.result()
        finally:
            linked.cancel()
            talking.cancel()
            await asyncio.gather(linked, talking, return_exceptions=True)

    async def _token(self, again: bool) -> str:
        if again or not self._kept:
            self._kept = str((await post(self._server, "/api/visitors", {}))["token"])
        return self._kept

    async def _talk(self) -> None:
        async for line in typed():
            if line == "/quit":
                return
            self._say(line)
        await self._last_answer()

    async def _last_answer(self) -> None:
        """At the end of the input (a script's, often) what was said is still sent, and its answer shown."""
        await self._link.drained()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ANSWER_LIMIT_SECONDS):
                await self._answered.wait()

    def _say(self, line: str) -> None:
        button = self._transcript.pressed(line)
        self._answered.clear()
        made = uuid.uuid4().hex
        self._transcript.own.add(made)
        self._link.send(Say(made, text=button.title if button else line, payload=button.payload if button else None))
        if button:
            self._show(f"> {button.title}")

    def _heard(self, frame: FromServer) -> None:
        match frame:
            case Welcome():
                self._conversation = frame.conversation
                self._resume()
            case ErrorFrame():
                self._show(f"-- {frame.message}")
            case Resumed() if frame.more:
                self._resume()
            case TypingFrame():
                return
            case _:
                lines, gap = self._transcript.take_in(frame)
                for line in lines:
                    self._show(line)
                if gap:
                    self._resume()
                if isinstance(frame, HolderFrame) or (
                    isinstance(frame, SaidMessage) and frame.author.kind != "customer"
                ):
                    self._answered.set()

    def _resume(self) -> None:
        if self._conversation:
            self._link.send(Resume(self._conversation, self._transcript.seq))

    def _show(self, line: str) -> None:
        show(self._console, line)
