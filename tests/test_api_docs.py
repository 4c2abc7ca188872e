"""docs/api.md names every route, error code and close code that the code has, and no other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from api.app import create_app
from api.connection import CloseCode
from api.problems import SENTENCES
from models.settings import Settings

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "api.md").read_text()


def table(heading: str) -> set[str]:
    """The first column of the table below a heading."""
    part = PAGE.split(f"### {heading}\n", 1)[1].split("\n#", 1)[0]
    return {row.split("|")[1].strip(" `") for row in part.splitlines() if row.startswith("| ")} - {"code"}


def test_every_error_code_is_on_the_page_and_no_other() -> None:
    parsed = set(re.findall(r'BadFrame\(\s*"([a-z_]+)"', (ROOT / "models" / "frames.py").read_text()))
    assert {"bad_json", "too_long"} <= parsed
    assert table("Errors") == parsed | set(SENTENCES)


def test_every_close_code_is_on_the_page_and_no_other() -> None:
    assert table("Close codes") == {str(int(code)) for code in CloseCode}


def test_every_route_is_on_the_page() -> None:
    paths: dict[str, Any] = create_app(Settings()).openapi()["paths"]
    assert len(paths) > 10
    for path, verbs in paths.items():
        for verb in verbs:
            assert f"{verb.upper()} {path}" in PAGE, f"{verb.upper()} {path}"
