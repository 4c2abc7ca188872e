"""An agent gets a conversation: a seat first, then the move. By hand or by assignment, the order is the same."""

from __future__ import annotations

from handoff.seats import TRANSFER, Seats
from models.conversation import Conversation, Holder
from models.entry import Author
from stream.change import Change, Committed
from stream.errors import Stale
from stream.log import Log


async def seated(log: Log, seats: Seats, state: Conversation, agent: Author, change: Change) -> Committed:
    """Commits `change`, which moves `state` to the agent. Raises Full, Kept, Stale, Unavailable, and ValueError where
    the agent has no id.

    Where the store does not answer the seat stays: the outcome is unknown, and the leader looks after it.
    """
    if agent.id is None:
        raise ValueError("who takes a conversation has an id")
    seat = TRANSFER + state.id if state.holder is Holder.AGENT else state.id
    await seats.keep(seat, agent.id, state.token)
    try:
        return await log.commit(change)
    except Stale as stale:
        # Another take of the same agent, in a second tab, was quicker: the seat is what they sit on.
        if seat != state.id or stale.state.agent != agent.id:
            await seats.let_go(seat, agent.id, state.token)
        raise
