"""Slots from what was understood: mappings in their order, their conditions, forms, and what is sealed."""

from __future__ import annotations

from typing import Any

from bot.dialogue.extraction import SENSITIVE, Filled, Sealing, custom_actions, extract, extract_at_start
from bot.dialogue.tracker import Loop, Tracker
from bot.project.domain import Domain, Form, MappingCondition, MappingType, Slot, SlotMapping, SlotType
from models.sealed import KeyRing
from models.sensitive import open_text, seal_text

ENTITY, TEXT, INTENT = MappingType.ENTITY, MappingType.TEXT, MappingType.INTENT
TRIGGER, CUSTOM = MappingType.TRIGGER_INTENT, MappingType.CUSTOM
PHONE = "13912345678"


def slot(name: str, *mappings: SlotMapping, type: SlotType = SlotType.TEXT) -> Slot:
    return Slot(name, type, mappings=mappings)


def domain(*slots: Slot, required: tuple[str, ...] = (), ignored: frozenset[str] = frozenset()) -> Domain:
    return Domain(
        slots={each.name: each for each in slots}, forms={"f": Form("f", required, ignored), "g": Form("g", ())}
    )


def entity(name: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"entity": name, "value": value, "start": 0, "end": len(str(value)), **more}


def heard(
    text: str = "text", intent: str = "inform", *entities: dict[str, Any], loop: str | None = None, **slots: Any
) -> Tracker:
    message = {"intent": {"name": intent}, "entities": list(entities), "text": text}
    return Tracker(slots=slots, latest_message=message, loop=None if loop is None else Loop(loop))


def values(known: Domain, tracker: Tracker) -> dict[str, Any]:
    return {filled.slot: filled.value for filled in extract(known, tracker, Sealing())}


def test_the_first_mapping_that_applies_wins() -> None:
    known = domain(slot("a", SlotMapping(ENTITY, "x"), SlotMapping(INTENT, value="meant"), SlotMapping(TEXT)))
    assert values(known, heard("said", "inform", entity("x", "found"))) == {"a": "found"}
    assert values(known, heard("said")) == {"a": "meant"}


def test_an_entity_counts_with_its_role_and_group_and_the_last_one_wins() -> None:
    known = domain(
        slot("to", SlotMapping(ENTITY, "city", role="to")), slot("plain", SlotMapping(ENTITY, "city")),
        slot("second", SlotMapping(ENTITY, "city", group="2")), slot("all", SlotMapping(ENTITY, "city"), type=SlotType.LIST),
    )  # fmt: skip
    cities = entity("city", "A", role="to"), entity("city", "B"), entity("city", "C"), entity("city", "D", group="2")
    assert values(known, heard("x", "inform", *cities)) == {"to": "A", "plain": "C", "second": "D", "all": ["B", "C"]}


def test_intents_that_a_mapping_wants_and_does_not_want() -> None:
    known = domain(
        slot("only", SlotMapping(TEXT, intents=frozenset({"inform"}))),
        slot("never", SlotMapping(TEXT, not_intents=frozenset({"inform"}))),
        slot("false", SlotMapping(INTENT, intents=frozenset({"deny"}), value=False)),
    )
    assert values(known, heard("t", "inform")) == {"only": "t"}
    assert values(known, heard("t", "deny")) == {"never": "t", "false": False}


def test_conditions_are_alternatives() -> None:
    asked = MappingCondition("f", "a"), MappingCondition(None)
    known = domain(slot("a", SlotMapping(TEXT, conditions=asked)), slot("b"), required=("a", "b"))
    assert values(known, heard()) == {"a": "text"}
    assert values(known, heard(loop="f", requested_slot="a")) == {"a": "text"}
    assert values(known, heard(loop="f", requested_slot="b")) == {}
    assert values(known, heard(loop="g", requested_slot="a")) == {}


def test_what_a_form_ignores_fills_nothing_while_it_is_on() -> None:
    known = domain(slot("a", SlotMapping(TEXT)), required=("a",), ignored=frozenset({"chitchat"}))
    assert values(known, heard("t", "chitchat", loop="f", requested_slot="a")) == {}
    assert values(known, heard("t", "chitchat")) == {"a": "t"}


