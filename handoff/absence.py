"""Nobody is there: who waits is told so once, and asked for a message and a way to reach them, which an agent answers here later."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from handoff.lines import OTHERS, served
from handoff.queue import Queue
from models.choices import QueuesChoice
from models.conversation import Conversation, Expect, Holder
from models.entry import Author, AuthorKind, Message
from models.hours import Hours
from stream.change import Change
from stream.errors import Stale
from stream.log import Log
from stream.presence import Presence

# An agent who loads the page anew is not gone.
ABSENT_SECONDS = 5.0
# In one look; the others in the next.
AT_ONCE = 200
# A day of the week names a day only this far ahead.
_A_WEEK = timedelta(days=6)

_WEEKDAYS = {
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_NOBODY = {
    "zh": "现在没有客服在线。请在这里留言，并写下您的电话或邮箱，我们会在这个对话里回复您。",
    "en": "Nobody is here to answer just now. Please leave a message here, with a phone number or an e-mail address: "
    "we will answer in this conversation.",
}
_BACK = {"zh": "我们{day} {time}（{zone}）上班。", "en": " We are back on {day} at {time} ({zone})."}


class Absence:
    """The leader's. Raises Unavailable."""

    def __init__(
        self,
        hours: Callable[[], Hours],
        queues: Callable[[], QueuesChoice],
        log: Log,
        queue: Queue,
        presence: Presence,
    ) -> None:
        """`hours` and `queues` answer those of now: admins may change them."""
        self._hours = hours
        self._queues = queues
        self._log = log
        self._queue = queue
        self._presence = presence
        # queue → since when nobody answers there.
        self._since: dict[str, float] = {}
        # conversation → since when it waits, of those who were told.
        self._told: dict[str, int] = {}

    async def run(self) -> None:
        there, now = served(self._queues(), await self._presence.available()), time.monotonic()
        empty = {each.id for each in (*self._queues().queues, OTHERS)} - there
        self._since = {each: self._since.get(each, now) for each in empty}
        long = {each for each, since in self._since.items() if now - since >= ABSENT_SECONDS}
        if not long:
            return
        waiting = [each.conversation for each in await self._queue.standing() if each.queue.id in long]
        self._told = {name: asked for name, asked in self._told.items() if name in waiting}
        states = await self._log.states([name for name in waiting if name not in self._told][:AT_ONCE])
        for state in states.values():
            if state.holder is Holder.QUEUE:
                await self._tell(state)

    async def _tell(self, state: Conversation) -> None:
        self._told[state.id] = state.asked
        if state.absent == state.asked:
            return
        text = sentence(state.language, self._hours(), datetime.now(UTC))
        change = Change(
            state.id,
            (Message(Author(AuthorKind.BOT), text, language=state.language or None),),
            expect=Expect(holder=Holder.QUEUE, token=state.token),
            set={"absent": str(state.asked)},
            add={"unread_customer": 1},
        )
        try:
            await self._log.commit(change)
        except Stale:
            self._told.pop(state.id)


def sentence(language: str, hours: Hours, now: datetime) -> str:
    """Within business hours nobody knows when somebody comes."""
    spoken = "zh" if language.startswith("zh") else "en"
    back = None if hours.open(now) else hours.opens(now)
    if back is None:
        return _NOBODY[spoken]
    day = _WEEKDAYS[spoken][back.weekday()] if back - now.astimezone(hours.zone) < _A_WEEK else back.date().isoformat()
    return _NOBODY[spoken] + _BACK[spoken].format(day=day, time=f"{back:%H:%M}", zone=hours.zone.key)
