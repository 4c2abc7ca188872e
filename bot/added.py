"""What people have said of texts, in the inbox and at the desk, beside the project's files. It goes before them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from bot.nlu.data import Example, Span
from bot.project import Project
from models.examples import HEARD, NO_INTENT, folded
from models.examples import Example as Row
from models.project_data import spans_of
from models.rasa.data import marked_values


@dataclass(frozen=True, slots=True)
class Added:
    """A text, masked, and what it means; no intent: it is to be an example of nothing. `written`: somebody wrote it down so, with these
    entities and no others; else it was only heard, and a line of the files that means the same stays as it is."""

    intent: str
    text: str
    entities: tuple[Span, ...] = ()
    written: bool = False

    @classmethod
    def of(cls, row: Row) -> Added:
        return cls(row.intent, row.text, spans_of(row.entities), row.source != HEARD)


def with_added(project: Project, added: Sequence[Added]) -> tuple[Project, list[str]]:
    """The project with them, and what people should know of it. Where a file has the same text for another intent, the file's is left
    out. Those of intents that the project has not are left out: there would be no answer.
    """
    domain = project.domain
    known = [each for each in added if each.intent == NO_INTENT or _is_answered(each.intent, domain.intents)]
    missing = Counter(each.intent for each in added if each not in known)
    meant = {folded(each.text): each for each in known}
    kept = [each for each in project.training.examples if _stays(each, meant.get(folded(each.text)))]
    there = {folded(each.text) for each in kept}
    new = [
        Example(each.text, each.intent, each.entities)
        for each in sorted(meant.values(), key=_order)
        if each.intent != NO_INTENT and folded(each.text) not in there
    ]
    overruled = len(project.training.examples) - len(kept)
    told = [
        f"{count} added examples of `{intent}` are left out: the project has no such intent. Add it to the domain, with a rule."
        for intent, count in sorted(missing.items())
    ]
    if overruled:
        told.append(f"{overruled} examples of the project are left out: somebody has said something else of them.")
    if not new and not overruled:
        return project, told
    synonyms = marked_values(new) | dict(project.training.synonyms)
    training = replace(project.training, examples=(*kept, *new), synonyms=synonyms)
    return replace(project, training=training, data_hash=_hash(project.data_hash, known)), told


def rasa_yaml(added: Iterable[Added]) -> str:
    """As a file that belongs into `data/` of the project."""
    by_intent: dict[str, list[str]] = {}
    for each in sorted(set(added), key=_order):
        if each.intent != NO_INTENT:
            by_intent.setdefault(each.intent, []).append(" ".join(each.text.split()))
    items = [
        "\n".join([f"- intent: {_quoted(intent)}", "  examples: |", *(f"    - {text}" for text in texts)])
        for intent, texts in by_intent.items()
    ]
    return "\n".join(['version: "3.1"', "nlu:", *items, ""]) if items else 'version: "3.1"\nnlu: []\n'


def _stays(example: Example, said: Added | None) -> bool:
    return said is None or (said.intent == example.intent and not said.written)


def _quoted(name: str) -> str:
    """`no` and `1` are names too."""
    return msgspec.json.encode(name).decode()


def _is_answered(intent: str, intents: Iterable[str]) -> bool:
    return intent.partition("/")[0] in intents


def _order(added: Added) -> tuple[str, str, Any]:
    return added.intent, added.text, msgspec.json.encode([added.entities, added.written])


def _hash(before: str, added: Sequence[Added]) -> str:
    return hashlib.sha256(msgspec.json.encode([before, sorted(added, key=_order)])).hexdigest()
