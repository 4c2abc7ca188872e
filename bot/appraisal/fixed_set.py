"""The fixed test set: the project's own held-out texts, and a fifth of what was labelled in the inbox. Training never sees it. Pure.

A text's side never changes while what came before it stays: it follows from its own letters, and what is nearly the same follows the
first of it. So a model is never measured on what it, or one before it, has learned.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec

from bot.appraisal.learned import Learned
from bot.nlu.data import Example, TrainingData
from bot.project import Project
from models.examples import folded
from models.kept_back import kept_back
from models.labelled import Labelled


@dataclass(frozen=True, slots=True)
class FixedSet:
    """`files` are from tests/heldout.yml, `inbox` from what was labelled. `dropped`: texts of the file that are examples too."""

    files: tuple[Example, ...] = ()
    inbox: tuple[Example, ...] = ()
    dropped: int = 0

    @property
    def texts(self) -> tuple[Example, ...]:
        return (*self.files, *self.inbox)

    @property
    def hash(self) -> str:
        """Of texts and meanings, in any order."""
        return hashlib.sha256(msgspec.json.encode(sorted((each.text, each.intent) for each in self.texts))).hexdigest()


def set_apart(files: Project, whole: Project, heard: Sequence[Labelled]) -> tuple[Project, FixedSet]:
    """`files` is the project as it is written, `whole` the same with what people have added; `heard` is that of the inbox, oldest first.
    The project without the texts of the fixed set, which are its held-out texts now."""
    written = {folded(each.text) for each in files.training.examples}
    given = {folded(each.text): each for each in whole.training.examples}
    fresh = [each for each in heard if (text := folded(each.text)) in given and text not in written]
    measured = files.heldout.examples if files.heldout else ()
    kept = kept_back((each.text for each in measured), whole.training.examples, fresh)
    training = tuple(each for each in whole.training.examples if folded(each.text) not in kept)
    learned = {folded(each.text) for each in training}
    own = tuple(each for each in measured if folded(each.text) not in learned)
    of_file = {folded(each.text): each.intent for each in own}
    meant = {folded(each.text): each.intent for each in fresh}
    # What somebody has said of a text goes before the file, here too.
    own = tuple(each for each in own if meant.get(folded(each.text), each.intent) == each.intent)
    inbox = tuple(given[text] for text in sorted(kept) if of_file.get(text) != given[text].intent)
    found = FixedSet(own, inbox, len(measured) - len(own))
    held = TrainingData(found.texts) if kept or found.dropped else whole.heldout
    if not kept:
        return replace(whole, heldout=held), found
    data_hash = hashlib.sha256(msgspec.json.encode([whole.data_hash, sorted(kept)])).hexdigest()
    learning = replace(whole.training, examples=training)
    return replace(whole, training=learning, heldout=held, data_hash=data_hash), found


def comparable(
    fixed: FixedSet, heard: Sequence[Labelled], candidate: Learned, live: Learned | None = None, live_since: int = 0
) -> list[Example]:
    """Those that neither model has learned. A live model of before says nothing of that: it has learned all of the inbox that was there
    when it was made (`live_since`, ms)."""
    models = [candidate, *([live] if live else [])]
    old = {folded(each.text) for each in heard if each.at <= live_since} if live and not live.known else set()
    return [
        each for each in fixed.texts if folded(each.text) not in old and not any(each.text in model for model in models)
    ]
