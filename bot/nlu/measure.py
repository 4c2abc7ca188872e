"""How well texts are understood that were not trained on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import msgspec

from bot.nlu.data import Example
from bot.nlu.fold import is_unspaced
from bot.nlu.reading import FALLBACK_INTENT, Guess, Reading, Zone
from bot.nlu.zones import Costs

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


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """A text whose intent is known, and what was read of it; of retrieval intents names are with their keys. `read` is the best real
    intent, also where the fallback fired (`fallback`), `second` the next likely one. `two`: two things were found."""

    text: str
    meant: str
    read: str
    confidence: float
    second: str = ""
    second_confidence: float = 0.0
    zone: Zone = Zone.ANSWER
    fallback: bool = False
    two: bool = False
    out_of_scope: float = 0.0

    @property
    def right(self) -> bool:
        return self.meant == self.read

    def cost(self, costs: Costs, zone: Zone | None = None) -> float:
        """What it came to; with `zone`, what it would have. A question offers two intents; where neither is meant a person is needed."""
        match self.zone if zone is None else zone:
            case Zone.ANSWER:
                return 0.0 if self.right else costs.wrong
            case Zone.ASK_BACK:
                return costs.asked + (0.0 if self.meant in (self.read, self.second) else costs.handed)
            case Zone.HAND_OFF:
                return costs.handed


def judge(example: Example, reading: Reading) -> Judged:
    read = best_intent(reading)
    guesses = _with_keys(reading)
    others = [guess for guess in guesses if guess.name != read]
    second = max(others, key=lambda guess: guess.confidence, default=Guess("", 0.0))
    return Judged(
        text=example.text,
        meant=example.intent,
        read=read,
        confidence=next((guess.confidence for guess in guesses if guess.name == read), 0.0),
        second=second.name,
        second_confidence=second.confidence,
        zone=reading.zone,
        fallback=reading.intent.name == FALLBACK_INTENT,
        two=bool(reading.clauses),
        out_of_scope=reading.out_of_scope,
    )


def _with_keys(reading: Reading) -> list[Guess]:
    """Of a retrieval intent each key by itself, with its share."""
    return [
        each
        for guess in reading.ranking
        if guess.name != FALLBACK_INTENT
        for each in (
            [Guess(key.name, guess.confidence * key.confidence) for key in reading.retrieval[guess.name]]
            if reading.retrieval.get(guess.name)
            else [guess]
        )
    ]


def measure(
    examples: Sequence[Example], read: Callable[[Sequence[str]], list[Reading]], spaced: str = "en"
) -> Measured | None:
    """None for no examples."""
    if not examples:
        return None
    readings = read([example.text for example in examples])
    return measured([judge(*each) for each in zip(examples, readings, strict=True)], spaced)


def measured(judged: Sequence[Judged], spaced: str = "en") -> Measured:
    """Of at least one."""
    pairs = [(each.meant, each.read) for each in judged]
    answered = [each.right for each in judged if not each.fallback]
    clear = [each.right for each in judged if each.zone is Zone.ANSWER]
    languages = [language_of(each.text, spaced) for each in judged]
    wrong = Counter(pair for pair in pairs if pair[0] != pair[1])
    return Measured(
        examples=len(judged),
        accuracy=_share([each.right for each in judged]),
        macro_f1=macro_f1(pairs),
        languages={
            language: _share([each.right for each, spoken in zip(judged, languages, strict=True) if spoken == language])
            for language in sorted(set(languages))
        },
        fallback=1 - len(answered) / len(judged),
        answered=_share(answered),
        confusions=tuple(Confusion(*pair, count) for pair, count in sorted(wrong.items(), key=_worst)[:_CONFUSIONS]),
        doubtful=1 - len(clear) / len(judged),
        clear=_share(clear),
        two=_share([each.two for each in judged]),
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
