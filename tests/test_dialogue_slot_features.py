"""What policies see of slots: the features of Rasa, as `rasa.shared.core.slots` computes them."""

from __future__ import annotations

from typing import Any

import pytest

from bot.dialogue.slot_features import feature, wanted
from bot.project.domain import Domain, Slot, SlotType
from bot.project.story import SlotNeed

SLOTS = {
    "city": Slot("city", SlotType.TEXT),
    "themes": Slot("themes", SlotType.LIST),
    "member": Slot("member", SlotType.BOOL),
    "risk": Slot("risk", SlotType.CATEGORICAL, values=("Low", "high")),
    "price": Slot("price", SlotType.FLOAT, max_value=100.0),
    "thing": Slot("thing", SlotType.ANY, influence_conversation=False),
    "quiet": Slot("quiet", SlotType.TEXT, influence_conversation=False),
}
DOMAIN = Domain(slots=SLOTS)


@pytest.mark.parametrize(
    ("slot", "value", "other", "alike"),
    [
        ("city", "Rome", "Oslo", True),
        ("city", "", "Oslo", True),
        ("city", None, "Oslo", False),
        ("themes", ["sea"], ["hills", "sea"], True),
        ("themes", [], None, True),
        ("themes", [], ["sea"], False),
        ("member", True, False, False),
        ("member", "true", True, True),
        ("member", 1, True, True),
        ("member", "perhaps", None, True),
        ("risk", "low", "LOW", True),
        ("risk", "low", "high", False),
        ("risk", "middling", "strange", True),
        ("risk", "middling", None, False),
        ("price", 20, 20.0, True),
        ("price", 20, 30, False),
        ("price", 150, 200, True),
        ("price", "cheap", None, True),
        ("thing", {"any": 1}, None, True),
        ("quiet", "Rome", None, True),
    ],
)
def test_what_looks_alike(slot: str, value: Any, other: Any, alike: bool) -> None:
    assert (feature(SLOTS[slot], value) == feature(SLOTS[slot], other)) is alike


def test_a_slot_that_is_only_named() -> None:
    assert wanted(DOMAIN, SlotNeed("city", any_value=True)) == ("city", "set")
    assert wanted(DOMAIN, SlotNeed("themes", any_value=True)) == ("themes", "set")
    assert wanted(DOMAIN, SlotNeed("member", any_value=True)) == ("member", None)


@pytest.mark.parametrize("name", ["thing", "quiet", "requested_slot"])
def test_what_influences_nothing_is_no_condition(name: str) -> None:
    assert wanted(DOMAIN, SlotNeed(name, "x")) is None
