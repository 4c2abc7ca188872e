"""What a message fills: mappings, then the actions of custom mappings, then the project's own validation (`action_extract_slots`)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bot.action_answer import ActionFailed, ActionRejected
from bot.dialogue import extraction
from bot.project.domain import VALIDATE_SLOT_MAPPINGS

if TYPE_CHECKING:
    from bot.course import Course

logger = logging.getLogger("bellhop.bot")


async def fill(course: Course) -> bool:
    """False where code of the project failed. The turn goes on, as in Rasa; what could not be validated is not kept."""
    domain, slots, tracker = course.domain, course.slots, course.tracker
    before = {name: (value, tracker.sealed.get(name)) for name, value in tracker.slots.items()}
    for filled in extraction.extract(domain, tracker, course.sealing):
        slots.fill(filled)
    well = [await _run(course, name) for name in extraction.custom_actions(domain, tracker) if course.runs(name)]
    if VALIDATE_SLOT_MAPPINGS in domain.actions and course.runs(VALIDATE_SLOT_MAPPINGS):
        well.append(await _run(course, VALIDATE_SLOT_MAPPINGS, validates=True))
        if not well[-1]:
            slots.carry({name: before[name] for name in dict.fromkeys(slots.filled)})
            slots.filled.clear()
    return all(well)


async def _run(course: Course, name: str, *, validates: bool = False) -> bool:
    try:
        await course.custom(name, course.slots.trailing(course.slots.filled) if validates else ())
    except (ActionFailed, ActionRejected):
        logger.warning("slots were filled without %s, which failed", name)
        return False
    return True
