"""Titles: by which sentence a customer is asked whether an intent was meant. An example of theirs, or what the project says.

The example is the one that is most like all others of its intent and language (the medoid, by weighed n-grams), among those
that are short, whole, and name nothing of anybody: no annotated entity, no digit, no address.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from scipy import sparse

from bot.nlu.data import Example, TrainingData
from bot.nlu.measure import language_of

Titles = Mapping[str, Mapping[str, str]]
Vectors = Callable[[Sequence[Example]], sparse.csr_array]

# As many examples of an intent and language are held against each other; the rest would not change what is typical.
COMPARED = 40
# Words, and characters where words have no spaces: less is a catchword, more does not fit on a button.
_WORDS, _CHARACTERS = range(3, 9), range(4, 15)
_PRIVATE = re.compile(r"[\d@/\\<>{}\[\]*_#]|[^\w\s.,:;!?'’\"“”()。，、：；！？《》（）…-]")
_END = " .,;。，；、"


def titles_of(data: TrainingData, vectors: Vectors, spaced: str = "en") -> dict[str, dict[str, str]]:
    """By intent and language (`zh`, else `spaced`). An intent has none where none of its examples can be
    shown, and where the project does not want it offered."""
    groups: dict[tuple[str, str], list[Example]] = {}
    for example in data.examples:
        if not example.entities and not _PRIVATE.search(example.text):
            groups.setdefault((example.intent, language_of(example.text, spaced)), []).append(example)
    found: dict[str, dict[str, str]] = {}
    for (intent, language), examples in groups.items():
        typical = _medoid(_candidates(examples, language), vectors)
        found.setdefault(intent, {})[language] = _written(typical.text)
    for intent, named in data.titles.items():
        own = {language or language_of(title, spaced): title for language, title in named.items()}
        found[intent] = {**found.get(intent, {}), **own} if own else {}
    return {intent: dict(sorted(titles.items())) for intent, titles in sorted(found.items()) if titles}


def _candidates(examples: list[Example], language: str) -> list[Example]:
    fitting = [each for each in examples if _fits(each.text, language)]
    return (fitting or sorted(examples, key=lambda each: len(each.text)))[:COMPARED]


def _fits(text: str, language: str) -> bool:
    return len(text) in _CHARACTERS if language == "zh" else len(text.split()) in _WORDS


def _medoid(examples: list[Example], vectors: Vectors) -> Example:
    if len(examples) < 3:
        return examples[0]
    weighed = vectors(examples)
    alike = weighed @ np.asarray(weighed.sum(axis=0)).ravel()
    return examples[int(np.argmax(alike))]


def _written(text: str) -> str:
    """As a sentence on its own: a capital at its start, no full stop at its end."""
    text = text.strip(_END)
    return text[:1].upper() + text[1:]
