"""Training data as Rasa 1 wrote it, in Markdown. It becomes the document that the YAML of today would be, line for line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from models.rasa.document import Document, List, Map
from models.rasa.problems import Problems

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_NLU_HEAD = re.compile(r"##\s*(intent|synonym|regex|lookup)\s*:\s*(.+)")
_ITEM = re.compile(r"\s*[-*+]\s+(.*)")
_ACTION = re.compile(r"([\w.:-]+)\s*(\{.*\})?$")
_INTENT = re.compile(r"(?:form:\s*)?/?([^{:]+?)\s*(\{.*\})?\s*(?::\s*(.*))?$")
_OLD_LOOPS = ("form", "active_loop")
_ACTION_PREFIXES = ("utter_", "action_", "respond_")


def read_markdown(path: Path, folder: Path, problems: Problems) -> Document:
    """A file with none of its headings, such as a README, is empty."""
    document = Document(path.relative_to(folder).as_posix(), problems)
    reading = _Reading(document, folder)
    for number, line in enumerate(_without_comments(document.text_of(path)).splitlines(), 1):
        reading.take(line.rstrip(), number)
    reading.close()
    return document


def _without_comments(text: str) -> str:
    """Lines keep their numbers."""
    return _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text)


def _map(line: int, **values: Any) -> Map:
    made = Map(line)
    made.update(values)
    made.lines.update(dict.fromkeys(values, line))
    return made


def _append(items: List, item: Any, line: int) -> None:
    items.append(item)
    items.lines.append(line)


class _Reading:
    """Where the reading of one file stands: in an item of `nlu`, or below a heading that may begin a story or a response."""

    def __init__(self, document: Document, folder: Path) -> None:
        self._document = document
        self._folder = folder
        self._parts = {"nlu": List(1), "stories": List(1)}
        self._responses = Map(1)
        self._examples: List | None = None
        self._steps: List | None = None
        self._response: tuple[str, int] | None = None

    def take(self, line: str, number: int) -> None:
        if line.startswith("##"):
            self._head(line, number)
        elif self._examples is not None:
            self._example(line, number)
        elif self._steps is not None and line.strip():
            self._step(line, number)

    def close(self) -> None:
        """A heading below which nothing is done was no story: a README has many."""
        stories = List(1)
        for story, line in zip(self._parts["stories"], self._parts["stories"].lines, strict=True):
            if story["steps"]:
                _append(stories, story, line)
        for name, part in (("nlu", self._parts["nlu"]), ("stories", stories), ("responses", self._responses)):
            if part:
                self._document.top[name] = part
                self._document.top.lines[name] = 1

    def _head(self, line: str, number: int) -> None:
        self._examples = self._steps = self._response = None
        if found := _NLU_HEAD.match(line):
            self._examples = List(number)
            _append(
                self._parts["nlu"], _map(number, **{found[1]: found[2].strip(), "examples": self._examples}), number
            )
        else:
            self._steps = List(number)
            story = _map(number, story=line.lstrip("#").strip() or "story", steps=self._steps)
            _append(self._parts["stories"], story, number)

    def _example(self, line: str, number: int) -> None:
        assert self._examples is not None
        if found := _ITEM.match(line):
            if found[1].strip():
                _append(self._examples, found[1].strip(), number)
        elif line.strip():
            for each in self._looked_up(line.strip(), number):
                _append(self._examples, each, number)

    def _looked_up(self, name: str, number: int) -> Iterator[str]:
        """A lookup may name a file of its values, one a line."""
        path = (self._folder / name).resolve()
        if not path.is_relative_to(self._folder.resolve()) or not path.is_file():
            self._document.warn(number, "line skipped; expected a line that begins with '-', or a file of the project")
            return
        yield from (each.strip() for each in self._document.text_of(path).splitlines() if each.strip())

    def _step(self, line: str, number: int) -> None:
        assert self._steps is not None
        text = line.strip()
        if text.startswith(">"):
            _append(self._steps, _map(number, checkpoint=text[1:].strip()), number)
        elif line.startswith("*"):
            self._said(text[1:].strip(), number)
        elif found := _ITEM.match(line):
            self._done(found[1].strip(), number)

    def _said(self, text: str, number: int) -> None:
        """`intent{"entity": "value"}`, joined with OR; in tests `intent: what was typed`."""
        assert self._steps is not None
        self._response = (text, number) if "/" in text and "{" not in text else None
        meant = [self._intended(each.strip(), number) for each in re.split(r"\s+OR\s+", text)]
        if len(meant) == 1:
            _append(self._steps, meant[0], number)
        else:
            either = List(number)
            for each in meant:
                _append(either, each, number)
            _append(self._steps, _map(number, **{"or": either}), number)

    def _intended(self, text: str, number: int) -> Map:
        found = _INTENT.match(text)
        if found is None:
            return _map(number, intent=text)
        step = _map(number, intent=found[1])
        if found[3]:
            step["user"] = found[3]
        entities = List(number)
        for entity in self._values(found[2], number).items():
            _append(entities, _map(number, **dict([entity])), number)
        if entities:
            step["entities"] = entities
        return step

    def _done(self, text: str, number: int) -> None:
        assert self._steps is not None
        found = _ACTION.match(text)
        if self._response is not None and not text.startswith(_ACTION_PREFIXES):
            self._respond(text)
        elif found is None:
            self._document.warn(number, "line skipped; expected the name of an action after '-'")
        elif found[1] in _OLD_LOOPS and found[2]:
            loop = self._values(found[2], number).get("name")
            _append(self._steps, _map(number, active_loop=loop), number)
        elif found[1] == "slot" and found[2]:
            slots = List(number)
            for slot in self._values(found[2], number).items():
                _append(slots, _map(number, **dict([slot])), number)
            _append(self._steps, _map(number, slot_was_set=slots), number)
        else:
            # Answers to retrieval intents had a prefix of their own.
            _append(self._steps, _map(number, action=re.sub(r"^respond_", "utter_", found[1])), number)

    def _respond(self, text: str) -> None:
        """Below `* faq/price` a sentence is the answer, not an action; such a heading is no story."""
        assert self._steps is not None
        assert self._response is not None
        intent, number = self._response
        variations = self._responses.setdefault(f"utter_{intent}", List(number))
        self._responses.lines[f"utter_{intent}"] = number
        _append(variations, _map(number, text=text), number)
        self._steps.clear()
        self._steps.lines.clear()

    def _values(self, written: str | None, number: int) -> dict[str, Any]:
        if written is None:
            return {}
        try:
            values = json.loads(written)
        except ValueError:
            values = None
        if not isinstance(values, dict):
            self._document.warn(number, "values passed over; expected JSON with double quotes in braces")
            return {}
        return values
