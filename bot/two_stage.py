"""The two-stage fallback: is it this you meant, then please say it otherwise, then a person (rasa-formats 6).

It is a loop like a form, named after its action, and left as soon as something clear is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.dialogue.events import heard
from bot.dialogue.exchange import Button, Reply
from bot.dialogue.language import DID_YOU_MEAN, NO, NONE_OF_THESE, WHICH_ONE, YES, sentence
from bot.dialogue.tracker import Tracker
from bot.nlu.reading import FALLBACK_INTENT, Zone
from bot.parse_data import likely
from bot.project.domain import DEFAULT_FALLBACK, LISTEN, OUT_OF_SCOPE, TWO_STAGE_FALLBACK, UNCLEAR

if TYPE_CHECKING:
    from bot.course import Course

GUESSES_MOST = 3
# Below this a guess is not worth reading.
LIKELY_LEAST = 0.05
_ASK_AFFIRMATION, _ASK_REPHRASE = "action_default_ask_affirmation", "action_default_ask_rephrase"


class TwoStage:
    """One run of the loop within a turn."""

    def __init__(self, course: Course) -> None:
        self._course = course

    async def run(self) -> None:
        course = self._course
        starts = course.tracker.loop_name != TWO_STAGE_FALLBACK
        course.acted(TWO_STAGE_FALLBACK)
        if starts:
            course.apply({"event": "active_loop", "name": TWO_STAGE_FALLBACK})
        if self._failed():
            await self._give_up()
        elif course.tracker.intent not in UNCLEAR:
            course.apply({"event": "active_loop", "name": None})
            self.clarify()
        else:
            await self._ask(starts or course.tracker.intent == FALLBACK_INTENT)

    async def _ask(self, affirm: bool) -> None:
        name = _ASK_AFFIRMATION if affirm else _ASK_REPHRASE
        if await self._course.own(name):
            return
        if affirm and self.ask_affirmation():
            return
        from bot.default_actions import ask_rephrase

        ask_rephrase(self._course)

    def ask_affirmation(self) -> bool:
        """The best guess, by an example in the customer's language: names of intents mean nothing to them. False where there is none."""
        course = self._course
        guesses = guessed(course.tracker.latest_message)
        if not guesses:
            return False
        guess = next(filter(course.voice.titled, guesses), guesses[0])
        asked = sentence(DID_YOU_MEAN, course.voice.language).format(course.voice.title(guess))
        yes = Button(sentence(YES, course.voice.language), f"/{guess}")
        no = Button(sentence(NO, course.voice.language), f"/{OUT_OF_SCOPE}")
        course.voice.speak(Reply(text=asked, buttons=(yes, no)))
        return True

    def clarify(self) -> None:
        """The clear message takes the place of all the unclear ones before it, and is answered as if it had come first."""
        course = self._course
        said = heard(course.tracker.events)
        if not said:
            return
        undone = 1
        while undone < len(said) and _intent(said[-undone - 1]) in UNCLEAR:
            undone += 1
        for _ in range(undone):
            course.apply({"event": "rewind"})
        course.apply({"event": "action", "name": LISTEN})
        course.hear_again(_certain(said[-1]))

    def _failed(self) -> bool:
        """Two in a row that were not understood, or a second guess that was wrong."""
        last = [_intent(event) for event in self._course.tracker.events if event.get("event") == "user"]
        return last[-2:] == [FALLBACK_INTENT] * 2 or last[-3:] == [OUT_OF_SCOPE, FALLBACK_INTENT, OUT_OF_SCOPE]

    async def _give_up(self) -> None:
        """What undoes the message undoes the end of the loop with it: it is ended again."""
        from bot.default_actions import fall_back

        course = self._course
        course.apply({"event": "active_loop", "name": None})
        if not await course.own(DEFAULT_FALLBACK):
            fall_back(course)
        if course.tracker.loop_name == TWO_STAGE_FALLBACK:
            course.apply({"event": "active_loop", "name": None})
        course.voice.not_understood()


def was_unclear(tracker: Tracker) -> bool:
    """Whether the message before the last one was."""
    before = heard(tracker.events)[-2:-1]
    return any(_intent(event) in UNCLEAR for event in before)


def ask_back(course: Course) -> bool:
    """Which of the likeliest intents is meant. False where there is nothing to show a customer."""
    message = course.tracker.latest_message
    best = guessed(message, LIKELY_LEAST) or guessed(message)[:GUESSES_MOST]
    guesses = [name for name in best if course.voice.titled(name)][:GUESSES_MOST]
    # The likeliest cannot be asked about, or none is likely: what was decided is done.
    if not guesses or guesses[0] != best[0] or message.get("zone") == Zone.HAND_OFF:
        return False
    buttons = [Button(course.voice.title(name), f"/{name}") for name in guesses]
    none = Button(sentence(NONE_OF_THESE, course.voice.language), f"/{OUT_OF_SCOPE}")
    course.voice.speak(Reply(text=sentence(WHICH_ONE, course.voice.language), buttons=(*buttons, none)))
    return True


def guessed(message: dict[str, Any], least: float = 0.0) -> list[str]:
    """The intents that it may have been, best first."""
    return [name for name, confidence in likely(message, UNCLEAR) if confidence >= least]


def _intent(event: dict[str, Any]) -> str | None:
    name: str | None = ((event.get("parse_data") or {}).get("intent") or {}).get("name")
    return name


def _certain(event: dict[str, Any]) -> dict[str, Any]:
    message = event["parse_data"]
    return {**event, "parse_data": {**message, "intent": {**message["intent"], "confidence": 1.0}}}
