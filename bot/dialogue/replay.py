"""Stories played through: the states before each of their actions. Checkpoints are joined and alternatives multiplied out."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.dialogue.history import State, Told, appended, goes_on, state_of
from bot.dialogue.situation import Moment
from bot.project.domain import LISTEN, Domain, MappingType, Slot, SlotType
from bot.project.story import Checkpoint, Done, Either, Intended, LoopIs, Plain, Said, SlotNeed, SlotsWere, Story

# Stories with many alternatives and checkpoints stand for their product.
PATHS_MOST = 2_000
PATHS_PER_STORY = 128
DEPTH_MOST = 12


@dataclass(frozen=True, slots=True)
class Path:
    """One way through one story or several that are joined."""

    stories: tuple[Story, ...]
    steps: tuple[Plain, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """`states` up to the one in which `action` is due. `message`, `moments` of the turn, `before`: how things stand there."""

    story: Story
    line: int
    states: tuple[State, ...]
    action: str
    message: dict[str, Any]
    moments: tuple[Moment, ...]
    before: tuple[str, ...]
    first_turn: bool

    @property
    def loop(self) -> str | None:
        return self.moments[-1].loop


def paths(stories: Sequence[Story]) -> Iterator[Path]:
    """From every beginning that is no checkpoint."""
    segments = [segment for story in stories for segment in _segments(story)]
    by_start: dict[str | None, list[_Segment]] = {}
    for segment in segments:
        by_start.setdefault(segment.start, []).append(segment)
    found = (path for segment in by_start.get(None, ()) for path in _joined(segment, by_start, (segment,)))
    return itertools.islice(found, PATHS_MOST)


@dataclass(frozen=True, slots=True, eq=False)
class _Segment:
    """The part of a story between two checkpoints, alternatives chosen. None: the story's own beginning or end."""

    story: Story
    start: str | None
    steps: tuple[Plain, ...]
    end: str | None


def _segments(story: Story) -> Iterator[_Segment]:
    choices = [step.steps if isinstance(step, Either) else (step,) for step in story.steps]
    seen: set[str] = set()
    for steps in itertools.islice(itertools.product(*choices), PATHS_PER_STORY):
        start: str | None = None
        part: list[Plain] = []
        for step in steps:
            if isinstance(step, Checkpoint):
                if part:
                    yield from _once(_Segment(story, start, tuple(part), step.name), seen)
                start, part = step.name, [SlotsWere(step.slots, step.line)] if step.slots else []
            else:
                part.append(step)
        if part:
            yield from _once(_Segment(story, start, tuple(part), None), seen)


def _once(segment: _Segment, seen: set[str]) -> Iterator[_Segment]:
    # As text: the value of a slot may be a list, which is in no set.
    mark = repr((segment.start, segment.steps, segment.end))
    if mark not in seen:
        seen.add(mark)
        yield segment


def _joined(
    segment: _Segment, by_start: dict[str | None, list[_Segment]], taken: tuple[_Segment, ...]
) -> Iterator[Path]:
    """Depth first; no segment twice on one path, so that loops of checkpoints end."""
    following = () if segment.end is None else by_start.get(segment.end, ())
    going = [each for each in following if each not in taken] if len(taken) < DEPTH_MOST else []
    if not going:
        yield Path(tuple(each.story for each in taken), tuple(step for each in taken for step in each.steps))
    for each in going:
        yield from _joined(each, by_start, (*taken, each))


def replay(domain: Domain, told: Told, path: Path) -> Iterator[Point]:
    """Every action that is due on the path, listening included, with the states before it."""
    walk = _Walk(domain, told, path)
    for step in path.steps:
        yield from walk.take(step)
    yield from walk.listen(path.steps[-1].line)


