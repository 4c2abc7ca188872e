"""Reminders that are due, as turns. Trackers say what is due, and are written with the turn; the index only says where to look.

So the index may be behind or ahead of the trackers: what is due comes at least once to be looked at, and once to be done.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace

from bot.answer import spoken
from bot.arms import Arms
from bot.dialogue import reminders
from bot.dialogue.exchange import Heard
from bot.dialogue.reminders import EXTERNAL, Reminder
from bot.dialogue.tracker import Tracker
from bot.meanwhile import caught_up
from bot.standing import Standing, marks
from models.conversation import Expect, Holder
from models.sealed import KeyRing
from stream import keys
from stream.change import Change, Lease
from stream.errors import Stale
from stream.log import Log
from stream.store import Store, reaching

LOOKED_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class Reminding:
    """All methods raise Unavailable where the store does not answer."""

    store: Store
    log: Log
    arms: Arms
    ring: KeyRing

    async def due(self, partitions: Iterable[int]) -> list[tuple[int, str]]:
        """Conversations with a reminder whose time has come, and their partitions."""
        wanted = sorted(partitions)
        async with reaching(), self.store.commands.pipeline(transaction=False) as pipe:
            for p in wanted:
                pipe.zrangebyscore(keys.reminders(p), 0, time.time(), start=0, num=LOOKED_AT_ONCE)
            found = await pipe.execute()
        return [(p, name.decode()) for p, names in zip(wanted, found, strict=True) for name in names]

    async def schedule(self, conversation: str, at: float | None) -> None:
        """When this conversation is to be looked at next. Before the commit: what a crash leaves is looked at in vain."""
        key = keys.reminders(self.log.partition(conversation))
        async with reaching():
            if at is None:
                await self.store.commands.zrem(key, conversation)
            else:
                await self.store.commands.zadd(key, {conversation: at})

    async def turn(self, was: Standing, lease: Lease) -> None:
        """The first that is due. Raises Fenced. While a person holds the conversation a reminder passes in silence."""
        state, known, at = was.state, Tracker.from_bytes(was.tracker), time.time()
        found = reminders.due(known.reminders, at)
        if found is None:
            return await self.schedule(state.id, min((each.due for each in known.reminders), default=None))
        if state.holder is not Holder.BOT:
            return await self.drop(was, lease)
        named = f"{found.name}@{found.due:g}"
        heard = Heard(
            state.id, state.seq, f"{EXTERNAL}{found.intent}", at, channel=known.channel or "web", reminder=named
        )
        bot, release = await self.arms.bot(state.id, was.model), self.arms.release
        outcome = await bot.remind(await caught_up(self.log, heard, state, was.tracker), found, was.tracker)
        more = marks(was, outcome, bot.version, release)
        change = spoken(state, heard, outcome, self.ring, int(at * 1000), more)
        await self._commit(change, lease, _client(found))

    async def drop(self, was: Standing, lease: Lease) -> None:
        """What is due is due no more, and nothing is said."""
        state, known, at = was.state, Tracker.from_bytes(was.tracker), time.time()
        late = [each for each in known.reminders if each.due <= at]
        known.reminders = [each for each in known.reminders if each.due > at]
        expect = Expect(answered=state.answered, token=state.token)
        change = Change(state.id, (), expect=expect, set={"tracker": known.to_bytes().decode()})
        await self._commit(change, lease, _client(*late))

    async def _commit(self, change: Change, lease: Lease, client: str) -> None:
        """Somebody has moved the holder meanwhile: it is looked at again."""
        with suppress(Stale):
            await self.log.commit(replace(change, client_id=client, lease=lease))


def _client(*found: Reminder) -> str:
    """So that an answer of the store that was lost does not remind twice."""
    return "reminder:" + ",".join(f"{each.name}@{each.due:g}" for each in found)
