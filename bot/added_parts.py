"""What people have said at the desk of synonyms, lookups, regular expressions and responses, over what the project's files say."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Engine

from bot.project import Project
from bot.project.domain import Variation
from models.project_data import Part
from models.rasa.data import marked_values
from models.rasa.document import Document, List, Map
from models.rasa.problems import Problems
from models.rasa.responses import read_variations
from models.taught_parts import TaughtParts

LEARNED = (Part.SYNONYM, Part.LOOKUP, Part.REGEX)


@dataclass(frozen=True, slots=True)
class AddedParts:
    """name → the last word on it; None where it is used no more."""

    synonyms: Mapping[str, list[str] | None] = field(default_factory=dict)
    lookups: Mapping[str, list[str] | None] = field(default_factory=dict)
    regexes: Mapping[str, list[str] | None] = field(default_factory=dict)

    @classmethod
    def of(cls, engine: Engine) -> AddedParts:
        return cls(*(TaughtParts(engine).said(kind) for kind in LEARNED))


NO_PARTS = AddedParts()


def with_parts(project: Project, said: AddedParts) -> Project:
    """The project that learns with them. What changes nothing changes no hash either."""
    training = project.training
    kept = {text: value for text, value in training.synonyms.items() if value not in said.synonyms}
    told = {text: value for value, texts in said.synonyms.items() for text in texts or ()}
    # What an example marks with a value is a synonym as long as nothing else is said of it.
    synonyms = marked_values(training.examples) | kept | told
    changed = replace(
        training,
        synonyms=synonyms,
        lookups=_over(training.lookups, said.lookups),
        regexes=_over(training.regexes, said.regexes),
    )
    if changed == training:
        return project
    written = msgspec.json.encode(
        [project.data_hash, changed.synonyms, changed.lookups, changed.regexes], order="sorted"
    )
    return replace(project, training=changed, data_hash=hashlib.sha256(written).hexdigest())


def _over(filed: Mapping[str, tuple[str, ...]], said: Mapping[str, list[str] | None]) -> dict[str, tuple[str, ...]]:
    every: dict[str, Iterable[str]] = {**filed, **{name: lines or () for name, lines in said.items()}}
    return {name: tuple(lines) for name, lines in every.items() if lines}


def responses(said: Mapping[str, Any]) -> dict[str, tuple[Variation, ...]]:
    """Those that can be said; what cannot be read is left to the files."""
    found = {}
    for name, value in said.items():
        problems = Problems()
        document = Document(str(Path(name)), problems)
        read = read_variations(document, name, _with_lines(value), 1) if value else ()
        if read and not problems.errors:
            found[name] = read
    return found


def _with_lines(value: Any) -> Any:
    """As a document has it."""
    if isinstance(value, Mapping):
        made = Map(1)
        made.update({key: _with_lines(each) for key, each in value.items()})
        return made
    if isinstance(value, list):
        items = List(1)
        items.extend(map(_with_lines, value))
        items.lines.extend([1] * len(value))
        return items
    return value