@dataclass(slots=True)
class _Walk:
    domain: Domain
    told: Told
    path: Path
    states: list[State] = field(default_factory=list)
    previous: str = LISTEN
    message: dict[str, Any] = field(default_factory=dict)
    slots: dict[str, Any] = field(default_factory=dict)
    loop: str | None = None
    turns: int = 0
    moments: list[Moment] = field(default_factory=list)
    before: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.slots = self.domain.first_slots()

    @property
    def by_text(self) -> bool:
        """What was said is told word for word, not as an intent."""
        return self.message.get("intent", {}).get("name") is None

    def take(self, step: Plain) -> Iterator[Point]:
        match step:
            case Intended():
                yield from self.listen(step.line)
                self._hear(step)
            case Done() if step.action != LISTEN:
                yield from self._act(step.action, step.line)
            case SlotsWere():
                self.slots.update({need.name: _value(self.domain, need) for need in step.slots})
            case Said():
                yield from self._act(step.text, step.line)
            case LoopIs():
                self.loop = step.name
            case _:
                pass

    def listen(self, line: int) -> Iterator[Point]:
        if self.previous != LISTEN:
            yield from self._act(LISTEN, line)

    def _act(self, action: str, line: int) -> Iterator[Point]:
        if self.previous == LISTEN and not self.message:
            # What stands before the first message is said without being asked: nothing to decide.
            self.previous = action
            return
        state = state_of(self.domain, self.told, self.previous, self.message, self.slots, self.loop, self.by_text)
        self.moments.append(Moment(self.previous, self.loop, dict(self.slots)))
        if not goes_on(self.states, state, action) and not (
            self.loop is not None and action == LISTEN and self.previous == self.loop
        ):
            yield Point(
                self.path.stories[0],
                line,
                (*self.states, state),
                action,
                self.message,
                tuple(self.moments),
                self.before,
                self.turns == 1,
            )
        self.states = appended(self.states, state, action)
        self.previous = action
        if action in self.domain.forms:
            self.loop = self.loop or action

    def _hear(self, step: Intended) -> None:
        self.turns += 1
        self.previous = LISTEN
        self.before = tuple(each.previous for each in self.moments[1:])
        self.moments.clear()
        entities = [
            {"entity": need.entity, "value": need.value, "role": need.role, "group": need.group}
            for need in step.entities
        ] + [
            {"entity": span.entity, "value": span.value, "role": span.role, "group": span.group} for span in step.spans
        ]
        self.message = {"intent": {"name": step.intent}, "entities": entities, "text": step.text}
        for slot in self.domain.slots.values():
            values = [each["value"] for each in entities if fills(slot, each)]
            if values:
                given = [each if each is not None else "given" for each in values]
                self.slots[slot.name] = given if slot.type is SlotType.LIST else given[-1]


def fills(slot: Slot, entity: dict[str, Any]) -> bool:
    """As Rasa's stories have it: a mapping that is bound to a form does not fill here."""
    return any(
        mapping.type is MappingType.ENTITY
        and (mapping.entity, mapping.role, mapping.group) == (entity["entity"], entity["role"], entity["group"])
        and not any(condition.active_loop is not None for condition in mapping.conditions)
        for mapping in slot.mappings
    )


def _value(domain: Domain, need: SlotNeed) -> Any:
    """Named without a value: something that features as set."""
    if not need.any_value:
        return need.value
    slot = domain.slots.get(need.name)
    match slot.type if slot else SlotType.TEXT:
        case SlotType.LIST:
            return ["given"]
        case SlotType.BOOL:
            return True
        case SlotType.FLOAT:
            return 1.0
        case _:
            return "given"


def points(domain: Domain, stories: Sequence[Story]) -> tuple[Told, list[Point]]:
    """All that a project's stories decide."""
    known = list(paths(stories))
    told = Told.of((step for path in known for step in path.steps), domain)
    return told, [point for path in known for point in replay(domain, told, path)]


def steps_of(stories: Iterable[Story]) -> Iterator[Plain]:
    for story in stories:
        for step in story.steps:
            yield from step.steps if isinstance(step, Either) else (step,)
