"""What people type that must not lie about in clear: phones, bank cards, resident ids, e-mail addresses.

Such spans are sealed before anything is written anywhere, and shown masked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from models.digits import PHONE_LIBRARY_NUMBERS, numbers
from models.email import addresses
from models.nearby import Hint
from models.plain import Plain, worth_reading
from models.sealed import KeyRing, Place, Unreadable

TABLE = "messages"
# What was hidden by a neighbour shows once that is masked (an address glued to a card), so we look again. Bounded, as
# a text can be made so that each pass uncovers just one more.
PASSES = 4


class Kind(StrEnum):
    PHONE = "phone"
    BANK_CARD = "bank_card"
    ID_CARD = "id_card"
    EMAIL = "email"


_KINDS = {Hint.PHONE: Kind.PHONE, Hint.CARD: Kind.BANK_CARD, Hint.ID: Kind.ID_CARD}


@dataclass(frozen=True, slots=True)
class Found:
    """Offsets count code points of the text as it was typed; `clear` is the plain form: digits only, or the address."""

    kind: Kind
    start: int
    end: int
    clear: str


class SealedSpan(msgspec.Struct, frozen=True):
    """Offsets are those of the masked text. Sealed is what was typed there, not its plain form."""

    kind: str
    start: int
    end: int
    sealed: str


def find(text: str) -> tuple[Found, ...]:
    """In order, none over another. Masked text holds nothing to find."""
    found: list[Found] = []
    rest = text
    for again in range(PASSES):
        more = _found_in(rest, PHONE_LIBRARY_NUMBERS >> again) if worth_reading(rest) else []
        if not more:
            break
        found += more
        rest = _without(rest, more)
    return tuple(sorted(found, key=lambda one: one.start))


def _found_in(text: str, library: int) -> list[Found]:
    plain = Plain.of(text)
    found = _found_emails(plain)
    _add(found, _found_numbers(plain, library))
    numerals = plain.with_numerals_read()
    if numerals is not None:
        _add(found, _found_numbers(numerals, library))
    return sorted(found, key=lambda one: one.start)


def _without(text: str, found: list[Found]) -> str:
    pieces: list[str] = []
    done = 0
    for one in found:
        pieces += (text[done : one.start], "\0" * (one.end - one.start))
        done = one.end
    return "".join((*pieces, text[done:]))


def _found_emails(plain: Plain) -> list[Found]:
    return [Found(Kind.EMAIL, *plain.span(start, end), plain.text[start:end]) for start, end in addresses(plain.text)]


def _found_numbers(plain: Plain, library: int) -> list[Found]:
    return [Found(_KINDS[one.hint], *plain.span(one.start, one.end), one.clear) for one in numbers(plain.text, library)]


def _add(found: list[Found], more: list[Found]) -> None:
    """Adds those that lie over none of the found ones."""
    covered = {at for one in found for at in range(one.start, one.end)}
    found += [one for one in more if covered.isdisjoint(range(one.start, one.end))]


def mask(kind: Kind, clear: str) -> str:
    """Enough to recognise one's own, too little to use: 138****8000, 110105********002X, 6222 **** **** 7890, a***@example.com."""
    match kind:
        case Kind.EMAIL:
            local, _, domain = clear.rpartition("@")
            return f"{local[:1]}***@{domain}"
        case Kind.BANK_CARD:
            return f"{clear[:4]} **** **** {clear[-4:]}"
        case Kind.ID_CARD if len(clear) == 18:
            return f"{clear[:6]}********{clear[-4:]}"
        case Kind.ID_CARD:
            return f"{clear[:6]}******{clear[-3:]}"
        case Kind.PHONE if len(clear) >= 10:
            return f"{clear[:3]}****{clear[-4:]}"
        case Kind.PHONE:
            return f"*****{clear[-2:]}"


def seal_text(text: str, ring: KeyRing, row: str) -> tuple[str, tuple[SealedSpan, ...]]:
    """What may be written: the masked text, and what was masked, which opens only in this row."""
    pieces: list[str] = []
    spans: list[SealedSpan] = []
    done = at = 0
    for one in find(text):
        shown = mask(one.kind, one.clear)
        pieces += (text[done : one.start], shown)
        at += one.start - done
        sealed = ring.seal(text[one.start : one.end], Place(TABLE, one.kind, row))
        spans.append(SealedSpan(one.kind, at, at + len(shown), sealed))
        at += len(shown)
        done = one.end
    return "".join((*pieces, text[done:])), tuple(spans)


def open_text(masked: str, spans: Sequence[SealedSpan], ring: KeyRing, row: str) -> str:
    """What was typed, sign for sign. Raises Unreadable when any span is damaged, moved, or lies outside the text."""
    pieces: list[str] = []
    done = 0
    for span in spans:
        if not done <= span.start < span.end <= len(masked):
            raise Unreadable("span outside the text")
        pieces += (masked[done : span.start], ring.open(span.sealed, Place(TABLE, span.kind, row)))
        done = span.end
    return "".join((*pieces, masked[done:]))


def redact(text: str) -> str:
    """Masked only, for logs: nothing can be opened again."""
    pieces: list[str] = []
    done = 0
    for one in find(text):
        pieces += (text[done : one.start], mask(one.kind, one.clear))
        done = one.end
    return "".join((*pieces, text[done:]))
