"""`bellhop test`: holds a project's own test conversations, and shows what went otherwise turn by turn. Nothing goes live."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bellhop.failure import BROKEN, USAGE, Failure
from bellhop.train import Bar, existing
from models.settings import Settings

if TYPE_CHECKING:
    from bot.project.story import Story
    from bot.project_tests import TestResult, TestTurn
    from bot.trying import Tried

NO_ACTIONS = "no action"
# The words of a turn in the margin of a terminal.
SAID_CHARACTERS = 120


def run(settings: Settings, project: Path | None, only: str, report: Path | None) -> None:
    """Ends with exit code 1 where a conversation went otherwise. Raises ProjectError and Untrainable, Failure where nothing is to be
    tested."""
    folder = existing(settings, project)
    console = Console(highlight=False, soft_wrap=True)
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    tried = _ready(settings, folder, console)
    stories = [each for each in tried.project.tests if only.lower() in f"{each.file} {each.name}".lower()]
    if not stories:
        raise Failure(
            f"No test conversation of the project has '{only}' in its name." if only else _no_tests(folder),
            "Rasa's format is known: tests/test_*.yml with `stories:` (docs/tools.md).",
            USAGE,
        )
    results = asyncio.run(_held(settings, tried, stories, console))
    for each in results:
        for line in told(each):
            console.print(line)
    if report is not None:
        report.write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=2))
    wrong = sum(bool(each.differences) for each in results)
    predicted = sum(not each.actions_ran for each in results)
    console.print(f"\n{len(results) - wrong} of {len(results)} conversations went as they are written.", style="bold")
    if predicted:
        console.print(
            f"{predicted} of them were held as Rasa does: no action ran, what is written of slots and forms held."
        )
    if wrong:
        raise SystemExit(BROKEN)


def _no_tests(folder: Path) -> str:
    return f"The project in {folder} has no test conversations."


def _ready(settings: Settings, folder: Path, console: Console) -> Tried:
    from bot.trying import ready

    with Progress(
        TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console, transient=True
    ) as shown:
        tried = ready(settings, folder, Bar(shown).step)
    console.print("Trained for this test; nothing went live." if tried.trained else "The model fits the project.")
    for each in sorted(tried.project.warnings):
        console.print(f"Warning: {each}", markup=False)
    return tried


async def _held(settings: Settings, tried: Tried, stories: Sequence[Story], console: Console) -> list[TestResult]:
    from bot.apart import apart
    from bot.project_tests import run_tests
    from bot.turn import Bot
    from models.sealed import KeyRing

    bot = Bot(
        tried.project,
        tried.model.interpreter,
        KeyRing.generated(),
        settings.turn_limit.total_seconds(),
        policy=tried.model.policy,
    )
    try:
        with apart(tried.project.folder), Progress(
            TextColumn("Talking"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console, transient=True
        ) as shown:  # fmt: skip
            bot.settle()
            task = shown.add_task("", total=len(stories))
            return await run_tests(bot, tried.project, stories, lambda _: shown.advance(task))
    finally:
        await bot.close()


def told(result: TestResult) -> Iterator[str]:
    """One line where it went as written, else every turn that did not, as a diff."""
    place = f"{escape(result.file)}:{result.line}"
    if not result.differences:
        yield f"[green]passed[/] {place}  {escape(result.name)}"
        return
    yield f"[red]FAILED[/] {place}  {escape(result.name)}"
    for turn in result.turns:
        if not turn.as_written:
            yield from _diff(turn)


def _diff(turn: TestTurn) -> Iterator[str]:
    said = f"“{turn.said.strip()[:SAID_CHARACTERS]}”" if turn.said is not None else f"(means {turn.meant}, no words)"
    yield f"    line {turn.line}: {escape(said)}"
    if turn.misread:
        yield f"        [red]- intent {turn.meant}[/]"
        yield f"        [green]+ intent {turn.understood}[/]"
    if turn.due != turn.done:
        for mark, name in _aligned(turn.due or [NO_ACTIONS], turn.done or [NO_ACTIONS]):
            colour = {"-": "red", "+": "green"}.get(mark)
            text = f"        {mark} {escape(name)}"
            yield f"[{colour}]{text}[/]" if colour else text


def _aligned(due: Sequence[str], done: Sequence[str]) -> Iterator[tuple[str, str]]:
    from difflib import SequenceMatcher

    for kind, a, b, c, d in SequenceMatcher(a=due, b=done, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from ((" ", name) for name in due[a:b])
        else:
            yield from (("-", name) for name in due[a:b])
            yield from (("+", name) for name in done[c:d])
