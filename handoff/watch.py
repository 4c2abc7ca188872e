"""Nobody is left waiting: the leader keeps the queue's index, tells places, and takes back what vanished agents hold."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence

from handoff import desk
from handoff.absence import Absence
from handoff.assigning import Assigning, Sweep
from handoff.expecting import place_frame
from handoff.lines import served
from handoff.offering import Offering
from handoff.offers import Offers
from handoff.promises import Promises
from handoff.queue import Queue, waits
from handoff.replies import Reminding, Replies
from handoff.seats import Seats
from models.choices import HoursChoice, QueuesChoice, SlaChoice
from models.choosing import Choices, Chosen
from models.conversation import Holder, IllegalMove
from models.database import NO_SQL, open_engine
from models.entry import HolderChange
from models.hours import Hours
from models.settings import Routing, Settings
from stream import keys
from stream.change import Line
from stream.errors import Stale, Unavailable
from stream.history import ArchiveUnavailable, History
from stream.lease import Leases
from stream.log import Log
from stream.presence import Presence
from stream.reader import Reader
from stream.running import patiently, pause, until_stopped
from stream.store import Store, reaching

TICK_SECONDS = 0.5
# Most entries are messages, which change no queue: looked at together.
GATHER_SECONDS = 0.1
RECONCILE_EVERY_SECONDS = 30.0
RECONCILE_MOST = 10_000

logger = logging.getLogger("bellhop.handoff")


class Watch:
    """One process of the group; only the one that holds all leases works, the others wait."""

    def __init__(self, store: Store, settings: Settings, log: Log, history: History) -> None:
        self._store = store
        self._settings = settings
        self._log = log
        self._history = history
        self._chosen = Chosen(Choices(history.engine))
        self._queue = Queue(store, self._queues)
        self._presence = Presence(store, settings)
        self._leases = Leases(store, settings, keys.HANDOFF, self._let_go, exclusive=True)
        self._reader = Reader(store, settings, self._leases, keys.HANDOFF, settings.archive_batch)
        seats = Seats(store, settings.capacity)
        self._assigning = Assigning(log, self._queue, self._presence, seats)
        offers = Offers(store)
        self._offering = Offering(settings, log, self._queue, self._presence, seats, offers)
        self._absence = Absence(self._hours, self._queues, log, self._queue, self._presence)
        self._promises = Promises(self._sla, self._hours, log, self._queue)
        self._sweep = Sweep(log, seats, offers)
        self._replies = Replies(store)
        self._reminding = Reminding(settings, log, self._queue, self._replies)
        self._reading = asyncio.Lock()
        self._told: dict[str, tuple[int, bool]] = {}
        self._vanished: dict[str, float] = {}
        self._changed = True
        self._served: frozenset[str] = frozenset()

    async def run(self, stop: asyncio.Event, ready: Callable[[], None]) -> None:
        await patiently(self._reader.prepare, stop)
        finished = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._leases.run(finished))
            group.create_task(self._ticks(stop))
            ready()
            while not stop.is_set():
                try:
                    async with self._reading:
                        found = await self._reader.read()
                        await self._apply(found)
                    if found:
                        await pause(GATHER_SECONDS, stop)
                except Unavailable as error:
                    logger.warning("the queue waits: %s", error)
                    self._reader.rewind()
                    await pause(TICK_SECONDS, stop)
            finished.set()

    def _hours(self) -> Hours:
        chosen = self._chosen.get(HoursChoice)
        return self._settings.hours if chosen is None else chosen.hours()

    def _sla(self) -> SlaChoice:
        return self._chosen.get(SlaChoice) or SlaChoice()

    def _queues(self) -> QueuesChoice:
        return self._chosen.get(QueuesChoice) or QueuesChoice()

    async def _look(self) -> None:
        before = self._queues()
        try:
            await self._chosen.look()
            self._changed |= self._queues() != before
        except NO_SQL:
            logger.warning("SQL does not answer: settings are as they were")

    @property
    def _leads(self) -> bool:
        return len(self._leases.owned) == self._settings.partitions

    async def _let_go(self, partition: int) -> None:
        async with self._reading:
            pass

    async def _apply(self, found: dict[int, list[Line]]) -> None:
        for p, lines in found.items():
            await self._moves([line for line in lines if isinstance(line.entry.body, HolderChange)])
            await self._replies.heard(lines)
            async with reaching():
                await self._store.commands.xack(keys.log(p), keys.HANDOFF, *(line.stream_id for line in lines))

    async def _moves(self, lines: Sequence[Line]) -> None:
        """The index follows the state as it is now; the entries only say which conversations to look at."""
        states = await self._log.states(list(dict.fromkeys(line.entry.conversation for line in lines)))
        for line in lines:
            body, state = line.entry.body, states.get(line.entry.conversation)
            if isinstance(body, HolderChange) and state is not None:
                self._changed |= await self._queue.apply(state, line.entry.seq, body.verb, line.entry.at, body.returned)

    async def _ticks(self, stop: asyncio.Event) -> None:
        reconciled = -RECONCILE_EVERY_SECONDS
        while not stop.is_set():
            try:
                if self._leads:
                    await self._look()
                    if time.monotonic() - reconciled >= RECONCILE_EVERY_SECONDS:
                        await self._reconcile()
                        reconciled = time.monotonic()
                    await self._take_back()
                    await self._reminding.run()
                    await self._sweep.run()
                    match self._settings.routing:
                        case Routing.ASSIGN:
                            await self._assigning.run()
                        case Routing.OFFER:
                            await self._offering.run()
                        case Routing.PULL:
                            pass
                    await self._absence.run()
                    await self._promises.run()
                    await self._tell()
                else:
                    reconciled = -RECONCILE_EVERY_SECONDS
            except (Unavailable, ArchiveUnavailable) as error:
                logger.warning("the queue waits: %s", error)
            await pause(TICK_SECONDS, stop)

    async def _reconcile(self) -> None:
        """Index against state: what the log or SQL calls waiting is in it, and nothing else."""
        listed = [name for holder in (Holder.QUEUE, Holder.AGENT) for name in await self._archived(holder)]
        known = await self._queue.known()
        states = await self._log.states(list({*listed, *known}))
        for name in {*listed, *known}:
            state = states.get(name)
            if state is None or not waits(state):
                if name in known:
                    await self._queue.forget(name)
                    self._changed = True
            elif name not in known:
                self._changed |= await self._queue.apply(state, state.seq, "found", state.last_at)

    async def _archived(self, holder: Holder) -> list[str]:
        found = await asyncio.to_thread(self._history.conversations, holder=holder, limit=RECONCILE_MOST)
        return [summary.id for summary in found]

    async def _take_back(self) -> None:
        """An agent without a socket keeps a conversation for the grace time; then it goes to the front of the queue."""
        held = await self._queue.held()
        online = await self._presence.online(list(dict.fromkeys(held.values())))
        now = time.monotonic()
        self._vanished = {agent: self._vanished.get(agent, now) for agent, there in online.items() if not there}
        grace = self._settings.grace.total_seconds()
        for conversation, agent in held.items():
            if now - self._vanished.get(agent, now) >= grace:
                await self._lose(conversation, agent)

    async def _lose(self, conversation: str, agent: str) -> None:
        state = await self._log.state(conversation)
        if state is None or state.agent != agent:
            return
        try:
            await self._log.commit(desk.lose(state, int(time.time() * 1000)))
        except (Stale, IllegalMove):
            return  # somebody was quicker; the index follows the log

    async def _tell(self) -> None:
        """Places to customers whose place changed, the queue to agents; at most once a tick."""
        there = served(self._queues(), await self._presence.available())
        if not self._changed and there == self._served:
            return
        standing, costs = await self._queue.standing(), await self._queue.costs()
        places = {each.conversation: (each.position, each.queue.id in there) for each in standing}
        # A wait is told only while there is somebody to wait for: where that changes, the place is told anew.
        moved = [name for name, place in places.items() if self._told.get(name) != place]
        if self._queues().queues:
            await self._queue.stand({name: places[name][0] for name in moved if name not in self._told})
        states = await self._log.states(moved)
        # The index is a little behind: who is with somebody by now is told no place any more.
        waiting = [states[name] for name in moved if name in states and states[name].holder is Holder.QUEUE]
        await self._log.whisper_all(
            [place_frame(each, places[each.id][0], costs, places[each.id][1]) for each in waiting]
        )
        await self._queue.push()
        self._told, self._served, self._changed = places, there, False


async def run(settings: Settings, ready: Callable[[], None]) -> None:
    """Until SIGTERM or SIGINT."""
    engine = open_engine(settings.sql_url)
    history = History(engine)
    try:
        async with Store.open(settings.store_url).opened() as store, Log(store, settings, history) as log:
            watch = Watch(store, settings, log, history)
            await until_stopped(lambda stop: watch.run(stop, ready))
    finally:
        engine.dispose()
