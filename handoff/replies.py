"""Who owes a customer an answer, and since when. What an agent leaves unanswered too long is said to them, or goes back to the queue."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress

from handoff import desk
from handoff.queue import HELD, OWED, Queue
from models.conversation import Conversation, Holder, IllegalMove
from models.entry import Author, AuthorKind, Message
from models.frames import OverdueFrame
from models.settings import NoReply, Settings
from stream.change import Line
from stream.errors import Stale
from stream.log import Log
from stream.store import Script, Store, reaching

# The index is a little behind the log: an answer that came meanwhile is among the last entries.
LAST_ENTRIES = 20


class Replies:
    """An index like the queue's. Only the leader writes. All raise Unavailable."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._script = Script("replies.lua", package="handoff")

    async def heard(self, lines: Sequence[Line]) -> None:
        """What customers and agents said; the moves of the same lines are known already."""
        said = [
            part
            for line in lines
            if isinstance(line.entry.body, Message)
            and line.entry.body.author.kind in (AuthorKind.CUSTOMER, AuthorKind.AGENT)
            for part in (line.entry.conversation, line.entry.body.author.kind, line.entry.at)
        ]
        if said:
            await self._script(self._store.commands, [HELD, OWED], said)

    async def owed(self) -> dict[str, int]:
        """conversation → for how long an answer is owed (ms), by the store's clock."""
        async with reaching(), self._store.commands.pipeline(transaction=False) as pipe:
            pipe.hgetall(OWED)
            pipe.time()
            found, (seconds, micros) = await pipe.execute()
        now = seconds * 1000 + micros // 1000
        return {name.decode(): now - int(at) for name, at in found.items()}

    async def paid(self, conversation: str) -> None:
        async with reaching():
            await self._store.commands.hdel(OWED, conversation)


class Reminding:
    """The leader's look at what is owed. Raises Unavailable."""

    def __init__(self, settings: Settings, log: Log, queue: Queue, replies: Replies) -> None:
        self._log = log
        self._queue = queue
        self._replies = replies
        self._limit_ms = int(settings.no_reply.total_seconds() * 1000)
        self._goes = settings.no_reply_goes
        # conversation → the token of the holding that was warned of, and how long was owed then.
        self._warned: dict[str, tuple[int, int]] = {}

    async def run(self) -> None:
        owed = await self._replies.owed()
        late = {name: ms for name, ms in owed.items() if ms >= self._limit_ms}
        # What is owed for less time than when it was warned of is owed anew.
        self._warned = {name: was for name, was in self._warned.items() if was[1] <= late.get(name, -1)}
        states = await self._log.states(list(late))
        for name, ms in late.items():
            state = states.get(name)
            if state is not None and state.holder is Holder.AGENT:
                await self._late(state, ms)

    async def _late(self, state: Conversation, ms: int) -> None:
        if state.id in self._warned and self._warned[state.id][0] == state.token:
            return
        if await self._answered(state, ms):
            await self._replies.paid(state.id)
            return
        if self._goes is NoReply.QUEUE:
            # Refused where it was moved just now; the index follows the log.
            with suppress(Stale, IllegalMove):
                await self._log.commit(desk.lapse(state, time.time_ns() // 1_000_000))
            return
        agent = Author(AuthorKind.AGENT, state.agent, state.agent_name or None)
        await self._queue.tell(OverdueFrame(state.id, agent, ms // 1000))
        self._warned[state.id] = (state.token, ms)

    async def _answered(self, state: Conversation, ms: int) -> bool:
        """The newest of what was said is the agent's."""
        entries, _ = await self._log.after(state.id, max(0, state.seq - LAST_ENTRIES), LAST_ENTRIES)
        said = [each.body.author for each in entries if isinstance(each.body, Message)]
        return bool(said) and (said[-1].kind, said[-1].id) == (AuthorKind.AGENT, state.agent)
