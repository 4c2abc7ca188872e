"""What people have taught beside the project's files, and the project that learns with it: the same for who trains and who compares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine

from bot.added import Added, with_added
from bot.added_parts import NO_PARTS, AddedParts, with_parts
from bot.appraisal.fixed_set import FixedSet, set_apart
from bot.project import Project
from bot.project.load import HELDOUT
from models.examples import Examples
from models.labelled import Labelled, labelled


@dataclass(frozen=True, slots=True)
class Taught:
    """`added` are examples, `heard` says of those from the inbox where they come from: a share of them is for the fixed test set. `parts`
    are synonyms, lookups and regular expressions."""

    added: Sequence[Added] = ()
    heard: Sequence[Labelled] = ()
    parts: AddedParts = NO_PARTS

    @classmethod
    def of(cls, engine: Engine) -> Taught:
        """Synchronous."""
        return cls([Added.of(each) for each in Examples(engine).used()], labelled(engine), AddedParts.of(engine))


NOTHING = Taught()


def learning(files: Project, taught: Taught) -> tuple[Project, FixedSet, list[str]]:
    """The project as training learns it, without the fixed test set, which are its held-out texts; and what people should know of it."""
    whole, told = with_added(with_parts(files, taught.parts), taught.added)
    project, fixed = set_apart(files, whole, taught.heard)
    if fixed.dropped:
        why = "are examples too, or somebody has said otherwise of them; they are not measured."
        told = [*told, f"{fixed.dropped} texts of {HELDOUT} {why}"]
    return project, fixed, told