def test_an_entity_for_several_slots_of_a_form_fills_the_one_that_was_asked_for() -> None:
    known = domain(
        slot("from", SlotMapping(ENTITY, "city")), slot("to", SlotMapping(ENTITY, "city")), slot("when", SlotMapping(ENTITY, "day")),
        required=("from", "to", "when"),
    )  # fmt: skip
    said = entity("city", "B"), entity("day", "Monday")
    assert values(known, heard("t", "inform", *said, loop="f", requested_slot="to")) == {"to": "B", "when": "Monday"}


def test_the_message_that_starts_a_form_fills_what_is_bound_to_it_but_is_no_free_text_of_it() -> None:
    bound = (MappingCondition("f"),)
    known = domain(
        slot("a", SlotMapping(ENTITY, "x", conditions=bound)), slot("b", SlotMapping(TEXT, conditions=bound)),
        slot("c", SlotMapping(TRIGGER, intents=frozenset({"order"}), value="ordered")),
        slot("d", SlotMapping(ENTITY, "x", conditions=(MappingCondition("f", "d"),))), required=("a", "b", "c", "d"),
    )  # fmt: skip
    tracker = heard("t", "order", entity("x", "X"), loop="f")
    found = extract_at_start(known, tracker, Sealing(), known.forms["f"])
    assert {each.slot: each.value for each in found} == {"a": "X", "c": "ordered"}
    other = extract_at_start(known, heard("t", "inform", loop="f"), Sealing(), known.forms["f"])
    assert other == []


def test_the_message_that_starts_a_form_also_fills_what_the_form_does_not_ask_for() -> None:
    def by(form: str) -> SlotMapping:
        return SlotMapping(TRIGGER, intents=frozenset({"order"}), value=form, conditions=(MappingCondition(form),))

    known = domain(
        slot("a", by("f")), slot("b", by("g")), slot("c", SlotMapping(ENTITY, "x", conditions=(MappingCondition("f"),))),
        slot("d", SlotMapping(ENTITY, "x", conditions=(MappingCondition("g"),))), required=(),
    )  # fmt: skip
    tracker = heard("t", "order", entity("x", "X"), loop="f")
    found = extract_at_start(known, tracker, Sealing(), known.forms["f"])
    assert {each.slot: each.value for each in found} == {"a": "f", "c": "X"}, "what is bound to another form is not"


def test_actions_of_custom_mappings_run_once_and_only_where_they_apply() -> None:
    known = domain(
        slot("a", SlotMapping(CUSTOM, action="action_x")), slot("b", SlotMapping(CUSTOM, action="action_x")),
        slot("c", SlotMapping(CUSTOM)),
        slot("d", SlotMapping(CUSTOM, action="action_y", conditions=(MappingCondition("f"),))),
    )  # fmt: skip
    assert custom_actions(known, heard()) == ["action_x"]
    assert custom_actions(known, heard(loop="f")) == ["action_x", "action_y"]


def test_a_sealed_entity_fills_its_slot_masked_and_can_be_opened_there() -> None:
    ring = KeyRing.generated()
    masked, spans = seal_text(f"call {PHONE} now", ring, "row")
    (span,) = spans
    found = {
        "entity": "phone",
        "value": masked[span.start : span.end],
        "start": span.start,
        "end": span.end,
        "extractor": SENSITIVE,
    }
    known = domain(slot("phone", SlotMapping(ENTITY, "phone")), slot("said", SlotMapping(TEXT)))
    phone, said = extract(known, heard(masked, "inform", found), Sealing(spans, "row"))
    assert phone.value == "139****5678"
    for filled, clear in ((phone, PHONE), (said, f"call {PHONE} now")):
        assert filled.sealed is not None
        assert open_text(filled.value, filled.sealed.spans, ring, filled.sealed.row) == clear


def test_what_was_typed_to_look_sealed_is_not() -> None:
    known = domain(slot("phone", SlotMapping(ENTITY, "phone")))
    assert extract(known, heard("x", "inform", entity("phone", "139****5678")), Sealing()) == [
        Filled("phone", "139****5678")
    ]
