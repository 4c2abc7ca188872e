"""The models that a worker answers with: the live one, a canary, and older ones for conversations whose form is not done yet. A new
release is taken without a restart; what cannot be loaded changes nothing.

Loading happens in a thread of its own, so turns go on meanwhile. Memory is bounded: a model that no release names goes when it was not
used for a while, or when there are more of them than two.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import msgspec
from sqlalchemy import Engine

from bot import publishing
from bot.nlu.errors import ModelRefused
from bot.registry import Model, make_current
from bot.turn import Bot
from models import shadows
from models.canned import MOST as CANNED_MOST
from models.canned import Canned, CannedResponses
from models.database import NO_SQL
from models.release import Release
from models.releases import Releases
from models.shadows import ShadowReading
from models.versions import Versions
from stream.running import pause

LOOK_EVERY_SECONDS = 1.0
OLD_MOST = 2
OLD_SECONDS = 300.0

logger = logging.getLogger("bellhop.bot")

_Done = TypeVar("_Done")


class Registry:
    """Where models come from: SQL, and this machine's folder as a cache. Synchronous. All raise NO_SQL where SQL does not answer."""

    def __init__(self, engine: Engine, home: Path, project: str = "") -> None:
        """`project`: a model of another one is refused; empty: any is taken."""
        self._engine = engine
        self.releases = Releases(engine)
        self.versions = Versions(engine)
        self._home = home
        self._project = project

    def load(self, id: str) -> Model:
        """Ready to read at once. Raises ModelRefused."""
        model = publishing.load(self.versions, self._home, id)
        if self._project and model.manifest.project != self._project:
            raise ModelRefused("The model was trained for another project.")
        model.interpreter.warm()
        return model

    def refuse(self, id: str, why: str) -> None:
        self.versions.refuse(id, why)

    def note(self, found: Sequence[ShadowReading]) -> None:
        shadows.put(self._engine, found)

    def tidy(self, model: str) -> None:
        shadows.tidy(self._engine, model)

    def canned(self) -> Sequence[Canned]:
        return CannedResponses(self._engine).found(limit=CANNED_MOST)

    def keep(self, id: str) -> None:
        """What this machine begins with where SQL does not answer."""
        make_current(self._home, id)


class Arms:
    """Of one worker. `bot` has the model that it begins with."""

    def __init__(self, bot: Bot, registry: Registry | None = None) -> None:
        """Without a registry the bot's own model answers, and stays."""
        self._registry = registry
        self._live = bot
        self._bots = {bot.version: bot}
        self._used = {bot.version: time.monotonic()}
        self._refused: set[str] = set()
        self._seen = 0
        self.release = Release(live=bot.version)
        # One at a time: two models that are loaded at once would take the memory of both.
        self._loading = ThreadPoolExecutor(1, "models")

    async def follow(self, stop: asyncio.Event) -> None:
        """Looks again and again for what was released. Without SQL all stays as it is."""
        try:
            while self._registry is not None and not stop.is_set():
                await self.look(self._registry)
                await pause(LOOK_EVERY_SECONDS, stop)
        finally:
            self._loading.shutdown(wait=False, cancel_futures=True)

    async def look(self, registry: Registry) -> None:
        try:
            if await self._apart(registry.releases.number) != self._seen:
                await self._take(registry, await self._apart(registry.releases.now))
        except NO_SQL:
            logger.warning("SQL does not answer: models are as they were")
        self._forget()

    def at_once(self, conversation: str, pin: str) -> Bot:
        """For a conversation, of what is loaded. `pin`: the model that began its form."""
        pinned = self._known(pin) if pin else None
        return pinned or self._known(self.release.arm(conversation)) or self._live

    @property
    def shadow(self) -> Bot | None:
        """It only reads."""
        return self._known(self.release.shadow) if self.release.shadow else None

    @property
    def versions(self) -> frozenset[str]:
        """What is loaded."""
        return frozenset(self._bots)

    async def bot(self, conversation: str, pin: str) -> Bot:
        """The same, and a model that a form still needs is loaded again; one that is gone for good is not missed."""
        if pin and pin not in self._bots and self._registry is not None:
            try:
                await self._bring(self._registry, pin)
            except NO_SQL:
                logger.warning("SQL does not answer: a form goes on with another model")
            self._forget()
        return self.at_once(conversation, pin)

    async def _take(self, registry: Registry, release: Release) -> None:
        # Somebody may have mended what was refused.
        self._refused.clear()
        for id in release.named:
            await self._bring(registry, id)
        live = self._known(release.live) or self._live
        if live is not self._live:
            logger.info("model %s answers now", live.version)
            await self._apart(registry.keep, live.version)
        self._live = live
        # Those of which the release speaks, as far as they could be loaded.
        canary = release.canary if release.canary in self._bots else ""
        shadow = release.shadow if release.shadow in self._bots else ""
        self.release = msgspec.structs.replace(release, live=live.version, canary=canary, shadow=shadow)
        self._seen = release.version

    async def _bring(self, registry: Registry, id: str) -> None:
        """Nothing happens where it is there; one that is refused is not tried again and again."""
        if id in self._bots or id in self._refused:
            return
        try:
            model = await self._apart(registry.load, id)
        except ModelRefused as refused:
            logger.error("model %s cannot be used: %s", id, refused)
            self._refused.add(id)
            await self._apart(registry.refuse, id, str(refused))
        else:
            self._bots[id] = self._live.taught(model)
            self._used[id] = time.monotonic()

    def _known(self, id: str) -> Bot | None:
        bot = self._bots.get(id)
        if bot is not None:
            self._used[id] = time.monotonic()
        return bot

    def _forget(self) -> None:
        old = sorted(self._bots.keys() - self.release.named, key=lambda id: self._used[id], reverse=True)
        for place, id in enumerate(old):
            if place >= OLD_MOST or time.monotonic() - self._used[id] > OLD_SECONDS:
                del self._bots[id], self._used[id]

    async def _apart(self, work: Callable[..., _Done], *given: object) -> _Done:
        return await asyncio.get_running_loop().run_in_executor(self._loading, work, *given)
