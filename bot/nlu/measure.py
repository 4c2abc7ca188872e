"""How well texts are understood that were not trained on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import msgspec

from bot.nlu.data import Example
from bot.nlu.fold import is_unspaced
from bot.nlu.reading import FALLBACK_INTENT, Reading, Zone

_CONFUSIONS = 10


class Confusion(msgspec.Struct, frozen=True):
    """`count` texts of the intent `meant` were read as `read`."""

    meant: str
    read: str
    count: int


class Measured(msgspec.Struct, frozen=True):
    """Shares from 0 to 1. Accuracy and F1 are of the best real intent; `fallback` is the share that would not be answered,
    `answered` the accuracy of the others. `doubtful` is the share outside of the zone that is answered, `clear` the accuracy within;
    `two` the share in which two things are found, though each has one intent."""

    examples: int
    accuracy: float
    macro_f1: float
    languages: dict[str, float]
    fallback: float
    answered: float
    confusions: tuple[Confusion, ...]
    doubtful: float = 0.0
    clear: float = 0.0
    two: float = 0.0


def spaced_language(language: str | None) -> str:
    """Of texts with spaces, in a project of this language: Chinese ones have English beside it."""
    return language if language and not language.startswith("zh") else "en"


def language_of(text: str, spaced: str = "en") -> str:
    """By script alone: zh where anything is written without spaces, else `spaced`."""
    return "zh" if is_unspaced(text) else spaced


def best_intent(reading: Reading) -> str:
    """The real guess, also where the fallback fired; of a retrieval intent with its key."""
    return next(
        (reading.full(guess.name) for guess in reading.ranking if guess.name != FALLBACK_INTENT), FALLBACK_INTENT
    )


def measure(
    examples: Sequence[Example], read: Callable[[Sequence[str]], list[Reading]], spaced: str = "en"
) -> Measured | None:
    """None for no examples."""
    if not examples:
        return None
    readings = read([example.text for example in examples])
    pairs = [(example.intent, best_intent(reading)) for example, reading in zip(examples, readings, strict=True)]
    right = [meant == guess for meant, guess in pairs]
    answered = [ok for ok, reading in zip(right, readings, strict=True) if reading.intent.name != FALLBACK_INTENT]
    clear = [ok for ok, reading in zip(right, readings, strict=True) if reading.zone is Zone.ANSWER]
    languages = [language_of(example.text, spaced) for example in examples]
    wrong = Counter(pair for pair in pairs if pair[0] != pair[1])
    return Measured(
        examples=len(examples),
        accuracy=_share(right),
        macro_f1=macro_f1(pairs),
        languages={
            language: _share([ok for ok, each in zip(right, languages, strict=True) if each == language])
            for language in sorted(set(languages))
        },
        fallback=1 - len(answered) / len(examples),
        answered=_share(answered),
        confusions=tuple(Confusion(*pair, count) for pair, count in sorted(wrong.items(), key=_worst)[:_CONFUSIONS]),
        doubtful=1 - len(clear) / len(examples),
        clear=_share(clear),
        two=_share([bool(reading.clauses) for reading in readings]),
    )


def macro_f1(pairs: Sequence[tuple[str, str]]) -> float:
    """Mean F1 over the intents that were meant; pairs are (meant, read)."""
    meant, read = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    hits = Counter(a for a, b in pairs if a == b)
    return sum(2 * hits[name] / (meant[name] + read[name]) for name in meant) / len(meant)


def _worst(item: tuple[tuple[str, str], int]) -> tuple[int, tuple[str, str]]:
    return -item[1], item[0]


def _share(right: Sequence[bool]) -> float:
    return sum(right) / len(right) if right else 0.0
