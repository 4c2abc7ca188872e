"""Who could be given to whom now: the queue against the agents who are available, their seats, and who has had each one before."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from datetime import timedelta

from handoff.queue import Queue
from handoff.routing import Free, match
from handoff.seats import Seats
from models.conversation import Conversation, Holder
from models.entry import Author
from stream.log import Log
from stream.presence import Presence

# Who gave a conversation back, or passed it on, is not given the same one before this.
AGAIN = timedelta(minutes=1)


class Matching:
    """Decides only; nothing is written. Raises Unavailable."""

    def __init__(self, log: Log, queue: Queue, presence: Presence, seats: Seats) -> None:
        self._log = log
        self._queue = queue
        self._presence = presence
        self._seats = seats

    async def pairs(
        self, without: Collection[str] = (), passed: Mapping[str, Collection[str]] | None = None
    ) -> list[tuple[Conversation, Author]]:
        """First come first; `without` are offered already, `passed` are the agents who did not want each."""
        waiting = [name for name in await self._queue.positions() if name not in without]
        agents = await self._presence.available() if waiting else {}
        if not agents:
            return []
        load, since = await self._seats.load(), await self._seats.since()
        free = [Free(agent, load.get(agent, 0), since.get(agent, 0)) for agent in agents]
        seats = sum(max(0, self._seats.capacity - each.load) for each in free)
        # The index is a little behind: who is with an agent already stands in it until its entry was read.
        names = waiting[: 2 * seats]
        states = {name: each for name, each in (await self._log.states(names)).items() if each.holder is Holder.QUEUE}
        names = [name for name in names if name in states]
        not_to = {name: {by} for name, by in (await self._queue.put_back_by(names, again_after())).items()}
        for name, by in (passed or {}).items():
            not_to.setdefault(name, set()).update(by)
        spoken = await self._presence.languages()
        for name in names:
            not_to.setdefault(name, set()).update(strangers(states[name].language, list(agents), spoken))
        return [(states[name], agents[agent]) for name, agent in match(names, free, self._seats.capacity, not_to)]


def strangers(language: str, agents: Collection[str], spoken: Mapping[str, Collection[str]]) -> set[str]:
    """Who of `agents` does not speak `language` (`zh`, `zh-CN`); nobody where nobody speaks it: better a stranger than no answer."""
    base = language.partition("-")[0].lower()
    not_theirs = {agent for agent in agents if base and spoken.get(agent) and base not in spoken[agent]}
    return not_theirs if len(not_theirs) < len(agents) else set()


def again_after() -> int:
    """Who had it later than this (ms) is not given it now."""
    return time.time_ns() // 1_000_000 - int(AGAIN.total_seconds() * 1000)
