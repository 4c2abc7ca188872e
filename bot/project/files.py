"""Which files of a project folder are read. Links are followed, as Rasa does, but no folder is entered twice."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

YAML_SUFFIXES = frozenset({".yml", ".yaml"})
DATA_SUFFIXES = YAML_SUFFIXES | {".md", ".json"}
# What tools leave in a project's folder.
_PASSED_OVER = frozenset({"models", "node_modules", "venv", "env", "results", "__pycache__"})
TEST_PREFIX = "test_"


def files_below(folder: Path, suffixes: frozenset[str] = YAML_SUFFIXES) -> list[Path]:
    """All files with these suffixes in the folder and below, sorted."""
    return sorted(path for path in _walk(folder, frozenset()) if path.suffix in suffixes)


def test_files(folder: Path) -> list[Path]:
    """Test conversations: as in Rasa any file whose name begins with `test_`, wherever it lies."""
    return sorted(path for path in _walk(folder, _PASSED_OVER) if _is_test(path.relative_to(folder)))


def _is_test(path: Path) -> bool:
    """In Markdown tests were told by their folder, or by the older name."""
    if path.suffix == ".md":
        return path.name.startswith((TEST_PREFIX, "conversation_tests", "e2e")) and path.parts[0] == "tests"
    return path.suffix in YAML_SUFFIXES and path.name.startswith(TEST_PREFIX)


def _walk(folder: Path, passed_over: frozenset[str]) -> Iterator[Path]:
    entered: set[str] = set()
    for root, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(root)
        if real in entered:
            folders.clear()
            continue
        entered.add(real)
        folders[:] = sorted(each for each in folders if not each.startswith(".") and each not in passed_over)
        for name in names:
            path = Path(root, name)
            if not name.startswith(".") and path.is_file():
                yield path
