"""What may be said of synonyms, lookups, regular expressions and responses. Pure: what is taken here can be trained and answered."""

from __future__ import annotations

import re
import warnings
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from models.frames import plain, visible
from models.project_data import Part
from models.tables import ID_CHARACTERS

LINE_CHARACTERS = 500
LINES_MOST = 20_000
TEXT_CHARACTERS = 4000
EDITED = (Part.SYNONYM, Part.LOOKUP, Part.REGEX, Part.RESPONSE)

Said = Annotated[str, Meta(max_length=TEXT_CHARACTERS)]
Short = Annotated[str, Meta(max_length=LINE_CHARACTERS)]
Many = Annotated[list[dict[str, Any]], Meta(max_length=20)]


class UnusablePart(Exception):
    """It cannot be taken; the message says why, never what was sent."""


class Condition(msgspec.Struct, forbid_unknown_fields=True):
    """Of the slot `name`, as Rasa has it."""

    type: Literal["slot"]
    name: Short
    value: str | int | float | bool | None


class Pressed(msgspec.Struct):
    """A button; what else is in it is the channel's own."""

    title: Short
    payload: Said = ""


class Spoken(msgspec.Struct, forbid_unknown_fields=True):
    """One variation of a response, as Rasa has it."""

    text: Said = ""
    image: Said = ""
    buttons: Annotated[list[Pressed], Meta(max_length=20)] = []
    quick_replies: Annotated[list[Pressed], Meta(max_length=20)] = []
    elements: Many = []
    custom: dict[str, Any] = {}
    attachment: Any = None
    condition: Annotated[list[Condition], Meta(max_length=20)] = []
    channel: Short = ""
    id: Short = ""
    metadata: Any = None
    button_type: Short = ""

    @property
    def says(self) -> bool:
        return bool(
            self.text
            or self.image
            or self.buttons
            or self.quick_replies
            or self.elements
            or self.custom
            or self.attachment
        )


def checked_name(kind: Part, name: str) -> str:
    """As it is kept. Raises UnusablePart."""
    name = name.strip() if kind is not Part.SYNONYM else name
    if not visible(name) or not plain(name) or "\n" in name or len(name) > ID_CHARACTERS:
        raise UnusablePart(f"A name has 1 to {ID_CHARACTERS} characters, in one line.")
    if kind is Part.RESPONSE and not re.fullmatch(r"utter_[\w.-]+(/[\w.-]+)?", name):
        raise UnusablePart(
            "The name of a response begins with utter_ and has letters, digits, underscores and hyphens."
        )
    return name


def checked_value(kind: Part, value: Any) -> Any:
    """As it is kept: JSON. Raises UnusablePart."""
    return _response(value) if kind is Part.RESPONSE else _lines(kind, value)


def _lines(kind: Part, value: Any) -> list[str]:
    if not isinstance(value, list) or not value or len(value) > LINES_MOST:
        raise UnusablePart(f"There are 1 to {LINES_MOST} lines.")
    for each in value:
        if not isinstance(each, str) or not visible(each) or not plain(each) or len(each) > LINE_CHARACTERS:
            raise UnusablePart(f"A line has 1 to {LINE_CHARACTERS} characters, and no control characters.")
        if kind is Part.REGEX and not _is_pattern(each):
            raise UnusablePart("One of the lines is no regular expression.")
    if kind is Part.SYNONYM:
        value = [each.lower() for each in value]
    return list(dict.fromkeys(value))


def _is_pattern(line: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(line)
    except (re.error, OverflowError, RecursionError):
        return False
    return True


def _response(value: Any) -> list[Any]:
    if not isinstance(value, list) or not 1 <= len(value) <= 50:
        raise UnusablePart("A response has 1 to 50 variations.")
    try:
        read = msgspec.convert(value, list[Spoken])
    except msgspec.ValidationError:
        raise UnusablePart(
            "A variation has a text, buttons with title and payload, or another part that Rasa knows."
        ) from None
    if not all(each.says for each in read) or not all(plain(each.text) for each in read):
        raise UnusablePart("Each variation says something, without control characters.")
    return value
