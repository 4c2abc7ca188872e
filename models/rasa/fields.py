"""Typed looks into a document: what is not as expected becomes a problem with its line, and the reading goes on."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, TypeVar

from models.rasa.document import Document, List, Map

T = TypeVar("T")


def map_at(document: Document, parent: Map, key: str) -> Map:
    """The mapping under `key`; empty where it is missing, null, or something else (which is a problem)."""
    value = parent.get(key)
    if isinstance(value, Map):
        return value
    if value is not None:
        document.error(parent.line_of(key), f"expected a map under `{key}`")
    return Map(parent.line_of(key))


def list_at(document: Document, parent: Map, key: str) -> List:
    """The list under `key`; empty where it is missing, null, or something else (which is a problem)."""
    value = parent.get(key)
    if isinstance(value, List):
        return value
    if value is not None:
        document.error(parent.line_of(key), f"expected a list under `{key}`")
    return List(parent.line_of(key))


def items(sequence: List) -> Iterator[tuple[Any, int]]:
    return zip(sequence, sequence.lines, strict=True)


def maps(document: Document, sequence: List, what: str) -> Iterator[tuple[Map, int]]:
    """The items that are mappings; the others are problems."""
    for item, line in items(sequence):
        if isinstance(item, Map):
            yield item, line
        else:
            document.error(line, f"expected {what}")


def value_at(document: Document, parent: Map, key: str, kind: type[T], otherwise: T, what: str) -> T:
    """The value under `key` where it is of `kind` (bool is no number here); `otherwise` where it is missing."""
    value = parent.get(key)
    if value is None:
        return otherwise
    if isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
        return value
    document.error(parent.line_of(key), f"expected {what} as `{key}`")
    return otherwise


def name_at(document: Document, parent: Map, key: str) -> str | None:
    """A name may have been written as a number or as true: it is taken as its text."""
    value = parent.get(key)
    if value is None:
        return None
    if isinstance(value, Map | List):
        document.error(parent.line_of(key), f"expected a name as `{key}`")
        return None
    return text_of(value)


def names_at(document: Document, parent: Map, key: str) -> list[str]:
    """One name or a list of names."""
    value = parent.get(key)
    if value is None or value == []:
        return []
    if isinstance(value, List):
        return [text_of(item) for item in value if not isinstance(item, Map | List)]
    name = name_at(document, parent, key)
    return [] if name is None else [name]


def named_items(document: Document, sequence: List, what: str) -> Iterator[tuple[str, Map, int]]:
    """Items written as `name` or as `name: {options}`."""
    for item, line in items(sequence):
        if isinstance(item, Map) and len(item) == 1:
            name, options = next(iter(item.items()))
            if options is not None and not isinstance(options, Map):
                document.error(line, f"expected options as a map after `{name}:`")
            yield name, options if isinstance(options, Map) else Map(line), line
        elif isinstance(item, Map | List) or item is None:
            document.error(line, f"expected {what}")
        else:
            yield text_of(item), Map(line), line


def only(document: Document, given: Map, known: Collection[str], what: str) -> None:
    """Warns of keys that nobody reads: most are spelling mistakes."""
    for key in given:
        if key not in known:
            document.warn(
                given.line_of(key), f"unknown key '{key}' in {what}; expected one of {', '.join(sorted(known))}"
            )


def text_of(value: Any) -> str:
    """As it was written, or nearly: a name may look like a number or like true."""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
