"""What the understanding is trained on, independent of the files it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# Duckling's names of what is found without training.
DIMENSIONS = frozenset(
    (
        "amount-of-money", "distance", "duration", "email", "number", "ordinal",
        "phone-number", "quantity", "temperature", "time", "url", "volume",
    )
)  # fmt: skip


# As Rasa names a ResponseSelector that has no retrieval intent of its own, and chooses among the keys of all.
ANY_INTENT = "default"


@dataclass(frozen=True, slots=True)
class Span:
    """An annotated entity: `text[start:end]`, code points, end exclusive."""

    start: int
    end: int
    entity: str
    value: str
    role: str | None = None
    group: str | None = None


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


@dataclass(frozen=True, slots=True)
class NluConfig:
    """What `config.yml` says that we honour; the defaults are Rasa's."""

    language: str | None = None
    fallback_threshold: float = 0.3
    ambiguity_threshold: float = 0.1
    case_sensitive: bool = False
    use_lookup_tables: bool = True
    use_regexes: bool = True
    use_word_boundaries: bool = True
    # Whether annotated entities are learned: a project whose pipeline has no component that does so relies on patterns alone.
    learn_entities: bool = True
    # Duckling's dimensions that are looked for, and the time zone (IANA) that days and hours are of; None is the machine's.
    dimensions: tuple[str, ...] = ()
    timezone: str | None = None
    # The retrieval intents of Rasa's ResponseSelectors: by these names actions find what was chosen.
    selectors: tuple[str, ...] = ()
