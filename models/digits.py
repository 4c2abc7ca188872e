"""Where digits in a text are a phone, a bank card or a resident id: pattern, check, then the words around them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import phonenumbers

from models.nearby import Hint, Nearby, Surroundings
from models.numbers import has_birth, is_issued_card, is_resident_id, luhn

# The phone library takes 65 us and more for each number; longer texts are searched for mobiles only.
PHONE_LIBRARY_CHARACTERS = 2_048
PHONE_LIBRARY_NUMBERS = 40
CARD_DIGITS = (13, 19)

_GAP = r"(?:[ .-]{1,2})"
# Where a check digit decides, anything that people write between groups.
_ANY_GAP = r"(?:[ ._|*,/\r\n-]{1,2})"
# One by one (1 3 8 …) only a whole run is a number, else every digit of a long run would begin one.
_SPELLED_START, _SPELLED_END = r"(?<!\D\d[ ._|*,/-])", rf"(?!{_ANY_GAP}?\d)"
# Looked for at every group of digits, as what stands before may be another number: A1002 110105 19491231 002X.
_ID = re.compile(rf"(?<!\d)(?=([1-9](?:{_ANY_GAP}?\d){{16}}{_ANY_GAP}?[\dXx](?!\d)|[1-9]\d{{14}}(?!\d)))", re.ASCII)
# 4-4-4-4-3 is tried before 4-4-4-4, as the three digits may belong to what comes next.
_CARD_LONG = "|".join(
    (
        r"\d{13,19}",
        rf"\d{{4}}(?:{_ANY_GAP}\d{{4}}){{3}}{_ANY_GAP}\d{{1,3}}",
        rf"\d{{6}}{_ANY_GAP}\d{{10,13}}",
        rf"{_SPELLED_START}\d(?:{_ANY_GAP}\d){{12,18}}{_SPELLED_END}",
    )
)
_CARD_SHORT = rf"\d{{4}}(?:{_ANY_GAP}\d{{4}}){{2}}{_ANY_GAP}\d{{1,4}}|\d{{4}}{_ANY_GAP}\d{{6}}{_ANY_GAP}\d{{4,5}}"
_CARD = re.compile(
    rf"(?<!\d)(?=[1-9](?:\d{{3}}|{_ANY_GAP}\d{_ANY_GAP}))(?=(?P<long>{_CARD_LONG})(?!\d)|)(?=(?P<short>{_CARD_SHORT})(?!\d)|)",
    re.ASCII,
)
_MOBILE_FORMS = "|".join(
    (
        r"1[3-9]\d{9}",
        rf"1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}}",
        rf"1[3-9]\d{_GAP}\d{{8}}",
        rf"1[3-9]\d{_GAP}\d{{3}}{_GAP}\d{{5}}",
        rf"1[3-9]\d\d{_GAP}\d{{4}}{_GAP}\d{{3}}",
        rf"1[3-9]\d\d{_GAP}\d{{3}}{_GAP}\d{{4}}",
        rf"1[3-9]\d{{5}}{_GAP}\d{{4}}",
        rf"{_SPELLED_START}1{_GAP}[3-9](?:{_GAP}\d){{9}}{_SPELLED_END}",
        r"\(1[3-9]\d\)[ .-]{0,2}\d{4}[ .-]?\d{4}",
        # Between these stand lists, too: only the usual groups, with the same sign in all gaps.
        r"1[3-9]\d(?P<g1>[_|*]{1,2}|[,/]|\r?\n)\d{4}(?P=g1)\d{4}",
        r"1[3-9]\d\d(?P<g2>[_|*]{1,2})(?:\d{4}(?P=g2)\d{3}|\d{3}(?P=g2)\d{4})",
        r"1[3-9]\d[_|*]{1,2}\d{8}",
        rf"{_SPELLED_START}1(?P<g3>[_|*]{{1,2}}|[,/]|\r?\n)[3-9](?:(?P=g3)\d){{9}}{_SPELLED_END}",
    )
)
# 150,2000,3000 are amounts.
_ROUND = re.compile(r"\d+0(?:[_|*,/\r\n]+\d+0)+")
# A plus before it makes it another country's: +1 415 555 2671.
_MOBILE = re.compile(
    rf"(?<![\d+])(?P<prefix>\(?(?:\+|00)?86\)?[ .-]{{0,2}})?(?P<number>{_MOBILE_FORMS})(?!\d)",
    re.ASCII,
)
_MISTYPED_MOBILE = re.compile(r"(?<!\d)1\d{10}(?!\d)", re.ASCII)
_ABROAD = re.compile(r"(?<!\+)(?:\(?\+|(?<!\d)\(?00)[1-9](?:[ .()-]{0,3}\d){6,14}(?!\d)", re.ASCII)
_LAND_LINE = re.compile(
    r"(?<!\d)\(?0[1-9]\d{1,2}\)?[ -]{0,2}\d{3,4}[ -]?\d{3,5}(?:(?: ?转 ?| ?ext\.? ?|-)\d{1,5})?(?!\d)", re.ASCII
)
_NORTH_AMERICA = re.compile(r"(?<!\d)\(?[2-9]\d{2}\)?[ .-]{1,2}[2-9]\d{2}[ .-]\d{4}(?!\d)", re.ASCII)
_EXTENSION = re.compile(r"(?: ?转 ?| ?ext\.? ?)\d{1,5}$|(?<=\d{7})-\d{1,5}$", re.ASCII)
# What masks leave of a number must not join with its neighbours to a new one.
_MASKED = re.compile(r"\w{0,6} ?\*{3,}(?: \*{3,})* ?\w{0,4}", re.ASCII)
_NO_DIGIT = re.compile(r"\D")
_NO_ID_SIGN = re.compile(r"[^\dXx]")


@dataclass(frozen=True, slots=True)
class Number:
    """`hint` says which of the three it is; offsets are those of the plain text."""

    hint: Hint
    start: int
    end: int
    clear: str


def numbers(plain: str, library: int = PHONE_LIBRARY_NUMBERS) -> list[Number]:
    """In order, none over another; a resident id goes before a card, a card before a phone.

    `library`: how many numbers libphonenumber may be asked about.
    """
    text = _MASKED.sub(lambda masked: "\0" * len(masked[0]), plain) if "***" in plain else plain
    around = Surroundings(text)
    taken: list[Number] = []
    for search in (_resident_ids, _cards, _mobiles):
        taken = _merged(taken, search(text, around))
    return _merged(taken, _phones(text, around, library))


def _merged(first: list[Number], more: Iterator[Number]) -> list[Number]:
    """Both lists are in order; of two that overlap the one of the first list stays."""
    result: list[Number] = []
    at = 0
    for new in more:
        while at < len(first) and first[at].end <= new.start:
            result.append(first[at])
            at += 1
        if (at == len(first) or new.end <= first[at].start) and (not result or result[-1].end <= new.start):
            result.append(new)
    return result + first[at:]


def _is_cut_out(text: str, start: int, end: int) -> bool:
    """Digits go on behind a dash or a point: 1.13800138000, 2026-13800138000-2. A space parts two numbers."""
    left = text[max(0, start - 2) : start]
    right = text[end : end + 2]
    return (left[-1:] in ("-", ".") and left[:1].isdigit() and len(left) == 2) or (
        right[:1] in ("-", ".") and right[1:].isdigit()
    )


def _resident_ids(text: str, around: Surroundings) -> Iterator[Number]:
    over = 0
    for found in _ID.finditer(text):
        span = found.span(1)
        if span[0] >= over and _is_id_here(clear := _NO_ID_SIGN.sub("", found[1]).upper(), text, around, span):
            over = span[1]
            yield Number(Hint.ID, *span, clear)


def _is_id_here(clear: str, text: str, around: Surroundings, span: tuple[int, int]) -> bool:
    right = is_resident_id(clear)
    # A mistyped id is as personal as a right one, but only its name tells it from an order number.
    if not right and Hint.ID not in around.hints:
        return False
    near = around.near(*span)
    if near.stuck or right:
        return not near.stuck
    named = near.names(Hint.ID) or (near.says(Hint.ID) and len(clear) == 15 and has_birth(clear))
    return named and not _is_cut_out(text, *span)


def _cards(text: str, around: Surroundings) -> Iterator[Number]:
    over = 0
    for found in _CARD.finditer(text):
        if found.start() < over:
            continue
        for form in ("long", "short"):
            span = found.span(form)
            if span[0] >= 0 and _is_card(clear := _NO_DIGIT.sub("", found[form]), text, around, span):
                yield Number(Hint.CARD, *span, clear)
                over = span[1]
                break


def _is_card(clear: str, text: str, around: Surroundings, span: tuple[int, int]) -> bool:
    issued = is_issued_card(clear)
    if (not issued and Hint.CARD not in around.hints) or not CARD_DIGITS[0] <= len(clear) <= CARD_DIGITS[1]:
        return False
    near = around.near(*span)
    if near.stuck or near.amount or near.names(Hint.OTHER):
        return False
    if near.names(Hint.CARD):
        return True
    return not _is_cut_out(text, *span) and (issued or (near.says(Hint.CARD) and luhn(clear)))


def _mobiles(text: str, around: Surroundings) -> Iterator[Number]:
    for found in _MOBILE.finditer(text):
        near = around.near(*found.span())
        clear = _NO_DIGIT.sub("", found["number"])
        if near.names(Hint.PHONE) or _is_mobile_alone(found, near, text):
            yield Number(Hint.PHONE, *found.span(), clear)
    for found in _MISTYPED_MOBILE.finditer(text):
        if found[0][1] in "012" and around.near(*found.span()).names(Hint.PHONE):
            yield Number(Hint.PHONE, *found.span(), found[0])


def _is_mobile_alone(found: re.Match[str], near: Nearby, text: str) -> bool:
    if near.stuck or near.amount or near.names(Hint.OTHER) or _is_cut_out(text, *found.span()):
        return False
    if _ROUND.fullmatch(found["number"]):
        return False
    # 86138… without a plus may be any 13 digits.
    return found["prefix"] != "86" or near.says(Hint.PHONE)


def _phones(text: str, around: Surroundings, library: int) -> Iterator[Number]:
    """Land lines and foreign numbers, by libphonenumber's metadata.

    Beyond what that may cost, one with a plus or a word for phone near it is taken unchecked: sealed rather than leaked.
    """
    found_in = ((_ABROAD, None), (_LAND_LINE, "CN"), (_NORTH_AMERICA, "US"))
    candidates = [(found, region) for pattern, region in found_in for found in pattern.finditer(text)]
    left = library if len(text) <= PHONE_LIBRARY_CHARACTERS else 0
    for found, region in sorted(candidates, key=lambda candidate: candidate[0].start()):
        near = around.near(*found.span())
        if near.stuck or near.inside or near.amount or near.names(Hint.OTHER) or _is_cut_out(text, *found.span()):
            continue
        if region == "US" and not near.says(Hint.PHONE):
            continue
        left -= 1
        if left >= 0:
            clear = _valid_phone(found[0], region)
        else:
            clear = _NO_DIGIT.sub("", found[0]) if "+" in found[0] or near.says(Hint.PHONE) else None
        if clear is not None:
            yield Number(Hint.PHONE, *found.span(), clear)


def _valid_phone(written: str, region: str | None) -> str | None:
    """Digits as dialled in China, with "+" and country code for other countries; None when no such number exists."""
    bare = _EXTENSION.sub("", written).lstrip("(")
    if region is None and bare.startswith("00"):
        bare = "+" + bare[2:]
    try:
        number = phonenumbers.parse(bare, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    if number.country_code == 86:
        return _NO_DIGIT.sub("", phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
