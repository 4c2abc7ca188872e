"""What a commit or a read can answer besides success.

LogError
├── Unavailable      the store does not answer; the outcome is unknown, try again with the same client id
├── Stale            `expect` does not hold; nothing was written; `.state` is how it is now
├── IdConflict       the same client id was used for something else; nothing was written
└── Fenced           the lease of the partition is somebody else's; nothing was written
"""

from __future__ import annotations

from models.conversation import Conversation


class LogError(Exception):
    pass


class Unavailable(LogError):
    pass


class Stale(LogError):
    def __init__(self, state: Conversation) -> None:
        super().__init__("the conversation has moved on")
        self.state = state


class IdConflict(LogError):
    pass


class Fenced(LogError):
    pass
