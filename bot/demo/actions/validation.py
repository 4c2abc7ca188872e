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
# Nothing but the number of an order: no reason, no title, no address.
_ONLY_NUMBER = re.compile(r"\s*[Aa]?\d{4}\s*[.。!！]?\s*")
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


class _OfSameOrder(_OfOrder):
    """An order that was looked up before is not taken for granted: whether it is meant is asked first."""

    async def required_slots(
        self, domain_slots: list[str], dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[str]:
        slots = await super().required_slots(domain_slots, dispatcher, tracker, domain)
        return ["same_order", *slots] if _is_from_before(tracker) else slots

    def extract_same_order(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Slots:
        """What was answered in an earlier request counts no more."""
        return {} if tracker.get_slot("requested_slot") == "same_order" else {"same_order": None}

    def validate_same_order(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Slots:
        return {"same_order": None, "order_number": None} if value is False else {"same_order": value}

    async def validate_order_number(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Slots:
        """A number instead of a yes or no is as good."""
        found = await super().validate_order_number(value, dispatcher, tracker, domain)
        named = _says_number(tracker) and found["order_number"] is not None
        return {**found, "same_order": True} if named else found


def _is_from_before(tracker: Tracker) -> bool:
    """A message that means something else begins the form, or the form has asked about the order and waits for the answer."""
    requested = tracker.get_slot("requested_slot")
    begins = requested is None and bool(tracker.latest_message.get("intent")) and not _says_number(tracker)
    return tracker.get_slot("order_number") is not None and (begins or requested == "same_order")


def _says_number(tracker: Tracker) -> bool:
    return any(each.get("entity") == "order_number" for each in tracker.latest_message.get("entities") or ())


class ValidateOrderStatusForm(_OfOrder, FormValidationAction):
    def name(self) -> str:
        return "validate_order_status_form"


class ValidateRefundForm(_OfSameOrder, FormValidationAction):
    allowed = ActionSubmitRefund.allowed

    def name(self) -> str:
        return "validate_refund_form"

    def validate_refund_reason(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Slots:
        if value is not None and _ONLY_NUMBER.fullmatch(value):
            # The question that comes again names the order.
            return {"refund_reason": None}
        enough = value is not None and len(value.strip()) >= REASON_CHARACTERS_LEAST
        return _kept("refund_reason", value, enough, "utter_refund_reason_short", dispatcher)

    def validate_phone(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Slots:
        fits = value is not None and _PHONE.fullmatch(value.strip()) is not None
        return _kept("phone", value, fits, "utter_phone_format", dispatcher)


class ValidateAddressForm(_OfSameOrder, FormValidationAction):
    allowed = ActionSubmitAddress.allowed

    def name(self) -> str:
        return "validate_address_form"

    def validate_new_address(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Slots:
        text = (value or "").strip()
        complete = len(text) >= ADDRESS_CHARACTERS_LEAST and _QUESTION.search(text) is None
        return _kept("new_address", value, complete, "utter_address_incomplete", dispatcher)


class ValidateInvoiceForm(_OfSameOrder, FormValidationAction):
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
