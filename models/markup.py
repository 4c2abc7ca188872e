"""Entity annotations in examples: `[text](type)`, `[text](type:value)`, `[text]{"entity": …}`, `[text][{…}, {…}]`.

Offsets are of the text without the markup: code points, end exclusive.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

_ANNOTATED = re.compile(
    r"\[(?P<text>[^\]]+?)\]"
    r"(?:\((?P<entity>[^:)]+?)(?::(?P<value>[^)]+))?\)|(?P<one>\{[^}]+?\})|(?P<many>\[\{.*?\}\]))"
)
KEYS = frozenset({"entity", "value", "role", "group"})


class NotMarkup(ValueError):
    """An annotation that is none; the text says what was expected."""


@dataclass(frozen=True, slots=True)
class Span:
    """An annotated entity: `text[start:end]`, code points, end exclusive."""

    start: int
    end: int
    entity: str
    value: str
    role: str | None = None
    group: str | None = None


@dataclass(slots=True)
class Marked:
    """A text without its markup. `synonyms` maps a lower-cased text to the value written beside it."""

    text: str = ""
    spans: tuple[Span, ...] = ()
    synonyms: dict[str, str] = field(default_factory=dict)


def unmark(line: str) -> Marked:
    """Raises NotMarkup."""
    pieces: list[str] = []
    spans: list[Span] = []
    synonyms: dict[str, str] = {}
    done = start = 0
    for found in _ANNOTATED.finditer(line):
        pieces += (line[done : found.start()], found["text"])
        start += found.start() - done
        for entity in _entities(found):
            value = entity.get("value", found["text"])
            end = start + len(found["text"])
            spans.append(Span(start, end, entity["entity"], value, entity.get("role"), entity.get("group")))
            if value != found["text"]:
                synonyms[found["text"].lower()] = value
        start += len(found["text"])
        done = found.end()
    return Marked("".join((*pieces, line[done:])), tuple(spans), synonyms)


def spanned(text: str, entities: Any) -> Marked:
    """A text whose entities are given beside it, as `{start, end, entity, value}`. Raises NotMarkup."""
    spans, synonyms = [], {}
    for given in entities if isinstance(entities, list) else ():
        try:
            start, end = int(given["start"]), int(given["end"])
            entity = _checked({key: given[key] for key in KEYS if key in given})
        except (TypeError, KeyError, ValueError):
            raise NotMarkup("expected entities with `start`, `end` and `entity`") from None
        if not 0 <= start < end <= len(text):
            raise NotMarkup("expected `start` and `end` of an entity inside of its text")
        value = entity.get("value", text[start:end])
        spans.append(Span(start, end, entity["entity"], value, entity.get("role"), entity.get("group")))
        if value != text[start:end]:
            synonyms[text[start:end].lower()] = value
    return Marked(text, tuple(spans), synonyms)


def marked(text: str, spans: Sequence[Span]) -> str | None:
    """The line that `unmark` reads as this; None where no line says it: spans that overlap, or signs that would be read as markup."""
    pieces: list[str] = []
    done = 0
    for (start, end), same in groupby(sorted(spans, key=lambda each: (each.start, each.end)), _place):
        if start < done:
            return None
        pieces += (text[done:start], f"[{text[start:end]}]", _annotation(text[start:end], list(same)))
        done = end
    line = "".join((*pieces, text[done:]))
    try:
        read = unmark(line)
    except NotMarkup:
        return None
    return line if read.text == text and set(read.spans) == set(spans) else None


def _place(span: Span) -> tuple[int, int]:
    return span.start, span.end


def _annotation(said: str, spans: list[Span]) -> str:
    if len(spans) > 1:
        return json.dumps([_named(said, each) for each in spans], ensure_ascii=False)
    (span,) = spans
    plain = span.value == said and span.role is None and span.group is None and not re.search(r"[:()]", span.entity)
    return f"({span.entity})" if plain else json.dumps(_named(said, span), ensure_ascii=False)


def _named(said: str, span: Span) -> dict[str, str]:
    given = {"entity": span.entity, "role": span.role, "group": span.group}
    written = {key: value for key, value in given.items() if value is not None}
    return written if span.value == said else written | {"value": span.value}


def _entities(found: re.Match[str]) -> list[dict[str, str]]:
    if found["entity"] is not None:
        plain = {"entity": found["entity"].strip()}
        return [plain | {"value": found["value"]} if found["value"] else plain]
    given = _loaded(found["one"] or found["many"])
    return [_checked(one) for one in (given if isinstance(given, list) else [given])]


def _loaded(written: str) -> Any:
    try:
        return json.loads(written)
    except ValueError:
        raise NotMarkup("expected JSON with double quotes after [text]") from None


def _checked(given: Any) -> dict[str, str]:
    if not isinstance(given, dict) or not isinstance(given.get("entity"), str) or not given["entity"]:
        raise NotMarkup('expected {"entity": "name"} after [text]')
    if unknown := sorted(set(given) - KEYS):
        raise NotMarkup(f"unknown key '{unknown[0]}' in an annotation; expected one of {', '.join(sorted(KEYS))}")
    return {key: str(value) for key, value in given.items() if value is not None}
