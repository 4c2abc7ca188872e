"""Training data, independent of the files that they came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from models.markup import Span


@dataclass(frozen=True, slots=True)
class Example:
    text: str
    intent: str
    entities: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class TrainingData:
    """`synonyms` maps the lower-cased text to its canonical value; `regexes` and `lookups` map a name to its lines.

    `entities` are names that the domain declares: a regex or lookup of that name extracts even where no example is annotated.
    `titles` are the project's own for its intents, by language ("" where it names none); empty where one is not to be offered.
    `retrieval` are the intents of which examples name keys, as in `faq/hours`.
    """

    examples: tuple[Example, ...]
    synonyms: Mapping[str, str] = field(default_factory=dict)
    regexes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lookups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    entities: tuple[str, ...] = ()
    titles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    retrieval: tuple[str, ...] = ()

    def found(self) -> frozenset[str]:
        """The entities that examples, regexes or lookups find."""
        annotated = {span.entity for example in self.examples for span in example.entities}
        return frozenset(annotated.union(self.regexes, self.lookups))


def marked_values(examples: Iterable[Example]) -> dict[str, str]:
    """The synonyms that marks of entities say: the lower-cased text → the value that was written beside it."""
    found: dict[str, str] = {}
    for each in examples:
        for span in each.entities:
            if span.value != (said := each.text[span.start : span.end]):
                found.setdefault(said.lower(), span.value)
    return found
