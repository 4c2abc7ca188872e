"""The page of a report: one HTML file that loads nothing. What it says of texts are the project's own examples, escaped. Pure."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from html import escape

from bot.evaluation.evaluation import Evaluation
from bot.evaluation.facts import facts, threshold_of, title
from bot.evaluation.scores import Score, total
from bot.evaluation.words import Words

# Nothing of a project's texts can run or load anything, even where an escape were missing.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_STYLE = """
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 68rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: .5rem 0 1.5rem; }
th, td { text-align: left; padding: .25rem .75rem; border-bottom: 1px solid #8884; vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
figure { margin: 1rem 0 2rem; } img { max-width: 100%; background: white; } figcaption { opacity: .8; }
ul { margin: 0; padding-left: 1.1rem; } nav a { margin-right: 1rem; }
"""


def page(
    evaluations: Sequence[Evaluation],
    drawn: Sequence[Mapping[str, bytes]],
    words: Words,
    at: datetime,
    lacks_font: bool,
) -> str:
    """`drawn`: of each evaluation its plots, PNG by name."""
    name = words.title.format(evaluations[0].about.project)
    parts = [
        *([f"<p>{escape(words.no_font)}</p>"] if lacks_font else []),
        "<nav>",
        *(f'<a href="#{each.about.kind}">{escape(title(each, words))}</a>' for each in evaluations),
        "</nav>",
    ]
    for evaluation, plots in zip(evaluations, drawn, strict=True):
        parts += section(evaluation, plots, words)
    return sheet(name, evaluations[0].about.model, words, at, parts)


def sheet(name: str, model: str, words: Words, at: datetime, parts: Iterable[str]) -> str:
    """The whole file. `parts` are HTML, all else is text."""
    made = words.made.format(model=model, at=at.strftime("%Y-%m-%d %H:%M"))
    head = [
        f'<!doctype html><html lang="{words.code}"><head><meta charset="utf-8"><title>{escape(name)}</title>',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head><body>',
        f"<h1>{escape(name)}</h1><p>{escape(made)}</p>",
    ]
    return "\n".join([*head, *parts, "</body></html>\n"])


def section(evaluation: Evaluation, plots: Mapping[str, bytes], words: Words) -> Iterator[str]:
    yield f'<h2 id="{evaluation.about.kind}">{escape(title(evaluation, words))}</h2>'
    if evaluation.about.alone:
        yield f"<p>{escape(words.alone.format(evaluation.about.alone))}</p>"
    yield f"<h3>{escape(words.summary)}</h3>"
    yield table((), ((name, value) for name, value in facts(evaluation, words)), numbers=False)
    for name, picture in plots.items():
        yield _figure(*words.plots[name], picture)
    yield f"<h3>{escape(words.confused)}</h3>"
    yield _confused(evaluation, words)
    yield f"<h3>{escape(words.intents)}</h3><p>{escape(words.common.format(evaluation.about.thresholds.common))}</p>"
    head = ("", words.intent, words.precision, words.recall, "F1", words.support, words.threshold)
    yield table(head, (_intent(n, each, evaluation, words) for n, each in enumerate(evaluation.intents, 1)))
    if evaluation.entities:
        yield f"<h3>{escape(words.entities)}</h3>"
        rows = [*evaluation.entities, total(evaluation.entities, words.all)]
        yield table((words.entity, *head[2:6]), ((each.name, *_figures(each)) for each in rows))


def _intent(number: int, score: Score, evaluation: Evaluation, words: Words) -> tuple[str, ...]:
    return f"{number}", score.name, *_figures(score), threshold_of(score, evaluation, words)


def _figures(score: Score) -> tuple[str, ...]:
    return f"{score.precision:.1%}", f"{score.recall:.1%}", f"{score.f1:.1%}", f"{score.meant}"


def _confused(evaluation: Evaluation, words: Words) -> str:
    if not evaluation.confused:
        return f"<p>{escape(words.none)}</p>"
    head = "".join(f"<th>{escape(each)}</th>" for each in (words.meant, words.read, words.count, words.examples))
    rows = "".join(
        f"<tr><td>{escape(each.meant)}</td><td>{escape(each.read)}</td><td class=number>{each.count}</td>"
        f"<td><ul>{''.join(f'<li>{escape(text)}</li>' for text in each.texts)}</ul></td></tr>"
        for each in evaluation.confused
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: bool = True) -> str:
    """Where `numbers`, what begins with a digit stands to the right."""

    def cell(tag: str, text: str) -> str:
        number = numbers and (text[:1].isdigit() if tag == "td" else False)
        return f"<{tag}{' class=number' if number else ''}>{escape(text)}</{tag}>"

    top = f"<thead><tr>{''.join(cell('th', each) for each in head)}</tr></thead>" if head else ""
    body = "".join(f"<tr>{''.join(cell('td', each) for each in row)}</tr>" for row in rows)
    return f"<table>{top}<tbody>{body}</tbody></table>"


def _figure(name: str, said: str, picture: bytes) -> str:
    data = base64.b64encode(picture).decode("ascii")
    return (
        f'<figure><h3>{escape(name)}</h3><img alt="{escape(name)}" src="data:image/png;base64,{data}">'
        f"<figcaption>{escape(said)}</figcaption></figure>"
    )
