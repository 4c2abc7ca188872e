"""Forms that are written in code, as in Rasa 1 and early Rasa 2: rasa-sdk has had no `FormAction` since 3.0, and many projects still do.

Such a form decides by itself what it asks; to us it is an action that runs as long as it is on. Values of slots are opened here, as in
every action.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rasa_sdk import Action, Tracker, forms
from rasa_sdk.events import ActiveLoop, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection

REQUESTED_SLOT = "requested_slot"
_LISTEN = "action_listen"
_Values = dict[str, Any]


class FormAction(Action):  # type: ignore[misc]  # rasa-sdk has no types
    """What a project's form builds on: `required_slots`, `slot_mappings`, `validate_<slot>` and `submit` are its own."""

    def name(self) -> str:
        raise NotImplementedError

    @staticmethod
    def required_slots(tracker: Tracker) -> list[str]:
        raise NotImplementedError

    def slot_mappings(self) -> Mapping[str, Any]:
        """By slot one mapping or several; a slot without any is filled by the entity of its name."""
        return {}

    def submit(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: _Values) -> list[_Values]:
        raise NotImplementedError

    def from_entity(
        self, entity: str, intent: Any = None, not_intent: Any = None, role: Any = None, group: Any = None
    ) -> _Values:
        return _mapping("from_entity", intent, not_intent, entity=entity, role=role, group=group)

    def from_trigger_intent(self, value: Any, intent: Any = None, not_intent: Any = None) -> _Values:
        return _mapping("from_trigger_intent", intent, not_intent, value=value)

    def from_intent(self, value: Any, intent: Any = None, not_intent: Any = None) -> _Values:
        return _mapping("from_intent", intent, not_intent, value=value)

    def from_text(self, intent: Any = None, not_intent: Any = None) -> _Values:
        return _mapping("from_text", intent, not_intent)

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: _Values) -> list[_Values]:
        """Raises ActionExecutionRejection where what was said is nothing for this form."""
        starts = tracker.active_loop_name != self.name()
        events: list[_Values] = [ActiveLoop(self.name())] if starts else []
        interrupted = bool((tracker.active_loop or {}).get("is_interrupted"))
        if starts or (tracker.latest_action_name == _LISTEN and not interrupted):
            events += await self.validate(dispatcher, tracker, domain) or []
        _set(tracker, events)
        if any(event["event"] in ("active_loop", "form") and event.get("name") is None for event in events):
            return events
        asked = self.request_next_slot(dispatcher, tracker, domain)
        if asked is not None:
            return [*events, *asked]
        return [*events, *(await _awaited(self.submit(dispatcher, tracker, domain)) or []), *self.deactivate()]

    async def validate(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: _Values) -> list[_Values]:
        """What was said, as far as it fills slots of this form, and what the project makes of it."""
        starts, requested = tracker.active_loop_name != self.name(), tracker.get_slot(REQUESTED_SLOT)
        found = self.extract_other_slots(dispatcher, tracker, domain)
        if starts:
            known = {slot: tracker.get_slot(slot) for slot in self.required_slots(tracker)}
            found = {**{slot: value for slot, value in known.items() if value is not None}, **found}
        elif requested:
            found |= self.extract_requested_slot(dispatcher, tracker, domain)
            if not found:
                raise ActionExecutionRejection(self.name(), f"{requested} was not said")
        return await self.validate_slots(found, dispatcher, tracker, domain)

    async def validate_slots(
        self, found: _Values, dispatcher: CollectingDispatcher, tracker: Tracker, domain: _Values
    ) -> list[_Values]:
        for slot, value in list(found.items()):
            check = getattr(self, f"validate_{slot.replace('-', '_')}", None)
            if check is not None:
                checked = await _awaited(check(value, dispatcher, tracker, domain))
                found.update(checked if isinstance(checked, dict) else {slot: checked})
        return [SlotSet(slot, value) for slot, value in found.items()]

    def extract_other_slots(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: _Values) -> _Values:
        """Slots that were not asked for: by the entity of their own name, and at the start by the intent that started the form."""
        starts = tracker.active_loop_name != self.name()
        found: _Values = {}
        for slot in self.required_slots(tracker):
            if slot == tracker.get_slot(REQUESTED_SLOT) and not starts:
                continue
            own = [each for each in self.get_mappings_for_slot(slot) if _without_asking(each, slot, starts)]
            if values := self._values(own, tracker):
                found[slot] = values[0]
        return found

    def extract_requested_slot(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: _Values) -> _Values:
        slot = tracker.get_slot(REQUESTED_SLOT)
        asked = [each for each in self.get_mappings_for_slot(slot) if each["type"] != "from_trigger_intent"]
        values = self._values(asked, tracker)
        return {slot: values[0]} if values else {}

    def get_mappings_for_slot(self, slot: str) -> list[_Values]:
        given = self.slot_mappings().get(slot) or self.from_entity(slot)
        return list(given) if isinstance(given, list | tuple) else [given]

    def _values(self, mappings: Iterable[_Values], tracker: Tracker) -> list[Any]:
        said = [each for each in mappings if self.intent_is_desired(each, tracker)]
        return [value for each in said for value in _said(each, tracker)]

    def intent_is_desired(self, mapping: _Values, tracker: Tracker) -> bool:
        intent = (tracker.latest_message.get("intent") or {}).get("name")
        return (not mapping["intent"] or intent in mapping["intent"]) and intent not in mapping["not_intent"]

    def request_next_slot(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: _Values
    ) -> list[_Values] | None:
        """None where nothing is missing."""
        for slot in self.required_slots(tracker):
            if tracker.get_slot(slot) is None:
                dispatcher.utter_message(response=f"utter_ask_{slot}")
                return [SlotSet(REQUESTED_SLOT, slot)]
        return None

    def deactivate(self) -> list[_Values]:
        return [ActiveLoop(None), SlotSet(REQUESTED_SLOT, None)]


def give_back() -> None:
    """To a project's imports. What rasa-sdk has of its own stays."""
    for name, value in (("FormAction", FormAction), ("REQUESTED_SLOT", REQUESTED_SLOT)):
        if not hasattr(forms, name):
            setattr(forms, name, value)


def _mapping(kind: str, intent: Any, not_intent: Any, **more: Any) -> _Values:
    return {"type": kind, "intent": _listed(intent), "not_intent": _listed(not_intent), **more}


def _listed(given: Any) -> list[str]:
    return [] if given is None else list(given) if isinstance(given, list | tuple) else [given]


def _without_asking(mapping: _Values, slot: str, starts: bool) -> bool:
    kind = mapping["type"]
    return (kind == "from_entity" and mapping["entity"] == slot) or (kind == "from_trigger_intent" and starts)


def _said(mapping: _Values, tracker: Tracker) -> Iterator[Any]:
    """The value that a mapping has in what was said, if it has one."""
    match mapping["type"]:
        case "from_entity":
            found = list(tracker.get_latest_entity_values(mapping["entity"], mapping["role"], mapping["group"]))
            yield from [found if len(found) > 1 else found[0]] if found else []
        case "from_text" if tracker.latest_message.get("text"):
            yield tracker.latest_message["text"]
        case "from_intent" | "from_trigger_intent":
            yield mapping["value"]
        case _:
            pass


def _set(tracker: Tracker, events: Iterable[_Values]) -> None:
    tracker.slots.update({event["name"]: event["value"] for event in events if event["event"] == "slot"})


async def _awaited(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value
