"""Suggestions: what an agent could say to a customer's last message, and what agents made of them. The counts hold no text.

Synchronous: call it through asyncio.to_thread.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from enum import StrEnum

import msgspec
from sqlalchemy import Engine, insert, select, update
from sqlalchemy.exc import IntegrityError

from models.database import writing
from models.tables import suggestions

MOST = 3


class SuggestionKind(StrEnum):
    """Where it comes from: an answer of the project that the bot would have given, or a canned response."""

    ANSWER = "answer"
    CANNED = "canned"


class Proposal(msgspec.Struct, frozen=True):
    """`name`: the response's name, or the canned response's id, whose `text` is filled in for who reads it. `confidence` from 0 to 1."""

    kind: SuggestionKind
    name: str
    text: str
    confidence: float


class Proposed(msgspec.Struct, frozen=True):
    """To the message at `seq`, the best first."""

    seq: int
    proposals: tuple[Proposal, ...]


class Suggestions:
    """One row for each person and message of a customer: which kinds were shown, and which of them was sent."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def shown(self, conversation: str, seq: int, person: str, kinds: Collection[SuggestionKind]) -> None:
        """Shown again, it counts once."""
        row = {
            "conversation": conversation, "seq": seq, "person": person, "at": time.time_ns() // 1_000_000,
            "answers": sum(each is SuggestionKind.ANSWER for each in kinds), "canned": sum(each is SuggestionKind.CANNED for each in kinds),
            "used": "", "edited": 0,
        }  # fmt: skip
        try:
            with writing(self._engine) as connection:
                connection.execute(insert(suggestions).values(row))
        except IntegrityError:
            return

    def used(self, conversation: str, seq: int, person: str, kind: SuggestionKind, *, edited: bool) -> bool:
        """The first use counts; whether these were shown to this person."""
        c = suggestions.c
        mine = (c.conversation == conversation) & (c.seq == seq) & (c.person == person)
        with writing(self._engine) as connection:
            first = update(suggestions).where(mine, c.used == "").values(used=kind.value, edited=int(edited))
            if connection.execute(first).rowcount:
                return True
            return connection.scalar(select(c.seq).where(mine)) is not None
