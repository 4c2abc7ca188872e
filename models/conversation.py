"""Conversation and holder. One field says who must speak next, and one table says which moves are legal. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from models.entry import Author, AuthorKind, HolderChange


class Holder(StrEnum):
    """Who on our side must speak next."""

    BOT = "bot"
    QUEUE = "queue"
    AGENT = "agent"
    NOBODY = "nobody"


class Verb(StrEnum):
    """What moves a conversation from one holder to the next."""

    ASK = "ask"
    TAKE = "take"
    ASSIGN = "assign"
    GIVE_BACK = "give_back"
    TRANSFER = "transfer"
    REASSIGN = "reassign"
    RETURN = "return"
    LOSE = "lose"
    CLOSE = "close"
    REOPEN = "reopen"


MOVES: Mapping[tuple[Holder, Verb], Holder] = {
    (Holder.BOT, Verb.ASK): Holder.QUEUE,
    (Holder.BOT, Verb.TAKE): Holder.AGENT,
    (Holder.BOT, Verb.ASSIGN): Holder.AGENT,
    (Holder.BOT, Verb.CLOSE): Holder.NOBODY,
    (Holder.QUEUE, Verb.TAKE): Holder.AGENT,
    (Holder.QUEUE, Verb.ASSIGN): Holder.AGENT,
    (Holder.QUEUE, Verb.GIVE_BACK): Holder.BOT,
    (Holder.QUEUE, Verb.CLOSE): Holder.NOBODY,
    (Holder.AGENT, Verb.GIVE_BACK): Holder.BOT,
    (Holder.AGENT, Verb.TRANSFER): Holder.AGENT,
    (Holder.AGENT, Verb.REASSIGN): Holder.AGENT,
    (Holder.AGENT, Verb.RETURN): Holder.QUEUE,
    (Holder.AGENT, Verb.LOSE): Holder.QUEUE,
    (Holder.AGENT, Verb.CLOSE): Holder.NOBODY,
    (Holder.NOBODY, Verb.REOPEN): Holder.AGENT,
}


class IllegalMove(Exception):
    """The holder does not allow this verb now."""

    def __init__(self, holder: Holder, verb: Verb) -> None:
        super().__init__(f"{verb} is not possible while the holder is {holder}")
        self.holder = holder
        self.verb = verb


class NotYours(Exception):
    """The verb is for the agent who holds the conversation, and that is somebody else."""


class Conversation(msgspec.Struct, frozen=True):
    """The state of one conversation, as its hash holds it.

    `token` counts the moves of the holder (an old one is refused), `answered` is the last seq that the bot need not answer, `left` is
    the agent from whom it came back to the queue, `asked` is when the customer began to wait for a person (ms, 0 = not waiting),
    `topic` the intent that was meant before a person was asked for, `absent` the `asked` of the wait in which the customer was told that
    nobody is there, `page` is where the customer was when they last spoke, `signed` is 1
    where the shop has said who they are, `replied` the `asked` of the wait in which an agent has answered, `top` of the log is `seq`.
    """

    id: str
    customer: str = ""
    seq: int = 0
    holder: Holder = Holder.BOT
    agent: str = ""
    agent_name: str = ""
    token: int = 0
    answered: int = 0
    asked: int = 0
    left: str = ""
    absent: int = 0
    reason: str = ""
    topic: str = ""
    language: str = ""
    name: str = ""
    last_at: int = 0
    archived: int = 0
    unread_customer: int = 0
    unread_agent: int = 0
    page: str = ""
    page_title: str = ""
    signed: int = 0
    replied: int = 0

    def require_held_by(self, agent: str) -> None:
        """Raises NotYours unless `agent` holds it."""
        if self.holder is not Holder.AGENT or self.agent != agent:
            raise NotYours


class Expect(msgspec.Struct, frozen=True, omit_defaults=True):
    """What must still be so when the change is written; None is not looked at. `not_holder` refuses one holder."""

    holder: str | None = None
    not_holder: str | None = None
    agent: str | None = None
    token: int | None = None
    answered: int | None = None


class Move(msgspec.Struct, frozen=True):
    """A legal move, ready for the log: the entry, the fields to set, what must still hold, the fields set to the new seq."""

    entry: HolderChange
    set: dict[str, str]
    expect: Expect
    mark: tuple[str, ...] = ()


def move(
    conversation: Conversation, verb: Verb, by: Author, at: int, reason: str | None = None, to: Author | None = None
) -> Move:
    """The move that `by` asks for at `at` (ms), for an assignment to the agent `to`. Raises IllegalMove, or NotYours where the
    agent does not hold it.

    Giving back marks all that was said so far as answered: the bot does not answer what was said to a person.
    """
    target = MOVES.get((conversation.holder, verb))
    if target is None:
        raise IllegalMove(conversation.holder, verb)
    theirs = verb not in (Verb.LOSE, Verb.REASSIGN)
    if conversation.holder is Holder.AGENT and theirs and by.kind is AuthorKind.AGENT:
        conversation.require_held_by(by.id or "")
    agent = (to or by) if target is Holder.AGENT else None
    asked = _asked(conversation, target, at)
    entry = HolderChange(
        holder=target,
        verb=verb,
        author=by,
        reason=reason,
        agent=agent,
        asked=asked or None,
        returned=verb in (Verb.LOSE, Verb.RETURN),
    )
    fields = {
        "holder": str(target),
        "agent": (agent.id or "") if agent else "",
        "agent_name": (agent.name or "") if agent else "",
        "token": str(conversation.token + 1),
        "asked": str(asked),
        "left": conversation.agent if target is Holder.QUEUE else "",
        "reason": reason or (conversation.reason if target in (Holder.QUEUE, Holder.AGENT) else ""),
    }
    expect = Expect(holder=conversation.holder, token=conversation.token)
    return Move(entry, fields, expect, ("answered",) if target is Holder.BOT else ())


def _asked(conversation: Conversation, target: Holder, at: int) -> int:
    """Who comes back to the queue keeps the old waiting time."""
    match target:
        case Holder.QUEUE:
            return conversation.asked or at
        case Holder.AGENT:
            return conversation.asked
        case _:
            return 0
