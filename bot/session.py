"""A session begins: the first message, one after a long silence, what comes after a restart, or a project that asks for it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bot.action_answer import ActionFailed, ActionRejected
from bot.dialogue.tracker import SealedSlot, Tracker
from bot.project.domain import SESSION_START, Domain

if TYPE_CHECKING:
    from bot.course import Course

logger = logging.getLogger("bellhop.bot")

Carried = Mapping[str, tuple[Any, SealedSlot | None]]


def carried(domain: Domain, tracker: Tracker) -> Carried:
    """The slots that go from the session before into the new one, with what opens them."""
    first = domain.first_slots()
    kept = tracker.slots if domain.carry_over_slots else {}
    return {
        name: (kept[name], tracker.sealed.get(name))
        for name in kept
        if name in domain.slots and kept[name] != first[name]
    }


async def start(course: Course, carry: Carried) -> None:
    """A project may begin a session in its own way."""
    course.apply({"event": "action", "name": SESSION_START})
    if course.runs(SESSION_START):
        try:
            await course.custom(SESSION_START)
            return
        except (ActionRejected, ActionFailed):
            logger.warning("a session began without the project's own action")
    course.apply({"event": "session_started"})
    course.slots.carry(carry)
