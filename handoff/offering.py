"""Who waits is offered to one agent after the other. Who does not answer twice is away: else each new one would wait for them too."""

from __future__ import annotations

import logging
import time

from handoff import desk
from handoff.matching import Matching, again_after
from handoff.offers import Offer, Offers
from handoff.queue import Queue
from handoff.seats import Full, Kept, Seats
from models.conversation import Conversation, Holder
from models.entry import Author, AuthorKind
from models.frames import OfferFrame, StatusFrame
from models.settings import Settings
from stream.errors import Stale
from stream.log import Log
from stream.presence import AWAY, Presence

logger = logging.getLogger("bellhop.handoff")


class Offering:
    """The leader's. Raises Unavailable."""

    def __init__(
        self, settings: Settings, log: Log, queue: Queue, presence: Presence, seats: Seats, offers: Offers
    ) -> None:
        self._settings = settings
        self._log = log
        self._queue = queue
        self._presence = presence
        self._seats = seats
        self._offers = offers
        self._matching = Matching(log, queue, presence, seats)

    async def run(self) -> None:
        running = await self._offers.all()
        states = await self._log.states(list(running))
        available = await self._presence.available() if running else {}
        open_ones = {
            name
            for name, offer in running.items()
            if await self._open(name, offer, states.get(name), there=offer.agent in available)
        }
        passed = await self._offers.passed(await self._queue.positions(), again_after())
        for state, agent in await self._matching.pairs(open_ones, passed):
            await self._offer(state, agent)

    async def _open(self, name: str, offer: Offer, state: Conversation | None, there: bool) -> bool:
        """Whether the offer still stands; one that is over is cleared away."""
        now = _now()
        if state is None or state.holder is not Holder.QUEUE:
            if state is not None and state.agent == offer.agent:
                await self._offers.answered(offer.agent)
            await self._over(name, offer)
            return False
        if offer.seconds(now) and there:
            return True
        try:
            # First the late answer is made impossible, then the seat is free.
            await self._log.commit(desk.fence(state))
        except Stale:
            return True  # answered in this very moment; the next look clears it away
        await self._seats.let_go(name, offer.agent, offer.token)
        await self._offers.pass_on(name, offer.agent, now)
        if offer.declined:
            await self._offers.answered(offer.agent)
        elif there:
            await self._missed(offer)
        await self._over(name, offer)
        return False

    async def _missed(self, offer: Offer) -> None:
        if await self._offers.missed(offer.agent) < self._settings.misses:
            return
        await self._offers.answered(offer.agent)
        agent = _author(offer)
        await self._presence.set_status(agent, AWAY)
        await self._queue.tell(StatusFrame(agent, AWAY, "missed"))
        logger.info("an agent who did not answer offers is away now")

    async def _over(self, name: str, offer: Offer) -> None:
        await self._offers.drop(name)
        await self._queue.tell(OfferFrame(name, _author(offer), 0))

    async def _offer(self, state: Conversation, agent: Author) -> None:
        offer = Offer(agent.id or "", state.token, _now() + self._accept_ms, agent.name or "")
        try:
            await self._seats.keep(state.id, offer.agent, state.token)
        except (Full, Kept):
            return
        await self._offers.put(state.id, offer)
        await self._queue.tell(offered(state.id, offer, _now(), state.reason))

    @property
    def _accept_ms(self) -> int:
        return int(self._settings.accept.total_seconds() * 1000)


def offered(conversation: str, offer: Offer, now: int, reason: str = "") -> OfferFrame:
    return OfferFrame(conversation, _author(offer), offer.seconds(now), reason or None)


def _author(offer: Offer) -> Author:
    return Author(AuthorKind.AGENT, offer.agent, offer.name or None)


def _now() -> int:
    return time.time_ns() // 1_000_000
