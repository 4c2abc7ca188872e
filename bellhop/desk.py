"""`bellhop desk`: an agent in a terminal, enough to take a conversation by hand."""

from __future__ import annotations

import asyncio
import getpass
import sys
import uuid
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from rich.console import Console

from bellhop.failure import USAGE, Failure
from bellhop.link import Link
from bellhop.terminal import address, post, show, socket_address, typed
from bellhop.transcript import Transcript
from bellhop.users import password_from
from models.frames import (
    ClientFrame,
    Close,
    ErrorFrame,
    FromServer,
    GiveBack,
    HolderFrame,
    QueueFrame,
    Resume,
    Resumed,
    Say,
    SayNote,
    Status,
    Take,
    TypingFrame,
    Waiting,
    Watch,
    Welcome,
)
from models.settings import Settings

HELP = "queue | take N | /note TEXT | /back | /close | /quit; anything else is said to the customer."


class Word(StrEnum):
    """What an agent can type besides a reply."""

    QUEUE = "queue"
    TAKE = "take"
    NOTE = "note"
    BACK = "back"
    CLOSE = "close"
    HELP = "help"
    QUIT = "quit"
    SAY = "say"


_WORDS = frozenset(Word) - {Word.SAY}


@dataclass(frozen=True, slots=True)
class Command:
    word: Word
    rest: str = ""


def read(line: str) -> Command:
    """Words begin with a slash; `queue` and `take 2` alone on a line need none. Everything else is a reply."""
    first, _, rest = line.strip().partition(" ")
    name, bare = first.removeprefix("/"), not first.startswith("/")
    if bare:
        plain = line == Word.QUEUE or (first == Word.TAKE and rest.strip().isdecimal())
        return Command(Word(name), rest.strip()) if plain else Command(Word.SAY, line)
    known = name in _WORDS
    return Command(Word(name), rest.strip()) if known else Command(Word.HELP)


def run(settings: Settings, server: str, email: str, password_file: Path | None) -> None:
    given = email or _asked_email()
    password = password_from(password_file) if password_file else _asked_password()
    asyncio.run(Desk(address(settings, server), Console()).run(given, password))


def _asked_email() -> str:
    if not sys.stdin.isatty():
        raise Failure("Nobody can be asked for an e-mail here.", "Name it with --email.", USAGE)
    return input("E-mail: ").strip()


def _asked_password() -> str:
    """Never as an argument: those can be seen by everybody on the machine."""
    if not sys.stdin.isatty():
        raise Failure("Nobody can be asked for a password here.", "Name a file with --password-file.", USAGE)
    return getpass.getpass("Password: ")


class Desk:
    """One agent, at one conversation at a time."""

    def __init__(self, server: str, console: Console) -> None:
        self._server = server
        self._console = console
        self._access = ""
        self._refresh = ""
        self._me = ""
        self._waiting: tuple[Waiting, ...] = ()
        self._current: str | None = None
        self._transcript = Transcript()
        self._link = Link(socket_address(server), self._token, self._heard, self._show)

    async def run(self, email: str, password: str) -> None:
        self._keep(await post(self._server, "/api/login", {"email": email, "password": password}))
        self._show(HELP)
        linked = asyncio.ensure_future(self._link.run())
        working = asyncio.ensure_future(self._work())
        try:
            await asyncio.wait((linked, working), return_when=asyncio.FIRST_COMPLETED)
            if linked.done():
                linked.result()
        finally:
            linked.cancel()
            working.cancel()
            await asyncio.gather(linked, working, return_exceptions=True)

    def _keep(self, answer: dict[str, object]) -> None:
        self._access, self._refresh = str(answer["token"]), str(answer["refresh"])

    async def _token(self, again: bool) -> str:
        """A refused token has run out: the refresh token brings the next."""
        if again:
            self._keep(await post(self._server, "/api/refresh", {"refresh": self._refresh}))
        return self._access

    async def _work(self) -> None:
        async for line in typed():
            command = read(line)
            if command.word is Word.QUIT:
                return
            self._do(command)
        await self._link.drained()

    def _do(self, command: Command) -> None:
        match command.word:
            case Word.QUEUE:
                self._list()
            case Word.TAKE:
                self._take(command.rest)
            case Word.HELP:
                self._show(HELP)
            case _:
                self._to_current(command)

    def _to_current(self, command: Command) -> None:
        if self._current is None:
            self._show("-- You have no conversation. Type `queue`, then `take 1`.")
            return
        frame = self._frame(command, self._current)
        if isinstance(frame, Say | SayNote):
            self._transcript.own.add(frame.id)
        self._link.send(frame)

    def _frame(self, command: Command, conversation: str) -> ClientFrame:
        match command.word:
            case Word.BACK:
                return GiveBack(conversation)
            case Word.CLOSE:
                return Close(conversation)
            case Word.NOTE:
                return SayNote(uuid.uuid4().hex, conversation, command.rest)
            case _:
                return Say(uuid.uuid4().hex, text=command.rest, conversation=conversation)

    def _take(self, place: str) -> None:
        number = int(place) if place.isdecimal() else 0
        if not 0 < number <= len(self._waiting):
            self._show("-- There is nobody at that place. Type `queue`.")
            return
        self._link.send(Take(self._waiting[number - 1].conversation))

    def _heard(self, frame: FromServer) -> None:
        match frame:
            case Welcome():
                self._welcome(frame)
            case QueueFrame():
                self._queue(frame)
            case HolderFrame() if frame.conversation != self._current:
                self._mine(frame)
            case ErrorFrame():
                self._show(f"-- {frame.message}")
            case Resumed() if frame.more:
                self._resume()
            case TypingFrame():
                return
            case _:
                self._entry(frame)

    def _welcome(self, frame: Welcome) -> None:
        self._me = frame.person.id or ""
        self._link.send(Status("available"))
        if self._current or frame.holds:
            self._open(self._current or frame.holds[0])

    def _queue(self, frame: QueueFrame) -> None:
        grew = len(frame.waiting) > len(self._waiting)
        self._waiting = frame.waiting
        if grew:
            self._list()

    def _list(self) -> None:
        self._show(f"-- {len(self._waiting)} waiting")
        for each in self._waiting:
            self._show(f"    {each.position}) {each.name} {each.language or ''} {each.reason or ''}")

    def _mine(self, frame: HolderFrame) -> None:
        if frame.holder == "agent" and frame.agent and frame.agent.id == self._me:
            self._open(frame.conversation)

    def _open(self, conversation: str) -> None:
        """From its beginning when it is another one than before."""
        if conversation != self._current:
            self._current, self._transcript = conversation, Transcript()
            self._show(f"-- Conversation {conversation}")
        self._link.send(Watch(conversation))
        self._resume()

    def _entry(self, frame: FromServer) -> None:
        if getattr(frame, "conversation", None) != self._current:
            return
        lines, gap = self._transcript.take_in(frame)
        for line in lines:
            self._show(line)
        if gap:
            self._resume()

    def _resume(self) -> None:
        if self._current:
            self._link.send(Resume(self._current, self._transcript.seq))

    def _show(self, line: str) -> None:
        show(self._console, line)
