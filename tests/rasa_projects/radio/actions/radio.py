"""How a session begins, and what is no rating."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, ValidationAction
from rasa_sdk.events import ActionExecuted, SessionStarted

MOST = 5


class Begin(Action):
    def name(self) -> str:
        return "action_session_start"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list:
        dispatcher.utter_message(text="You are on the air")
        return [SessionStarted(), ActionExecuted("action_listen")]


class Slots(ValidationAction):
    def validate_stars(self, value: Any, dispatcher: Any, tracker: Any, domain: Any) -> dict:
        if int(value) > MOST:
            dispatcher.utter_message(text=f"No more than {MOST}")
            return {"stars": None}
        return {"stars": int(value)}
