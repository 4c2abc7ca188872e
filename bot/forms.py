"""A form: it validates what was just filled, asks for what is missing, and leaves when nothing is (rasa-formats 1.5 and 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.actions import ActionRejected
from bot.dialogue import extraction
from bot.dialogue.events import REJECTED
from bot.dialogue.tracker import Event
from bot.project.domain import LISTEN, REQUESTED_SLOT, Form

if TYPE_CHECKING:
    from bot.course import Course


class FormRun:
    """One run of a form within a turn."""

    def __init__(self, course: Course, form: Form) -> None:
        self._course = course
        self._form = form
        self._starts = False

    async def run(self) -> None:
        """Raises ActionRejected where the form is on, was asked, and what was said fills nothing of it."""
        course, form = self._course, self._form
        starts = self._starts = course.tracker.loop_name != form.name
        interrupted = course.tracker.loop is not None and course.tracker.loop.is_interrupted
        answered = course.tracker.latest_action_name == LISTEN and not interrupted
        if starts:
            course.apply({"event": "active_loop", "name": form.name})
            for filled in extraction.extract_at_start(course.domain, course.tracker, course.sealing, form):
                course.slots.fill(filled)
        elif answered:
            self._require_something()
        said = await (self._validated() if starts or answered else self._resumed())
        if any(each.get("event") == REJECTED for each in said):
            raise ActionRejected(form.name)
        course.acted(form.name)
        await self._ask(self._next(said))

    def _fresh(self) -> list[str]:
        """Slots of ours that this message filled, also the one that the validation had us ask for and the domain does not list."""
        asked = self._course.tracker.requested_slot
        ours = dict.fromkeys([*self._form.required_slots, *([asked] if asked else [])])
        return [name for name in ours if name in set(self._course.slots.filled)]

    def _require_something(self) -> None:
        tracker = self._course.tracker
        if tracker.requested_slot and not self._fresh() and not self._asks_itself():
            raise ActionRejected(self._form.name)

    def _asks_itself(self) -> bool:
        """The project's own validation may extract what no mapping does, but not from what another intent says."""
        requested = self._course.domain.slots.get(self._course.tracker.requested_slot or "")
        custom = requested is not None and any(each.type == "custom" for each in requested.mappings)
        return custom and self._course.implements(f"validate_{self._form.name}")

    async def _validated(self) -> list[Event]:
        course, name = self._course, f"validate_{self._form.name}"
        fresh = self._fresh()
        if not course.implements(name) or not (fresh or self._asks_itself() or self._was_filled()):
            return []
        before = fresh or [slot for slot in self._form.required_slots if course.tracker.slots.get(slot) is not None]
        return await course.custom(name, course.slots.trailing(before))

    async def _resumed(self) -> list[Event]:
        """After an interruption nothing is validated, but the validation still says which slot is the next."""
        name = f"validate_{self._form.name}"
        return await self._course.custom(name) if self._course.implements(name) else []

    def _was_filled(self) -> bool:
        return any(self._course.tracker.slots.get(slot) is not None for slot in self._form.required_slots)

    def _next(self, events: list[Event]) -> str | None:
        """The slot to ask for: what the validation says, else the first that is empty. None where it ended the form."""
        if self._course.tracker.loop is None:
            return None
        said = [each for each in events if each.get("event") == "slot" and each.get("name") == REQUESTED_SLOT]
        if said:
            value = said[-1].get("value")
            return None if value is None else str(value)
        slots = self._course.tracker.slots
        return next((name for name in self._form.required_slots if slots.get(name) is None), None)

    async def _ask(self, slot: str | None) -> None:
        course, form = self._course, self._form.name
        if slot is None:
            course.leave_loop()
            course.passed = form if self._starts else None
            return
        course.apply({"event": "slot", "name": REQUESTED_SLOT, "value": slot})
        await course.ask(questions(form, slot))


def questions(form: str, slot: str) -> tuple[str, ...]:
    """The names of what may ask for the slot, the first that there is."""
    return f"action_ask_{form}_{slot}", f"utter_ask_{form}_{slot}", f"action_ask_{slot}", f"utter_ask_{slot}"
