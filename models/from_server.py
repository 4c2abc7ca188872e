"""Every frame that the server sends, and which one an entry is shown as."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from models.entry import Author, AuthorKind, Button, Contact, Entry, File, HolderChange, Message, Note, Rated
from models.sensitive import SealedSpan


class ServerFrame(msgspec.Struct, frozen=True, tag_field="type", omit_defaults=True):
    """What the server sends."""


class Limits(msgspec.Struct, frozen=True):
    """`frame_bytes` of one frame, `text_characters` of one text."""

    frame_bytes: int
    text_characters: int


class Welcome(ServerFrame, frozen=True, tag="welcome"):
    """First frame. `heartbeat` in seconds. `recovered` is false when what the client knows may be gone from the log: reload. `at` is the
    server's clock: the client's own may be days off."""

    epoch: str
    recovered: bool
    heartbeat: float
    limits: Limits
    role: str
    person: Author
    conversation: str | None = None
    seq: int = 0
    holder: str | None = None
    holds: tuple[str, ...] = ()
    at: str | None = None


class Ack(ServerFrame, frozen=True, tag="ack"):
    """It is in the log, and will not be lost. `duplicate`: it was there already, nothing was written again."""

    id: str
    conversation: str
    seq: int
    at: str
    duplicate: bool = False
    stored: bool = False


class Sealed(msgspec.Struct, frozen=True):
    """Agents only: a masked span of `text`, in code points, which can be revealed under its place in the list."""

    kind: str
    start: int
    end: int


class SaidMessage(ServerFrame, frozen=True, tag="message"):
    """One thing said. `contact`, masked, is that of a message that was left; it stands in the last line of the text too."""

    conversation: str
    seq: int
    author: Author
    text: str
    at: str
    id: str | None = None
    buttons: tuple[Button, ...] = ()
    elements: tuple[dict[str, Any], ...] = ()
    image: str | None = None
    custom: dict[str, Any] | None = None
    attachment: Any = None
    files: tuple[File, ...] = ()
    contact: Contact | None = None
    sealed: tuple[Sealed, ...] = ()


class SaidNote(ServerFrame, frozen=True, tag="note"):
    """Agents only: a note."""

    conversation: str
    seq: int
    author: Author
    text: str
    at: str
    id: str | None = None
    sealed: tuple[Sealed, ...] = ()


class Skip(ServerFrame, frozen=True, tag="skip"):
    """An entry that this client may not see; it only fills its place."""

    conversation: str
    seq: int


class HolderFrame(ServerFrame, frozen=True, tag="holder"):
    """Who answers now. `position` counts from 1; `wait_seconds` is to be expected, half of all wait within `wait_range`; neither is
    told while no agent is available. A frame without `at` repeats the state: no entry."""

    conversation: str
    seq: int
    holder: str
    reason: str | None = None
    agent: Author | None = None
    position: int | None = None
    wait_seconds: int | None = None
    wait_range: tuple[int, int] | None = None
    at: str | None = None


class RatingFrame(ServerFrame, frozen=True, tag="rating"):
    """What the customer thought of it, 1 to 5 stars."""

    conversation: str
    seq: int
    author: Author
    stars: int
    at: str
    text: str = ""
    sealed: tuple[Sealed, ...] = ()


class TypingFrame(ServerFrame, frozen=True, tag="typing"):
    """Somebody on the other side is writing, or has stopped."""

    conversation: str
    author: Author
    on: bool


class ReadFrame(ServerFrame, frozen=True, tag="read"):
    """`by` has seen everything up to `seq`."""

    conversation: str
    by: AuthorKind
    seq: int


class Resumed(ServerFrame, frozen=True, tag="resumed"):
    """Ends the answer to `resume`: everything up to `seq` has been sent; `more`: ask again after it."""

    conversation: str
    seq: int
    more: bool
    recovered: bool
    epoch: str


class Waiting(msgspec.Struct, frozen=True, omit_defaults=True):
    """One conversation that waits. `position` counts from 1 in its own `queue`, which has a name where admins chose queues."""

    conversation: str
    position: int
    asked: str
    name: str
    reason: str | None = None
    language: str | None = None
    returned: bool = False
    queue: str | None = None


class QueueFrame(ServerFrame, frozen=True, tag="queue"):
    """Agents: who waits now, in the order in which they are served; `total` may be more than is listed."""

    waiting: tuple[Waiting, ...]
    total: int


class OfferFrame(ServerFrame, frozen=True, tag="offer"):
    """To the agent who is asked: yours, if you `take` it within `seconds`. 0: the offer is over."""

    conversation: str
    agent: Author
    seconds: float
    reason: str | None = None


class OverdueFrame(ServerFrame, frozen=True, tag="overdue"):
    """To the agent who holds it: the customer has been without an answer for `seconds`."""

    conversation: str
    agent: Author
    seconds: int


class SlaFrame(ServerFrame, frozen=True, tag="sla"):
    """To the agent who holds it and to admins; of one that waits in the queue to all. What was promised of it (`target` is
    `first_response` or `resolution`) is nearly over, or `missed`; `due` is when."""

    conversation: str
    target: str
    missed: bool
    due: str
    agent: Author | None = None


class LookingFrame(ServerFrame, frozen=True, tag="looking"):
    """Agents only: who has this conversation on their screen, oneself too. Comes to all who watch it, when it changes."""

    conversation: str
    agents: tuple[Author, ...]


class TagsFrame(ServerFrame, frozen=True, tag="tags"):
    """Agents only: the tags that this conversation has now."""

    conversation: str
    tags: tuple[str, ...]


class SuggestedFrame(ServerFrame, frozen=True, tag="suggested"):
    """Agents only: there is something that could be said to the customer's message at `seq`; `GET /api/conversations/{id}/suggestions`
    tells it."""

    conversation: str
    seq: int


class StatusFrame(ServerFrame, frozen=True, tag="status"):
    """To the agent whose status somebody else has set; `reason` is `missed` where offers were not answered, or
    `supervisor`."""

    agent: Author
    status: str
    reason: str | None = None


class Pong(ServerFrame, frozen=True, tag="pong"):
    """Per conversation of this socket: the highest seq, and how far SQL has it. What is archived may leave the outbox."""

    tops: dict[str, int]
    archived: dict[str, int]


class ErrorFrame(ServerFrame, frozen=True, tag="error"):
    """`code` is stable, `message` a plain sentence; `id` names the frame's own id; `retry_ms`: try again then."""

    code: str
    message: str
    id: str | None = None
    conversation: str | None = None
    retry_ms: int | None = None


