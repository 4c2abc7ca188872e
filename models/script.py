"""In which script something is written: what has no spaces between words is told apart from what has."""

from __future__ import annotations

import re

# Scripts that are written without spaces: kana, ideographs (with extensions), hangul, compatibility ideographs.
UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_UNSPACED = re.compile(f"[{UNSPACED}]")


def is_unspaced(text: str) -> bool:
    """Whether any of it is written without spaces between words."""
    return not text.isascii() and _UNSPACED.search(text) is not None
