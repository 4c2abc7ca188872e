"""What is looked up, and what is paid."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action
from rasa_sdk.events import SlotSet


class LookUp(Action):
    def name(self) -> str:
        return "action_look_up"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list:
        dispatcher.utter_message(text=f"I look for a {tracker.get_slot('kind')} room")
        return []


class Pay(Action):
    def name(self) -> str:
        return "action_pay"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list:
        return [SlotSet("paid", True), SlotSet("wishes", ["receipt"])]
