"""`bellhop shell`: a talk with the bot in this process: what it understood, what it did, and why. Nothing is written to the log."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console

from bellhop.logs import escaped
from bellhop.rehearsed_view import CHINESE, ENGLISH, Words, said, short, why
from bellhop.terminal import typed
from bellhop.train import existing
from bot.dialogue.exchange import Button
from bot.process import ACTIONS_SHARE
from bot.rehearsal import Rehearsal, Rehearsed
from bot.trying import ready
from bot.turn import Bot
from models.sealed import KeyRing
from models.sensitive import redact
from models.settings import Settings


def run(settings: Settings, project: Path | None, language: str) -> None:
    """Raises ProjectError and Untrainable for mistakes in the project, Failure where there is none."""
    folder = existing(settings, project).resolve()
    words, console, ring = CHINESE if language.startswith("zh") else ENGLISH, Console(), KeyRing.generated()
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with console.status(words.preparing):
        tried = ready(settings, folder, lambda _stage, _share: None)
    if tried.trained:
        console.print(words.trained)
    limit = settings.turn_limit.total_seconds() * ACTIONS_SHARE
    bot = Bot(tried.project, tried.model.interpreter, ring, limit, policy=tried.model.policy)
    with tempfile.TemporaryDirectory(prefix="bellhop-shell-") as home:
        # What actions write below BELLHOP_HOME, as the demo's do, is not for the shop that runs here.
        os.environ["BELLHOP_HOME"] = home
        # After every path that may be relative: actions open files of their own from the project's folder on.
        os.chdir(folder)
        bot.settle()
        asyncio.run(Shell(bot, ring, console, words).run())


class Shell:
    """Reads lines until /quit or the end of the input."""

    def __init__(self, bot: Bot, ring: KeyRing, console: Console, words: Words) -> None:
        self._bot = bot
        self._talk = Rehearsal(bot, ring)
        self._console = console
        self._words = words

    async def run(self) -> None:
        self._show(self._words.greeting)
        try:
            self._prompt()
            async for line in typed():
                if line == "/quit":
                    return
                await self.take(line)
                self._prompt()
        finally:
            await self._bot.close()

    async def take(self, line: str) -> None:
        match line:
            case "/help":
                self._show(self._words.help)
            case "/restart":
                self._talk.restart()
                self._show(self._words.restarted)
            case "/slots":
                self._slots()
            case _ if line.isascii() and line.isdigit() and len(line) < 3 and self._talk.buttons:
                await self._choose(int(line))
            case _ if line.startswith("/"):
                await self._press(Button(line, line))
            case _:
                now = time.time()
                self._tell(await self._talk.say(line, now), now)

    async def _choose(self, number: int) -> None:
        if not 0 < number <= len(self._talk.buttons):
            self._show(self._words.unknown.format(number))
            return
        await self._press(self._talk.buttons[number - 1])

    async def _press(self, button: Button) -> None:
        self._show(f"  {self._words.pressed:<9} {redact(button.title)}  {redact(button.payload)}")
        now = time.time()
        self._tell(await self._talk.press(button, now), now)

    def _slots(self) -> None:
        slots = self._talk.slots()
        for name, value in slots.items():
            self._show(f"  {name}: {short(value)}")
        if not slots:
            self._show(self._words.no_slots)

    def _tell(self, turn: Rehearsed, at: float) -> None:
        for line in why(turn, self._words, at):
            self._show(line, "dim")
        number = 1
        for reply in turn.outcome.replies:
            for line in said(reply, number):
                self._show(line, "bold")
            number += len(reply.buttons) + len(reply.quick_replies)

    def _prompt(self) -> None:
        if sys.stdin.isatty():
            self._console.print("> ", end="")

    def _show(self, line: str, style: str = "") -> None:
        """No markup, and nothing that moves the cursor: actions and projects write these lines."""
        self._console.print(escaped(line), markup=False, highlight=False, soft_wrap=True, style=style)
