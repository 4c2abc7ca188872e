"""What the forms accept. None as the value of a slot: it is asked for again, after a word on what was wrong."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from rasa_sdk import FormValidationAction, Tracker
from rasa_sdk.executor import CollectingDispatcher

from .requests import ActionSubmitAddress, ActionSubmitInvoice, ActionSubmitRefund
from .shop import Status, find_order, order_number_in

Slots = dict[str, Any]

# Stars: Bellhop may show us the masked form only.
_PHONE = re.compile(r"\+?[\d*][\d* ().-]{5,23}[\d*]")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_QUESTION = re.compile(r"[?？吗呢]\s*$")
REASON_CHARACTERS_LEAST = 2
TITLE_CHARACTERS_LEAST = 2
ADDRESS_CHARACTERS_LEAST = 8


class _OfOrder:
    """The order must exist; where nothing can be done for it, nothing more is asked and the submit action says so."""

    allowed: ClassVar[frozenset[Status]] = frozenset(Status)

    async def required_slots(
        self, domain_slots: list[str], dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[str]:
        number = tracker.get_slot("order_number")
        order = await find_order(str(number)) if number else None
        return ["order_number"] if order is not None and order.status not in self.allowed else domain_slots

    async def validate_order_number(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Slots:
        if value is None:
            return {"order_number": None}
        number = order_number_in(str(value))
        if number is None:
            dispatcher.utter_message(response="utter_order_number_format")
        elif await find_order(number) is None:
            dispatcher.utter_message(response="utter_order_unknown", number=number)
        else:
            return {"order_number": number}
        return {"order_number": None}


class ValidateOrderStatusForm(_OfOrder, FormValidationAction):
    def name(self) -> str:
        return "validate_order_status_form"


class ValidateRefundForm(_OfOrder, FormValidationAction):
    allowed = ActionSubmitRefund.allowed

    def name(self) -> str:
        return "validate_refund_form"

    def validate_refund_reason(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Slots:
        enough = value is not None and len(value.strip()) >= REASON_CHARACTERS_LEAST
        return _kept("refund_reason", value, enough, "utter_refund_reason_short", dispatcher)

    def validate_phone(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Slots:
        fits = value is not None and _PHONE.fullmatch(value.strip()) is not None
        return _kept("phone", value, fits, "utter_phone_format", dispatcher)


class ValidateAddressForm(_OfOrder, FormValidationAction):
    allowed = ActionSubmitAddress.allowed

    def name(self) -> str:
        return "validate_address_form"

    def validate_new_address(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Slots:
        text = (value or "").strip()
        complete = len(text) >= ADDRESS_CHARACTERS_LEAST and _QUESTION.search(text) is None
        return _kept("new_address", value, complete, "utter_address_incomplete", dispatcher)


class ValidateInvoiceForm(_OfOrder, FormValidationAction):
    allowed = ActionSubmitInvoice.allowed

    def name(self) -> str:
        return "validate_invoice_form"

    def validate_invoice_title(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Slots:
        enough = value is not None and len(value.strip()) >= TITLE_CHARACTERS_LEAST
        return _kept("invoice_title", value, enough, "utter_invoice_title_short", dispatcher)

    def validate_email(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Slots:
        fits = value is not None and _EMAIL.fullmatch(value.strip()) is not None
        return _kept("email", value, fits, "utter_email_format", dispatcher)


def _kept(slot: str, value: Any, fits: bool, otherwise: str, dispatcher: CollectingDispatcher) -> Slots:
    """The value as it came, so that what was sealed stays sealed; a slot that was only cleared needs no word."""
    if fits:
        return {slot: value}
    if value is not None:
        dispatcher.utter_message(response=otherwise)
    return {slot: None}
