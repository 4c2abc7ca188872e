"""The report of evaluations: a folder with one page that needs nothing else, and the plots of that page as files."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from bot.evaluation.evaluation import Evaluation
from bot.evaluation.page import page
from bot.evaluation.words import Words

PAGE = "report.html"


class Written(msgspec.Struct, frozen=True):
    """`lacks_font`: plots are not in the report's own language, or have numbers in place of names."""

    page: Path
    plots: tuple[Path, ...]
    lacks_font: bool


def can_plot() -> bool:
    """Whether the extra `evaluate` is installed."""
    return importlib.util.find_spec("matplotlib") is not None


def write_report(folder: Path, evaluations: Sequence[Evaluation], words: Words, at: datetime) -> Written:
    """Into a folder that is made where there is none. Without matplotlib the page has tables alone."""
    # Examples can be drafts that nobody is to see yet.
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    pictured, lacks_font = drawn(evaluations, words)
    plots = []
    for evaluation, pictures in zip(evaluations, pictured, strict=True):
        for name, picture in pictures.items():
            plots.append(folder / f"{evaluation.about.kind}-{name}.png")
            plots[-1].write_bytes(picture)
    (folder / PAGE).write_text(page(evaluations, pictured, words, at, lacks_font), encoding="utf-8")
    return Written(folder / PAGE, tuple(plots), lacks_font)


def drawn(evaluations: Sequence[Evaluation], words: Words) -> tuple[list[dict[str, bytes]], bool]:
    """Of each its plots, PNG by name; none without matplotlib. And whether a font was missing."""
    if not can_plot():
        return [{} for _ in evaluations], False
    from bot.evaluation.plots import Plotted

    plotted = Plotted(words)
    return [plotted.plots(each) for each in evaluations], any(map(plotted.lacks_font, evaluations))
