"""Every frame that clients send."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

# Of one message.
FILES = 5

Seq = Annotated[
    int, msgspec.Meta(ge=0, le=2**53 - 1, description="Place in the conversation; 0 is before the first entry")
]
Id = Annotated[
    str,
    msgspec.Meta(
        description="The sender's own id of the message, a UUID for example: 1 to 64 of A-Z a-z 0-9 . _ : - without a phone or card number"
    ),
]


class ClientFrame(msgspec.Struct, frozen=True, tag_field="type", forbid_unknown_fields=True, omit_defaults=True):
    """What clients send."""


class ToReach(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`reach` is an e-mail address or a phone number; it is sealed, and shown masked."""

    reach: Annotated[str, msgspec.Meta(min_length=1, max_length=254)]
    name: Annotated[str, msgspec.Meta(max_length=80)] | None = None


class Say(ClientFrame, frozen=True, tag="say"):
    """Say something. A customer's own conversation is the default; agents name it. `payload` is that of a pressed button, `files` are ids
    that `POST /api/files` has given to the same person for this conversation, `contact` is how to reach a customer who leaves a message
    because nobody is there. With any of them the text may be left out."""

    id: Id
    text: str | None = None
    payload: str | None = None
    conversation: str | None = None
    files: Annotated[tuple[str, ...], msgspec.Meta(max_length=FILES)] = ()
    contact: ToReach | None = None


class Typing(ClientFrame, frozen=True, tag="typing"):
    """I am writing, or have stopped."""

    on: bool
    conversation: str | None = None


class Read(ClientFrame, frozen=True, tag="read"):
    """I have seen everything up to `seq`."""

    seq: Seq
    conversation: str | None = None


class Resume(ClientFrame, frozen=True, tag="resume"):
    """Send me what lies after `after`."""

    conversation: str
    after: Seq


class Ping(ClientFrame, frozen=True, tag="ping"):
    """Heartbeat; the answer tells how far the log and the archive are."""


class Watch(ClientFrame, frozen=True, tag="watch"):
    """Agents: push me this conversation from now on."""

    conversation: str


class Look(ClientFrame, frozen=True, tag="look"):
    """Agents: this conversation is on my screen, and no other; none: no longer any. Who looks watches it too."""

    conversation: str | None = None


class Take(ClientFrame, frozen=True, tag="take"):
    """Agents: I answer this conversation from now on."""

    conversation: str


class Decline(ClientFrame, frozen=True, tag="decline"):
    """Agents: not me; what was offered to me goes to the next. To accept an offer is to `take`."""

    conversation: str


class GiveBack(ClientFrame, frozen=True, tag="give_back"):
    """Agents: the bot goes on."""

    conversation: str


class Transfer(ClientFrame, frozen=True, tag="transfer"):
    """Agents: somebody else answers from now on; `to` is an agent's id, or `queue` for whoever comes first. `note` is for agents only."""

    conversation: str
    to: str
    note: str | None = None


class Assign(ClientFrame, frozen=True, tag="assign"):
    """Admins: this agent answers from now on, whoever holds it now. `to` may be oneself."""

    conversation: str
    to: str


class Close(ClientFrame, frozen=True, tag="close"):
    """Agents, and customers for their own conversation: it is finished."""

    conversation: str


class Reopen(ClientFrame, frozen=True, tag="reopen"):
    """Agents: a closed conversation goes on, and is mine; not where the customer has begun another since."""

    conversation: str


class SayNote(ClientFrame, frozen=True, tag="note"):
    """Agents: a note that the customer never sees."""

    id: Id
    conversation: str
    text: str


class Status(ClientFrame, frozen=True, tag="status"):
    """Agents: whether I take conversations. Admins may say so of another `agent`."""

    status: Literal["available", "away", "offline"]
    agent: str | None = None


class Rate(ClientFrame, frozen=True, tag="rate"):
    """Customers: how it was, once it is closed; told as `rating`."""

    conversation: str
    stars: Annotated[int, msgspec.Meta(ge=1, le=5)]
    text: str | None = None


class Page(ClientFrame, frozen=True, tag="page"):
    """Customers: the page on which they are. Agents see it with what is said next, without query and fragment."""

    url: Annotated[str, msgspec.Meta(max_length=2048)]
    title: Annotated[str, msgspec.Meta(max_length=300)] | None = None


FromClient = (
    Say
    | Typing
    | Read
    | Resume
    | Ping
    | Watch
    | Look
    | Take
    | Decline
    | GiveBack
    | Transfer
    | Assign
    | Close
    | Reopen
    | SayNote
    | Status
    | Rate
    | Page
)
