"""Which texts a model has learned, kept with it: so two models are compared on what neither has seen, whatever came in between. Pure."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection
from dataclasses import dataclass

from models.examples import folded

# Of 100,000 texts one in eleven million others is taken for one of them.
_BYTES = 5
# A manifest stays below a megabyte.
TEXTS_MOST = 100_000


def marks(texts: Collection[str]) -> str:
    """Empty where there are too many to keep."""
    found = sorted({_mark(each) for each in texts})
    return base64.b64encode(b"".join(found)).decode() if len(found) <= TEXTS_MOST else ""


@dataclass(frozen=True, slots=True)
class Learned:
    """Asked whether a text is `in` it. `known` False: the model is of a version that did not say."""

    known: bool
    _marks: frozenset[bytes]

    @classmethod
    def of(cls, written: str) -> Learned:
        try:
            whole = base64.b64decode(written, validate=True)
        except ValueError:
            whole = b""
        return cls(bool(whole), frozenset(whole[at : at + _BYTES] for at in range(0, len(whole), _BYTES)))

    def __contains__(self, text: str) -> bool:
        return _mark(text) in self._marks


def _mark(text: str) -> bytes:
    return hashlib.blake2b(folded(text).encode(), digest_size=_BYTES).digest()
