"""What customers who wait for a person are promised: by when somebody answers, and by when it is done, in business hours. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from models.choices import SlaChoice
from models.conversation import Conversation, Holder
from models.hours import Hours


class Target(StrEnum):
    FIRST_RESPONSE = "first_response"
    RESOLUTION = "resolution"


@dataclass(frozen=True, slots=True)
class Promise:
    """Times in ms since 1970. `warn`: what is left is a warning."""

    target: Target
    warn: int
    due: int


def promised(asked: int, choice: SlaChoice, hours: Hours) -> Sequence[Promise]:
    """To who has waited for a person since `asked` (ms). None where no hours come within two months."""
    found = []
    targets = (
        (Target.FIRST_RESPONSE, choice.first_response_minutes),
        (Target.RESOLUTION, choice.resolution_minutes),
    )
    for target, minutes in targets:
        if minutes:
            warn, due = (_after(asked, minutes * 60 * part / 100, hours) for part in (choice.warn_percent, 100))
            if warn is not None and due is not None:
                found.append(Promise(target, warn, due))
    return found


def standing(state: Conversation, choice: SlaChoice, hours: Hours) -> Sequence[Promise]:
    """What is still to be kept: nobody waits for a person with the bot, and whom an agent has answered waits for the end only."""
    if not state.asked or state.holder not in (Holder.QUEUE, Holder.AGENT):
        return []
    answered = state.replied == state.asked
    return [
        each for each in promised(state.asked, choice, hours) if not (answered and each.target is Target.FIRST_RESPONSE)
    ]


def _after(asked: int, seconds: float, hours: Hours) -> int | None:
    at = hours.after(datetime.fromtimestamp(asked / 1000, UTC), timedelta(seconds=seconds))
    return None if at is None else round(at.timestamp() * 1000)
