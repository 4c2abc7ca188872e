"""What the bot's worker has to do: messages of customers, and reminders that are due."""

from __future__ import annotations

from dataclasses import dataclass

from bot.dialogue.exchange import Heard
from bot.nlu.reading import Reading
from bot.standing import Standing
from bot.turn import Bot
from models.entry import AuthorKind, Message
from stream.change import Lease, Line


@dataclass(frozen=True, slots=True)
class Job:
    """One message of a customer that the bot has to answer, or to leave to whoever holds the conversation. `reader` made the reading.
    `was`: how the conversation stood when the message was read, where nobody else's turn can have come between."""

    partition: int
    lease: Lease
    line: Line
    heard: Heard
    reading: Reading
    reader: Bot
    was: Standing | None = None

    @property
    def conversation(self) -> str:
        return self.heard.conversation


@dataclass(frozen=True, slots=True)
class Due:
    """A conversation that has a reminder whose time has come."""

    partition: int
    lease: Lease
    conversation: str


def heard_in(line: Line) -> Heard | None:
    """None where no customer speaks in it."""
    body = line.entry.body
    if not isinstance(body, Message) or body.author.kind is not AuthorKind.CUSTOMER:
        return None
    return Heard(
        conversation=line.entry.conversation,
        seq=line.entry.seq,
        text=body.text,
        at=line.entry.at / 1000,
        payload=body.payload,
        channel=body.channel,
        sealed=body.sealed,
        row=body.row,
        message_id=body.id or "",
        files=len(body.files),
    )
