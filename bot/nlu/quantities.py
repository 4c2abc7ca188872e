"""Numbers, money, times, addresses and the like in a text, named and shaped like Duckling's dimensions."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from bot.nlu.data import DIMENSIONS, NluConfig
from bot.nlu.fold import READ_CHARACTERS, narrow
from bot.nlu.match import Match, Source
from bot.nlu.measures import Quantity, measures_in
from bot.nlu.moments import moments_in
from bot.nlu.numerals import Numeral, numerals_in
from bot.nlu.reading import Entity, Reading

_COUNTS = ("number", "ordinal", "amount-of-money", "duration", "distance", "quantity", "volume", "temperature", "time")
# Where something stands does not depend on when it is read, save what it comes to.
_ANY_TIME = datetime(2000, 1, 3, tzinfo=UTC)
_EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}@(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}(?![\w-])", re.IGNORECASE | re.ASCII
)
_URL = re.compile(
    r"\b(?:https?://|www\.)(?P<domain>[a-z0-9.-]{1,253})(?::\d{1,5})?(?:/[^\s<>\"'\u0080-\U0010ffff]{0,1000})?(?<![.,;:!?)])",
    re.IGNORECASE | re.ASCII,
)
_PHONE_DIGITS = re.compile(r"\d(?:[\d ()-]{5,18})\d")
_REGION = "CN"


class QuantityReader:
    """Adds quantities to readings. It is no part of a model: what `tomorrow` is depends on when it was said."""

    def __init__(self, config: NluConfig, declared: Collection[str]) -> None:
        """`declared` are entities of the domain that nothing else finds: one that is named as a dimension asks for it."""
        self._wanted = frozenset(config.dimensions) | DIMENSIONS.intersection(declared)
        self._zone = ZoneInfo(config.timezone) if config.timezone else None

    def read(self, reading: Reading, at: float) -> Reading:
        """`at` is when it was said, in seconds of the epoch. As in Rasa they stand beside what else is found at their place,
        but for an entity of the same name, of which the project's own stays."""
        if not self._wanted:
            return reading
        said = datetime.fromtimestamp(at, UTC).astimezone(self._zone)
        added = [
            as_entity(each)
            for each in quantities_in(reading.text, said, self._wanted)
            if not any(
                each.dimension == other.entity and each.start < other.end and other.start < each.end
                for other in reading.entities
            )
        ]
        return msgspec.structs.replace(reading, entities=(*reading.entities, *added)) if added else reading


def quantities_in(text: str, at: datetime, wanted: Collection[str] = DIMENSIONS) -> list[Quantity]:
    """In the order of the text, of the first READ_CHARACTERS. What is relative counts from `at`, which has a time zone.

    A number within another find is not reported once more; of a day and a duration at one place, the time stays.
    """
    start = narrow(text[:READ_CHARACTERS])
    addresses = list(_addresses(start, wanted))
    numerals = numerals_in(start)
    measures = measures_in(start, numerals)
    durations = [each for each in measures if each.dimension == "duration"]
    times = moments_in(start, at, durations) if "time" in wanted else []
    numbers = [_numbered(each) for each in numerals if each.end == len(start) or not _in_word(start[each.end])]
    kept: list[Quantity] = []
    for each in (*addresses, *times, *measures, *numbers):
        if each.dimension in wanted and not any(each.start < other.end and other.start < each.end for other in kept):
            kept.append(each)
    return sorted(kept, key=lambda each: each.start)


def counts_in(text: str) -> list[Match]:
    """Where the numbers, amounts and times stand: a tagger looks at them."""
    return [
        Match(each.dimension, each.start, each.end, "", Source.QUANTITY)
        for each in quantities_in(text, _ANY_TIME, _COUNTS)
    ]


def as_entity(quantity: Quantity) -> Entity:
    """As Rasa's DucklingEntityExtractor gives it."""
    return Entity(
        quantity.dimension,
        quantity.value,
        quantity.start,
        quantity.end,
        confidence_entity=1.0,
        extractor=Source.QUANTITY.extractor,
        additional_info=quantity.info,
    )


def _in_word(sign: str) -> bool:
    return sign.isascii() and (sign.isalnum() or sign == "_")


def _numbered(numeral: Numeral) -> Quantity:
    dimension = "ordinal" if numeral.ordinal else "number"
    return Quantity(dimension, numeral.start, numeral.end, numeral.value, {"value": numeral.value, "type": "value"})


def _addresses(text: str, wanted: Collection[str]) -> Iterator[Quantity]:
    for match in _EMAIL.finditer(text) if "@" in text else ():
        yield _said("email", match)
    for match in _URL.finditer(text):
        yield _said("url", match, domain=match["domain"])
    if "phone-number" in wanted and _PHONE_DIGITS.search(text):
        # Its tables of all countries are read only where somebody may have typed a number.
        from phonenumbers import PhoneNumberMatcher

        for found in PhoneNumberMatcher(text, _REGION):
            info = {"value": re.sub(r"[^\d+]", "", found.raw_string), "type": "value"}
            yield Quantity("phone-number", found.start, found.end, info["value"], info)


def _said(dimension: str, match: re.Match[str], **more: str) -> Quantity:
    return Quantity(dimension, *match.span(), match.group(), {"value": match.group(), **more, "type": "value"})
