"""Runs a project's own test conversations, and compares what was understood and done with what is written.

First with everything: actions are run, forms ask. Where that goes otherwise, as Rasa's own tests do: what is written of slots and
forms holds, no action is run, and only what would be done next is compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

from bot.dialogue.tracker import Tracker
from bot.hearing import speakable
from bot.nlu.reading import Reading
from bot.payload import understood
from bot.project import Project
from bot.project.domain import LISTEN
from bot.project.story import Done, Either, Intended, LoopIs, Plain, SlotsWere, Story
from bot.turn import Bot, Heard

SECONDS_BETWEEN = 1.0

Progress = Callable[["TestResult"], None]


@dataclass(slots=True)
class TestTurn:
    """What was said, meant and due, as written, and what was understood and done. `said` is None where only the intent is written;
    `meant` is None where only the words are; `understood` is None where the words were not read."""

    __test__ = False

    line: int
    said: str | None
    meant: str | None
    understood: str | None = None
    due: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)

    @property
    def misread(self) -> bool:
        return self.meant is not None and self.understood is not None and self.meant != self.understood

    @property
    def as_written(self) -> bool:
        return not self.misread and self.due == self.done


@dataclass(slots=True)
class TestResult:
    """One conversation. `differences` name the line, what was expected and what came; empty: it went as written. `turns` are all of it.

    `actions_ran` is False where it was held as Rasa does.
    """

    __test__ = False

    name: str
    file: str
    line: int
    differences: list[str] = field(default_factory=list)
    actions_ran: bool = True
    turns: list[TestTurn] = field(default_factory=list)


async def run_tests(
    bot: Bot,
    project: Project,
    stories: Sequence[Story] | None = None,
    progress: Progress = lambda _: None,
    *,
    acting: bool = True,
) -> list[TestResult]:
    """`stories`: some of the project's tests; None: all. Not `acting`: no action is run, whatever comes of it."""
    results = []
    for story in project.tests if stories is None else stories:
        results.append(await _run(bot, story) if acting else _predicted(bot, story))
        progress(results[-1])
    return results


async def _run(bot: Bot, story: Story) -> TestResult:
    steps = _steps(story)
    result = TestResult(story.name, story.file, story.line)
    await _hold(bot, story, steps, result)
    if result.differences and any(isinstance(step, SlotsWere | LoopIs) or _is_mute(step) for step in steps):
        predicted = _predicted(bot, story)
        if len(predicted.differences) < len(result.differences) or _has_mute(steps):
            return predicted
    return result


def _predicted(bot: Bot, story: Story) -> TestResult:
    result = TestResult(story.name, story.file, story.line, actions_ran=False)
    _predict(bot, _steps(story), result)
    return result


def _steps(story: Story) -> list[Plain]:
    return [step.steps[0] if isinstance(step, Either) else step for step in story.steps]


def _is_mute(step: Plain) -> bool:
    """It says what was meant, and not in which words."""
    return isinstance(step, Intended) and step.text is None


def _has_mute(steps: list[Plain]) -> bool:
    return any(_is_mute(step) for step in steps)


async def _hold(bot: Bot, story: Story, steps: list[Plain], result: TestResult) -> None:
    """Everything is run."""
    tracker: bytes | None = None
    seq = 0
    for at, step in enumerate(steps):
        if not isinstance(step, Intended):
            continue
        turn = TestTurn(step.line, step.text, step.intent, due=_due(steps[at + 1 :]))
        result.turns.append(turn)
        if step.text is None:
            result.differences.append(f"line {step.line}: expected {step.intent} in words")
            continue
        seq += 1
        heard = Heard(conversation=f"c_test_{story.line}", seq=seq, text=step.text, at=seq * SECONDS_BETWEEN)
        if (meant := _pressed(bot, step)) is not None:
            payload = step.text.strip()
            heard, tracker = msgspec.structs.replace(heard, payload=payload), _offered(tracker, payload)
        (reading,) = bot.read([heard])
        turn.understood = meant or _understood(step, reading)
        outcome = await bot.turn(heard, reading, tracker)
        tracker = outcome.tracker
        turn.done = [name for name in outcome.actions if name != LISTEN]
        result.differences += _misread(turn)
        if turn.done != turn.due:
            result.differences.append(f"line {step.line}: expected {', '.join(turn.due)}; did {', '.join(turn.done)}")


def _predict(bot: Bot, steps: list[Plain], result: TestResult) -> None:
    """Nothing is run."""
    prediction = bot.prediction()
    for step in steps:
        match step:
            case Intended():
                if result.turns and (next_one := prediction.next(LISTEN)) != LISTEN:
                    result.turns[-1].done.append(next_one)
                    result.differences.append(f"line {step.line}: expected {LISTEN}; would do {next_one}")
                turn = TestTurn(step.line, step.text, step.intent)
                if step.text is not None:
                    (reading,) = bot.read([Heard(conversation="c_test", seq=1, text=step.text, at=SECONDS_BETWEEN)])
                    turn.understood = _pressed(bot, step) or _understood(step, reading)
                    result.differences += _misread(turn)
                result.turns.append(turn)
                prediction.hear(step)
            case Done() if step.action != LISTEN:
                next_one = prediction.next(step.action)
                if result.turns:
                    result.turns[-1].due.append(step.action)
                    result.turns[-1].done.append(next_one)
                if next_one != step.action:
                    result.differences.append(f"line {step.line}: expected {step.action}; would do {next_one}")
            case SlotsWere() | LoopIs():
                prediction.take(step)
            case _:
                continue


def _pressed(bot: Bot, step: Intended) -> str | None:
    """The intent of `/intent{…}`: Rasa's tests write a pressed button so. What the project does not know is text, as with customers."""
    if step.text is None or not step.text.startswith("/"):
        return None
    meant = understood(step.text.strip())
    return str(meant["intent"]["name"]) if speakable(bot.project.domain, meant) else None


def _offered(tracker: bytes | None, payload: str) -> bytes:
    """Whether a button was shown in the test or not: its writer is no customer."""
    known = Tracker.from_bytes(tracker)
    known.offer([payload])
    return known.to_bytes()


def _understood(step: Intended, reading: Reading) -> str:
    """A retrieval intent may be named in whole or in part."""
    name = reading.intent.name
    return full if step.intent == (full := reading.full(name)) else name


def _misread(turn: TestTurn) -> Iterator[str]:
    if turn.misread:
        yield f"line {turn.line}: expected intent {turn.meant}, understood {turn.understood}"


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
