"""What admins choose while Bellhop runs: queues, business hours, how the widget looks. Pure: what is taken here can be honoured.

Settings of the environment are for who runs the machines; these are for who runs the desk, and count without a restart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from models.hours import Hours, read, zone

# Of text on the accent colour, which is white: WCAG 2.2, 1.4.3.
CONTRAST = 4.5
LATE_MINUTES = 60
_DAY_MINUTES = 24 * 60

Clock = Annotated[str, Meta(pattern=r"^\d\d:\d\d-\d\d:\d\d\Z")]
Spans = Annotated[tuple[Clock, ...], Meta(max_length=8)]
Date = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d\Z")]
Zone = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_+/-]{0,64}\Z")]
Colour = Annotated[str, Meta(pattern=r"^(#[0-9a-fA-F]{6})?\Z")]
Line = Annotated[str, Meta(max_length=300)]
Short = Annotated[str, Meta(max_length=60)]
Suggestions = Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=120)], ...], Meta(max_length=3)]
Spoken = Literal["zh", "en"]


class UnusableChoice(Exception):
    """It cannot be taken. The message says where, or why, never what was sent."""


class Days(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Days that are otherwise, from the first to the last; no spans: closed."""

    first: Date
    last: Date
    spans: Spans = ()


class HoursChoice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A day of the week that is not named is closed. No zone: always open."""

    zone: Zone = ""
    week: dict[Literal["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"], Spans] = {}
    dates: Annotated[tuple[Days, ...], Meta(max_length=200)] = ()

    def hours(self) -> Hours:
        """Raises ValueError."""
        week = [f"{day} {_spans(spans)}" for day, spans in self.week.items()]
        dates = [f"{each.first}..{each.last} {_spans(each.spans)}" for each in self.dates]
        return read("; ".join([self.zone, *week, *dates])) if self.zone else Hours()


class WidgetChoice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the tag in the page says goes before. Empty: as the widget has it by itself."""

    accent: Colour = ""
    side: Literal["left", "right"] = "right"
    title: dict[Spoken, Short] = {}
    greeting: dict[Spoken, Line] = {}
    suggestions: dict[Spoken, Suggestions] = {}


class QueueChoice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`topics` are intents and reasons of a hand-off, one of which has to be there; none: all. `languages` likewise. `members` are the
    ids of those who answer here; none: everybody. The highest `priority` is served first, as far as `head_start_minutes` goes.
    """

    id: Annotated[str, Meta(pattern=r"^([a-z0-9][a-z0-9-]{0,31})?\Z")]
    name: Short
    topics: Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=100)], ...], Meta(max_length=100)] = ()
    languages: Annotated[tuple[Annotated[str, Meta(pattern=r"^[a-z]{2,3}\Z")], ...], Meta(max_length=20)] = ()
    members: Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=64)], ...], Meta(max_length=500)] = ()
    priority: Annotated[int, Meta(ge=0, le=9)] = 0


class QueuesChoice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """In the order in which they are tried; who is taken by none waits in the queue of all others, with priority 0. A point of priority is
    worth as much as `head_start_minutes` of waiting.
    """

    queues: Annotated[tuple[QueueChoice, ...], Meta(max_length=50)] = ()
    head_start_minutes: Annotated[int, Meta(ge=1, le=1440)] = 10


class SlaChoice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Minutes of business hours from asking for a person to the first answer, and to the close; 0: nothing is promised. A warning comes
    when `warn_percent` of them are over."""

    first_response_minutes: Annotated[int, Meta(ge=0, le=10_080)] = 0
    resolution_minutes: Annotated[int, Meta(ge=0, le=100_800)] = 0
    warn_percent: Annotated[int, Meta(ge=10, le=99)] = 80


class GateChoice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Intents that no new model may read worse. `usual`: those too that ask for a person, begin or leave a form, or are answered in one."""

    protected: Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=100)], ...], Meta(max_length=200)] = ()
    usual: bool = True


class TrainingChoice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When the bot is trained by itself: every day `at` this time in the `zone`, if at least so many `examples` are new. No time: never."""

    at: Annotated[str, Meta(pattern=r"^(([01]\d|2[0-3]):[0-5]\d)?\Z")] = ""
    zone: Zone = ""
    examples: Annotated[int, Meta(ge=1, le=100_000)] = 20

    def due(self, now: datetime) -> date | None:
        """The day for which it is time, `now` or up to an hour before: later, customers are there. By the clock on the wall, so that it
        comes once a day where clocks are changed, too."""
        if not self.at:
            return None
        local = now.astimezone(zone(self.zone))
        late = (local.hour * 60 + local.minute - int(self.at[:2]) * 60 - int(self.at[3:])) % _DAY_MINUTES
        return (local.replace(tzinfo=None) - timedelta(minutes=late)).date() if late < LATE_MINUTES else None


CHOICES: Mapping[str, type[msgspec.Struct]] = {
    "gate": GateChoice,
    "hours": HoursChoice,
    "queues": QueuesChoice,
    "sla": SlaChoice,
    "training": TrainingChoice,
    "widget": WidgetChoice,
}


def taken(name: str, value: Any) -> msgspec.Struct:
    """Raises UnusableChoice, and KeyError for a name that is none."""
    try:
        choice = msgspec.convert(value, CHOICES[name])
    except msgspec.ValidationError as error:
        raise UnusableChoice(f"Not as expected: {_place(str(error))}.") from None
    match choice:
        case HoursChoice():
            _check_hours(choice)
        case WidgetChoice():
            _check_look(choice)
        case QueuesChoice():
            _check_queues(choice)
        case TrainingChoice():
            _check_training(choice)
    return choice


def _check_hours(choice: HoursChoice) -> None:
    if not choice.zone and (choice.week or choice.dates):
        raise UnusableChoice("Hours need a time zone, like Asia/Shanghai.")
    try:
        choice.hours()
    except ValueError as error:
        raise UnusableChoice(f"These hours cannot be read: {error}.") from None


def _check_look(choice: WidgetChoice) -> None:
    if choice.accent and contrast_with_white(choice.accent) < CONTRAST:
        raise UnusableChoice(f"White text on this colour cannot be read: the contrast is below {CONTRAST}.")


def _check_queues(choice: QueuesChoice) -> None:
    ids = [each.id for each in choice.queues]
    if len(set(ids)) < len(ids) or "" in ids or not all(each.name.strip() for each in choice.queues):
        raise UnusableChoice("Each queue needs a name, and an id of its own.")


def _check_training(choice: TrainingChoice) -> None:
    if choice.at and not choice.zone:
        raise UnusableChoice("A time needs a time zone, like Asia/Shanghai.")
    try:
        zone(choice.zone or "UTC")
    except ValueError as error:
        raise UnusableChoice(f"This time cannot be read: {error}.") from None


def contrast_with_white(colour: str) -> float:
    """Of `#rrggbb`, from 1 to 21, as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


def _spans(spans: tuple[str, ...]) -> str:
    return " ".join(spans) or "off"


def _place(message: str) -> str:
    """msgspec's messages may repeat a name that was sent: only the path is passed on, without what no field of ours is called."""
    found = re.search(r" - at `\$\.?([\w.\[\]]{0,100})`$", message)
    return f"value.{found[1]}" if found and found[1] else "value"
