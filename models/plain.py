"""Plain spelling: the ways to write a digit, a dash or an @ brought to one, with the way back to the original text.

Every character is mapped to one character or dropped, so that offsets stay simple: NFKC where it gives one ASCII
character, any script's digits, dashes to "-". What NFKC would make longer stays as it is: no number is written so.
What stands for one character (%40, [at]) becomes it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

# Blocks in which something has an ASCII meaning; to go through all of Unicode would cost 0.3 s at import.
_BLOCKS = (
    (0x80, 0x3100),
    (0xA620, 0xAC00),
    (0xFE00, 0xFFF0),
    (0x10000, 0x12000),
    (0x1D400, 0x1D800),
    (0x1FBF0, 0x1FBFA),
)
_DASHES = "‐‑‒–—―−"
# Zero-width and direction marks, soft hyphen, variation selectors, the box of a keycap emoji.
_UNSEEN = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff\u20e3"
NUMERALS = "〇零○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖"
_NUMERAL_DIGITS = str.maketrans(NUMERALS, "00012345678911" + "23456789")


def _ascii_of(char: str) -> str | None:
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    plain = unicodedata.normalize("NFKC", char)
    return plain if len(plain) == 1 and plain.isascii() else None


def _spellings() -> dict[str, str]:
    chars = (chr(point) for first, end in _BLOCKS for point in range(first, end))
    found = {char: plain for char in chars if (plain := _ascii_of(char)) is not None}
    return found | dict.fromkeys(_DASHES, "-") | {"·": ".", "•": "."}


_SPELLINGS = _spellings()
_TABLE = str.maketrans(_SPELLINGS)
_SPELLED = re.compile(f"[{''.join(map(re.escape, _SPELLINGS))}]+")
_UNSEEN_ONE = re.compile(f"[{_UNSEEN}]")
# As URLs write a character, and as people hide an address from machines. "(at)" in full width is here after it is made ASCII.
_ONE_CHAR = re.compile(r"%(?P<code>[2-7][0-9a-f])|\s?[\[({<]\s?(?P<word>at|dot)\s?[\])}>]\s?", re.IGNORECASE)
_WORDS = {"at": "@", "dot": "."}
_DIGIT = "0-9" + "".join(re.escape(c) for c, plain in _SPELLINGS.items() if plain.isdigit()) + NUMERALS
_AT = "@" + "".join(c for c, plain in _SPELLINGS.items() if plain == "@")
# Seven digits with no letters between them, or an @, also as URLs write it: anything less can hold nothing of ours.
_WORTH_READING = re.compile(
    f"[{_AT}]|[%％][2-7２-７]|[\\[({{<（［｛＜]\\s?[aAａＡ][tTｔＴ]\\s?[\\])}}>）］｝＞]|[{_DIGIT}](?:[^{_DIGIT}A-Za-z一-鿿]*+[{_DIGIT}]){{6}}"
)
_NUMERAL_RUN = re.compile(f"[{NUMERALS}](?:[ .-]{{0,2}}[0-9{NUMERALS}]){{6}}")
# 一 before these is a word (一直, 一下, 一共), not a digit.
_NOT_ONE = re.compile("一(?=[直下共个定样些起般次点会])")


@dataclass(frozen=True, slots=True)
class Plain:
    """`text[i]` stands at `origin[i]` of the original, up to `until[i]`; no `origin` means that each stands for itself."""

    text: str
    origin: tuple[int, ...] = ()
    until: tuple[int, ...] = ()

    @classmethod
    def of(cls, original: str) -> Plain:
        text = original
        if not text.isascii():
            text = _SPELLED.sub(lambda spelled: spelled[0].translate(_TABLE), text)
        if text.isascii() and not _ONE_CHAR.search(text):
            return cls(text)
        spans = [span for span in _characters(text) if not _UNSEEN_ONE.match(text, span[0])]
        if len(spans) == len(text):
            return cls(text)
        made = "".join(_meant(text[start:end]) for start, end in spans)
        return cls(made, tuple(start for start, _ in spans), tuple(end for _, end in spans))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The same span in the original; what was dropped inside it belongs to it."""
        return (self.origin[start], self.until[end - 1]) if self.origin else (start, end)

    def with_numerals_read(self) -> Plain | None:
        """Chinese numerals as digits; None where no run of them is long enough to be a number."""
        if not _NUMERAL_RUN.search(self.text):
            return None
        return Plain(_NOT_ONE.sub("\0", self.text).translate(_NUMERAL_DIGITS), self.origin, self.until)


def _characters(text: str) -> Iterator[tuple[int, int]]:
    """Where each begins and ends."""
    done = 0
    for found in _ONE_CHAR.finditer(text):
        yield from ((at, at + 1) for at in range(done, found.start()))
        yield found.span()
        done = found.end()
    yield from ((at, at + 1) for at in range(done, len(text)))


def _meant(written: str) -> str:
    if len(written) == 1:
        return written
    if written[0] == "%":
        return chr(int(written[1:], 16))
    return _WORDS[written.strip(" \t\r\n[](){}<>").lower()]


def worth_reading(original: str) -> bool:
    """Cheap look before all else: most messages hold neither an @ nor seven digits in a row, however spaced."""
    return _WORTH_READING.search(original) is not None
