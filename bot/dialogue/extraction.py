"""Slots from what was understood: the mappings of the domain, the first that applies wins. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.dialogue.reminders import IS_EXTERNAL
from bot.dialogue.tracker import SealedSlot, Tracker
from bot.project.domain import Domain, Form, MappingType, Slot, SlotMapping, SlotType
from models.sensitive import SealedSpan

SENSITIVE = "sensitive"
_AT_START = frozenset({MappingType.ENTITY, MappingType.TRIGGER_INTENT, MappingType.INTENT})


@dataclass(frozen=True, slots=True)
class Filled:
    """A slot and what is to be in it: masked, with what opens it."""

    slot: str
    value: Any
    sealed: SealedSlot | None = None


@dataclass(frozen=True, slots=True)
class Sealing:
    """The sealed spans of the message, and the row they were sealed for."""

    spans: tuple[SealedSpan, ...] = ()
    row: str = ""

    def whole(self) -> SealedSlot | None:
        return SealedSlot(self.spans, self.row) if self.spans else None

    def of(self, entity: dict[str, Any]) -> SealedSlot | None:
        """What opens the value of an entity that was found sealed."""
        if entity.get("extractor") != SENSITIVE:
            return None
        for span in self.spans:
            if span.start == entity["start"] and span.kind == entity["entity"]:
                return SealedSlot((SealedSpan(span.kind, 0, span.end - span.start, span.sealed),), self.row)
        return None


def extract(domain: Domain, tracker: Tracker, sealing: Sealing) -> list[Filled]:
    """What this message fills, in the order of the domain. Custom mappings are left to their actions."""
    found = (_first(domain, tracker, sealing, slot) for slot in domain.slots.values())
    return [filled for filled in found if filled is not None]


def extract_at_start(domain: Domain, tracker: Tracker, sealing: Sealing, form: Form) -> list[Filled]:
    """What the message that starts a form fills: the mappings bound to the form could not apply before. As in Rasa, also of slots
    that the form does not ask for."""
    found = []
    for slot in domain.slots.values():
        for mapping in slot.mappings:
            if mapping.type not in _AT_START or not _intent_fits(domain, tracker, mapping, None):
                continue
            if _starts_with(mapping, form):
                filled = _value(tracker, sealing, slot, mapping)
                if filled is not None:
                    found.append(filled)
                    break
    return found


def _starts_with(mapping: SlotMapping, form: Form) -> bool:
    if mapping.type is MappingType.TRIGGER_INTENT:
        bound = [each.active_loop for each in mapping.conditions]
        return not bound or form.name in bound
    return any(each.active_loop == form.name and each.requested_slot is None for each in mapping.conditions)


def custom_actions(domain: Domain, tracker: Tracker) -> list[str]:
    """The actions of custom mappings that have to run for this message, each once."""
    names = (
        mapping.action
        for slot in domain.slots.values()
        for mapping in slot.mappings
        if mapping.action is not None
        and _conditions_hold(tracker, slot, mapping)
        and _intent_fits(domain, tracker, mapping, tracker.loop_name)
    )
    return list(dict.fromkeys(names))


def _first(domain: Domain, tracker: Tracker, sealing: Sealing, slot: Slot) -> Filled | None:
    for mapping in slot.mappings:
        if mapping.type in (MappingType.CUSTOM, MappingType.TRIGGER_INTENT) or not _conditions_hold(
            tracker, slot, mapping
        ):
            continue
        if not _intent_fits(domain, tracker, mapping, tracker.loop_name) or not _unmistakable(
            domain, tracker, slot, mapping
        ):
            continue
        filled = _value(tracker, sealing, slot, mapping)
        if filled is not None:
            return filled
    return None


def _value(tracker: Tracker, sealing: Sealing, slot: Slot, mapping: SlotMapping) -> Filled | None:
    match mapping.type:
        case MappingType.ENTITY:
            return _from_entity(tracker, sealing, slot, mapping)
        case MappingType.TEXT:
            message = tracker.latest_message
            text = None if (message.get("metadata") or {}).get(IS_EXTERNAL) else message.get("text")
            return Filled(slot.name, text, sealing.whole()) if text else None
        case MappingType.INTENT | MappingType.TRIGGER_INTENT:
            return Filled(slot.name, mapping.value)
        case MappingType.CUSTOM:
            return None


def _from_entity(tracker: Tracker, sealing: Sealing, slot: Slot, mapping: SlotMapping) -> Filled | None:
    entities = [
        entity
        for entity in tracker.latest_message.get("entities", ())
        if entity["entity"] == mapping.entity
        and entity.get("role") == mapping.role
        and entity.get("group") == mapping.group
    ]
    if not entities:
        return None
    if slot.type is SlotType.LIST:
        return Filled(slot.name, [entity["value"] for entity in entities])
    return Filled(slot.name, entities[-1]["value"], sealing.of(entities[-1]))


def _intent_fits(domain: Domain, tracker: Tracker, mapping: SlotMapping, loop: str | None) -> bool:
    intent = tracker.intent
    if loop is not None and loop in domain.forms and intent in domain.forms[loop].ignored_intents:
        return False
    return (not mapping.intents or intent in mapping.intents) and intent not in mapping.not_intents


def _conditions_hold(tracker: Tracker, slot: Slot, mapping: SlotMapping) -> bool:
    """The conditions are alternatives. While something else goes on in a form, nothing answers its question."""
    if not mapping.conditions:
        return True
    if tracker.loop is not None and tracker.loop.rejected and tracker.requested_slot == slot.name:
        return False
    return any(
        condition.active_loop == tracker.loop_name
        and (condition.requested_slot is None or condition.requested_slot == tracker.requested_slot)
        for condition in mapping.conditions
    )


def _unmistakable(domain: Domain, tracker: Tracker, slot: Slot, mapping: SlotMapping) -> bool:
    """In a form, an entity that could fill several of its slots fills only the one that was asked for (as in Rasa)."""
    loop = tracker.loop_name
    if (
        mapping.type is not MappingType.ENTITY
        or loop is None
        or loop not in domain.forms
        or tracker.requested_slot == slot.name
    ):
        return True
    required = domain.forms[loop].required_slots
    if slot.name not in required:
        return True
    key = (mapping.entity, mapping.role, mapping.group)
    return not any(key in _entity_keys(domain.slots[name]) for name in required if name != slot.name)


def _entity_keys(slot: Slot) -> Iterator[tuple[str | None, str | None, str | None]]:
    return ((one.entity, one.role, one.group) for one in slot.mappings if one.type is MappingType.ENTITY)
