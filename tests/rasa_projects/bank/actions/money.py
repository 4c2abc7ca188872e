"""What the bank does."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, FormValidationAction
from rasa_sdk.events import AllSlotsReset, FollowupAction, SlotSet
from rasa_sdk.interfaces import ActionExecutionRejection

LIMIT = 5000
BALANCES = {"savings": 1200, "current": 80}


class ValidateTransfer(FormValidationAction):
    def name(self) -> str:
        return "validate_transfer_form"

    def validate_amount(self, value: Any, dispatcher: Any, tracker: Any, domain: Any) -> dict:
        if float(value) > LIMIT:
            dispatcher.utter_message(response="utter_too_much", limit=LIMIT)
            return {"amount": None}
        return {"amount": float(value)}

    def validate_payee(self, value: Any, dispatcher: Any, tracker: Any, domain: Any) -> dict:
        return {"payee": str(value).split()[-1].capitalize()}


class AskAmount(Action):
    def name(self) -> str:
        return "action_ask_transfer_form_amount"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list:
        dispatcher.utter_message(text="How much for {payee}?".format(payee=tracker.get_slot("payee")))
        return []


class SendMoney(Action):
    def name(self) -> str:
        return "action_send_money"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list:
        sent = tracker.get_slot("confirm")
        dispatcher.utter_message(response="utter_sent" if sent else "utter_not_sent")
        done = [SlotSet(name, None) for name in ("amount", "payee", "account", "confirm")]
        return [*done, SlotSet("verified", bool(sent))]


class Balance(Action):
    def name(self) -> str:
        return "action_balance"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list:
        account = tracker.get_slot("account") or "current"
        dispatcher.utter_message(text=f"There are {BALANCES[account]} in your {account} account.")
        return [SlotSet("account", None)]


class Open(Action):
    def name(self) -> str:
        return "action_open"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list:
        dispatcher.utter_message(response="utter_opened")
        return [SlotSet("notes", {"for": tracker.get_slot("purpose")})]


class CountVisit(Action):
    def name(self) -> str:
        return "action_count_visit"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list:
        return [SlotSet("visits", tracker.get_slot("visits") + 1)]


class Wipe(Action):
    def name(self) -> str:
        return "action_wipe"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list:
        dispatcher.utter_message(response="utter_wiped")
        return [AllSlotsReset(), FollowupAction("action_listen")]


class Tip(Action):
    def name(self) -> str:
        return "action_tip"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list:
        dispatcher.utter_message(template="utter_tip", percent=10)
        dispatcher.utter_message(text="Or more.", buttons=[{"title": "Open an account", "payload": "/open_account"}])
        return []


class Sulk(Action):
    """Does not want to run: another action has to be found."""

    def name(self) -> str:
        return "action_sulk"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list:
        raise ActionExecutionRejection(self.name(), "not today")
