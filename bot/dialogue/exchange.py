"""What a turn is given and what it gives back."""

from __future__ import annotations

from typing import Any

import msgspec

from bot.dialogue.decide import Decision
from models.sensitive import SealedSpan
from models.understood import Understood


class Heard(msgspec.Struct, frozen=True):
    """What the customer said. `text` is masked, `sealed` and `row` open it; `payload` is that of a pressed button. `at`: seconds.

    `token` counts the moves of the holder; `meanwhile` are events of what was said since the bot's last turn, while it was not the
    holder. `reminder`: nobody said this, a reminder of that name is due. `files` came along, pictures among them.
    """

    conversation: str
    seq: int
    text: str
    at: float
    payload: str | None = None
    channel: str = "web"
    sealed: tuple[SealedSpan, ...] = ()
    row: str = ""
    message_id: str = ""
    token: int = 0
    meanwhile: tuple[dict[str, Any], ...] = ()
    reminder: str = ""
    files: int = 0

    @property
    def wordless(self) -> bool:
        """Pictures or files and nothing else."""
        return self.files > 0 and not self.text.strip() and self.payload is None


class Button(msgspec.Struct, frozen=True):
    title: str
    payload: str


class Reply(msgspec.Struct, frozen=True, omit_defaults=True):
    """One message of the bot. Nothing sensitive is in clear in it."""

    text: str | None = None
    buttons: tuple[Button, ...] = ()
    image: str | None = None
    custom: dict[str, Any] | None = None
    attachment: Any = None
    elements: tuple[dict[str, Any], ...] = ()
    quick_replies: tuple[Button, ...] = ()


class Outcome(msgspec.Struct, frozen=True):
    """`handoff` is a stable reason code: asked, not_understood, bot_failed, action. `actions`: the names that ran, in order;
    `decisions`: why, among them what was decided and not done.

    `due`: when the first reminder is, in seconds since 1970. `topic`: with a hand-off, the intent that was meant
    before a person was asked for. `understood` is what people are told. `form`: one is on; `missed`: it was not understood.
    """

    replies: tuple[Reply, ...]
    tracker: bytes
    handoff: str | None = None
    actions: tuple[str, ...] = ()
    language: str | None = None
    due: float | None = None
    topic: str = ""
    decisions: tuple[Decision, ...] = ()
    understood: Understood = Understood()
    form: bool = False
    missed: bool = False
