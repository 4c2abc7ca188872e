"""The holder's moves: one table, and nothing that is not in it."""

from __future__ import annotations

import itertools

import pytest

from models.conversation import MOVES, Conversation, Holder, IllegalMove, NotYours, Verb, move
from models.entry import Author, AuthorKind

AGENT = Author(AuthorKind.AGENT, "a_1", "Wen")
OTHER = Author(AuthorKind.AGENT, "a_2", "Li")
SYSTEM = Author(AuthorKind.SYSTEM)


@pytest.mark.parametrize(("holder", "verb"), list(itertools.product(Holder, Verb)))
def test_every_pair_is_a_move_of_the_table_or_refused(holder: Holder, verb: Verb) -> None:
    state = Conversation("c_1", holder=holder, agent="a_1" if holder is Holder.AGENT else "", token=3)
    if (holder, verb) not in MOVES:
        with pytest.raises(IllegalMove):
            move(state, verb, AGENT, 10)
        return
    made = move(state, verb, AGENT, 10)
    assert made.entry.holder == MOVES[holder, verb]
    assert made.set["token"] == "4"
    assert (made.expect.holder, made.expect.token) == (holder, 3)


@pytest.mark.parametrize("verb", [Verb.GIVE_BACK, Verb.CLOSE])
def test_only_the_agent_who_holds_it_may_give_it_back_or_close_it(verb: Verb) -> None:
    held = Conversation("c_1", holder=Holder.AGENT, agent="a_1")
    with pytest.raises(NotYours):
        move(held, verb, OTHER, 10)
    assert move(held, verb, AGENT, 10)


def test_who_comes_back_to_the_queue_keeps_the_waiting_time() -> None:
    asked = move(Conversation("c_1"), Verb.ASK, SYSTEM, 1_000, "asked")
    assert (asked.set["asked"], asked.set["reason"]) == ("1000", "asked")
    waiting = Conversation("c_1", holder=Holder.QUEUE, asked=1_000, reason="asked", token=1)
    taken = move(waiting, Verb.TAKE, AGENT, 5_000)
    assert (taken.set["agent"], taken.set["agent_name"], taken.set["asked"]) == ("a_1", "Wen", "1000")
    held = Conversation("c_1", holder=Holder.AGENT, agent="a_1", asked=1_000, token=2)
    lost = move(held, Verb.LOSE, SYSTEM, 9_000, "agent_vanished")
    assert lost.entry.returned
    assert (lost.set["holder"], lost.set["asked"], lost.set["agent"]) == ("queue", "1000", "")


def test_only_giving_back_marks_everything_as_answered() -> None:
    held = Conversation("c_1", holder=Holder.AGENT, agent="a_1", asked=1_000)
    given = move(held, Verb.GIVE_BACK, AGENT, 9_000)
    assert given.mark == ("answered",)
    assert given.set["asked"] == "0"
    assert move(held, Verb.CLOSE, AGENT, 9_000).mark == ()
