"""Proposes to people what they could say, while they have a conversation. It is never waited for: of a conversation only the last message
counts, what does not fit is left out, and a crash forgets what was not told yet. Nothing of a turn depends on it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bot.arms import Arms, Registry
from bot.dialogue.language import language_of
from bot.jobs import Job
from bot.nlu.reading import Guess
from bot.proposing import LIKELY, alike, likely, merged
from bot.standing import Standing
from bot.turn import Bot
from models.canned import Canned, filled
from models.database import NO_SQL
from models.suggestions import Proposal, SuggestionKind
from stream.errors import Unavailable
from stream.proposals import Proposals
from stream.running import pause

WAITING_MOST = 256
AT_ONCE = 32
GATHER_SECONDS = 0.1
# Canned responses that an admin changes are proposed as they were for so long at most.
LOOK_EVERY_SECONDS = 10.0
# There may be two thousand of them.
READ_AT_ONCE = 16
BREATH_SECONDS = 0.02

logger = logging.getLogger("bellhop.bot")


@dataclass(frozen=True, slots=True)
class _Known:
    """A canned response with what its name, and the whole of it, seem to be about."""

    canned: Canned
    about: tuple[tuple[Guess, ...], ...]

    def fits(self, meant: Mapping[str, float]) -> float:
        return max(alike(meant, each) for each in self.about)


class Suggesting:
    """Of one worker. Without a registry there is no SQL: only answers of the project are proposed."""

    def __init__(self, kept: Proposals, arms: Arms, registry: Registry | None) -> None:
        self._kept = kept
        self._arms = arms
        self._registry = registry
        self._waiting: dict[str, tuple[Job, Standing, frozenset[str]]] = {}
        self._canned: Sequence[Canned] = ()
        self._known: dict[tuple[str, str], _Known] = {}
        self._looked = -LOOK_EVERY_SECONDS

    def offer(self, job: Job, was: Standing, said: Collection[str] = ()) -> None:
        """Whoever has it, or takes it next, may want to answer this. `said`: what the bot has said to it already."""
        if job.heard.wordless or not job.heard.text.strip():
            return
        if job.conversation in self._waiting or len(self._waiting) < WAITING_MOST:
            self._waiting[job.conversation] = (job, was, frozenset(said))

    async def follow(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await pause(GATHER_SECONDS, stop)
            for conversation in list(self._waiting)[:AT_ONCE]:
                await self._suggest(*self._waiting.pop(conversation))

    async def _suggest(self, job: Job, was: Standing, said: frozenset[str]) -> None:
        bot = self._arms.at_once(job.conversation, was.model)
        try:
            found = await asyncio.to_thread(self._proposals, bot, job, was, said)
            await self._kept.put(job.conversation, job.heard.seq, found)
        except Unavailable:
            logger.warning("the store does not answer: a suggestion is forgotten")
        except Exception as error:  # noqa: BLE001 - whatever it is, the turn was made without it
            logger.warning("a suggestion failed: %s", type(error).__name__)

    def _proposals(self, bot: Bot, job: Job, was: Standing, said: frozenset[str]) -> list[Proposal]:
        reading = job.reading if bot is job.reader else bot.read([job.heard])[0]
        meant = {each.name: each.confidence for each in likely(reading)}
        language = language_of(job.heard.text) or was.state.language[:2]
        canned = [
            Proposal(SuggestionKind.CANNED, each.canned.id, "", round(share, 4))
            for each in (self._of(bot) if meant else ())
            if each.canned.language == language and (share := each.fits(meant)) >= LIKELY
        ]
        answers = [each for each in bot.proposals(job.heard, reading, was.tracker) if each.text not in said]
        return merged(answers, canned)

    def _of(self, bot: Bot) -> list[_Known]:
        """What canned responses are about, by this model; each is read once."""
        self._look()
        fresh = [each for each in self._canned if (bot.version, _mark(each)) not in self._known]
        for start in range(0, len(fresh), READ_AT_ONCE):
            self._read(bot, fresh[start : start + READ_AT_ONCE])
            # Turns go on in another thread of the same interpreter.
            time.sleep(BREATH_SECONDS)
        return [self._known[bot.version, _mark(each)] for each in self._canned]

    def _read(self, bot: Bot, some: Sequence[Canned]) -> None:
        names = [each.name.replace("-", " ") for each in some]
        whole = [f"{name} {filled(each.text, '', '')}" for name, each in zip(names, some, strict=True)]
        about = bot.about([*names, *whole])
        for place, each in enumerate(some):
            self._known[bot.version, _mark(each)] = _Known(each, (about[place], about[place + len(some)]))

    def _look(self) -> None:
        if self._registry is None or time.monotonic() - self._looked < LOOK_EVERY_SECONDS:
            return
        self._looked = time.monotonic()
        try:
            self._canned = self._registry.canned()
        except NO_SQL:
            logger.warning("SQL does not answer: canned responses are as they were")
        there = {_mark(each) for each in self._canned}
        # A model that no release names any more goes from memory, and what it read with it.
        loaded = self._arms.versions
        self._known = {key: each for key, each in self._known.items() if key[0] in loaded and key[1] in there}


def _mark(canned: Canned) -> str:
    return f"{canned.id}:{canned.version}"
