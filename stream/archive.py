"""The archive: group `archive` flushes the log to SQL in batches, then acknowledges, then trims. Nothing unarchived is ever trimmed."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence

from sqlalchemy.exc import IntegrityError

from models.database import NO_SQL, open_engine
from models.inbox import Inbox
from models.releases import Releases
from models.sealed import KeyFileError, KeyRing
from models.settings import Settings
from stream import keys
from stream.change import Line
from stream.errors import Unavailable
from stream.history import ArchiveUnavailable, History, SeqConflict
from stream.lease import Leases
from stream.noticing import item_of, item_of_rating, rated_badly
from stream.outcomes import Outcomes
from stream.reader import Reader, bury
from stream.running import patiently, pause, until_stopped
from stream.store import Script, Store
from stream.telling import Telling

TRIM_EVERY_SECONDS = 5.0
RETRY_SECONDS = 0.5
REPORT_EVERY_SECONDS = 5.0
LATE_MS = 24 * 3_600_000
# Entries that arrive within this go into one transaction, and cost one fsync here and there; no answer waits for it.
GATHER_SECONDS = 0.1

logger = logging.getLogger("bellhop.archive")


class Archive:
    """One worker of the group. A repeat of a batch changes nothing: the rows' identity is (conversation, seq)."""

    def __init__(self, store: Store, settings: Settings, history: History, ring: KeyRing | None = None) -> None:
        """Without `ring` webhooks are told nothing."""
        self._store = store
        self._settings = settings
        self._history = history
        self._leases = Leases(store, settings, keys.ARCHIVE, self._let_go)
        self._reader = Reader(store, settings, self._leases, keys.ARCHIVE, settings.archive_batch)
        self._settle = Script("settle.lua")
        self._trim = Script("trim.lua")
        self._flushing = asyncio.Lock()
        self._outcomes = Outcomes(history.engine)
        self._telling = Telling(history.engine, ring, settings) if ring else None
        self._releases = Releases(history.engine)
        self._inbox = Inbox(history.engine)

    async def run(self, stop: asyncio.Event, ready: Callable[[], None]) -> None:
        await patiently(self._reader.prepare, stop)
        finished = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._leases.run(finished))
            group.create_task(self._trims(stop))
            group.create_task(self._report(stop))
            if self._telling:
                group.create_task(self._telling.run(lambda: 0 in self._leases.owned, stop))
            ready()
            while not stop.is_set():
                await self._step()
            finished.set()

    async def _step(self) -> None:
        try:
            async with self._flushing:
                for_each = await self._reader.read()
                await self._flush(for_each)
            if for_each:
                await asyncio.sleep(GATHER_SECONDS)
        except (Unavailable, ArchiveUnavailable) as error:
            # What was read is still pending: it is read again, from the start, when both are back.
            logger.warning("archive waits: %s", error)
            self._reader.rewind()
            await asyncio.sleep(RETRY_SECONDS)

    async def _let_go(self, partition: int) -> None:
        async with self._flushing:
            pass

    async def _flush(self, found: dict[int, list[Line]]) -> None:
        if not found:
            return
        lines = [line for each in found.values() for line in each]
        try:
            tops = await asyncio.to_thread(self._history.write, lines)
            if self._telling:
                await asyncio.to_thread(self._telling.write, lines)
        except SeqConflict as conflict:
            await self._set_aside(found, set(conflict.places))
            return
        await asyncio.to_thread(self._notice, lines)
        for p, each in found.items():
            await self._settled(p, each, tops)

    def _notice(self, lines: Sequence[Line]) -> None:
        """Before the lines are acknowledged, so that nothing for the inbox is lost; a repeat changes nothing."""
        items = [item_of(line) for line in lines]
        for line in filter(rated_badly, lines):
            items.append(item_of_rating(line, self._history.base(line.entry.conversation) or {}))
        try:
            self._inbox.notice([each for each in items if each])
        except (*NO_SQL, IntegrityError) as error:
            raise ArchiveUnavailable("the database does not answer") from error

    async def _set_aside(self, found: dict[int, list[Line]], places: set[tuple[str, int]]) -> None:
        """SQL holds other words at these places: the store has lost its end. They are kept as dead letters, the rest is flushed."""
        logger.error("%d entries stand where SQL holds others; they are in the dead letters", len(places))
        for p, lines in found.items():
            for line in lines:
                if (line.entry.conversation, line.entry.seq) in places:
                    await bury(self._store, p, keys.ARCHIVE, line, "seq_conflict")
            found[p] = [line for line in lines if (line.entry.conversation, line.entry.seq) not in places]
        await self._flush({p: lines for p, lines in found.items() if lines})

    async def _settled(self, p: int, lines: Sequence[Line], tops: dict[str, int]) -> None:
        names = list(dict.fromkeys(line.entry.conversation for line in lines))
        idle = int(self._settings.idle.total_seconds() * 1000)
        arguments: list[str | int] = [keys.ARCHIVE, idle, len(names)]
        for name in names:
            arguments += [keys.conversation(p, name), keys.recent(p, name), tops[name]]
        await self._settle(self._store.commands, [keys.log(p)], [*arguments, *(line.stream_id for line in lines)])

    async def _trims(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            oldest = int((time.time() - self._settings.retention.total_seconds()) * 1000)
            try:
                for p in list(self._leases.owned):
                    await self._trim(self._store.commands, [keys.log(p)], [oldest, *keys.GROUPS])
            except Unavailable:
                pass  # the next round trims more
            await pause(TRIM_EVERY_SECONDS, stop)

    async def _report(self, stop: asyncio.Event) -> None:
        """Reports are behind by some seconds, and never hold up the archive. One worker does it: who has the first partition."""
        since = 0
        while not stop.is_set():
            if 0 in self._leases.owned:
                begun = int(time.time() * 1000)
                try:
                    done = await asyncio.to_thread(self._outcomes.look, since)
                    if why := await asyncio.to_thread(self._releases.watch):
                        logger.error("the canary was stopped: %s", why)
                except (*NO_SQL, IntegrityError):
                    done = 0  # the next look does it; of two workers at the hand-over of a lease one is refused
                else:
                    if done == 0:
                        # What was archived late is older than it looks.
                        since = begun - LATE_MS
                if done:
                    await asyncio.sleep(0)
                    continue
            await pause(REPORT_EVERY_SECONDS, stop)


async def run(settings: Settings, ready: Callable[[], None]) -> None:
    """Until SIGTERM or SIGINT."""
    engine = open_engine(settings.sql_url)
    try:
        async with Store.open(settings.store_url).opened() as store:
            archive = Archive(store, settings, History(engine), _ring(settings))
            await until_stopped(lambda stop: archive.run(stop, ready))
    finally:
        engine.dispose()


def _ring(settings: Settings) -> KeyRing | None:
    """Chat is archived without keys as well."""
    try:
        return KeyRing.load(settings.key_file)
    except KeyFileError as error:
        logger.error("webhooks are told nothing: %s", error)
        return None
