"""旅行社的动作。"""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, FormValidationAction
from rasa_sdk.events import AllSlotsReset, ConversationPaused, FollowupAction, SlotSet

ADULT_PRICE, CHILD_PRICE = 1000, 400


class ValidateTrip(FormValidationAction):
    def name(self) -> str:
        return "validate_trip_form"

    def validate_destination(self, value: Any, dispatcher: Any, tracker: Any, domain: Any) -> dict:
        if value == tracker.get_slot("origin"):
            dispatcher.utter_message(response="utter_same_city", city=value)
            return {"destination": None}
        return {"destination": value}

    def validate_adults(self, value: Any, dispatcher: Any, tracker: Any, domain: Any) -> dict:
        """Who travels alone is not asked about insurance: it is included."""
        adults = int(value)
        return {"adults": adults, "insured": True} if adults == 1 else {"adults": adults}


class Book(Action):
    def name(self) -> str:
        return "action_book"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list:
        dispatcher.utter_message(response="utter_booked")
        total = tracker.get_slot("adults") * ADULT_PRICE + int(tracker.get_slot("children")) * CHILD_PRICE
        return [SlotSet("total", total), SlotSet("order", {"number": "T1"}), FollowupAction("action_price")]


class Price(Action):
    def name(self) -> str:
        return "action_price"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list:
        known = tracker.get_slot("total") is not None and "utter_price_plain" in domain["responses"]
        dispatcher.utter_message(
            response="utter_price_plain" if known else "utter_price_line", price=tracker.get_slot("total")
        )
        return []


class Hotel(Action):
    def name(self) -> str:
        return "action_hotel"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list:
        dispatcher.utter_message(response="utter_hotel")
        return [SlotSet("star", None), SlotSet("wish", None)]


class Change(Action):
    def name(self) -> str:
        return "action_change"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list:
        dispatcher.utter_message(json_message={"changed": tracker.get_slot("day")})
        return []


class Again(Action):
    def name(self) -> str:
        return "action_again"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list:
        return [AllSlotsReset(), FollowupAction("trip_form")]


class Confirm(Action):
    def name(self) -> str:
        return "action_confirm"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list:
        order = tracker.get_slot("order")
        if order:
            dispatcher.utter_message(response="utter_confirmed", number=order["number"])
        else:
            dispatcher.utter_message(
                response="utter_nothing_ordered", buttons=[{"title": "订", "payload": "/book_trip"}]
            )
        return []


class AskAffirmation(Action):
    def name(self) -> str:
        return "action_default_ask_affirmation"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list:
        buttons = [{"title": "订行程", "payload": "/book_trip"}, {"title": "都不是", "payload": "/out_of_scope"}]
        dispatcher.utter_message(text="您是想订行程吗？", buttons=buttons)
        return []


class Person(Action):
    def name(self) -> str:
        return "action_human_handoff"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list:
        dispatcher.utter_message(response="utter_person")
        return [ConversationPaused()]
