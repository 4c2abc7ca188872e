"""What the bot says in one turn, in the customer's language, and whether a person is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.dialogue.exchange import Heard, Reply
from bot.dialogue.language import HANDING_OFF, language_of, sentence
from bot.dialogue.tracker import Tracker
from bot.project.domain import LANGUAGE_SLOT
from bot.slots import Apply
from bot.speaking import Speaker

# Titles of intents: by language, a short sentence that means it.
Titles = Mapping[str, Mapping[str, str]]
ASKED, NOT_UNDERSTOOD, BOT_FAILED, BY_ACTION = "asked", "not_understood", "bot_failed", "action"


class Voice:
    """`handoff`: why a person is asked for; the first reason stays."""

    def __init__(self, speaker: Speaker, tracker: Tracker, heard: Heard, titles: Titles, apply: Apply) -> None:
        self.replies: list[Reply] = []
        self.handoff: str | None = None
        self._speaker = speaker
        self._tracker = tracker
        self._heard = heard
        self.titles = titles
        self._apply = apply

    @property
    def language(self) -> str | None:
        known = self._tracker.slots.get(LANGUAGE_SLOT)
        if known:
            return str(known)
        # The text of a pressed button may be its payload: that is in no language, nor is a reminder.
        wordless = self._heard.text.startswith("/") or bool(self._heard.reminder)
        spoken = None if wordless else language_of(self._heard.text)
        return spoken or self._tracker.language or None

    def knows(self, name: str) -> bool:
        return self._speaker.knows(name)

    def say(self, name: str) -> bool:
        """False where the project has no such response, or it has nothing to say here."""
        reply = self._speaker.say(name, self._tracker) if self.knows(name) else None
        if reply is not None:
            self.speak(reply)
        return reply is not None

    def say_own(self, sentences: dict[str, str]) -> None:
        self.speak(Reply(text=sentence(sentences, self.language)))

    def answer(self, response: Mapping[str, Any]) -> None:
        """One item of an action's responses."""
        reply = self._speaker.answered(response, self._tracker)
        if reply is not None:
            self.speak(reply)

    def speak(self, reply: Reply) -> None:
        self.replies.append(reply)
        self._tracker.offer(button.payload for button in (*reply.buttons, *reply.quick_replies))
        self._apply(
            {"event": "bot", "text": reply.text, "data": {"buttons": [button.title for button in reply.buttons]}}
        )
        custom = reply.custom or {}
        if custom.get("handoff_host") or custom.get("handoff") is True:
            self.hand_over(BY_ACTION)

    def hand_over(self, reason: str) -> None:
        self.handoff = self.handoff or reason

    def not_understood(self) -> None:
        """A person takes over, and the customer is told."""
        if self.handoff is None and not self.say("utter_handoff"):
            self.say_own(HANDING_OFF)
        self.hand_over(NOT_UNDERSTOOD)

    def titled(self, intent: str) -> bool:
        return bool(self.titles.get(intent))

    def title(self, intent: str) -> str:
        """How a customer may be asked whether this was meant: in their language, else in any, else the bare name."""
        titles = self.titles.get(intent) or {intent: intent.replace("_", " ")}
        return titles.get((self.language or "")[:2]) or next(iter(titles.values()))
