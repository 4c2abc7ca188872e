"""The verbs of the desk, pure: the state of a conversation in, a change for the log out. IllegalMove and NotYours come from models."""

from __future__ import annotations

from models.conversation import Conversation, Expect, Holder, Verb, move
from models.entry import Author, AuthorKind, Message, Note
from stream.change import Change

_SYSTEM = Author(AuthorKind.SYSTEM)


def ask(state: Conversation, by: Author, at: int, reason: str) -> Change:
    """From the bot to the queue: somebody wants, or needs, a person."""
    return _change(state, Verb.ASK, by, at, reason)


def take(state: Conversation, agent: Author, at: int) -> Change:
    """The agent answers from now on; of two who take at once one gets Stale."""
    return _change(state, Verb.TAKE, agent, at)


def assign(state: Conversation, agent: Author, at: int) -> Change:
    """The agent is given a conversation that waits: nobody asked for it by hand."""
    return _change(state, Verb.ASSIGN, _SYSTEM, at, agent=agent)


def reassign(state: Conversation, by: Author, to: Author, at: int) -> Change:
    """A supervisor gives it to `to`, whoever holds it; who may do so is for the caller to know."""
    verb = Verb.REASSIGN if state.holder is Holder.AGENT else Verb.ASSIGN
    return _change(state, verb, by, at, agent=to)


def fence(state: Conversation) -> Change:
    """A take that was prepared for this state and has not come can come no more. No entry: nothing visible has happened."""
    return Change(
        state.id, (), expect=Expect(holder=state.holder, token=state.token), set={"token": str(state.token + 1)}
    )


def give_back(state: Conversation, by: Author, at: int) -> Change:
    """The bot goes on; what was said to a person it does not answer."""
    return _change(state, Verb.GIVE_BACK, by, at)


def transfer(state: Conversation, by: Author, to: Author, at: int) -> Change:
    """From one agent to another."""
    return _change(state, Verb.TRANSFER, by, at, agent=to)


def put_back(state: Conversation, by: Author, at: int) -> Change:
    """From the agent to the front of the queue: somebody else, please."""
    return _change(state, Verb.RETURN, by, at)


def close(state: Conversation, by: Author, at: int) -> Change:
    return _change(state, Verb.CLOSE, by, at)


def reopen(state: Conversation, agent: Author, at: int) -> Change:
    """From closed to the agent who has something to add."""
    return _change(state, Verb.REOPEN, agent, at)


def lose(state: Conversation, at: int) -> Change:
    """The agent has vanished: back to the front of the queue, with the old waiting time."""
    return _change(state, Verb.LOSE, _SYSTEM, at, "agent_vanished")


def lapse(state: Conversation, at: int) -> Change:
    """The agent leaves the customer without an answer: back to the front of the queue, for somebody else."""
    return _change(state, Verb.LOSE, _SYSTEM, at, "no_reply")


def _change(
    state: Conversation, verb: Verb, by: Author, at: int, reason: str | None = None, agent: Author | None = None
) -> Change:
    made = move(state, verb, by, at, reason, agent)
    return Change(state.id, (made.entry,), expect=made.expect, set=made.set, mark=made.mark)


def said_with(change: Change, *said: Message | Note) -> Change:
    """The same change with messages or notes before the move, in one commit."""
    return Change(change.conversation, (*said, *change.entries), expect=change.expect, set=change.set, mark=change.mark)
