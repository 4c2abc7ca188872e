"""What becomes of a message that the bot does not know how to answer, before anything is done about it: it asks back once, and the
second time in a row a person takes over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.dialogue.decide import Decision, in_doubt
from bot.project.domain import DEFAULT_FALLBACK, LISTEN, TWO_STAGE_FALLBACK, UNCLEAR

if TYPE_CHECKING:
    from bot.course import Course

MISSES_MOST = 2


def missed(course: Course, decision: Decision) -> bool:
    """True: the turn ends here. What is in doubt is asked back, once."""
    if course.heard.reminder and decision.miss:
        # Nobody said anything: there is nothing to be sorry about.
        course.acted(LISTEN)
        return True
    tracker = course.tracker
    staged = TWO_STAGE_FALLBACK in (decision.action, tracker.loop_name)
    asks = in_doubt(tracker) and tracker.misses == 0
    # What was clear and has no answer is not asked about: the answer to "did you mean this" would be the same.
    unclear = tracker.intent in UNCLEAR and decision.miss
    asks = asks or (unclear and decision.rule is None and decision.action == DEFAULT_FALLBACK)
    if not (decision.miss and _is_wordless(course)):
        # A smile or a row of question marks after the bot asked back says no more about what the bot understands.
        tracker.misses = tracker.misses + 1 if decision.miss else 0
    if staged:
        return False
    if tracker.misses >= MISSES_MOST:
        course.voice.not_understood()
    elif asks and _asks_back(course):
        tracker.misses = 1
    else:
        return False
    course.acted(LISTEN)
    return True


def _is_wordless(course: Course) -> bool:
    return not any(letter.isalnum() for letter in course.heard.text)


def _asks_back(course: Course) -> bool:
    """A project with a fallback of its own asks in its own way."""
    from bot.two_stage import ask_back

    return course.tracker.loop is None and not course.runs(DEFAULT_FALLBACK) and ask_back(course)
