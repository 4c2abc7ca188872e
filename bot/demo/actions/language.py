"""The language of the customer's last message, kept where a message has none."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

_CJK = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
# Order numbers, masked numbers and addresses are in no language.
_SILENT = re.compile(r"\S*[\d*@]\S*")
_LETTERS = re.compile(r"[A-Za-z]")
LETTERS_LEAST = 2
BUTTON = "/"


def language_of(text: str) -> str | None:
    """zh, en, or None for a bare order number, a smiley, a button."""
    if text.startswith(BUTTON):
        return None
    if _CJK.search(text):
        return "zh"
    return "en" if len(_LETTERS.findall(_SILENT.sub(" ", text))) >= LETTERS_LEAST else None


class ActionSetLanguage(Action):
    def name(self) -> str:
        return "action_set_language"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        language = language_of(tracker.latest_message.get("text") or "")
        return [SlotSet("language", language)] if language else []
