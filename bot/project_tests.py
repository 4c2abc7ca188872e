"""Runs a project's own test conversations through understanding and rules, and compares what was understood and done."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.project import Project
from bot.project.domain import LISTEN
from bot.project.story import Done, Either, Intended, LoopIs, Plain, Story
from bot.turn import Bot, Heard

SECONDS_BETWEEN = 1.0


@dataclass(slots=True)
class TestResult:
    """One conversation. `differences` name the line, what was expected and what came; empty: it went as written."""

    __test__ = False

    name: str
    file: str
    line: int
    differences: list[str] = field(default_factory=list)


async def run_tests(bot: Bot, project: Project) -> list[TestResult]:
    return [await _run(bot, story) for story in project.tests]


async def _run(bot: Bot, story: Story) -> TestResult:
    result = TestResult(story.name, story.file, story.line)
    tracker: bytes | None = None
    due: list[str] = []
    seq = 0
    steps: list[Plain] = [step.steps[0] if isinstance(step, Either) else step for step in story.steps]
    for at, step in enumerate(steps):
        if not isinstance(step, Intended) or step.text is None:
            continue
        seq += 1
        heard = Heard(conversation=f"c_test_{story.line}", seq=seq, text=step.text, at=seq * SECONDS_BETWEEN)
        (reading,) = bot.read([heard])
        if step.intent not in (None, reading.intent.name, reading.full(reading.intent.name)):
            result.differences.append(
                f"line {step.line}: expected intent {step.intent}, understood {reading.intent.name}"
            )
        outcome = await bot.turn(heard, reading, tracker)
        tracker = outcome.tracker
        due = _due(steps[at + 1 :])
        done = [name for name in outcome.actions if name != LISTEN]
        if done != due:
            result.differences.append(f"line {step.line}: expected {', '.join(due)}; did {', '.join(done)}")
    return result


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
