from __future__ import annotations

import re

import pytest

from bot.nlu import fold, probe_child
from bot.nlu.errors import Untrainable
from bot.nlu.regexes import RegexFinder, with_boundaries

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
def test_a_pattern_that_could_hang_is_refused(pattern: str) -> None:
    finder = RegexFinder({"good": [r"\d+"], "bad": [pattern]}, case_sensitive=False)
    with pytest.raises(Untrainable, match="'bad' takes too long"):
        finder.check_speed()


def test_usual_patterns_pass() -> None:
    RegexFinder({"all": USUAL}, case_sensitive=False).check_speed()


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
