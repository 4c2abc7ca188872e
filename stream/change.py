"""A change: all that one commit does to one conversation, and what the log answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from models.conversation import Expect
from models.entry import Body, Entry


@dataclass(frozen=True, slots=True)
class Ack:
    """The entry of the log that caused this change; it is acknowledged to `group` in the same step."""

    group: str
    stream_id: str


@dataclass(frozen=True, slots=True)
class Lease:
    """A worker's right to a partition for one group; `token` grows with each new owner."""

    group: str
    worker: str
    token: int

    @property
    def value(self) -> str:
        """As it stands in the lease's key."""
        return f"{self.worker} {self.token}"


@dataclass(frozen=True, slots=True)
class Change:
    """`client_id` is the sender's own id with the sender in front (`u_…:5f0c…`); `fingerprint` of what was said tells a repeat
    from a conflict. `set` fields of the conversation, `mark` fields that become the new seq,
    `add` at most one counter."""

    conversation: str
    entries: tuple[Body, ...]
    client_id: str | None = None
    fingerprint: str = ""
    expect: Expect | None = None
    set: Mapping[str, str] = field(default_factory=dict)
    mark: tuple[str, ...] = ()
    add: Mapping[str, int] = field(default_factory=dict)
    ack: Ack | None = None
    lease: Lease | None = None


@dataclass(frozen=True, slots=True)
class Committed:
    """`seq` of the first and `last` of the last entry; `at` in ms since 1970 by the store's clock."""

    seq: int
    last: int
    at: int
    duplicate: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as a group reads it from the stream. `state` holds the conversation's fields that its commit set (only on the
    last entry of a commit), so that the log alone can rebuild the hash. `deliveries` counts how often a worker was given it."""

    stream_id: str
    entry: Entry
    state: Mapping[str, str] = field(default_factory=dict)
    deliveries: int = 1
