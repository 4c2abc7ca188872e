"""Which digits are a mobile, a bank card, a resident id: pure checks on the digits alone, without their surroundings."""

from __future__ import annotations

import re
from datetime import date

_DOUBLED = str.maketrans("0123456789", "0246813579")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK = "10X98765432"
# GB/T 2260: first two digits of an id are the province.
_PROVINCE = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")
# Issuers by first digits, each with the lengths that they issue: UnionPay, Visa, Mastercard, American Express, JCB,
# Discover, and old cards of Chinese banks that are still in use. Others are cards only with a word near that says so.
_ISSUERS = re.compile(
    r"62\d{14,17}|4\d{15}|5[1-5]\d{14}|2(?:2[2-9]|[3-6]\d|7[01])\d{13}|3[47]\d{13}|35(?:2[89]|[3-8]\d)\d{12}"
    r"|6(?:011|4[4-9]\d|5\d\d)\d{12}|9558\d{15}|(?:603|690|940|685|621|623)\d{13,16}"
)
_EARLIEST_YEAR = 1900


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1 annex B."""
    backwards = digits[::-1]
    return sum(map(int, backwards[::2] + backwards[1::2].translate(_DOUBLED))) % 10 == 0


def is_issued_card(digits: str) -> bool:
    return _ISSUERS.fullmatch(digits) is not None and luhn(digits)


def is_born(year: int, month: int, day: int, latest: int) -> bool:
    if not _EARLIEST_YEAR <= year <= latest:
        return False
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def has_birth(digits: str) -> bool:
    """Province and birth date of a resident id (18, or 15 as before 1999) are possible."""
    if not _PROVINCE.match(digits):
        return False
    if len(digits) == 15:
        return is_born(1900 + int(digits[6:8]), int(digits[8:10]), int(digits[10:12]), 1999)
    # A birth in the future would need a clock to refuse; 2099 refuses what is no date at all.
    return is_born(int(digits[6:10]), int(digits[10:12]), int(digits[12:14]), 2099)


def id_check(digits: str) -> str:
    """Check character of GB 11643 (ISO 7064 MOD 11-2) for the first 17 digits."""
    return _ID_CHECK[sum(int(d) * weight for d, weight in zip(digits[:17], _ID_WEIGHTS, strict=True)) % 11]


def is_resident_id(digits: str) -> bool:
    return len(digits) == 18 and has_birth(digits) and id_check(digits) == digits[17]
