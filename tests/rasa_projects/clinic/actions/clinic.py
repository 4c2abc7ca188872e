"""What the form takes, and how it asks for the day."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, FormValidationAction
from rasa_sdk.events import SlotSet

TREATED = ("dog", "cat", "rabbit")
MOST = 4


class ValidateVisit(FormValidationAction):
    def name(self) -> str:
        return "validate_visit_form"

    async def required_slots(self, domain_slots: list, dispatcher: Any, tracker: Any, domain: Any) -> list:
        """Nobody has several dogs."""
        return [name for name in domain_slots if name != "animals" or tracker.get_slot("animal") != "dog"]

    def validate_animal(self, value: Any, dispatcher: Any, tracker: Any, domain: Any) -> dict:
        if value not in TREATED:
            dispatcher.utter_message(response="utter_wrong_animal", wrong=value)
            return {"animal": None}
        return {"animal": value}

    def validate_animals(self, value: Any, dispatcher: Any, tracker: Any, domain: Any) -> dict:
        if int(value) > MOST:
            dispatcher.utter_message(response="utter_wrong_animals", most=MOST)
            return {"animals": None}
        return {"animals": int(value)}


class AskDay(Action):
    def name(self) -> str:
        return "action_ask_visit_form_day"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list:
        dispatcher.utter_message(text=f"Which day for the {tracker.get_slot('animal')}?")
        return []


class WriteDown(Action):
    def name(self) -> str:
        return "action_write_down"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list:
        return [SlotSet("animals", None)]
