"""Rasa's default actions, for projects that have none of their own under the same name (rasa-formats 4)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.actions import ActionFailed
from bot.dialogue.exchange import Button, Reply
from bot.dialogue.language import A_PERSON, CANNOT_HELP, REPHRASE, sentence
from bot.project.domain import DEACTIVATE_LOOP, DEFAULT_FALLBACK, EXTRACT_SLOTS, HANDOFF_INTENT, RESTART, UNCLEAR

if TYPE_CHECKING:
    from bot.course import Course

_REPHRASE_RESPONSES = ("utter_please_rephrase", "utter_ask_rephrase")

logger = logging.getLogger("bellhop.bot")


def run_default(course: Course, name: str) -> None:
    """Raises ActionFailed where there is no such action. A response that was never written says nothing, as in Rasa."""
    action = _DEFAULTS.get(name)
    if action is None:
        logger.warning("action %s is not implemented", name)
        if not name.startswith("utter_"):
            raise ActionFailed(name)
    course.acted(name)
    if action is not None:
        action(course)


def fall_back(course: Course) -> None:
    """What was not understood is undone, so that it leads no rule astray."""
    clear = _was_clear(course)
    if not any(course.voice.say(each) for each in ("utter_default", *(() if clear else _REPHRASE_RESPONSES))):
        course.voice.speak(_cannot_help(course) if clear else Reply(text=sentence(REPHRASE, course.voice.language)))
    course.apply({"event": "rewind"})


def _was_clear(course: Course) -> bool:
    """What was said was understood, and nothing in the project answers it: other words would not help."""
    message = course.tracker.latest_message
    return course.tracker.intent not in (None, *UNCLEAR) and message.get("zone") is None


def _cannot_help(course: Course) -> Reply:
    person = Button(sentence(A_PERSON, course.voice.language), f"/{HANDOFF_INTENT}")
    return Reply(text=sentence(CANNOT_HELP, course.voice.language), buttons=(person,))


def _restart(course: Course) -> None:
    course.voice.say("utter_restart")
    course.apply({"event": "restart"})


def _deactivate(course: Course) -> None:
    course.leave_loop()


def _back(course: Course) -> None:
    """The wish to go back, and what was said before it."""
    course.voice.say("utter_back")
    course.apply({"event": "rewind"})
    course.apply({"event": "rewind"})


def ask_rephrase(course: Course) -> None:
    if not course.voice.say("utter_ask_rephrase"):
        course.voice.say_own(REPHRASE)


def _revert_fallback(course: Course) -> None:
    """Where nothing unclear came just before there is nothing to take back, as in Rasa: the message is heard again only once."""
    from bot.two_stage import TwoStage, was_unclear

    if was_unclear(course.tracker):
        TwoStage(course).clarify()


def _ask_affirmation(course: Course) -> None:
    from bot.two_stage import TwoStage

    TwoStage(course).ask_affirmation()


def _nothing(course: Course) -> None:
    """Slots are extracted before every turn already; an unlikely intent is only a remark for policies."""


_DEFAULTS: dict[str, Callable[[Course], None]] = {
    RESTART: _restart,
    DEACTIVATE_LOOP: _deactivate,
    DEFAULT_FALLBACK: fall_back,
    "action_back": _back,
    "action_default_ask_affirmation": _ask_affirmation,
    "action_default_ask_rephrase": ask_rephrase,
    "action_revert_fallback_events": _revert_fallback,
    EXTRACT_SLOTS: _nothing,
    "action_unlikely_intent": _nothing,
}
