"""What `bellhop evaluate` prints of an evaluation: a summary, the intents, the pairs that are confused, the entities. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from bot.evaluation.evaluation import Evaluation
    from bot.evaluation.scores import Score
    from bot.evaluation.words import Words

# What is weakest is seen; the report has them all.
INTENTS_SHOWN = 40
PAIRS_SHOWN = 10
TEXTS_SHOWN = 2
TEXT_CHARACTERS = 60


def tables(evaluation: Evaluation, words: Words) -> Iterator[RenderableType]:
    from bot.evaluation.facts import facts, title

    yield Text(f"\n{title(evaluation, words)}", style="bold")
    if evaluation.about.alone:
        yield Text(words.alone.format(evaluation.about.alone))
    yield _grid(facts(evaluation, words))
    yield from _intents(evaluation, words)
    yield from _confused(evaluation, words)
    yield from _entities(evaluation, words)


def _grid(rows: Iterable[Sequence[str]]) -> Table:
    grid = Table.grid(padding=(0, 2))
    for row in rows:
        grid.add_row(*map(Text, row))
    return grid


def _intents(evaluation: Evaluation, words: Words) -> Iterator[RenderableType]:
    from bot.evaluation.facts import threshold_of

    table = _scores(words.intents, words.intent, words)
    table.add_column(words.threshold, justify="right")
    for each in evaluation.intents[:INTENTS_SHOWN]:
        table.add_row(*_row(each), Text(threshold_of(each, evaluation, words)))
    yield table
    yield from _more(len(evaluation.intents) - INTENTS_SHOWN, words)
    yield Text(words.common.format(evaluation.about.thresholds.common))


def _confused(evaluation: Evaluation, words: Words) -> Iterator[RenderableType]:
    if not evaluation.confused:
        yield Text(words.none)
        return
    table = Table(title=words.confused, title_justify="left")
    for name in (words.meant, words.read, words.count, words.examples):
        table.add_column(name, justify="right" if name == words.count else "left")
    for each in evaluation.confused[:PAIRS_SHOWN]:
        texts = "\n".join(_short(text) for text in each.texts[:TEXTS_SHOWN])
        table.add_row(Text(each.meant), Text(each.read), Text(f"{each.count}"), Text(texts))
    yield table
    yield from _more(len(evaluation.confused) - PAIRS_SHOWN, words)


def _entities(evaluation: Evaluation, words: Words) -> Iterator[RenderableType]:
    from bot.evaluation.scores import total

    if evaluation.entities:
        table = _scores(words.entities, words.entity, words)
        for each in (*evaluation.entities[:INTENTS_SHOWN], total(evaluation.entities, words.all)):
            table.add_row(*_row(each))
        yield table


def _scores(title: str, name: str, words: Words) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column(name)
    for each in (words.precision, words.recall, "F1", words.support):
        table.add_column(each, justify="right")
    return table


def _row(score: Score) -> tuple[Text, ...]:
    return (
        Text(score.name),
        *(Text(f"{share:.1%}") for share in (score.precision, score.recall, score.f1)),
        Text(f"{score.meant}"),
    )


def _more(count: int, words: Words) -> Iterator[RenderableType]:
    if count > 0:
        yield Text(words.more.format(count))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= TEXT_CHARACTERS else f"{line[: TEXT_CHARACTERS - 1]}…"
