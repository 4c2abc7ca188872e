"""The plots of an evaluation as PNG. The only file beside fonts.py that needs matplotlib (the extra `evaluate`).

Figures are made without pyplot: it has state of its own and looks for a screen.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bot.evaluation.evaluation import Evaluation
from bot.evaluation.fonts import chinese_font
from bot.evaluation.matrix import confused_most, matrix_of
from bot.evaluation.words import ENGLISH, Words
from bot.nlu.fold import is_unspaced

# More cannot be read in one picture.
INTENTS_MOST = 30
NAME_CHARACTERS = 24
_DPI = 120
_BLUE, _RED, _GREY = "#2563a8", "#c2410c", "#6b7280"

Label = Callable[[str], str]


class Plotted:
    """`font` None: there is none for Chinese; plots are English then, and an intent with a Chinese name is its number in the table."""

    def __init__(self, words: Words) -> None:
        self.font = chinese_font()
        self.words = words if self.font or words.code == "en" else ENGLISH

    def plots(self, evaluation: Evaluation) -> dict[str, bytes]:
        """PNG by the name of the plot."""
        family = [self.font, "DejaVu Sans"] if self.font else ["DejaVu Sans"]
        with mpl.rc_context({"font.family": family, "axes.unicode_minus": False}):
            outside = {"outside": self._outside(evaluation)} if evaluation.curves.outside else {}
            return {
                "confusion": self._confusion(evaluation),
                "reliability": self._reliability(evaluation),
                "confidence": self._confidence(evaluation),
                "coverage": self._coverage(evaluation),
                "cost": self._cost(evaluation),
                **outside,
            }

    def _confusion(self, evaluation: Evaluation) -> bytes:
        names = confused_most(evaluation, INTENTS_MOST)
        counts = np.array(matrix_of(evaluation, names))
        shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
        side = 3.0 + 0.3 * len(names)
        figure = Figure(figsize=(side, side), layout="constrained")
        axes = figure.subplots()
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        label = self._label(evaluation)
        shown = [label(name) for name in names]
        axes.set_xticks(range(len(names)), shown, rotation=90)
        axes.set_yticks(range(len(names)), shown)
        for row, column in np.argwhere(counts > 0).tolist():
            colour = "white" if shares[row, column] > 0.5 else "black"
            axes.text(column, row, str(counts[row, column]), ha="center", va="center", fontsize=7, color=colour)
        axes.set_xlabel(self.words.read)
        axes.set_ylabel(self.words.meant)
        if len(names) < len(evaluation.intents):
            axes.set_title(self.words.most_confused.format(len(names)))
        return _png(figure)

    def _reliability(self, evaluation: Evaluation) -> bytes:
        figure, axes = _square(self.words.confidence, self.words.share_right)
        axes.plot([0, 1], [0, 1], color=_GREY, linestyle="--", label=self.words.perfect)
        filled = [each for each in evaluation.curves.bins if each.right + each.wrong]
        x = [each.confidence for each in filled]
        y = [each.right / (each.right + each.wrong) for each in filled]
        axes.plot(x, y, color=_BLUE, label=self.words.as_is)
        counts = np.array([each.right + each.wrong for each in filled])
        axes.scatter(x, y, 15 + 200 * counts / counts.sum(), color=_BLUE, zorder=3)
        for each, at, height in zip(filled, x, y, strict=True):
            axes.annotate(
                str(each.right + each.wrong), (at, height), textcoords="offset points", xytext=(4, -11), fontsize=8
            )
        axes.legend(loc="upper left")
        return _png(figure)

    def _confidence(self, evaluation: Evaluation) -> bytes:
        figure = Figure(figsize=(6, 4), layout="constrained")
        axes = figure.subplots()
        bins = evaluation.curves.bins
        left = [each.low for each in bins]
        width = bins[0].high - bins[0].low
        right, wrong = [each.right for each in bins], [each.wrong for each in bins]
        axes.bar(left, right, width, align="edge", color=_BLUE, edgecolor="white", label=self.words.right)
        axes.bar(left, wrong, width, right, align="edge", color=_RED, edgecolor="white", label=self.words.wrong)
        axes.set(xlabel=self.words.confidence, ylabel=self.words.texts, xlim=(0, 1))
        axes.legend(loc="upper left")
        return _png(figure)

    def _coverage(self, evaluation: Evaluation) -> bytes:
        figure = Figure(figsize=(6, 4), layout="constrained")
        axes = figure.subplots()
        points = evaluation.curves.coverage
        axes.plot([each.share for each in points], [each.accuracy for each in points], color=_BLUE)
        axes.set(xlabel=self.words.share_answered, ylabel=self.words.share_right, xlim=(0, 1))
        axes.grid(alpha=0.3)
        return _png(figure)

    def _cost(self, evaluation: Evaluation) -> bytes:
        figure = Figure(figsize=(7, 4), layout="constrained")
        axes = figure.subplots()
        prices = evaluation.curves.prices
        x = [each.limit for each in prices]
        lines = [
            *axes.plot(x, [each.wrong for each in prices], color=_RED, label=self.words.wrong_answers),
            *axes.plot(x, [each.unanswered for each in prices], color=_GREY, label=self.words.not_answered),
        ]
        axes.set(xlabel=self.words.limit, ylabel=self.words.share_texts, xlim=(0, 1), ylim=(0, 1))
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        other = axes.twinx()
        lines += other.plot(x, [each.cost for each in prices], color=_BLUE, label=self.words.cost_each)
        lines.append(
            other.axhline(
                evaluation.cost, color=_BLUE, linestyle=":", label=f"{self.words.as_is} ({evaluation.cost:.2f})"
            )
        )
        other.set_ylabel(self.words.cost_each)
        other.set_ylim(bottom=0)
        axes.legend(lines, [str(each.get_label()) for each in lines], loc="upper center")
        return _png(figure)

    def _outside(self, evaluation: Evaluation) -> bytes:
        figure = Figure(figsize=(6, 4), layout="constrained")
        axes = figure.subplots()
        points = evaluation.curves.outside
        x = [each.limit for each in points]
        axes.plot(x, [each.caught for each in points], color=_BLUE, label=self.words.caught)
        axes.plot(x, [each.lost for each in points], color=_RED, label=self.words.lost)
        axes.set(xlabel=self.words.outside_limit, ylabel=self.words.share_texts, xlim=(0, 1), ylim=(0, 1))
        axes.grid(alpha=0.3)
        axes.legend(loc="upper right")
        return _png(figure)

    def _label(self, evaluation: Evaluation) -> Label:
        numbers = {each.name: number for number, each in enumerate(evaluation.intents, 1)}

        def label(name: str) -> str:
            if self.font is None and is_unspaced(name):
                return f"{numbers[name]}"
            # A dollar sign would begin a formula.
            short = name if len(name) <= NAME_CHARACTERS else f"{name[: NAME_CHARACTERS - 1]}…"
            return short.replace("$", r"\$")

        return label

    def lacks_font(self, evaluation: Evaluation) -> bool:
        return self.font is None and (
            self.words.code != "en" or any(is_unspaced(each.name) for each in evaluation.intents)
        )


def _square(x: str, y: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.subplots()
    axes.set(xlabel=x, ylabel=y, xlim=(0, 1), ylim=(0, 1), aspect="equal")
    axes.grid(alpha=0.3)
    return figure, axes


def _png(figure: Figure) -> bytes:
    written = io.BytesIO()
    figure.savefig(written, format="png", dpi=_DPI)
    return written.getvalue()
