"""Reads the variations of a response."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.rasa.document import Document, List, Map
from models.rasa.fields import items, list_at, maps, name_at, only, text_of

# What reaches the customer, and the type each part must have.
PARTS: dict[str, tuple[type, str]] = {
    "text": (str, "a text"),
    "image": (str, "an address"),
    "custom": (Map, "a map"),
    "attachment": (object, "anything"),
    "buttons": (List, "a list of buttons"),
    "quick_replies": (List, "a list of buttons"),
    "elements": (List, "a list of maps"),
}
KEYS = frozenset(PARTS) | {"condition", "channel", "id", "metadata", "button_type"}


@dataclass(frozen=True, slots=True)
class Variation:
    """One way to say a response. `parts` holds only what the channel is to get: text, buttons, image, custom and so on."""

    parts: Mapping[str, Any]
    conditions: tuple[tuple[str, Any], ...] = ()
    channel: str | None = None


def read_variations(document: Document, name: str, given: Any, line: int) -> tuple[Variation, ...]:
    if isinstance(given, str):
        return (Variation({"text": given}),)
    if not isinstance(given, List) or not given:
        document.error(line, f"response '{name}'; expected a list of variations, each with `text` or another part")
        return ()
    found = []
    for one, at in items(given):
        if isinstance(one, str):
            found.append(Variation({"text": one}))
        elif isinstance(one, Map):
            found.append(_variation(document, name, one))
        else:
            document.error(at, f"expected a variation of '{name}'")
    return tuple(found)


def _variation(document: Document, name: str, given: Map) -> Variation:
    only(document, given, KEYS, f"response '{name}'")
    parts: dict[str, Any] = {}
    for part, (kind, what) in PARTS.items():
        value = given.get(part)
        if isinstance(value, int | float) and kind is str:
            value = str(value)
        if value is None:
            continue
        if not isinstance(value, kind):
            document.error(given.line_of(part), f"response '{name}'; expected {what} as `{part}`")
            continue
        parts[part] = value
    if not parts:
        document.warn(given.line, f"response '{name}' says nothing; expected `text` or another part in each variation")
    for part in ("buttons", "quick_replies"):
        _check_buttons(document, name, list_at(document, given, part) if isinstance(parts.get(part), List) else List(0))
    return Variation(parts, _conditions(document, name, given), name_at(document, given, "channel"))


def _check_buttons(document: Document, name: str, buttons: List) -> None:
    for button, line in maps(document, buttons, "a button with `title` and `payload`"):
        for key in ("title", "payload"):
            if isinstance(button.get(key), int | float):
                button[key] = text_of(button[key])
        if not isinstance(button.get("title"), str) or not isinstance(button.get("payload", ""), str):
            document.error(line, f"response '{name}'; expected a button with `title` and `payload`, both texts")


def _conditions(document: Document, name: str, given: Map) -> tuple[tuple[str, Any], ...]:
    found = []
    for condition, line in maps(document, list_at(document, given, "condition"), "a map with type, name and value"):
        if condition.get("type") != "slot" or not isinstance(condition.get("name"), str) or "value" not in condition:
            document.error(line, f"response '{name}'; expected a condition with `type: slot`, `name` and `value`")
            continue
        found.append((condition["name"], condition["value"]))
    return tuple(found)
