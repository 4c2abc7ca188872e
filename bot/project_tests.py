"""Runs a project's own test conversations, and compares what was understood and done with what is written.

First with everything: actions are run, forms ask. Where that goes otherwise, as Rasa's own tests do: what is written of slots and
forms holds, no action is run, and only what would be done next is compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.nlu.reading import Reading
from bot.project import Project
from bot.project.domain import LISTEN
from bot.project.story import Done, Either, Intended, LoopIs, Plain, SlotsWere, Story
from bot.turn import Bot, Heard

SECONDS_BETWEEN = 1.0


@dataclass(slots=True)
class TestResult:
    """One conversation. `differences` name the line, what was expected and what came; empty: it went as written.

    `actions_ran` is False where it was held as Rasa does.
    """

    __test__ = False

    name: str
    file: str
    line: int
    differences: list[str] = field(default_factory=list)
    actions_ran: bool = True


async def run_tests(bot: Bot, project: Project) -> list[TestResult]:
    return [await _run(bot, story) for story in project.tests]


async def _run(bot: Bot, story: Story) -> TestResult:
    steps: list[Plain] = [step.steps[0] if isinstance(step, Either) else step for step in story.steps]
    result = TestResult(story.name, story.file, story.line, await _held(bot, story, steps))
    if result.differences and any(isinstance(step, SlotsWere | LoopIs) or _is_mute(step) for step in steps):
        predicted = list(_predicted(bot, steps))
        if len(predicted) < len(result.differences) or _has_mute(steps):
            return TestResult(story.name, story.file, story.line, predicted, actions_ran=False)
    return result


def _is_mute(step: Plain) -> bool:
    """It says what was meant, and not in which words."""
    return isinstance(step, Intended) and step.text is None


def _has_mute(steps: list[Plain]) -> bool:
    return any(_is_mute(step) for step in steps)


async def _held(bot: Bot, story: Story, steps: list[Plain]) -> list[str]:
    """The differences when everything is run."""
    differences: list[str] = []
    tracker: bytes | None = None
    seq = 0
    for at, step in enumerate(steps):
        if not isinstance(step, Intended):
            continue
        if step.text is None:
            differences.append(f"line {step.line}: expected {step.intent} in words")
            continue
        seq += 1
        heard = Heard(conversation=f"c_test_{story.line}", seq=seq, text=step.text, at=seq * SECONDS_BETWEEN)
        (reading,) = bot.read([heard])
        differences += _misread(step, reading)
        outcome = await bot.turn(heard, reading, tracker)
        tracker = outcome.tracker
        due, done = _due(steps[at + 1 :]), [name for name in outcome.actions if name != LISTEN]
        if done != due:
            differences.append(f"line {step.line}: expected {', '.join(due)}; did {', '.join(done)}")
    return differences


def _predicted(bot: Bot, steps: list[Plain]) -> Iterator[str]:
    """The differences when nothing is run."""
    prediction = bot.prediction()
    spoken = False
    for step in steps:
        match step:
            case Intended():
                if spoken and (next_one := prediction.next(LISTEN)) != LISTEN:
                    yield f"line {step.line}: expected {LISTEN}; would do {next_one}"
                if step.text is not None:
                    (reading,) = bot.read([Heard(conversation="c_test", seq=1, text=step.text, at=SECONDS_BETWEEN)])
                    yield from _misread(step, reading)
                prediction.hear(step)
                spoken = True
            case Done() if step.action != LISTEN:
                if (next_one := prediction.next(step.action)) != step.action:
                    yield f"line {step.line}: expected {step.action}; would do {next_one}"
            case SlotsWere() | LoopIs():
                prediction.take(step)
            case _:
                continue


def _misread(step: Intended, reading: Reading) -> Iterator[str]:
    """A retrieval intent may be named in whole or in part."""
    understood = reading.intent.name
    if step.intent not in (None, understood, reading.full(understood)):
        yield f"line {step.line}: expected intent {step.intent}, understood {understood}"


def _due(steps: list[Plain]) -> list[str]:
    """The actions up to the next thing that the customer says."""
    names: list[str] = []
    for step in steps:
        match step:
            case Intended():
                break
            case Done() if step.action != LISTEN:
                names.append(step.action)
            case LoopIs() | _:
                continue
    return names
