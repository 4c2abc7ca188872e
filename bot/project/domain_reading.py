"""Reads the domain from one file or several: maps merge, lists are joined, and a name given twice is a problem."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from bot.project.domain import (
    REQUESTED_SLOT,
    SESSION_METADATA_SLOT,
    Domain,
    Form,
    Intent,
    Slot,
    SlotMapping,
    SlotType,
    Variation,
)
from bot.project.old_forms import filled, form_mappings, is_old
from bot.project.slots import read_slot
from bot.project.story import Done, Intended, Rule
from models.rasa.document import Document, List, Map
from models.rasa.fields import list_at, map_at, name_at, named_items, names_at, only, value_at
from models.rasa.responses import read_variations

DATA_KEYS = {"version", "nlu", "stories", "rules", "responses"}
# `templates` is what Rasa 1 called responses.
DOMAIN_KEYS = {
    "intents",
    "entities",
    "slots",
    "actions",
    "forms",
    "templates",
    "e2e_actions",
    "session_config",
    "config",
}
TOP_KEYS = DATA_KEYS | DOMAIN_KEYS
# Rasa's defaults (domain reference, session_config).
SESSION_MINUTES = 60.0


class DomainReader:
    """Takes documents one after the other; `domain()` is what they say together. `places` says where a name was defined."""

    def __init__(self) -> None:
        self.places: dict[tuple[str, str], tuple[Document, int]] = {}
        self._intents: dict[str, Intent] = {}
        self._entities: dict[str, Any] = {}
        self._ignored_entities: set[str] = set()
        self._slots: dict[str, Slot] = {}
        self._responses: dict[str, tuple[Variation, ...]] = {}
        self._actions: list[str] = []
        self._forms: dict[str, Form] = {}
        # What Rasa 1 wrote beside an intent, a rule says today.
        self.triggers: list[Rule] = []
        self._old_mappings: dict[str, list[SlotMapping]] = {}
        self._asked: dict[str, tuple[Document, int]] = {}
        self._self_filling: set[str] = set()
        self._session: dict[str, Any] = {}
        self._stores = True
        self._plain: dict[str, dict[str, Any]] = {"slots": {}, "responses": {}, "forms": {}}
        self._plain_intents: list[Any] = []

    def take(self, document: Document) -> None:
        top = document.top
        only(document, top, TOP_KEYS, "the domain")
        self._take_intents(document, list_at(document, top, "intents"))
        for name, options, line in named_items(document, list_at(document, top, "entities"), "the name of an entity"):
            only(document, options, {"roles", "groups", "influence_conversation"}, f"entity '{name}'")
            if self._new(document, "entity", name, line):
                self._entities[name] = None
                if options.get("influence_conversation") is False:
                    self._ignored_entities.add(name)
        for name, _, line in named_items(document, list_at(document, top, "actions"), "the name of an action"):
            if self._new(document, "action", name, line):
                self._actions.append(name)
        self._take_slots(document, map_at(document, top, "slots"))
        self.take_responses(document)
        self._take_forms(document, _forms(document, top))
        config = map_at(document, top, "config")
        self._stores &= value_at(document, config, "store_entities_as_slots", bool, True, "true or false")
        self._take_session(document, map_at(document, top, "session_config"))

    def take_responses(self, document: Document) -> None:
        """Responses may stand in training files too."""
        for key in ("responses", "templates"):
            responses = map_at(document, document.top, key)
            for name, value in responses.items():
                self._take_response(document, name, value, responses.line_of(name))

    def _take_response(self, document: Document, name: str, value: Any, line: int) -> None:
        if not name.startswith("utter_"):
            document.warn(line, f"response '{name}'; expected a name that begins with 'utter_'")
        if self._new(document, "response", name, line):
            self._responses[name] = variations = read_variations(document, name, value, line)
            plain = isinstance(value, List) and all(isinstance(one, Map) for one in value)
            self._plain["responses"][name] = value if plain else [dict(each.parts) for each in variations]

    def domain(self, spoken: Iterable[str] = ()) -> Domain:
        """`spoken`: what stories have the bot say word for word."""
        responses = {text: (Variation({"text": text}),) for text in spoken} | self._responses
        minutes = self._session.get("session_expiration_time", SESSION_MINUTES)
        carry = self._session.get("carry_over_slots_to_new_session", True)
        plain = {
            "config": {"store_entities_as_slots": self._stores},
            "session_config": {"session_expiration_time": minutes, "carry_over_slots_to_new_session": carry},
            "intents": self._plain_intents,
            "entities": list(self._entities),
            "slots": self._plain["slots"],
            "responses": self._plain["responses"],
            "actions": [*self._actions, *(name for name in self._responses if name not in self._actions)],
            "forms": self._plain["forms"],
            "e2e_actions": [name for name in responses if name not in self._responses],
        }
        ignored = frozenset(self._ignored_entities)
        return Domain(
            {
                name: each if each.ignore_entities else replace(each, ignore_entities=ignored)
                for name, each in self._intents.items()
            },
            frozenset(self._entities),
            self._with_old(),
            responses,
            frozenset(self._actions),
            self._forms,
            float(minutes),
            carry,
            plain,
        )

    def _new(self, document: Document, kind: str, name: str, line: int) -> bool:
        """The first counts, as in Rasa, where files are merged."""
        first = self.places.get((kind, name))
        if first is None:
            self.places[kind, name] = document, line
            return True
        document.warn(line, f"duplicate {kind} '{name}' is passed over (first in {first[0].file}:{first[1]})")
        return False

    def _take_intents(self, document: Document, intents: List) -> None:
        for name, options, line in named_items(document, intents, "the name of an intent"):
            only(
                document,
                options,
                {"use_entities", "ignore_entities", "triggers", "is_retrieval_intent"},
                f"intent '{name}'",
            )
            if "/" in name:
                document.warn(line, f"intent '{name}'; '/' is reserved for retrieval intents, which belong in the data")
            if not self._new(document, "intent", name, line):
                continue
            used = options.get("use_entities", True)
            use = None if used is True else frozenset(names_at(document, options, "use_entities") if used else ())
            if (action := name_at(document, options, "triggers")) is not None:
                steps = (Intended(name, line=line), Done(action, line))
                self.triggers.append(Rule(f"{name} triggers {action}", steps, document.file, line))
            self._intents[name] = Intent(name, use, frozenset(names_at(document, options, "ignore_entities")))
            self._plain_intents.append({name: dict(options) or {"use_entities": True}})

    def _take_slots(self, document: Document, slots: Map) -> None:
        for name, value in slots.items():
            line = slots.line_of(name)
            if name == SESSION_METADATA_SLOT or (name == REQUESTED_SLOT and not _seen_by_stories(value)):
                if not is_old(document):
                    document.warn(line, f"slot '{name}' is automatic; expected no definition of it")
            elif not isinstance(value, Map):
                document.error(line, f"slot '{name}'; expected a map with `type` and `mappings`")
            elif self._new(document, "slot", name, line):
                self._slots[name] = read_slot(document, name, value)
                if is_old(document) and value.get("auto_fill", True) is not False:
                    self._self_filling.add(name)
                self._plain["slots"][name] = {"mappings": [], "initial_value": None, **value}

    def _take_forms(self, document: Document, forms: Map) -> None:
        for name, value in forms.items():
            line = forms.line_of(name)
            value = Map(line) if value is None else value
            required = _required(value) if isinstance(value, Map) else None
            if isinstance(required, Map):
                self._take_old_form(document, name, value, required, line)
                continue
            if not isinstance(value, Map) or not isinstance(required, List):
                document.error(line, f"form '{name}'; expected a map with `required_slots`, a list of slots")
                continue
            only(document, value, {"required_slots", "ignored_intents"}, f"form '{name}'")
            if self._new(document, "form", name, line):
                ignored = frozenset(names_at(document, value, "ignored_intents"))
                self._forms[name] = Form(name, tuple(names_at(document, value, "required_slots")), ignored)
                self._plain["forms"][name] = value

    def _take_old_form(self, document: Document, name: str, value: Map, required: Map, line: int) -> None:
        if self._new(document, "form", name, line):
            ignored = frozenset(names_at(document, value, "ignored_intents"))
            self._forms[name] = Form(name, tuple(required), ignored)
            self._plain["forms"][name] = {"ignored_intents": sorted(ignored), "required_slots": list(required)}
            for slot, mapping in form_mappings(document, name, required):
                self._asked.setdefault(slot, (document, line))
                self._old_mappings.setdefault(slot, []).append(mapping)

    def _with_old(self) -> dict[str, Slot]:
        """The slots with what Rasa 2 left to forms and to entities of the same name. A form's slot that is missing is made up."""
        for name, (document, line) in self._asked.items():
            if name not in self._slots:
                document.warn(line, f"form asks for '{name}', which is no slot; it is taken as one of type any")
                self.places["slot", name] = document, line
                self._slots[name] = Slot(name, SlotType.ANY, influence_conversation=False)
                self._plain["slots"][name] = {"type": "any", "mappings": [], "initial_value": None}
        return {
            name: filled(
                slot,
                tuple(self._old_mappings.get(name, ())),
                self._entities,
                self._stores and name in self._self_filling,
            )
            for name, slot in self._slots.items()
        }

    def _take_session(self, document: Document, given: Map) -> None:
        only(document, given, {"session_expiration_time", "carry_over_slots_to_new_session"}, "session_config")
        minutes = given.get("session_expiration_time")
        minutes = SESSION_MINUTES if minutes is None else minutes
        if not isinstance(minutes, int | float) or isinstance(minutes, bool) or minutes < 0:
            document.error(given.line_of("session_expiration_time"), "expected a number of minutes, 0 for never")
            minutes = SESSION_MINUTES
        carry = value_at(document, given, "carry_over_slots_to_new_session", bool, True, "true or false")
        if "session_expiration_time" in given:
            self._session.setdefault("session_expiration_time", minutes)
        if "carry_over_slots_to_new_session" in given:
            self._session.setdefault("carry_over_slots_to_new_session", carry)


def _required(form: Map) -> Any:
    """The oldest forms had their slots right below their name, or none that the domain knew."""
    if "required_slots" in form:
        return List(form.line) if form["required_slots"] is None else form["required_slots"]
    slots = Map(form.line)
    slots.update({name: value for name, value in form.items() if name != "ignored_intents"})
    slots.lines.update(form.lines)
    return slots if slots else List(form.line)


def _forms(document: Document, top: Map) -> Map:
    """Before Rasa 2 they were a list of names."""
    if not isinstance(top.get("forms"), List):
        return map_at(document, top, "forms")
    named = Map(top.line_of("forms"))
    for name, options, line in named_items(document, list_at(document, top, "forms"), "the name of a form"):
        named[name] = options
        named.lines[name] = line
    return named


def _seen_by_stories(value: Any) -> bool:
    """A `requested_slot` that the domain defines may influence stories, which then can tell what was asked for."""
    return isinstance(value, Map) and bool(value.get("influence_conversation", True))
