"""What a message meant besides, and could not be answered then: a button offers it when nothing else is on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.dialogue.exchange import Button, Reply
from bot.dialogue.language import ALSO_ASKED, sentence

if TYPE_CHECKING:
    from bot.course import Course


def offer_later(course: Course) -> None:
    """Once. Not where it was asked again in the meantime; what nobody can be shown is let go."""
    tracker = course.tracker
    intent = tracker.later
    if not intent or (tracker.loop is not None and tracker.intent != intent.partition("/")[0]):
        return
    tracker.later = ""
    if tracker.intent != intent.partition("/")[0] and course.voice.titled(intent):
        button = Button(course.voice.title(intent), f"/{intent}")
        course.voice.speak(Reply(text=sentence(ALSO_ASKED, course.voice.language), buttons=(button,)))
