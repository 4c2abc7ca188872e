"""What an imported file would change, and changing it: first it is looked at as a plan, then done as it was seen, all of it or nothing.

What the file says is merged into what is there: nothing is taken away. Where it contradicts what is there, that stays unless the admin says
otherwise. Synchronous: call it through asyncio.to_thread.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine

from models import audit
from models.example_list import ExampleList, Listed
from models.examples import TEXT_CHARACTERS, UnusableExample, checked_intent, fingerprint
from models.frames import plain, visible
from models.part_values import UnusablePart, checked_name, checked_value
from models.project_data import Part, spans_json
from models.rasa.data import Example
from models.rasa.reading import Read
from models.sensitive import find
from models.tables import SPANS_CHARACTERS
from models.taught_parts import Taught, TaughtParts, add
from models.teaching import Teaching

EXAMPLES_MOST = 50_000
SOURCE = "import"


class Refusal(StrEnum):
    """Why something of the file is not taken."""

    SENSITIVE = "sensitive"
    TOO_LONG = "too_long"
    UNREADABLE = "unreadable"
    NAME = "name"
    TWICE = "twice"
    PART = "part"


class Effect(StrEnum):
    ADD = "add"
    CHANGE = "change"
    CONTRADICT = "contradict"


@dataclass(frozen=True, slots=True)
class Step:
    """One example of the file. `there` is what is there already, under `there.intent` where it contradicts."""

    effect: Effect
    example: Example
    there: Listed | None = None


@dataclass(frozen=True, slots=True)
class PartStep:
    """A synonym, lookup, pattern or response that becomes `value`; `version` is the one that is there."""

    kind: Part
    name: str
    version: int
    value: Any
    new: bool


@dataclass(slots=True)
class Plan:
    """`same` examples are there already."""

    steps: list[Step] = field(default_factory=list)
    parts: list[PartStep] = field(default_factory=list)
    refused: list[tuple[Refusal, str, str]] = field(default_factory=list)
    same: int = 0

    @property
    def digest(self) -> str:
        """Of all that would be done: what is done must be what was looked at."""
        steps = [[each.effect, each.example, each.there.id if each.there else ""] for each in self.steps]
        written = msgspec.json.encode([steps, self.parts])
        return hashlib.sha256(written).hexdigest()[:32]

    def of(self, effect: Effect) -> list[Step]:
        return [each for each in self.steps if each.effect is effect]


def plan(engine: Engine, read: Read) -> Plan:
    """What the file would do now."""
    made = Plan()
    _plan_examples(made, read, {each.mark: each for each in ExampleList(engine).all()})
    taught = TaughtParts(engine)
    wanted: dict[Part, Mapping[str, Any]] = {
        Part.SYNONYM: _by_value(read.synonyms), Part.REGEX: read.regexes, Part.LOOKUP: read.lookups, Part.RESPONSE: read.responses,
    }  # fmt: skip
    for kind, named in wanted.items():
        there = {each.name: each for each in taught.all(kind)}
        for name, value in named.items():
            _plan_part(made, kind, name, value, there.get(name))
    return made


def apply(engine: Engine, made: Plan, person: str, reason: str, *, overrule: bool) -> str:
    """All of it or nothing; the change by which its examples are undone together. `overrule`: contradictions too. Raises Outdated."""
    steps = [each for each in made.steps if overrule or each.effect is not Effect.CONTRADICT]

    def parts(connection: Connection) -> None:
        for each in made.parts:
            add(connection, each.kind, each.name, each.version, each.value, person, reason)
            audit.write(connection, person, f"{each.kind}.change", each.name, reason)

    given = [(each.example, each.there.id if each.there else "") for each in steps]
    return Teaching(engine).take(given, SOURCE, person, reason, parts)


def _plan_examples(made: Plan, read: Read, there: Mapping[str, Listed]) -> None:
    seen: dict[str, Example] = {}
    bad: set[str] = set()
    for each in read.found()[:EXAMPLES_MOST]:
        why = _refusal(each)
        if why is not None:
            made.refused.append(
                (why, each.intent, "" if why in (Refusal.SENSITIVE, Refusal.TOO_LONG) else each.text[:100])
            )
            continue
        mark = fingerprint(each.text)
        if (other := seen.setdefault(mark, each)) is not each and other.intent != each.intent and mark not in bad:
            bad.add(mark)
            made.refused.append((Refusal.TWICE, f"{other.intent} / {each.intent}", each.text[:100]))
    for mark, each in seen.items():
        if mark in bad:
            continue
        known = there.get(mark)
        if known is None:
            made.steps.append(Step(Effect.ADD, each))
        elif known.intent != each.intent:
            made.steps.append(Step(Effect.CONTRADICT, each, known))
        elif spans_json(known.entities) != spans_json(each.entities):
            made.steps.append(Step(Effect.CHANGE, each, known))
        else:
            made.same += 1


def _refusal(example: Example) -> Refusal | None:
    try:
        checked_intent(example.intent)
    except UnusableExample:
        return Refusal.NAME
    if len(example.text) > TEXT_CHARACTERS or len(spans_json(example.entities)) > SPANS_CHARACTERS:
        return Refusal.TOO_LONG
    if not visible(example.text) or not plain(example.text):
        return Refusal.UNREADABLE
    return Refusal.SENSITIVE if find(example.text) else None


def _by_value(synonyms: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for text, value in synonyms.items():
        found.setdefault(value, []).append(text)
    return found


def _plan_part(made: Plan, kind: Part, name: str, value: Any, there: Taught | None) -> None:
    before = there.used if there else None
    try:
        merged = value if kind is Part.RESPONSE or not before else [*before, *value]
        kept, name = checked_value(kind, merged), checked_name(kind, name)
    except UnusablePart as error:
        made.refused.append((Refusal.PART, name[:100], str(error)))
        return
    if kept != before:
        made.parts.append(PartStep(kind, name, there.version if there else 0, kept, before is None))
