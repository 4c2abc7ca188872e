"""What `chat` and `desk` share: lines from the keyboard, lines on the screen, and REST calls with plain sentences for errors."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
from collections.abc import AsyncIterator
from typing import Any

import httpx
from rich.console import Console

from bellhop.failure import USAGE, Failure
from bellhop.logs import escaped
from models.settings import Settings

CALL_LIMIT_SECONDS = 10.0
LINES = 100
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - where the API listens; one does not connect to it


def address(settings: Settings, server: str) -> str:
    """`http://host:port` of the API, without a slash at its end."""
    if not server:
        return f"http://{'127.0.0.1' if settings.host in EVERYWHERE else settings.host}:{settings.port}"
    if not server.startswith(("http://", "https://")):
        raise Failure("The server's address is not complete.", "Write it like https://chat.example.com.", USAGE)
    return server.rstrip("/")


def socket_address(server: str) -> str:
    return "ws" + server.removeprefix("http") + "/chat"


async def post(server: str, path: str, body: dict[str, str]) -> dict[str, Any]:
    """The answer's JSON. Raises Failure with the server's own sentence where it refuses."""
    async with httpx.AsyncClient(base_url=server, timeout=CALL_LIMIT_SECONDS) as client:
        try:
            answer = await client.post(path, json=body)
        except httpx.HTTPError:
            raise Failure(
                f"There is no Bellhop at {server}.", "Start it with `bellhop serve`, or name another with --server."
            ) from None
    if answer.is_success:
        return dict(answer.json())
    raise Failure(
        _sentence(answer), "Try again; `bellhop users list` shows who may log in." if path.endswith("login") else ""
    )


def _sentence(answer: httpx.Response) -> str:
    with contextlib.suppress(ValueError, AttributeError):
        problem = answer.json()
        said = problem.get("detail") or problem.get("title")
        if said:
            return escaped(str(said))
    return f"The server answered {answer.status_code}."


def show(console: Console, line: str) -> None:
    """One line that somebody else wrote: no markup, and nothing that moves the cursor."""
    console.print(escaped(line), markup=False, highlight=False, soft_wrap=True)


async def typed() -> AsyncIterator[str]:
    """The lines of the keyboard until its end. The thread is a daemon: a read of a terminal cannot be cancelled."""
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str | None] = asyncio.Queue(LINES)

    def read() -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
            for line in sys.stdin:
                asyncio.run_coroutine_threadsafe(lines.put(line.strip()), loop).result()
            asyncio.run_coroutine_threadsafe(lines.put(None), loop).result()

    threading.Thread(target=read, name="keyboard", daemon=True).start()
    while (line := await lines.get()) is not None:
        if line:
            yield line
