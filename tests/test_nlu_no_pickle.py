"""A model or project that someone gives us must not be able to run code when it is read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("api", "bot", "bellhop", "handoff", "models", "stream")
FORBIDDEN = re.compile(
    r"^\s*(?:import|from)\s+(?:[\w, ]*\b)?(?:pickle|cPickle|_pickle|dill|cloudpickle|joblib|shelve|marshal)\b"
    r"|allow_pickle\s*=\s*(?!False\b)|\byaml\.(?:load|unsafe_load|full_load|load_all)\s*\(|typ\s*=\s*[\"']unsafe[\"']"
    r"|\bread_pickle\b|\b__import__\s*\(\s*[\"'](?:pickle|joblib)",
    re.MULTILINE,
)


def test_no_source_of_ours_reads_what_could_run() -> None:
    sources = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    assert len(sources) > 50
    assert [str(path) for path in sources if FORBIDDEN.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    "line",
    [
        "import pickle",
        "  from joblib import load",
        "import os, pickle",
        "np.load(f, allow_pickle=True)",
        "yaml.load(text)",
        "YAML(typ='unsafe')",
    ],
)
def test_the_search_finds_them(line: str) -> None:
    assert FORBIDDEN.search(f"x = 1\n{line}\n")


@pytest.mark.parametrize("line", ["np.load(f, allow_pickle=False)", "# no pickle here", "YAML(typ='safe')"])
def test_the_search_lets_good_lines_pass(line: str) -> None:
    assert not FORBIDDEN.search(line)
