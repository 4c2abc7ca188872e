"""Says where an order is."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from .shop import Order, find_order, order_number_in


class ActionOrderStatus(Action):
    """The order number stays known: a refund or an invoice that comes next is most often for the same order."""

    def name(self) -> str:
        return "action_order_status"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        number = order_number_in(str(tracker.get_slot("order_number") or ""))
        order = await find_order(number) if number else None
        if order is not None:
            dispatcher.utter_message(response=f"utter_order_{order.status.value}", **_said_of(order))
        elif number:
            dispatcher.utter_message(response="utter_order_unknown", number=number)
        else:
            dispatcher.utter_message(response="utter_order_number_format")
        return []


def _said_of(order: Order) -> dict[str, Any]:
    said: dict[str, Any] = {"number": order.number, "item": order.item, "item_zh": order.item_zh}
    if order.tracking is not None:
        said |= {"carrier": order.carrier, "carrier_zh": order.carrier_zh, "tracking": order.tracking}
    if order.day is not None:
        said |= {"day": order.day.day, "month": order.day.month, "month_name": _MONTHS[order.day.month - 1]}
    return said


# strftime("%B") would speak the machine's language.
_MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)
