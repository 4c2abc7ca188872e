"""Reads `nlu:`: intents with examples, synonyms, regular expressions and lookup tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from models.markup import NotMarkup, spanned, unmark
from models.rasa.data import Example, TrainingData
from models.rasa.document import Document, List, Map
from models.rasa.fields import items, list_at, only, text_of

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
        self._titles: dict[str, dict[str, str]] = {}

    def take(self, document: Document) -> None:
        """What Rasa passes over with a warning is passed over here."""
        for item, line in items(list_at(document, document.top, "nlu")):
            kind = next((kind for kind in KINDS if isinstance(item, Map) and kind in item), None)
            if kind is None:
                document.warn(line, f"skipped; expected a map with one of {', '.join(KINDS)}")
                continue
            only(document, item, {kind, "examples", "metadata"}, f"an item of `nlu` ({kind})")
            name = item[kind]
            if isinstance(name, Map | List) or name is None or name == "":
                document.warn(item.line_of(kind), f"skipped; expected a name after `{kind}:`")
                continue
            self._take_item(document, kind, text_of(name), item)

    def data(self) -> TrainingData:
        return TrainingData(
            tuple(self._examples),
            self._synonyms,
            {name: tuple(lines) for name, lines in self._regexes.items()},
            {name: tuple(lines) for name, lines in self._lookups.items()},
            titles=self._titles,
        )

    def _take_item(self, document: Document, kind: str, name: str, item: Map) -> None:
        lines = list(_lines(document, kind, item))
        if not lines:
            document.warn(item.line, f"{kind} '{name}' has no examples; expected `examples: |` with a line for each")
            return
        match kind:
            case "intent":
                self.intents.setdefault(name, (document, item.line))
                self._take_title(document, name, item)
                for text, line, entities in lines:
                    self._take_example(document, name, text, line, entities)
            case "synonym":
                self._synonyms.update({text.lower(): name for text, _, _ in lines})
            case "regex":
                self._regexes.setdefault(name, []).extend(
                    text for text, line, _ in lines if _is_pattern(document, text, line)
                )
            case _:
                self._lookups.setdefault(name, []).extend(text for text, _, _ in lines)

    def _take_title(self, document: Document, intent: str, item: Map) -> None:
        """`title` in the metadata, of which the rest is the project's own: a text, one for each language, or false for none."""
        metadata = item.get("metadata")
        title = metadata.get("title") if isinstance(metadata, Map) else None
        if title is None:
            return
        titles = {} if title is False else title if isinstance(title, Map) else {"": title}
        if all(isinstance(each, str) and each.strip() for each in titles.values()):
            self._titles.setdefault(intent, {}).update(
                {str(language): each.strip() for language, each in titles.items()}
            )
        else:
            document.warn(
                item.line_of("metadata"),
                f"title of '{intent}' passed over; expected a text, a text for each language, or false",
            )

    def _take_example(self, document: Document, intent: str, text: str, line: int, entities: Any) -> None:
        try:
            marked = unmark(text) if entities is None else spanned(text, entities)
        except NotMarkup as error:
            document.error(line, str(error))
            return
        for span in marked.spans:
            self.entities.setdefault(span.entity, (document, line))
        self._examples[Example(marked.text, intent, marked.spans)] = None
        for typed, value in marked.synonyms.items():
            self._synonyms.setdefault(typed, value)


def _lines(document: Document, kind: str, item: Map) -> Iterator[tuple[str, int, Any]]:
    """The block form (`- ` before each line) or the list form: text, line, and the entities where they stand beside the text."""
    given = item.get("examples")
    if isinstance(given, str):
        # The block begins in the line after its key.
        yield from ((text, line, None) for text, line in _block(document, given, item.line_of("examples") + 1))
    elif isinstance(given, List):
        for one, line in items(given):
            text: Any = one.get("text") if isinstance(one, Map) else one
            entities = one.get("entities") if isinstance(one, Map) else None
            if entities is not None and isinstance(text, str) and text:
                yield text, line, entities
            elif isinstance(text, str | int | float) and str(text).strip():
                yield text_of(text).strip().removeprefix("- "), line, None
            elif text is not None:
                document.warn(line, f"skipped; expected a text as example of this {kind}")
    elif given is not None:
        document.warn(item.line_of("examples"), "skipped; expected a block (`examples: |`) or a list of examples")


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
    except (re.error, OverflowError, RecursionError) as error:
        document.warn(line, f"skipped, for it is not a regular expression: {_why(error)}")
        return False
    return True


def _why(error: Exception) -> str:
    return error.msg if isinstance(error, re.error) else "its repeats or brackets are too many"
