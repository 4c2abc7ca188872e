"""Pictures or files without words. The bot cannot look into them: it says that it has them, and asks what they are about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.dialogue.language import GOT_FILE, GOT_FILE_TOO
from bot.dialogue.tracker import Tracker
from bot.forms import questions

if TYPE_CHECKING:
    from bot.course import Course

# A project may say it in its own words.
RESPONSE = "utter_got_file"


async def received(course: Course) -> None:
    """The message is in the tracker already. A form that is on asks again; several in a row are asked about once."""
    tracker = course.tracker
    if _came_before(tracker):
        course.voice.say_own(GOT_FILE_TOO)
    elif not course.voice.say(RESPONSE):
        course.voice.say_own(GOT_FILE)
    form = course.domain.forms.get(tracker.loop_name or "")
    if form is not None and tracker.requested_slot:
        await course.ask(questions(form.name, tracker.requested_slot))


def _came_before(tracker: Tracker) -> bool:
    said = [event for event in tracker.events if event.get("event") == "user"]
    return len(said) > 1 and not (said[-2].get("text") or "").strip()
