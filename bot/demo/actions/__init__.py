"""What the demo shop can do besides talking. Importing this registers every action with rasa_sdk."""

from .language import ActionSetLanguage
from .order_status import ActionOrderStatus
from .requests import ActionForgetRequest, ActionSubmitAddress, ActionSubmitInvoice, ActionSubmitRefund
from .validation import ValidateAddressForm, ValidateInvoiceForm, ValidateOrderStatusForm, ValidateRefundForm

__all__ = [
    "ActionForgetRequest",
    "ActionOrderStatus",
    "ActionSetLanguage",
    "ActionSubmitAddress",
    "ActionSubmitInvoice",
    "ActionSubmitRefund",
    "ValidateAddressForm",
    "ValidateInvoiceForm",
    "ValidateOrderStatusForm",
    "ValidateRefundForm",
]
