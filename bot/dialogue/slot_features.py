"""What policies see of a slot, as Rasa features slots: of a text or a list whether it is set, of the others also the value. Pure."""

from __future__ import annotations

from typing import Any

from bot.project.domain import Domain, Slot, SlotType
from bot.project.story import SlotNeed

SET, OTHER = "set", "__other__"


def feature(slot: Slot, value: Any) -> str | None:
    """None: nothing is seen of it, as of a slot that is not set."""
    if value is None or not slot.influence_conversation:
        return None
    match slot.type:
        case SlotType.TEXT:
            return SET
        case SlotType.LIST:
            return SET if value else None
        case SlotType.ANY:
            return None
        case SlotType.CATEGORICAL:
            known = {str(each).lower() for each in slot.values}
            return str(value).lower() if str(value).lower() in known else OTHER
        case SlotType.BOOL:
            return _truth(value)
        case SlotType.FLOAT:
            return _number(slot, value)


def wanted(domain: Domain, need: SlotNeed) -> tuple[str, str | None] | None:
    """What is to be seen of a slot. None: the slot influences nothing, so whatever is in it fits.

    Only texts and lists can be wanted without a value: of the others Rasa then wants that they are not set.
    """
    slot = domain.slots.get(need.name)
    if slot is None or not slot.influence_conversation:
        return None
    if need.any_value:
        return need.name, SET if slot.type in (SlotType.TEXT, SlotType.LIST) else None
    return need.name, feature(slot, need.value)


def _truth(value: Any) -> str | None:
    if isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return value.strip().lower()
    try:
        return str(bool(float(value))).lower()
    except (TypeError, ValueError):
        return None


def _number(slot: Slot, value: Any) -> str | None:
    """Beyond its bounds a number is its bound."""
    try:
        return str(max(slot.min_value, min(slot.max_value, float(value))))
    except (TypeError, ValueError):
        return None
