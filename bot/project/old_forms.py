"""The format of Rasa 2, where forms carry the mappings and a slot with the name of an entity fills itself.

Read as `rasa data migrate` would write it.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import replace

from bot.project.domain import MappingCondition, MappingType, Slot, SlotMapping
from bot.project.slots import is_old, read_mapping
from models.rasa.document import Document, Map
from models.rasa.fields import list_at, maps

__all__ = ["filled", "form_mappings", "is_old"]

# These read whatever is said, so they wait for their own slot to be asked for.
_WHEN_ASKED = frozenset({MappingType.TEXT, MappingType.INTENT})


def form_mappings(document: Document, form: str, required: Map) -> Iterator[tuple[str, SlotMapping]]:
    """The mappings of an old form by slot, bound to that form."""
    for slot in required:
        for given in _listed(document, required, slot):
            mapping = read_mapping(document, slot, given)
            if mapping is not None:
                asked = slot if mapping.type in _WHEN_ASKED else None
                yield slot, replace(mapping, conditions=(MappingCondition(form, asked),))


def _listed(document: Document, required: Map, slot: str) -> list[Map]:
    """One mapping or a list of them; none at all stood for the entity of the slot's own name."""
    written = required.get(slot)
    if isinstance(written, Map):
        return [written]
    if not written:
        entity = Map(required.line_of(slot))
        entity.update(type=str(MappingType.ENTITY), entity=slot)
        return [entity]
    return [given for given, _ in maps(document, list_at(document, required, slot), "a map with `type`")]


def filled(slot: Slot, mappings: tuple[SlotMapping, ...], entities: Container[str], fills_itself: bool) -> Slot:
    """The slot with the mappings that forms had for it."""
    own = (SlotMapping(MappingType.ENTITY, slot.name),) if fills_itself and slot.name in entities else ()
    known = (*slot.mappings, *mappings, *own)
    return replace(slot, mappings=known or (SlotMapping(MappingType.CUSTOM),))
