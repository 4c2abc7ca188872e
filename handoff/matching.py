"""Who could be given to whom now: the queue against the agents who are available, their seats, and who has had each one before."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from datetime import timedelta

from handoff.lines import answer_in, candidates
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
        """In the order in which they are served; `without` are offered already, `passed` are the agents who did not want each."""
        waiting = [each for each in await self._queue.standing() if each.conversation not in without]
        agents = await self._presence.available() if waiting else {}
        if not agents:
            return []
        load, since = await self._seats.load(), await self._seats.since()
        may = await self._seats.capacities()
        free = [
            Free(agent, load.get(agent, 0), may.get(agent, self._seats.capacity), since.get(agent, 0))
            for agent in agents
        ]
        # The index is a little behind: who is with an agent already stands in it until its entry was read.
        could = candidates(waiting, {each.agent: max(0, each.capacity - each.load) for each in free})
        found = await self._log.states([each.conversation for each in could])
        states = {name: each for name, each in found.items() if each.holder is Holder.QUEUE}
        could = [each for each in could if each.conversation in states]
        names = [each.conversation for each in could]
        not_to = {name: {by} for name, by in (await self._queue.put_back_by(names, again_after())).items()}
        for name, by in (passed or {}).items():
            not_to.setdefault(name, set()).update(by)
        spoken = await self._presence.languages()
        for each in could:
            able = answer_in(each.queue, agents)
            others = set(agents) - able
            foreign = strangers(states[each.conversation].language, able, spoken)
            not_to.setdefault(each.conversation, set()).update(others | foreign)
        return [(states[name], agents[agent]) for name, agent in match(names, free, not_to)]


def strangers(language: str, agents: Collection[str], spoken: Mapping[str, Collection[str]]) -> set[str]:
    """Who of `agents` does not speak `language` (`zh`, `zh-CN`); nobody where nobody speaks it: better a stranger than no answer."""
    base = language.partition("-")[0].lower()
    not_theirs = {agent for agent in agents if base and spoken.get(agent) and base not in spoken[agent]}
    return not_theirs if len(not_theirs) < len(agents) else set()


def again_after() -> int:
    """Who had it later than this (ms) is not given it now."""
    return time.time_ns() // 1_000_000 - int(AGAIN.total_seconds() * 1000)
