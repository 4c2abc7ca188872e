"""How a turn ends: what is offered last, whether a person has to come after failures, and what the worker gets to write."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.dialogue.decide import Decision
from bot.dialogue.exchange import Outcome
from bot.dialogue.language import HANDING_OFF
from bot.later import offer_later
from bot.project.domain import LISTEN
from bot.telling import understood
from bot.voice import BOT_FAILED

if TYPE_CHECKING:
    from bot.course import Course

FAILURES_MOST = 2


def ended(course: Course, ran: Sequence[str], decided: Sequence[Decision], *, failed: bool) -> Outcome:
    """`failed`: an action did, in this turn."""
    tracker, voice = course.tracker, course.voice
    if voice.handoff is None:
        offer_later(course)
    tracker.failures = tracker.failures + 1 if failed else 0
    if tracker.failures >= FAILURES_MOST and voice.handoff is None:
        voice.say_own(HANDING_OFF)
        voice.hand_over(BOT_FAILED)
    told = understood(tracker, voice.titles, tracker.misses + tracker.failures)
    missed = tracker.misses > 0
    tracker.spoken_before = [name for name in ran if name != LISTEN]
    if voice.handoff:
        tracker.misses = tracker.failures = 0
        tracker.later = ""
    tracker.language = voice.language or ""
    due = min((each.due for each in tracker.reminders), default=None)
    topic = tracker.topic if voice.handoff else ""
    on, replies = tracker.loop is not None, tuple(voice.replies)
    return Outcome(
        replies, tracker.to_bytes(), voice.handoff, tuple(ran), voice.language, due, topic, tuple(decided), told, on, missed
    )  # fmt: skip
