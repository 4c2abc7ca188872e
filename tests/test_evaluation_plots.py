"""Plots that one can look at: every letter is drawn, also where no font has Chinese ones."""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from bot.evaluation import fonts, plots, report
from bot.evaluation.evaluation import Evaluation, evaluated
from bot.evaluation.matrix import confused_most, matrix_of
from bot.evaluation.plots import INTENTS_MOST, Plotted
from bot.evaluation.words import CHINESE, ENGLISH
from bot.nlu.data import Example
from bot.nlu.reading import Guess, Reading
from tests.test_evaluation import EXAMPLES, READINGS, about, small

AT = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)


def chinese() -> Evaluation:
    """Intents with Chinese names, and one whose name would be a formula."""
    examples = [Example(each.text, f"{each.intent}退款$x$") for each in EXAMPLES]
    readings = [
        Reading(each.text, Guess(f"{each.intent.name}退款$x$", each.intent.confidence), (each.ranking[0],))
        for each in READINGS
    ]
    return evaluated(about(), examples, readings)


def test_five_plots_are_png(tmp_path: Path) -> None:
    written = report.write_report(tmp_path / "report", [small()], ENGLISH, AT)
    assert sorted(each.name for each in written.plots) == [
        "test_set-confidence.png", "test_set-confusion.png", "test_set-cost.png", "test_set-coverage.png",
        "test_set-reliability.png",
    ]  # fmt: skip
    for each in written.plots:
        with Image.open(each) as picture:
            assert min(picture.size) > 300
            colours = picture.convert("RGB").getcolors(1 << 24)
            assert colours is not None
            assert len(colours) > 20, "something is drawn"
    shown = written.page.read_text(encoding="utf-8")
    assert shown.count("data:image/png;base64,") == 5
    assert (tmp_path / "report").stat().st_mode & 0o077 == 0


def test_chinese_is_drawn_with_a_font_that_has_it() -> None:
    if fonts.chinese_font() is None:
        pytest.skip("this machine has no font with Chinese characters")
    # Warnings are errors: a letter that a font lacks is one.
    plotted = Plotted(CHINESE)
    drawn = plotted.plots(chinese())
    assert not plotted.lacks_font(chinese())
    with Image.open(io.BytesIO(drawn["confusion"])) as picture:
        assert picture.format == "PNG"


def test_without_such_a_font_numbers_stand_for_names_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plots, "chinese_font", lambda: None)
    plotted = Plotted(CHINESE)
    assert plotted.words is ENGLISH
    plotted.plots(chinese())
    assert plotted.lacks_font(chinese())
    assert not Plotted(ENGLISH).lacks_font(small())
    written = report.write_report(tmp_path, [chinese()], CHINESE, AT)
    assert written.lacks_font
    assert CHINESE.no_font in written.page.read_text(encoding="utf-8")


def test_without_matplotlib_the_report_has_its_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "can_plot", lambda: False)
    written = report.write_report(tmp_path, [small()], ENGLISH, AT)
    assert written.plots == ()
    shown = written.page.read_text(encoding="utf-8")
    assert "<img" not in shown
    assert ENGLISH.confused in shown


def test_of_many_intents_those_are_shown_that_are_confused() -> None:
    examples = [Example(f"t{i}", f"i{i:02}") for i in range(40)]
    readings = [
        Reading(each.text, Guess(name, 0.9), (Guess(name, 0.9),))
        for i, each in enumerate(examples)
        for name in ["i39" if i < 3 else each.intent]
    ]
    found = evaluated(about(), examples, readings)
    names = confused_most(found, INTENTS_MOST)
    assert len(names) == INTENTS_MOST
    assert {"i00", "i01", "i02", "i39"} <= set(names)
    matrix = matrix_of(found, names)
    assert matrix[names.index("i01")][names.index("i39")] == 1
    assert matrix[names.index("i39")][names.index("i39")] == 1


def test_a_bot_loads_nothing_of_it() -> None:
    program = (
        "import sys, bot.worker, bot.train, bellhop.cli;"
        "print([name for name in sys.modules if name.startswith(('matplotlib', 'bot.evaluation'))])"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
