"""What the two forms take as an answer."""

from __future__ import annotations

from typing import Any

from rasa_sdk import FormValidationAction

MOST = 5


class ValidateReservation(FormValidationAction):
    def name(self) -> str:
        return "validate_reserve_form"

    async def required_slots(self, domain_slots: list, dispatcher: Any, tracker: Any, domain: Any) -> list:
        """A book that is brought home needs an address; urgency is listened for, never asked."""
        asked = list(domain_slots)
        if tracker.get_slot("branch") == "home":
            asked.insert(asked.index("branch") + 1, "address")
        return [*asked, "urgent"]

    def extract_urgent(self, dispatcher: Any, tracker: Any, domain: Any) -> dict:
        return {"urgent": True} if "urgent" in (tracker.latest_message.get("text") or "") else {}

    def validate_title(self, value: Any, dispatcher: Any, tracker: Any, domain: Any) -> dict:
        return {"title": str(value).title()}

    def validate_copies(self, value: Any, dispatcher: Any, tracker: Any, domain: Any) -> dict:
        if int(value) > MOST:
            dispatcher.utter_message(response="utter_wrong_copies", most=MOST)
            return {"copies": None}
        return {"copies": int(value)}


class ValidateMember(FormValidationAction):
    def name(self) -> str:
        return "validate_join_form"

    async def required_slots(self, domain_slots: list, dispatcher: Any, tracker: Any, domain: Any) -> list:
        age = tracker.get_slot("age")
        return [*domain_slots, "guardian"] if age is not None and age < 16 else list(domain_slots)

    def extract_age(self, dispatcher: Any, tracker: Any, domain: Any) -> dict:
        words = (tracker.latest_message.get("text") or "").split()
        numbers = [int(word) for word in words if word.isdecimal()]
        return {"age": numbers[0]} if numbers and tracker.get_slot("requested_slot") == "age" else {}

    def validate_age(self, value: Any, dispatcher: Any, tracker: Any, domain: Any) -> dict:
        if value > 110:
            dispatcher.utter_message(response="utter_wrong_age")
            return {"age": None}
        return {"age": value}

    def validate_name(self, value: Any, dispatcher: Any, tracker: Any, domain: Any) -> dict:
        return {"name": str(value).strip().title()}
