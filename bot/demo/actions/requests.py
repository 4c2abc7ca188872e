"""What a customer asked for in a form is written down, and gets a reference."""

from __future__ import annotations

from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from .shop import NOT_SHIPPED, PAID, Status, file_request, find_order

_ASKED_FOR = ("order_number", "same_order", "refund_reason", "phone", "new_address", "invoice_title", "email")


class _Submit:
    """A mixin, as rasa_sdk registers every subclass of Action. The contact itself is shown by the response, masked."""

    kind: ClassVar[str]
    allowed: ClassVar[frozenset[Status]]
    detail: ClassVar[str]

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        number = str(tracker.get_slot("order_number"))
        order = await find_order(number)
        if order is None:
            dispatcher.utter_message(response="utter_order_unknown", number=number)
        elif order.status not in self.allowed:
            dispatcher.utter_message(response=f"utter_{self.kind}_impossible", number=number)
        else:
            cause = tracker.latest_message.get("message_id")
            detail = str(tracker.get_slot(self.detail) or "")
            reference = await file_request(self.kind, number, tracker.sender_id, cause, detail)
            dispatcher.utter_message(response=f"utter_{self.kind}_done", number=number, reference=reference)
        return _forgotten()


class ActionSubmitRefund(_Submit, Action):
    kind = "refund"
    allowed = PAID
    detail = "refund_reason"

    def name(self) -> str:
        return "action_submit_refund"


class ActionSubmitAddress(_Submit, Action):
    kind = "address"
    allowed = NOT_SHIPPED
    detail = "new_address"

    def name(self) -> str:
        return "action_submit_address"


class ActionSubmitInvoice(_Submit, Action):
    kind = "invoice"
    allowed = PAID
    detail = "invoice_title"

    def name(self) -> str:
        return "action_submit_invoice"


class ActionForgetRequest(Action):
    """After the customer has left a form: the next one begins with nothing filled in."""

    def name(self) -> str:
        return "action_forget_request"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        return _forgotten()


def _forgotten() -> list[EventType]:
    return [SlotSet(slot, None) for slot in _ASKED_FOR]
