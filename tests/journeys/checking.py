"""What must hold after any fault: nothing acknowledged lost, nothing doubled, order kept, each answered once, SQL equals the log."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import create_engine, text

from tests.client import Customer

Row = tuple[str, int, dict[str, Any]]


def rows(url: str) -> dict[str, list[tuple[int, dict[str, Any]]]]:
    """conversation → (seq, body) in order, as SQL has them."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            found = connection.execute(text("SELECT conversation, seq, body FROM messages ORDER BY conversation, seq"))
            grouped: defaultdict[str, list[tuple[int, dict[str, Any]]]] = defaultdict(list)
            for conversation, seq, body in found:
                grouped[conversation].append((seq, json.loads(body)))
            return dict(grouped)
    finally:
        engine.dispose()


def check(url: str, customers: Sequence[Customer], sent: dict[str, list[str]]) -> None:
    """`sent`: conversation → the ids in the order in which its customer said them, all acknowledged. One answer for each is expected."""
    stored = rows(url)
    for customer in customers:
        assert customer.conversation is not None
        entries = stored[customer.conversation]
        assert [seq for seq, _ in entries] == list(range(1, len(entries) + 1)), "seq has gaps or repeats"
        mine = [(seq, body["id"]) for seq, body in entries if body["author"]["kind"] == "customer"]
        assert [id for _, id in mine] == sent[customer.conversation], "lost, doubled or out of order"
        for seq, id in mine:
            assert customer.acks[id]["seq"] == seq, "SQL has another seq than the ack promised"
        answers = [seq for seq, body in entries if body["author"]["kind"] == "bot"]
        assert len(answers) == len(mine), f"{len(answers)} answers to {len(mine)} messages"
        seen = [(seq, customer.entries[seq].get("text")) for seq in sorted(customer.entries)]
        assert seen == [(seq, body["text"]) for seq, body in entries], "the customer sees something else than SQL has"
