"""The domain: what there is to understand, to remember and to say. Plain values, made once when a project is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from models.rasa.responses import Variation as Variation

REQUESTED_SLOT = "requested_slot"
SESSION_METADATA_SLOT = "session_started_metadata"
LANGUAGE_SLOT = "language"

LISTEN = "action_listen"
RESTART = "action_restart"
SESSION_START = "action_session_start"
DEFAULT_FALLBACK = "action_default_fallback"
DEACTIVATE_LOOP = "action_deactivate_loop"
EXTRACT_SLOTS = "action_extract_slots"
VALIDATE_SLOT_MAPPINGS = "action_validate_slot_mappings"
HANDOFF_ACTIONS = frozenset({"action_handoff", "action_human_handoff"})
TWO_STAGE_FALLBACK = "action_two_stage_fallback"
DEFAULT_ACTIONS = HANDOFF_ACTIONS | {
    LISTEN, RESTART, SESSION_START, DEFAULT_FALLBACK, DEACTIVATE_LOOP, EXTRACT_SLOTS, TWO_STAGE_FALLBACK,
    "action_revert_fallback_events", "action_default_ask_affirmation", "action_default_ask_rephrase", "action_back",
    "action_unlikely_intent",
}  # fmt: skip
DEFAULT_INTENTS = frozenset({"restart", "back", "out_of_scope", "session_start", "nlu_fallback"})
HANDOFF_INTENT = "human_handoff"
OUT_OF_SCOPE = "out_of_scope"
# What says that nothing was understood.
UNCLEAR = ("nlu_fallback", OUT_OF_SCOPE)
# Found by us in what customers type, whether the domain lists them or not.
SEALED_ENTITIES = frozenset({"phone", "bank_card", "id_card", "email"})


class SlotType(StrEnum):
    TEXT = "text"
    BOOL = "bool"
    CATEGORICAL = "categorical"
    FLOAT = "float"
    LIST = "list"
    ANY = "any"


class MappingType(StrEnum):
    ENTITY = "from_entity"
    INTENT = "from_intent"
    TEXT = "from_text"
    TRIGGER_INTENT = "from_trigger_intent"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class MappingCondition:
    """`active_loop` None: only while no form is on."""

    active_loop: str | None
    requested_slot: str | None = None


@dataclass(frozen=True, slots=True)
class SlotMapping:
    """One way to fill a slot. Empty `intents` means any intent; `conditions` is alternatives, empty means always."""

    type: MappingType
    entity: str | None = None
    role: str | None = None
    group: str | None = None
    intents: frozenset[str] = frozenset()
    not_intents: frozenset[str] = frozenset()
    value: Any = None
    action: str | None = None
    conditions: tuple[MappingCondition, ...] = ()


@dataclass(frozen=True, slots=True)
class Slot:
    name: str
    type: SlotType
    initial_value: Any = None
    influence_conversation: bool = True
    values: tuple[Any, ...] = ()
    mappings: tuple[SlotMapping, ...] = ()
    min_value: float = 0.0
    max_value: float = 1.0


@dataclass(frozen=True, slots=True)
class Form:
    name: str
    required_slots: tuple[str, ...]
    ignored_intents: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Intent:
    """`entities`: those this intent lets through; None means all."""

    name: str
    use_entities: frozenset[str] | None = None
    ignore_entities: frozenset[str] = frozenset()

    def lets(self, entity: str) -> bool:
        return entity not in self.ignore_entities and (self.use_entities is None or entity in self.use_entities)


@dataclass(frozen=True, slots=True)
class Domain:
    """`plain` is the domain as action servers get it (rasa-sdk's `domain`): made once, shared by all calls."""

    intents: Mapping[str, Intent] = field(default_factory=dict)
    entities: frozenset[str] = frozenset()
    slots: Mapping[str, Slot] = field(default_factory=dict)
    responses: Mapping[str, tuple[Variation, ...]] = field(default_factory=dict)
    actions: frozenset[str] = frozenset()
    forms: Mapping[str, Form] = field(default_factory=dict)
    session_minutes: float = 60
    carry_over_slots: bool = True
    plain: Mapping[str, Any] = field(default_factory=dict)

    def first_slots(self) -> dict[str, Any]:
        """Every slot with its initial value, the automatic ones included."""
        return {
            **{name: slot.initial_value for name, slot in self.slots.items()},
            REQUESTED_SLOT: None,
            SESSION_METADATA_SLOT: None,
        }

    def knows_action(self, name: str) -> bool:
        return name in self.actions or name in self.responses or name in self.forms or name in DEFAULT_ACTIONS

    def retrieval(self, action: str) -> bool:
        """Whether `utter_faq` stands for one of `utter_faq/…`, chosen by what was understood."""
        return any(name.startswith(f"{action}/") for name in self.responses)
