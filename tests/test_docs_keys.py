"""docs/log.md names every key that the code makes."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "log.md").read_text()


def test_every_key_of_the_code_is_on_the_page() -> None:
    source = "\n".join(path.read_text() for name in ("stream", "handoff") for path in (ROOT / name).glob("*.py"))
    source += "\n".join(path.read_text() for path in (ROOT / "stream").glob("*.lua"))
    kinds = set(re.findall(r"\{\{\{p\}\}\}:([a-z]+)", source))
    kinds |= set(re.findall(r"tag \.\. '([a-z]+)[:']", source))
    assert {"log", "c", "recent", "seen", "lease", "push", "dead"} <= kinds
    for kind in kinds:
        assert f"`{{p}}:{kind}" in PAGE, kind
    plain = set(re.findall(r"\"(\{handoff\}:[a-z]+)\"", source))
    assert len(plain) >= 6
    for name in plain:
        assert f"`{name}`" in PAGE, name
