"""bellhop/transcript.py, the words of desk.py, and link.py against a real socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.server import ServerConnection, serve

from bellhop.desk import Command, Word, read
from bellhop.failure import Failure
from bellhop.link import Link
from bellhop.transcript import Transcript
from models.entry import Author, AuthorKind, Button
from models.frames import FromServer, HolderFrame, Limits, SaidMessage, Say, Skip, Welcome, encode
from tests.test_supervisor import until

BOT = Author(AuthorKind.BOT)
ME = Author(AuthorKind.CUSTOMER, "u_1")
AT = "2026-11-23T08:00:00.000Z"


def said(
    seq: int, text: str, author: Author = BOT, id: str | None = None, buttons: tuple[Button, ...] = ()
) -> SaidMessage:
    return SaidMessage("c_1", seq, author, text, AT, id=id, buttons=buttons)


def test_entries_are_shown_once_and_in_order() -> None:
    transcript = Transcript()
    assert transcript.take_in(said(1, "a")) == (["bot: a"], False)
    assert transcript.take_in(said(1, "a")) == ([], False)
    assert transcript.take_in(said(3, "c")) == ([], True)
    assert transcript.take_in(Skip("c_1", 2)) == ([], False)
    assert transcript.take_in(said(3, "c")) == (["bot: c"], False)


def test_what_was_typed_here_is_not_shown_again() -> None:
    transcript = Transcript(own={"mine"})
    assert transcript.take_in(said(1, "hello", ME, "mine")) == ([], False)
    assert transcript.take_in(said(2, "from elsewhere", ME, "other")) == (["customer: from elsewhere"], False)


def test_buttons_are_numbers_until_the_next_message() -> None:
    transcript = Transcript()
    lines, _ = transcript.take_in(said(1, "Well?", buttons=(Button("Yes", "/affirm"), Button("No", "/deny"))))
    assert lines == ["bot: Well?", "    1) Yes", "    2) No"]
    assert transcript.pressed("2") == Button("No", "/deny")
    assert [transcript.pressed(line) for line in ("0", "3", "x", "²", "1" * 5000)] == [None] * 5
    transcript.take_in(said(2, "Fine."))
    assert transcript.pressed("1") is None


def test_the_place_in_the_queue_is_shown_and_is_no_entry() -> None:
    transcript = Transcript(seq=5)
    lines, gap = transcript.take_in(HolderFrame("c_1", 5, "queue", position=2, wait_seconds=40))
    assert (lines, gap, transcript.seq) == (["-- Waiting for a person: number 2, about 40 seconds."], False, 5)
    assert transcript.take_in(HolderFrame("c_1", 5, "queue", position=2))[0] == ["-- Waiting for a person: number 2."]


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("queue", Command(Word.QUEUE)),
        ("take 2", Command(Word.TAKE, "2")),
        ("/take 2", Command(Word.TAKE, "2")),
        ("take it easy", Command(Word.SAY, "take it easy")),
        ("queue up please", Command(Word.SAY, "queue up please")),
        ("close", Command(Word.SAY, "close")),
        ("/close", Command(Word.CLOSE)),
        ("/note call back  later", Command(Word.NOTE, "call back  later")),
        ("/back", Command(Word.BACK)),
        ("/say x", Command(Word.HELP)),
        ("/what", Command(Word.HELP)),
        ("您好", Command(Word.SAY, "您好")),
    ],
)
def test_what_an_agent_types(line: str, command: Command) -> None:
    assert read(line) == command


class Server:
    """Speaks the server's side of the frames as told; `frames` came here, `tokens` were shown at the door,
    `heard` is what the link passed on."""

    def __init__(self, answer: Callable[[ServerConnection, int], Awaitable[None]]) -> None:
        self.answer = answer
        self.frames: list[dict[str, object]] = []
        self.tokens: list[str] = []
        self.heard: list[FromServer] = []

    async def handle(self, socket: ServerConnection) -> None:
        assert socket.request
        self.tokens.append(socket.request.headers["Authorization"])
        await socket.send(encode(Welcome("e", True, 30, Limits(65536, 4000), "customer", ME, "c_1")))
        await self.answer(socket, len(self.tokens))
        async for raw in socket:
            frame = json.loads(raw)
            self.frames.append(frame)
            if frame["type"] == "say":
                await socket.send(
                    json.dumps({"type": "ack", "id": frame["id"], "conversation": "c_1", "seq": 1, "at": AT})
                )


@asynccontextmanager
async def linked(
    answer: Callable[[ServerConnection, int], Awaitable[None]],
) -> AsyncIterator[tuple[Server, Link, asyncio.Future[None]]]:
    """A link that runs, to a server that does `answer(socket, number of the connection)` after the welcome."""
    server = Server(answer)

    async def token(again: bool) -> str:
        return "second" if again else "first"

    async with serve(server.handle, "127.0.0.1", 0) as listening:
        port = next(iter(listening.sockets)).getsockname()[1]
        link = Link(f"ws://127.0.0.1:{port}/chat", token, server.heard.append, lambda _: None)
        running = asyncio.ensure_future(link.run())
        try:
            yield server, link, running
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


async def test_what_was_not_acknowledged_is_sent_again_with_its_id() -> None:
    async def hang_up_first(socket: ServerConnection, connection: int) -> None:
        if connection == 1:
            raw = await socket.recv()
            assert json.loads(raw)["id"] == "id-1"
            await socket.close(1012)

    async with linked(hang_up_first) as (server, link, _):
        link.send(Say("id-1", text="hello"))
        await link.drained()
        assert [frame["id"] for frame in server.frames if frame["type"] == "say"] == ["id-1"]
        assert len(server.tokens) == 2


async def test_a_token_that_ran_out_is_renewed_once() -> None:
    async def refuse_first(socket: ServerConnection, connection: int) -> None:
        if connection == 1:
            await socket.close(4401)

    async with linked(refuse_first) as (server, _, _running):
        await until(lambda: len(server.heard) >= 2, "two welcomes")
        assert server.tokens == ["Bearer first", "Bearer second"]


async def test_a_close_code_of_the_clients_side_does_not_come_back() -> None:
    async def forbid(socket: ServerConnection, _: int) -> None:
        await socket.close(4403)

    async with linked(forbid) as (server, _, running):
        with pytest.raises(Failure, match="4403"):
            await running
        assert len(server.tokens) == 1
