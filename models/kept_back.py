"""Which texts that were labelled in the inbox training never sees: they are for the fixed test set (bot/appraisal/fixed_set.py).

A text's side never changes while what came before it stays: it follows from its own letters, and what is nearly the same follows the
first of it. The same for who trains and for who shows it.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Protocol

from sqlalchemy import Engine, select

from models.example_list import ExampleList
from models.examples import folded
from models.labelled import Labelled, labelled
from models.project_data import Part, parts
from models.tables import project_examples

# One in so many, as long as there are not more than can be read in some seconds.
SHARE = 5
INBOX_MOST = 3_000
# An intent keeps its first examples for training: of fewer nothing is learned.
LEAST_EXAMPLES = 10
_OTHER = re.compile(r"[\W_]+")
_DIGITS = re.compile(r"\d+")


class Trained(Protocol):
    @property
    def text(self) -> str: ...
    @property
    def intent(self) -> str: ...


def kept_back(measured: Iterable[str], trained: Sequence[Trained], fresh: Sequence[Labelled]) -> set[str]:
    """Folded texts. `measured` is what the project's files hold out, `trained` all examples, `fresh` those of them that only the inbox
    has, oldest first."""
    sides = _Sides(measured, trained, {folded(each.text) for each in fresh})
    return {folded(each.text) for each in fresh if sides.takes(each)}


def kept_back_now(engine: Engine) -> set[str]:
    """What a training that began now would not learn, folded. Synchronous."""
    heard = labelled(engine)
    if not heard:
        return set()
    with engine.connect() as connection:
        written = {folded(text) for text in connection.scalars(select(project_examples.c.text))}
    trained = list(ExampleList(engine).all())
    given = {folded(each.text) for each in trained}
    fresh = [each for each in heard if (text := folded(each.text)) in given and text not in written]
    held = parts(engine, Part.HELD_OUT).values()
    return kept_back((text for text, _ in held), trained, fresh)


class _Sides:
    """Which side a text is on, by all that says that it is like another."""

    def __init__(self, measured: Iterable[str], trained: Iterable[Trained], heard: set[str]) -> None:
        self._kept = {likeness(text): True for text in measured}
        self._counts: Counter[str] = Counter()
        self._taken = 0
        for each in trained:
            if folded(each.text) not in heard:
                self._kept[likeness(each.text)] = False
                self._counts[each.intent] += 1

    def takes(self, each: Labelled) -> bool:
        """Whether it is kept from training."""
        like = likeness(each.text)
        names = [name for name in (like, f"group {each.group}", f"decision {each.decision}") if not name.endswith(" ")]
        known = next((self._kept[name] for name in names if name in self._kept), None)
        side = self._drawn(like, each.intent) if known is None else known
        for name in names:
            self._kept.setdefault(name, side)
        self._counts[each.intent] += not side
        self._taken += side
        return side

    def _drawn(self, like: str, intent: str) -> bool:
        if self._taken >= INBOX_MOST or self._counts[intent] < LEAST_EXAMPLES:
            return False
        return int.from_bytes(hashlib.sha256(like.encode()).digest()[:4]) % SHARE == 0


def likeness(text: str) -> str:
    """The same for texts of which only marks, spaces, width, case or numbers are others."""
    plain = _OTHER.sub("", unicodedata.normalize("NFKC", text).casefold())
    return _DIGITS.sub("0", plain) or folded(text)
