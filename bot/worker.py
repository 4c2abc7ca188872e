"""The bot's worker: reads its partitions in batches, understands each batch in one call, and commits every turn exactly once.

Conversations run side by side, each in its own order. A crash costs work, never order, and never a second reply.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress

from bot.answer import broken, spoken
from bot.arms import Arms, Registry
from bot.jobs import Due, Job, heard_in
from bot.meanwhile import caught_up
from bot.nlu.reading import Reading
from bot.reminding import Reminding
from bot.shadowing import Shadowing
from bot.standing import Standing, marks, standing, standings
from bot.suggesting import Suggesting
from bot.turn import Bot, Heard, Outcome
from models.conversation import Conversation, Holder
from models.sealed import KeyRing
from models.settings import Settings, Switch
from stream import keys
from stream.change import Ack, Change, Line
from stream.errors import Fenced, Stale, Unavailable
from stream.lease import Leases
from stream.log import Log
from stream.proposals import Proposals
from stream.reader import Reader, bury
from stream.running import patiently, pause
from stream.store import Store, reaching

RETRY_SECONDS = 0.1
RETRY_MOST_SECONDS = 2.0
# What the bot has nothing to do with is acknowledged together: each write of its own costs the store an fsync.
ACKNOWLEDGE_EVERY_SECONDS = 0.5
# What arrives within this is read together, for the same reason; a turn under way does not wait for it.
GATHER_SECONDS = 0.004
REMIND_EVERY_SECONDS = 0.5
# Read ahead of what can be worked on at once by this factor; the rest stays in the log.
READ_AHEAD = 4

logger = logging.getLogger("bellhop.bot")


class Worker:
    """One process of the group `bot`."""

    def __init__(
        self, store: Store, log: Log, settings: Settings, bot: Bot, ring: KeyRing, registry: Registry | None = None
    ) -> None:
        """`bot` has the model to begin with; the `registry` says of other ones."""
        self._store = store
        self._log = log
        self._settings = settings
        self._arms = Arms(bot, registry)
        self._shadowing = Shadowing(self._arms, registry)
        self._suggesting = (
            Suggesting(Proposals(store, log), self._arms, registry) if settings.suggestions is Switch.ON else None
        )
        self._ring = ring
        self._leases = Leases(store, settings, keys.BOT, self._let_go)
        self._reader = Reader(store, settings, self._leases, keys.BOT, settings.batch)
        self._reminding = Reminding(store, log, self._arms, ring)
        self._lines: dict[str, deque[Job | Due]] = {}
        self._open: dict[int, int] = {}
        self._side_by_side = asyncio.Semaphore(settings.turns)
        self._room = asyncio.Condition()
        self._passed: dict[int, list[str]] = {}
        # Conversations that are looked at before their turns: no reminder begins in them meanwhile.
        self._looked_at: frozenset[str] = frozenset()

    @property
    def first(self) -> bool:
        """Whether this worker has the first partition: of all workers one, for what one of them does."""
        return 0 in self._leases.owned

    async def run(self, stop: asyncio.Event, ready: Callable[[], None]) -> None:
        """Until `stop`: then takes no more, finishes what is under way, and gives its partitions away."""
        await patiently(self._reader.prepare, stop)
        finished = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._leases.run(finished))
            group.create_task(self._acknowledges(finished))
            ready()
            async with asyncio.TaskGroup() as turns:
                turns.create_task(self._reminds(turns, stop))
                turns.create_task(self._arms.follow(stop))
                turns.create_task(self._shadowing.follow(stop))
                if self._suggesting is not None:
                    turns.create_task(self._suggesting.follow(stop))
                while not stop.is_set():
                    await self._step(turns, stop)
            finished.set()

    async def _step(self, turns: asyncio.TaskGroup, stop: asyncio.Event) -> None:
        try:
            found = await self._reader.read()
            jobs = await self._jobs(found)
        except Unavailable as error:
            logger.warning("the bot waits: %s", error)
            self._reader.rewind()
            await pause(RETRY_SECONDS, stop)
            return
        for job in jobs:
            self._start(job, turns)
        if found:
            await pause(GATHER_SECONDS, stop)
        async with self._room:
            await self._room.wait_for(lambda: sum(self._open.values()) < self._settings.turns * READ_AHEAD)

    async def _reminds(self, turns: asyncio.TaskGroup, stop: asyncio.Event) -> None:
        """What is due goes into its conversation like a message, behind what waits there."""
        while not stop.is_set():
            await pause(REMIND_EVERY_SECONDS, stop)
            owned = self._leases.owned
            with suppress(Unavailable):
                for p, conversation in await self._reminding.due(owned):
                    busy = conversation in self._lines or conversation in self._looked_at
                    if p in self._leases.owned and not busy and not stop.is_set():
                        self._start(Due(p, owned[p], conversation), turns)

    async def _jobs(self, found: dict[int, list[Line]]) -> list[Job]:
        """What customers said, read in one vectorised call for each model; everything else is acknowledged soon."""
        owned = self._leases.owned
        asked: list[tuple[int, Line, Heard]] = []
        for p, lines in found.items():
            for line in lines:
                heard = heard_in(line)
                if heard is None:
                    self._passed.setdefault(p, []).append(line.stream_id)
                elif not self._under_way(line):
                    asked.append((p, line, heard))
        if not asked:
            return []
        stands = await self._stands({heard.conversation for _, _, heard in asked})
        bots = [self._reader_of(heard.conversation, stands) for _, _, heard in asked]
        readings: dict[int, Reading] = {}
        for bot in dict.fromkeys(bots):
            mine = [place for place, each in enumerate(bots) if each is bot]
            readings.update(zip(mine, bot.read([asked[place][2] for place in mine]), strict=True))
        jobs = [
            # Only the first of a conversation: its turn changes how the next one finds it.
            Job(p, owned[p], line, heard, readings[place], bots[place], stands.pop(heard.conversation, None))
            for place, (p, line, heard) in enumerate(asked)
            if p in owned
        ]
        self._shadowing.offer(jobs)
        return jobs

    async def _stands(self, conversations: Collection[str]) -> dict[str, Standing]:
        """How those stand in which nothing is under way, all asked for at once. The log refuses a turn that others have overtaken."""
        self._looked_at = frozenset(each for each in conversations if each not in self._lines)
        try:
            return await standings(self._log, sorted(self._looked_at))
        finally:
            self._looked_at = frozenset()

    def _reader_of(self, conversation: str, stands: Mapping[str, Standing]) -> Bot:
        """A turn looks again: a form may begin or end before it."""
        was = stands.get(conversation)
        return self._arms.at_once(conversation, was.model if was else "")

    async def _acknowledges(self, finished: asyncio.Event) -> None:
        """Until the worker has finished, and once more then. What a lost call forgets is read and passed over again."""
        while not finished.is_set():
            await pause(ACKNOWLEDGE_EVERY_SECONDS, finished)
            passed, self._passed = self._passed, {}
            with suppress(Unavailable):
                async with reaching(), self._store.commands.pipeline(transaction=False) as pipe:
                    for p, ids in passed.items():
                        pipe.xack(keys.log(p), keys.BOT, *ids)
                    await pipe.execute()

    def _under_way(self, line: Line) -> bool:
        """A partition that is read again from its pending entries gives us what we are already working on."""
        waiting = self._lines.get(line.entry.conversation, ())
        return any(isinstance(job, Job) and job.line.stream_id == line.stream_id for job in waiting)

    def _start(self, job: Job | Due, turns: asyncio.TaskGroup) -> None:
        self._open[job.partition] = self._open.get(job.partition, 0) + 1
        waiting = self._lines.get(job.conversation)
        if waiting is None:
            self._lines[job.conversation] = deque([job])
            turns.create_task(self._converse(job.conversation))
        else:
            waiting.append(job)

    async def _converse(self, conversation: str) -> None:
        """All that waits in one conversation, in its order. The job under way stays first until it is done."""
        waiting = self._lines[conversation]
        while waiting:
            job = waiting[0]
            tried = False
            try:
                async with self._side_by_side:
                    self._still_ours(job)
                    tried = True
                    await self._answer(job)
                done = [waiting.popleft()]
            except Fenced:
                logger.info("partition %d has another owner", job.partition)
                # It may be ours again, and read from its pending entries while this one was still under way, and so passed
                # over: all that waits here is read again, in its order.
                done = list(waiting)
                waiting.clear()
                await self._forgive(job.partition, done[tried:])
                self._reader.rewind()
            if not waiting:
                del self._lines[conversation]
            self._open[job.partition] -= len(done)
            async with self._room:
                self._room.notify_all()

    def _still_ours(self, job: Job | Due) -> None:
        if self._leases.owned.get(job.partition) != job.lease:
            raise Fenced("the lease has run out") from None

    async def _forgive(self, partition: int, jobs: Iterable[Job | Due]) -> None:
        """A worker that gets no processor loses its leases again and again: what it has not begun is not to blame."""
        lines = [job.line for job in jobs if isinstance(job, Job)]
        with suppress(Unavailable):
            await self._reader.untried(partition, lines)

    async def _let_go(self, partition: int) -> None:
        """Waits until nothing of the partition is under way; the lease is renewed no more, so the drain is bounded by it."""
        async with self._room:
            await self._room.wait_for(lambda: not self._open.get(partition))

    async def _answer(self, job: Job | Due) -> None:
        """Raises Fenced. Unavailable is waited out: nobody else may answer while the lease is ours."""
        failures = job.line.deliveries - 1 if isinstance(job, Job) else 0
        delay = RETRY_SECONDS
        was = job.was if isinstance(job, Job) else None
        while True:
            try:
                if isinstance(job, Due):
                    return await self._remind(job, failures)
                if failures >= self._settings.tries:
                    return await self._give_up(job)
                return await self._turn(job, was or await standing(self._log, job.conversation))
            except (Unavailable, Stale):
                self._still_ours(job)
            except (Fenced, asyncio.CancelledError):
                raise
            except Exception as error:  # noqa: BLE001 - whatever a project's code raises; five times, then a person
                failures += 1
                logger.warning("turn failed (%d of %d): %s", failures, self._settings.tries, type(error).__name__)
            was = None
            await asyncio.sleep(delay)
            delay = min(delay * 2, RETRY_MOST_SECONDS)

    async def _turn(self, job: Job, was: Standing) -> None:
        state = was.state
        if state.holder is not Holder.BOT or state.answered >= job.heard.seq:
            if self._suggesting is not None and state.holder in (Holder.AGENT, Holder.QUEUE):
                self._suggesting.offer(job, was)
            return await self._acknowledge(job)
        heard = await caught_up(self._log, job.heard, state, was.tracker)
        bot, release = await self._arms.bot(state.id, was.model), self._arms.release
        reading = job.reading if bot is job.reader else bot.read([job.heard])[0]
        async with asyncio.timeout(self._settings.turn_limit.total_seconds()):
            outcome = await bot.turn(heard, reading, was.tracker)
        if outcome.due is not None:
            await self._reminding.schedule(state.id, outcome.due)
        await self._commit(job, state, outcome, marks(was, outcome, bot.version, release))
        if outcome.handoff is not None and self._suggesting is not None:
            self._suggesting.offer(job, was, [each.text for each in outcome.replies if each.text])

    async def _remind(self, job: Due, failures: int) -> None:
        """One that fails again and again passes in silence: nobody has said anything that waits for an answer."""
        was = await standing(self._log, job.conversation)
        if failures >= self._settings.tries:
            logger.error("a reminder could not be answered and is dropped")
            return await self._reminding.drop(was, job.lease)
        async with asyncio.timeout(self._settings.turn_limit.total_seconds()):
            await self._reminding.turn(was, job.lease)

    async def _commit(self, job: Job, state: Conversation, outcome: Outcome, more: Mapping[str, str]) -> None:
        """The reply, the tracker, `answered` and the acknowledgement are one step. A lost answer is asked for again, never redone."""
        change = spoken(state, job.heard, outcome, self._ring, int(time.time() * 1000), more)
        await self._send(job, change)

    async def _send(self, job: Job, change: Change) -> None:
        whole = Change(
            change.conversation,
            change.entries,
            expect=change.expect,
            set=change.set,
            mark=change.mark,
            add=change.add,
            ack=Ack(keys.BOT, job.line.stream_id),
            lease=job.lease,
        )
        while True:
            try:
                await self._log.commit(whole)
            except Unavailable:
                if self._leases.owned.get(job.partition) != job.lease:
                    raise
                await asyncio.sleep(RETRY_SECONDS)
            except Stale as stale:
                if stale.state.answered >= job.heard.seq or stale.state.holder is not Holder.BOT:
                    return await self._acknowledge(job)
                raise
            else:
                return None

    async def _acknowledge(self, job: Job) -> None:
        async with reaching():
            await self._store.commands.xack(keys.log(job.partition), keys.BOT, job.line.stream_id)

    async def _give_up(self, job: Job) -> None:
        """To a person, and to the dead letters: a message that cannot be answered is never silently dropped."""
        state = (await standing(self._log, job.heard.conversation)).state
        if state.holder is not Holder.BOT or state.answered >= job.heard.seq:
            return await self._acknowledge(job)
        logger.error("a message went to the dead letters; its conversation goes to a person")
        await self._send(job, broken(state, job.heard, int(time.time() * 1000)))
        await bury(self._store, job.partition, keys.BOT, job.line, "turn_failed")
