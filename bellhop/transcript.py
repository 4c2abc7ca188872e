"""What a terminal has shown of one conversation: every entry once and in order. `seq` is the truth, a push only a hint. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from models.entry import AuthorKind, Button
from models.frames import FromServer, HolderFrame, RatingFrame, SaidMessage, SaidNote, Skip

HOLDERS = {
    "bot": "The bot answers.",
    "queue": "Waiting for a person.",
    "agent": "A person answers.",
    "nobody": "This conversation is closed.",
}
NAMES = {AuthorKind.CUSTOMER: "customer", AuthorKind.BOT: "bot", AuthorKind.AGENT: "agent", AuthorKind.SYSTEM: "system"}


@dataclass(slots=True)
class Transcript:
    """`seq` of the last entry shown; `own` are the ids of what was typed here, and so is on the screen already."""

    seq: int = 0
    own: set[str] = field(default_factory=set)
    buttons: tuple[Button, ...] = ()

    def take_in(self, frame: FromServer) -> tuple[list[str], bool]:
        """(lines to show, whether something before it is missing and must be asked for)."""
        if isinstance(frame, HolderFrame) and not frame.at:
            return list(_holder(frame)), False
        if not isinstance(frame, SaidMessage | SaidNote | Skip | HolderFrame | RatingFrame) or frame.seq <= self.seq:
            return [], False
        if frame.seq > self.seq + 1:
            return [], True
        self.seq = frame.seq
        return list(self._lines(frame)), False

    def pressed(self, line: str) -> Button | None:
        """The button that a typed number means."""
        number = int(line) if line.isascii() and line.isdigit() and len(line) < 4 else 0
        return self.buttons[number - 1] if 0 < number <= len(self.buttons) else None

    def _lines(self, frame: SaidMessage | SaidNote | Skip | HolderFrame | RatingFrame) -> Iterator[str]:
        match frame:
            case SaidMessage():
                self.buttons = frame.buttons
                if not frame.id or frame.id not in self.own:
                    yield from _said(frame)
            case SaidNote():
                yield f"note by {frame.author.name or frame.author.id}: {frame.text}"
            case HolderFrame():
                yield from _holder(frame)
            case RatingFrame():
                yield f"The customer gives {frame.stars} of 5 stars."
            case Skip():
                return


def _said(frame: SaidMessage) -> Iterator[str]:
    who = frame.author.name or NAMES[frame.author.kind]
    yield from (f"{who}: {line}" for line in frame.text.splitlines())
    if frame.image:
        yield f"{who}: [picture] {frame.image}"
    yield from (f"    {number}) {button.title}" for number, button in enumerate(frame.buttons, 1))


def _holder(frame: HolderFrame) -> Iterator[str]:
    line = HOLDERS.get(frame.holder, "")
    if frame.agent and frame.agent.name:
        line = f"{frame.agent.name} answers."
    if frame.position:
        about = f", about {frame.wait_seconds} seconds" if frame.wait_seconds else ""
        line = f"Waiting for a person: number {frame.position}{about}."
    yield f"-- {line}"
