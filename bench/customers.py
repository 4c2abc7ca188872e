"""What customers of a shop write in a year, made from the shared data sets: few intents get most of the messages, the same is said again
and again, with marks and mistyped, and some of it is none of the bot's business.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.nlu import examples
from bench.typos import mistyped
from bot.nlu.data import Example
from models.examples import folded

OUTSIDE = ""
# Of the messages: said before to the letter but for marks, and with one typo. The n-th most frequent intent and the n-th most frequent
# text of it are said 1/n as often as the first.
MARKED, MISTYPED = 0.15, 0.10
OUTSIDE_SHARE = 0.08
INTENTS = 30
# An intent that is there has three examples; a quarter are not.
EXAMPLES, MISSING = 3, 0.25
# Fewer texts than this are too few to begin with some and hear others.
TEXTS_LEAST = 6
HELD_OUT = 0.3
# More would only take longer.
TEST_MOST = 600


@dataclass(frozen=True, slots=True)
class Year:
    """`begun` is what the bot knows at first, `heard` what customers may say by intent (OUTSIDE: none of ours), `test` what is measured
    on, and `weights` how often each intent is meant (they sum to 1)."""

    name: str
    language: str
    begun: tuple[Example, ...]
    heard: Mapping[str, tuple[str, ...]]
    weights: Mapping[str, float]
    test: tuple[Example, ...]


def clinc(folder: Path, chance: random.Random, choosing: bool) -> Year:
    """30 of the 150 intents. `choosing`: measured on the validation part."""
    pool = examples(folder, "clinc150/train")
    chosen = chance.sample(sorted({each.intent for each in pool}), INTENTS)
    weights = {intent: 1 / place for place, intent in enumerate(chosen, 1)}
    outside = [each.text for name in ("oos_train", "oos_val") for each in examples(folder, f"clinc150/{name}")]
    test = examples(folder, "clinc150/val" if choosing else "clinc150/test")
    return _year("CLINC150", "en", pool, weights, outside, test, chance)


def crosswoz(folder: Path, chance: random.Random, choosing: bool) -> Year:
    """As often as they are in the data, which is as uneven as Zipf's. `choosing`: measured on a held-out part of the training part."""
    pool = list(examples(folder, "crosswoz/train"))
    test: Sequence[Example] = examples(folder, "crosswoz/test")
    if choosing:
        random.Random(0).shuffle(pool)
        kept = int((1 - HELD_OUT) * len(pool))
        pool, test = pool[:kept], pool[kept:]
    counts: dict[str, int] = {}
    for each in pool:
        counts[each.intent] = counts.get(each.intent, 0) + 1
    weights: dict[str, float] = {intent: count for intent, count in counts.items() if count >= TEXTS_LEAST}
    # xSID asks for alarms, the weather and music; CrossWOZ for hotels, restaurants and sights.
    outside = [each.text for each in examples(folder, "xsid_zh/val") if "estaurant" not in each.intent]
    return _year("CrossWOZ", "zh", pool, weights, outside, test, chance)


def _year(
    name: str,
    language: str,
    pool: Sequence[Example],
    weights: dict[str, float],
    outside: Sequence[str],
    test: Sequence[Example],
    chance: random.Random,
) -> Year:
    missing = set(chance.sample(sorted(weights), int(MISSING * len(weights))))
    begun: list[Example] = []
    heard: dict[str, tuple[str, ...]] = {}
    for intent in weights:
        texts = list({folded(each.text): each.text for each in pool if each.intent == intent}.values())
        chance.shuffle(texts)
        known = 0 if intent in missing else EXAMPLES
        begun += [Example(text, intent) for text in texts[:known]]
        heard[intent] = tuple(texts[known:])
    whole = sum(weights.values())
    weights = {intent: weight / whole * (1 - OUTSIDE_SHARE) for intent, weight in weights.items()}
    heard[OUTSIDE], weights[OUTSIDE] = tuple(chance.sample(outside, len(outside))), OUTSIDE_SHARE
    measured = [each for each in test if each.intent in heard]
    measured = chance.sample(measured, min(TEST_MOST, len(measured)))
    return Year(name, language, tuple(begun), heard, weights, tuple(measured))


def messages(year: Year, count: int, chance: random.Random) -> list[Example]:
    """In the order in which they come."""
    intents = chance.choices(list(year.weights), list(year.weights.values()), k=count)
    orders = {intent: [1 / place for place in range(1, len(texts) + 1)] for intent, texts in year.heard.items()}
    return [
        Example(_said(chance.choices(year.heard[intent], orders[intent])[0], year.language, chance), intent)
        for intent in intents
    ]


def _said(text: str, language: str, chance: random.Random) -> str:
    drawn = chance.random()
    if drawn < MISTYPED:
        return mistyped(text, chance)
    if drawn < MISTYPED + MARKED:
        before, after = (("hi, ", ""), ("", " please"), ("", "??"), ("", " thanks"))[chance.randrange(4)]
        if language == "zh":
            before, after = (("你好，", ""), ("请问", ""), ("", "？？"), ("", "谢谢"))[chance.randrange(4)]
        return before + text + after
    return text
