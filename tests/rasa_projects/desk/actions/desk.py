"""What the desk does."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, ValidationAction
from rasa_sdk.events import AllSlotsReset, FollowupAction, SlotSet, UserUtteranceReverted

SHELVES = {"crime": "C", "poetry": "P", "history": "H"}


class CountWords(Action):
    """The action of a custom mapping: how many words were said."""

    def name(self) -> str:
        return "action_count_words"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list:
        return [SlotSet("words", len((tracker.latest_message.get("text") or "").split()))]


class AskCopies(Action):
    def name(self) -> str:
        return "action_ask_copies"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list:
        dispatcher.utter_message(text=f"How many copies of {tracker.get_slot('title')}?")
        return []


class ConfirmReservation(Action):
    def name(self) -> str:
        return "action_confirm_reservation"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list:
        dispatcher.utter_message(response="utter_reserved")
        if tracker.get_slot("urgent"):
            dispatcher.utter_message(text="We hurry.", json_message={"lamp": "red"})
        kept = ("name", "age", "member", "card", "words")
        return [AllSlotsReset(), *(SlotSet(name, tracker.get_slot(name)) for name in kept)]


class Enrol(Action):
    def name(self) -> str:
        return "action_enrol"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list:
        dispatcher.utter_message(response="utter_enrolled")
        return [SlotSet("member", True), SlotSet("guardian", None), FollowupAction("utter_branches")]


class CheckCard(Action):
    def name(self) -> str:
        return "action_check_card"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list:
        dispatcher.utter_message(response="utter_card_blocked", buttons=[{"title": "A new card", "payload": "/join"}])
        return [SlotSet("anything", {"blocked": [tracker.get_slot("card")]})]


class Shelf(Action):
    def name(self) -> str:
        return "action_shelf"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list:
        for genre in tracker.get_slot("genres") or ():
            dispatcher.utter_message(response="utter_shelf", shelf=SHELVES.get(genre, "?"), row=len(genre))
        return []


class Lost(Action):
    def name(self) -> str:
        return "action_default_fallback"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list:
        dispatcher.utter_message(response="utter_lost")
        return [UserUtteranceReverted()]


class ValidateAnywhere(ValidationAction):
    """Slots that belong to no form."""

    def validate_card(self, value: Any, dispatcher: Any, tracker: Any, domain: Any) -> dict:
        if str(value).endswith("0000"):
            dispatcher.utter_message(text="There is no such card.")
            return {"card": None}
        return {"card": str(value).upper()}