FromServer = (
    Welcome
    | Ack
    | SaidMessage
    | SaidNote
    | Skip
    | HolderFrame
    | RatingFrame
    | TypingFrame
    | ReadFrame
    | Resumed
    | QueueFrame
    | OfferFrame
    | OverdueFrame
    | SlaFrame
    | LookingFrame
    | TagsFrame
    | SuggestedFrame
    | StatusFrame
    | Pong
    | ErrorFrame
)


def rfc3339(at: int) -> str:
    """Milliseconds since 1970 → `2026-11-23T08:00:00.000Z`."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def shown(entry: Entry, to_agent: bool) -> ServerFrame:
    """The frame that a client gets of an entry. Customers get `skip` for notes."""
    at = rfc3339(entry.at)
    match entry.body:
        case Message() as said:
            return SaidMessage(
                entry.conversation, entry.seq, said.author, said.text, at,
                id=said.id, buttons=said.quick_replies or said.buttons, elements=said.elements, image=said.image,
                custom=said.custom, attachment=said.attachment, files=said.files, contact=said.contact,
                sealed=_sealed(said.sealed, to_agent),
            )  # fmt: skip
        case Note() as note:
            if not to_agent:
                return Skip(entry.conversation, entry.seq)
            return SaidNote(
                entry.conversation, entry.seq, note.author, note.text, at, note.id, _sealed(note.sealed, to_agent)
            )
        case HolderChange() as change:
            return HolderFrame(
                entry.conversation, entry.seq, change.holder, reason=change.reason, agent=change.agent, at=at
            )
        case Rated() as rated:
            spans = _sealed(rated.sealed, to_agent)
            return RatingFrame(entry.conversation, entry.seq, rated.author, rated.stars, at, rated.text, spans)


def _sealed(spans: tuple[SealedSpan, ...], to_agent: bool) -> tuple[Sealed, ...]:
    return tuple(Sealed(each.kind, each.start, each.end) for each in spans) if to_agent else ()
