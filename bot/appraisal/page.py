"""The page of a candidate's report: the verdict, what changes, and the evaluation with its plots, in the project's language."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from html import escape

from bot.appraisal.words import GateWords, gate_words
from bot.evaluation.evaluation import Evaluation
from bot.evaluation.page import section, sheet, table
from bot.evaluation.report import drawn
from bot.evaluation.words import words_of
from bot.project import Project
from models.model_report import ModelReport, ReportChange, ReportConversation, ReportFinding

ROWS_MOST = 200


def page_of(report: ModelReport, evaluation: Evaluation | None, project: Project, at: datetime) -> str:
    """`evaluation` of the candidate; None where there is no text to evaluate."""
    language = project.nlu_config.language or "en"
    words, gate = words_of(language), gate_words(language)
    parts = [*_verdict(report, gate), *_figures(report, gate), *_talks(report, gate), *_changes(report, gate)]
    if evaluation is not None:
        plots, lacks_font = drawn([evaluation], words)
        parts += [f"<p>{escape(words.no_font)}</p>"] if lacks_font else []
        parts += section(evaluation, plots[0], words)
    return sheet(gate.title.format(project.name), report.version, words, at, parts)


def _verdict(report: ModelReport, words: GateWords) -> Iterator[str]:
    verdict = report.verdict
    yield f"<h2>{escape(words.passed if verdict.passed else words.refused)}</h2>"
    if report.live:
        yield f"<p>{escape(words.compared.format(report.live))}</p>"
    yield _list(verdict.reasons, words)
    yield _list(verdict.notes, words)


def _list(found: list[ReportFinding], words: GateWords) -> str:
    return f"<ul>{''.join(f'<li>{escape(words.finding(each))}</li>' for each in found)}</ul>" if found else ""


def _figures(report: ModelReport, words: GateWords) -> Iterator[str]:
    found, crossed, replay = report.test_set, report.cross_validation, report.replay
    said = words.fixed_said.format(
        texts=found.texts, files=found.files, inbox=found.inbox, left_out=found.left_out, hash=found.hash[:16]
    )
    yield f"<h3>{escape(words.fixed)}</h3><p>{escape(said)}</p>"
    if found.candidate is not None:
        pairs = [(words.candidate, found.candidate), *([(words.live, found.live)] if found.live else [])]
        rows = [(name, f"{of.accuracy:.1%}", f"{of.macro_f1:.1%}") for name, of in pairs]
        yield table(("", words.accuracy, words.macro_f1), rows)
    if found.difference is not None:
        yield f"<p>{escape(words.difference)}: {escape(words.difference_said.format(**found.difference.model_dump()))}</p>"
    if crossed.accuracy is not None:
        yield f"<p>{escape(words.cross)}: {crossed.accuracy:.1%} ({crossed.examples})</p>"
    if replay.turns:
        said = words.replay_said.format(
            turns=replay.turns, right=replay.right, live=_or_none(replay.live_right), unseen=replay.unseen,
            unseen_right=replay.unseen_right, unseen_live=_or_none(replay.unseen_live_right),
        )  # fmt: skip
        yield f"<p>{escape(words.replay)}: {escape(said)}</p>"


def _talks(report: ModelReport, words: GateWords) -> Iterator[str]:
    talks = report.conversations
    if not talks.total:
        return
    said = words.talks_said.format(passed=talks.passed, total=talks.total, live=_or_none(talks.live_passed))
    yield f"<h3>{escape(words.talks)}</h3><p>{escape(said)}</p>"
    for name, some in ((words.lost, talks.lost), (words.failed, talks.failed)):
        if some:
            yield f"<p>{escape(name)}</p><ul>{''.join(map(_talk, some))}</ul>"


def _talk(each: ReportConversation) -> str:
    differences = "".join(f"<li>{escape(line)}</li>" for line in each.differences)
    return f"<li>{escape(f'{each.name} ({each.file}:{each.line})')}<ul>{differences}</ul></li>"


def _changes(report: ModelReport, words: GateWords) -> Iterator[str]:
    found = report.changes
    if not found.compared:
        return
    said = words.changes_said.format(compared=found.compared, worse=found.worse, better=found.better, other=found.other)
    yield f"<h3>{escape(words.changes)}</h3><p>{escape(said)}</p>"
    if found.messages:
        head = (words.text, words.meant, words.live, words.candidate, "")
        yield table(head, [_row(each, words) for each in found.messages[:ROWS_MOST]], numbers=False)


def _row(change: ReportChange, words: GateWords) -> tuple[str, ...]:
    reads = (f"{each.intent} {each.confidence:.2f}" for each in (change.live, change.candidate))
    return change.text, change.meant or words.nothing, *reads, words.kinds[change.kind]


def _or_none(number: int | None) -> str:
    return "–" if number is None else f"{number}"
