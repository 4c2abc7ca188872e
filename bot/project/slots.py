"""Reads one slot of the domain with its mappings."""

from __future__ import annotations

from typing import Any

from bot.project.domain import MappingCondition, MappingType, Slot, SlotMapping, SlotType
from models.rasa.document import Document, List, Map
from models.rasa.fields import list_at, maps, name_at, names_at, only, value_at

SLOT_KEYS = frozenset(
    ["type", "initial_value", "influence_conversation", "mappings", "values", "min_value", "max_value"]
)
MAPPING_KEYS = frozenset(["type", "entity", "role", "group", "intent", "not_intent", "value", "action", "conditions"])
_OLD_TYPES = {"boolean": SlotType.BOOL, "unfeaturized": SlotType.ANY}
SLOT_TYPES = ", ".join(SlotType)
MAPPING_TYPES = ", ".join(MappingType)
# Of Rasa Pro, where a language model follows flows.
CALM_MAPPINGS = frozenset(["from_llm", "controlled"])


def read_slot(document: Document, name: str, given: Map) -> Slot:
    old = is_old(document)
    only(document, given, SLOT_KEYS | {"auto_fill"} if old else SLOT_KEYS, f"slot '{name}'")
    kind = _slot_type(document, name, given)
    values = tuple(list_at(document, given, "values"))
    if kind is SlotType.CATEGORICAL and not values:
        document.warn(given.line, f"slot '{name}'; expected `values`, the list of its categories")
    if "mappings" not in given and not old:
        document.warn(given.line, f"slot '{name}'; expected `mappings`, the list of ways to fill it")
    initial = given.get("initial_value")
    if not _fits(initial, kind, values):
        document.warn(given.line_of("initial_value"), f"slot '{name}'; expected an initial value of type {kind}")
    mappings = [
        read
        for mapping, _ in maps(document, list_at(document, given, "mappings"), "a map with `type`")
        if (read := read_mapping(document, name, mapping)) is not None
    ]
    influences = value_at(document, given, "influence_conversation", bool, kind is not SlotType.ANY, "true or false")
    influences = influences and kind is not SlotType.ANY
    least, most = (_bound(document, given, *bound) for bound in (("min_value", 0.0), ("max_value", 1.0)))
    return Slot(name, kind, initial, influences, values, tuple(mappings), least, most)


def _bound(document: Document, given: Map, key: str, default: float) -> float:
    value = given.get(key, default)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    document.warn(given.line_of(key), f"expected a number as `{key}`")
    return default


def is_old(document: Document) -> bool:
    """Whether the domain is in the format of Rasa 2. Many say no version: then, whether no slot says how it is filled."""
    version = document.top.get("version")
    if version is not None:
        return str(version).startswith("2.")
    slots = document.top.get("slots")
    return (
        not any(isinstance(each, Map) and "mappings" in each for each in slots.values())
        if isinstance(slots, Map)
        else False
    )


def _slot_type(document: Document, name: str, given: Map) -> SlotType:
    """As a name, or as a path: rasa.shared.core.slots.TextSlot, and rasa.core.slots.TextSlot before."""
    written = str(given.get("type", ""))
    short = written.rpartition(".")[2].removesuffix("Slot").lower() if written.startswith("rasa.") else written
    if "." in short:
        document.warn(given.line_of("type"), f"slot '{name}'; a type of the project's own counts as 'any'")
        return SlotType.ANY
    try:
        return _OLD_TYPES.get(short) or SlotType(short)
    except ValueError:
        document.error(given.line_of("type"), f"slot '{name}'; expected a type out of {SLOT_TYPES}")
        return SlotType.ANY


def _fits(value: Any, kind: SlotType, values: tuple[Any, ...]) -> bool:
    if value is None:
        return True
    match kind:
        case SlotType.BOOL:
            return isinstance(value, bool)
        case SlotType.FLOAT:
            return isinstance(value, int | float) and not isinstance(value, bool)
        case SlotType.LIST:
            return isinstance(value, List)
        case SlotType.CATEGORICAL:
            return not values or value in values
        case SlotType.TEXT:
            return isinstance(value, str)
        case SlotType.ANY:
            return True


def read_mapping(document: Document, slot: str, given: Map) -> SlotMapping | None:
    only(document, given, MAPPING_KEYS, f"a mapping of slot '{slot}'")
    try:
        kind = MappingType(given.get("type", ""))
    except ValueError:
        calm = "mappings of flows (CALM) are not supported; " if given.get("type") in CALM_MAPPINGS else ""
        document.error(given.line_of("type"), f"slot '{slot}'; {calm}expected a mapping out of {MAPPING_TYPES}")
        return None
    if kind is MappingType.ENTITY and given.get("entity") is None:
        document.error(given.line, f"slot '{slot}'; expected `entity` in a from_entity mapping")
    if kind in (MappingType.INTENT, MappingType.TRIGGER_INTENT) and given.get("value") is None:
        document.error(given.line, f"slot '{slot}'; expected `value` in a {kind} mapping")
    return SlotMapping(
        kind,
        name_at(document, given, "entity"),
        name_at(document, given, "role"),
        name_at(document, given, "group"),
        frozenset(names_at(document, given, "intent")),
        frozenset(names_at(document, given, "not_intent")),
        given.get("value"),
        name_at(document, given, "action"),
        tuple(
            _condition(document, slot, one)
            for one, _ in maps(document, list_at(document, given, "conditions"), "a map")
        ),
    )


def _condition(document: Document, slot: str, given: Map) -> MappingCondition:
    only(document, given, {"active_loop", "requested_slot"}, f"a condition of slot '{slot}'")
    if "active_loop" not in given:
        document.warn(given.line, f"slot '{slot}'; expected `active_loop` in a condition; without it no form may be on")
    return MappingCondition(name_at(document, given, "active_loop"), name_at(document, given, "requested_slot"))
