"""找书，还有订书时要核对的。"""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, FormValidationAction

SOLD_OUT = ("金瓶梅",)


class ValidateOrder(FormValidationAction):
    def name(self) -> str:
        return "validate_order_form"

    async def required_slots(self, domain_slots: list, dispatcher: Any, tracker: Any, domain: Any) -> list:
        return [*domain_slots, "card"] if tracker.get_slot("gift") else list(domain_slots)

    def validate_title(self, value: Any, dispatcher: Any, tracker: Any, domain: Any) -> dict:
        if value in SOLD_OUT:
            dispatcher.utter_message(response="utter_not_here", title=value)
            return {"title": None}
        return {"title": value}


class Find(Action):
    def name(self) -> str:
        return "action_find"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list:
        found = [each["value"] for each in tracker.latest_message["entities"]]
        dispatcher.utter_message(text=f"找到{'、'.join(found)}")
        return []
