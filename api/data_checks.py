"""What may be wrong with training data, for admins: of a line while it is typed, and of all that is there."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Literal

import msgspec
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.agent import ID_CHARACTERS
from api.data import Intent, Line, TaughtExample, shown_example
from api.intents import Described, known, title_of
from api.node import AdminOnly, Here, Node
from api.problems import documented
from api.transcripts import Language
from models.checks import Flaw, findings, loosely
from models.example_list import Listed, Wanted
from models.examples import UnusableExample, fingerprint, folded
from models.project_data import Part, parts
from models.teaching import WRITTEN, Sensitive, checked
from models.versions import Versions

router = APIRouter(prefix="/api/data", tags=["training data"])


class TypedLine(BaseModel):
    """`id` is the example that is changed; empty: it is a new one."""

    model_config = ConfigDict(extra="forbid")

    intent: Intent = ""
    line: Line
    id: str = Field(default="", max_length=ID_CHARACTERS)


class DataNote(BaseModel):
    """`known`: the intent has this example; `twice`: `intent` has it, so it cannot be kept; `held_out`: the test set has it, or its words
    in another order; `sensitive` and `unreadable` cannot be kept either."""

    kind: Literal["known", "twice", "held_out", "sensitive", "unreadable"]
    intent: str = ""
    title: str = ""


class DataNotes(BaseModel):
    notes: list[DataNote]


class NamedIntent(BaseModel):
    name: str
    title: str


class DataFinding(BaseModel):
    """`count` examples, of which at most 50 are told."""

    kind: Flaw
    intents: list[NamedIntent]
    count: int
    examples: list[TaughtExample]


class SuspectExample(BaseModel):
    """Models that had not seen it read it as `read`, and were sure by `confidence` (0 to 1)."""

    example: TaughtExample
    read: NamedIntent
    confidence: float


class DataFindings(BaseModel):
    """`suspects` are of the last training; those that somebody has looked at since are not among them."""

    findings: list[DataFinding]
    suspects: list[SuspectExample]


class _Suspect(msgspec.Struct):
    mark: str
    meant: str
    read: str
    confidence: float


class _Metrics(msgspec.Struct):
    suspects: tuple[_Suspect, ...] = ()


class _Manifest(msgspec.Struct):
    metrics: _Metrics = msgspec.field(default_factory=_Metrics)


@router.post("/check", responses=documented(401, 403, 413, 415, 422))
async def check(here: Here, _: AdminOnly, given: TypedLine, words: Language = "en") -> DataNotes:
    """While it is typed; nothing is kept."""
    return DataNotes(notes=await asyncio.to_thread(_notes, here, given, words))


@router.get("/findings", responses=documented(401, 403, 422))
async def found(here: Here, _: AdminOnly, words: Language = "en") -> DataFindings:
    """The gravest first."""
    return await asyncio.to_thread(_found, here, words)


def _notes(here: Node, given: TypedLine, words: Language) -> list[DataNote]:
    try:
        text = checked(given.line).text
    except Sensitive:
        return [DataNote(kind="sensitive")]
    except UnusableExample:
        return [DataNote(kind="unreadable")]
    notes, live = [], known(here)
    same = here.examples.page(Wanted(mark=fingerprint(text)))
    others = [] if any(each.id == given.id for each in same) else same
    if others:
        intent = next((each.intent for each in others if each.intent != given.intent), "")
        kind: Literal["twice", "known"] = "known" if any(each.intent == given.intent for each in others) else "twice"
        notes.append(DataNote(kind=kind, intent=intent, title=title_of(intent, live.get(intent), words)))
    held = _held_out(here)
    if folded(text) in {folded(each) for each in held} or (loosely(text) and loosely(text) in map(loosely, held)):
        notes.append(DataNote(kind="held_out"))
    return notes


def _held_out(here: Node) -> list[str]:
    return [text for text, _ in parts(here.history.engine, Part.HELD_OUT).values()]


def _found(here: Node, words: Language) -> DataFindings:
    live, lines = known(here), list(here.examples.all())
    told = findings(lines, _held_out(here), parts(here.history.engine, Part.INTENT))
    return DataFindings(
        findings=[
            DataFinding(
                kind=each.kind, intents=[_named(name, live, words) for name in each.intents], count=each.count,
                examples=[shown_example(example) for example in each.examples],
            )
            for each in told
        ],
        suspects=_suspects(here, lines, live, words),
    )  # fmt: skip


def _suspects(here: Node, lines: list[Listed], live: Mapping[str, Described], words: Language) -> list[SuspectExample]:
    newest = Versions(here.history.engine).newest()
    if newest is None:
        return []
    there = {(each.mark, each.intent): each for each in lines if each.source != WRITTEN or each.at <= newest.created}
    return [
        SuspectExample(example=shown_example(example), read=_named(each.read, live, words), confidence=each.confidence)
        for each in msgspec.json.decode(newest.manifest, type=_Manifest).metrics.suspects
        if (example := there.get((each.mark, each.meant))) is not None
    ]


def _named(name: str, live: Mapping[str, Described], words: Language) -> NamedIntent:
    return NamedIntent(name=name, title=title_of(name, live.get(name), words))
