"""How to reach who leaves a message: a line below the text, of which the address or number is sealed whatever it looks like.

What is said in a text is sealed where it is found (models/sensitive.py). Here the form says what it is, so nothing is left to finding.
"""

from __future__ import annotations

import re

from models.email import addresses
from models.entry import Contact
from models.sealed import KeyRing, Place
from models.sensitive import TABLE, Kind, SealedSpan, mask, redact, seal_text

# Digits of a number that can be dialled: local ones are short, E.164 ends at fifteen.
LEAST_DIGITS, MOST_DIGITS = 5, 15
BETWEEN = " · "
_NUMBER = re.compile(r"\+?[\d\s().\-/]+")


class BadContact(Exception):
    """Neither an e-mail address nor a phone number; no text of it is in here."""


def sealed_contact(
    text: str, name: str, reach: str, ring: KeyRing, row: str
) -> tuple[str, tuple[SealedSpan, ...], Contact]:
    """The masked text with the line below it, what was masked, and the same for who shows it apart. Raises BadContact."""
    reach = reach.strip()
    kind, clear = _read(reach)
    name = " ".join(name.split())
    head = f"{text}\n\n" if text else ""
    masked, spans = seal_text(head + (f"{name}{BETWEEN}" if name else ""), ring, row)
    shown = mask(kind, clear)
    span = SealedSpan(kind, len(masked), len(masked) + len(shown), ring.seal(reach, Place(TABLE, kind, row)))
    return masked + shown, (*spans, span), Contact(shown, redact(name) or None)


def _read(reach: str) -> tuple[Kind, str]:
    """(what it is, its plain form). Raises BadContact."""
    if list(addresses(reach)) == [(0, len(reach))]:
        return Kind.EMAIL, reach
    digits = "".join(each for each in reach if each.isdigit())
    if _NUMBER.fullmatch(reach) and LEAST_DIGITS <= len(digits) <= MOST_DIGITS:
        return Kind.PHONE, digits
    raise BadContact
