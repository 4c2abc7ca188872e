from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from bot.nlu import fold, probe_child
from bot.nlu.data import NluConfig
from bot.nlu.errors import Untrainable
from bot.nlu.interpreter import Interpreter
from bot.nlu.regexes import RegexFinder, with_boundaries
from bot.train import train_data
from tests.nlu_data import SHOP

HANGING = [
    r"(a+)+$",
    r"(\w+\s?)*$",
    r"(a|a)*b",
    r"(a|aa)+$",
    r".*a.*b.*c",
    r"([a-z]+)*\d",
    r"(x+x+)+y",
    r"order (\d+,?)+;",
    r"^(([a-z])+.)+[A-Z]([a-z])+$",
]
USUAL = [
    r"\d+",
    r"[A-Z]-\d{4,}",
    r"1[3-9]\d{9}",
    r"[\w.+-]+@[\w-]+\.[\w.]+",
    r"(\d+-)+\d",
    r"\b\d{6,20}\b",
    r"[一二三]+号?",
    r"(?:abc|xyz)+",
    r"(?i:size) (?P<size>[smlx]{1,3})",
]


@pytest.mark.parametrize("pattern", HANGING)
def test_a_pattern_that_could_hang_is_found(pattern: str) -> None:
    finder = RegexFinder({"good": [r"\d+"], "bad": [pattern]}, case_sensitive=False)
    assert finder.slow() == {("bad", pattern)}


def test_training_and_reading_go_on_without_it(tmp_path: Path) -> None:
    data = replace(SHOP, regexes={"order_id": (r"\b[A-Z]\d{4}\b", r"(a+)+$"), "other": (r"(x+x+)+y",)})
    trained = Interpreter.train(data, NluConfig())
    trained.save(tmp_path)
    for interpreter in (trained, Interpreter.load(tmp_path)):
        assert [warning.split(" takes")[0] for warning in interpreter.warnings] == [
            "A regular expression of 'order_id'",
            "A regular expression of 'other'",
        ]
        assert "(a+)+$" in interpreter.warnings[0]
        reading = interpreter.read(["where is A1001 " + "a" * 1_000 + "x" * 900])[0]
        assert [each.value for each in reading.entities] == ["A1001"]


def test_the_report_names_it_also_when_nothing_has_changed(tmp_path: Path) -> None:
    data = replace(SHOP, regexes={"bad": (r"(a+)+$",)})
    for unchanged in (False, True):
        report = train_data(data, None, NluConfig(), tmp_path, lambda what, share: None)
        assert report.unchanged is unchanged
        assert "'bad' takes too long" in report.warnings[0]


def test_usual_patterns_pass() -> None:
    assert not RegexFinder({"all": USUAL}, case_sensitive=False).slow()


@pytest.mark.parametrize("pattern", ["(", "a{2,1}", "[z-a]", "(?P<x>", "*"])
def test_what_is_no_pattern_is_refused_by_name(pattern: str) -> None:
    with pytest.raises(Untrainable, match="'size' cannot be read"):
        RegexFinder({"size": [pattern]}, case_sensitive=False)


def test_a_boundary_is_also_between_latin_and_chinese() -> None:
    assert re.findall(with_boundaries(r"\b[A-Z]\d+\b"), "订单A1到B2了 C3") == ["A1", "B2", "C3"]
    assert re.findall(with_boundaries(r"\bA\b"), "AA 订A单 BA") == ["A"]


@pytest.mark.parametrize("pattern", [r"[\b]", r"\\b", r"[]\b]", r"[^]\b]", r"[[\b]", r"\[\]"])
def test_what_is_no_boundary_stays(pattern: str) -> None:
    assert with_boundaries(pattern) == pattern


def test_a_set_ends_where_it_ends() -> None:
    assert with_boundaries(r"[[a]\b") != r"[[a]\b"
    assert with_boundaries(r"[^]a]\b") != r"[^]a]\b"


def test_the_probe_tries_texts_of_the_length_that_is_read() -> None:
    assert fold.READ_CHARACTERS == probe_child._CHARACTERS
