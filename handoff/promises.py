"""The leader's look at what customers were promised: each promise is said once when it is nearly over, and once when it is."""

from __future__ import annotations

import time
from collections.abc import Callable

from handoff.queue import Queue
from models.choices import SlaChoice
from models.conversation import Conversation, Holder
from models.entry import Author, AuthorKind
from models.frames import SlaFrame, rfc3339
from models.hours import Hours
from models.promise import Promise, Target, standing
from stream.log import Log

LOOK_EVERY_SECONDS = 5.0
_Told = tuple[str, Target]


class Promises:
    """Raises Unavailable. A new leader says it all once more: who hears it twice sees the same."""

    def __init__(self, choice: Callable[[], SlaChoice], hours: Callable[[], Hours], log: Log, queue: Queue) -> None:
        """`choice` and `hours` answer those of now."""
        self._choice = choice
        self._hours = hours
        self._log = log
        self._queue = queue
        # What was said last of it: since when the customer waits, who had it, and whether it was too late.
        self._told: dict[_Told, tuple[int, str, bool]] = {}
        self._looked = -LOOK_EVERY_SECONDS

    async def run(self) -> None:
        """At most every five seconds."""
        choice = self._choice()
        if time.monotonic() - self._looked < LOOK_EVERY_SECONDS or not (
            choice.first_response_minutes or choice.resolution_minutes
        ):
            return
        self._looked = time.monotonic()
        hours, now = self._hours(), time.time_ns() // 1_000_000
        states = await self._log.states(list(await self._queue.known()))
        told: dict[_Told, tuple[int, str, bool]] = {}
        for state in states.values():
            for promise in standing(state, choice, hours):
                if now >= promise.warn:
                    key, says = (state.id, promise.target), (state.asked, state.agent, now >= promise.due)
                    if self._told.get(key) != says:
                        await self._queue.tell(frame(state, promise, now))
                    told[key] = says
        self._told = told


def frame(state: Conversation, promise: Promise, now: int) -> SlaFrame:
    agent = None
    if state.holder is Holder.AGENT:
        agent = Author(AuthorKind.AGENT, state.agent, state.agent_name or None)
    return SlaFrame(state.id, promise.target, now >= promise.due, rfc3339(promise.due), agent)
