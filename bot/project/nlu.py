"""Reads `nlu:`: intents with examples, synonyms, regular expressions and lookup tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bot.nlu.data import Example, TrainingData
from bot.project.document import Document, List, Map
from bot.project.fields import items, list_at, maps, only
from bot.project.markup import NotMarkup, unmark

KINDS = ("intent", "synonym", "regex", "lookup")


class NluReader:
    """Takes documents one after the other; same-named items merge across files."""

    def __init__(self) -> None:
        self.intents: dict[str, tuple[Document, int]] = {}
        self.entities: dict[str, tuple[Document, int]] = {}
        self._examples: dict[Example, None] = {}
        self._synonyms: dict[str, str] = {}
        self._regexes: dict[str, list[str]] = {}
        self._lookups: dict[str, list[str]] = {}

    def take(self, document: Document) -> None:
        for item, _ in maps(
            document, list_at(document, document.top, "nlu"), "a map with intent, synonym, regex or lookup"
        ):
            kinds = [kind for kind in KINDS if kind in item]
            if len(kinds) != 1:
                document.error(item.line, f"expected exactly one of {', '.join(KINDS)}")
                continue
            only(document, item, {kinds[0], "examples", "metadata"}, f"an item of `nlu` ({kinds[0]})")
            name = item[kinds[0]]
            if isinstance(name, Map | List) or name is None:
                document.error(item.line_of(kinds[0]), f"expected a name after `{kinds[0]}:`")
                continue
            self._take_item(document, kinds[0], str(name), item)

    def data(self) -> TrainingData:
        return TrainingData(
            tuple(self._examples),
            self._synonyms,
            {name: tuple(lines) for name, lines in self._regexes.items()},
            {name: tuple(lines) for name, lines in self._lookups.items()},
        )

    def _take_item(self, document: Document, kind: str, name: str, item: Map) -> None:
        lines = list(_lines(document, kind, item))
        if not lines:
            document.error(item.line, f"{kind} '{name}' has no examples; expected `examples: |` with a line for each")
        match kind:
            case "intent":
                self.intents.setdefault(name, (document, item.line))
                for text, line in lines:
                    self._take_example(document, name, text, line)
            case "synonym":
                self._synonyms.update({text.lower(): name for text, _ in lines})
            case "regex":
                self._regexes.setdefault(name, []).extend(
                    text for text, line in lines if _is_pattern(document, text, line)
                )
            case _:
                self._lookups.setdefault(name, []).extend(text for text, _ in lines)

    def _take_example(self, document: Document, intent: str, text: str, line: int) -> None:
        try:
            marked = unmark(text)
        except NotMarkup as error:
            document.error(line, str(error))
            return
        for span in marked.spans:
            self.entities.setdefault(span.entity, (document, line))
        self._examples[Example(marked.text, intent, marked.spans)] = None
        for typed, value in marked.synonyms.items():
            self._synonyms.setdefault(typed, value)


def _lines(document: Document, kind: str, item: Map) -> Iterator[tuple[str, int]]:
    """The block form (`- ` before each line) or, for intents, the list form."""
    given = item.get("examples")
    if isinstance(given, str):
        # The block begins in the line after its key.
        yield from _block(document, given, item.line_of("examples") + 1)
    elif isinstance(given, List):
        for one, line in items(given):
            text: Any = one.get("text") if isinstance(one, Map) else one
            if isinstance(text, str) and text.strip():
                yield text.strip().removeprefix("- "), line
            else:
                document.error(line, f"expected a text as example of this {kind}")
    elif given is not None:
        document.error(item.line_of("examples"), "expected a block (`examples: |`) or a list of examples")


def _block(document: Document, block: str, first: int) -> Iterator[tuple[str, int]]:
    for line, text in enumerate(block.split("\n"), first):
        if text.startswith("-"):
            if content := text[1:].strip():
                yield content, line
        elif text.strip():
            document.warn(line, "line skipped; expected a line that begins with '-'")


def _is_pattern(document: Document, text: str, line: int) -> bool:
    try:
        re.compile(text)
    except re.error as error:
        document.error(line, f"not a regular expression: {error.msg}")
        return False
    return True
