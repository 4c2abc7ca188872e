"""How a text is made comparable: width, case and digits. `narrow` keeps the length, so that spans stay those of the text."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import Any

from models.script import UNSPACED as UNSPACED
from models.script import is_unspaced as is_unspaced

# What lies behind this is not read: no message of a chat may be longer than 4,000, and a regex costs up to its square.
READ_CHARACTERS = 2_000

_DIGITS = re.compile(r"\d{3,}")
_SPACE = re.compile(r"\s+")
_KANA = re.compile("[\u3040-\u30ff]")


def fold(text: str) -> str:
    """For n-grams: NFKC, simplified, lower case, one space, zeros for three digits and more: an order number says nothing by figures."""
    if not text.isascii():
        text = simplified(unicodedata.normalize("NFKC", text))
    return _SPACE.sub(" ", _DIGITS.sub(_zeros, text.lower())).strip()


def _zeros(digits: re.Match[str]) -> str:
    return "0" * (digits.end() - digits.start())


def simplified(text: str) -> str:
    """Traditional characters become simplified ones, of the same length; Japanese stays as it is."""
    if not is_unspaced(text) or _KANA.search(text):
        return text
    converted: str = _converter().convert(text)
    # A word may become a longer one: character by character it does not.
    return converted if len(converted) == len(text) else "".join(map(_simplified, text))


@cache
def _converter() -> Any:
    # With the first Chinese text: 16 ms and 6 MB.
    from opencc import OpenCC

    return OpenCC("t2s")


@lru_cache(maxsize=65_536)
def _simplified(character: str) -> str:
    converted: str = _converter().convert(character)
    return converted if len(converted) == 1 else character


def narrow(text: str) -> str:
    """Full-width letters and digits become plain ones. Same length: what NFKC would make longer stays."""
    return text if text.isascii() else "".join(map(_narrow, text))


def lower(text: str) -> str:
    """Lower case of the same length: what would become longer (such as a dotted capital I) stays."""
    return text.lower() if text.isascii() else "".join(map(_lower, text))


@lru_cache(maxsize=65_536)
def _narrow(character: str) -> str:
    folded = unicodedata.normalize("NFKC", character)
    return folded if len(folded) == 1 else character


@lru_cache(maxsize=65_536)
def _lower(character: str) -> str:
    lowered = character.lower()
    return lowered if len(lowered) == 1 else character
