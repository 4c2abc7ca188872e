"""What is no plate, and what is mended."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, FormValidationAction
from rasa_sdk.events import AllSlotsReset, SlotSet


class ValidateRepair(FormValidationAction):
    def name(self) -> str:
        return "validate_repair_form"

    def validate_plate(self, value: Any, dispatcher: Any, tracker: Any, domain: Any) -> dict:
        if str(value).startswith("ZZ"):
            dispatcher.utter_message(template="utter_bad_plate", plate=value)
            return {"plate": None}
        return {"plate": str(value).upper()}


class Repair(Action):
    def name(self) -> str:
        return "action_repair"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list:
        dispatcher.utter_message(template="utter_repair")
        return [AllSlotsReset(), SlotSet("repaired", tracker.get_slot("plate"))]
