"""What the understanding is trained on, independent of the files it came from, and how."""

from __future__ import annotations

from dataclasses import dataclass

from bot.nlu.zones import USUAL, Costs
from models.markup import Span
from models.rasa.data import Example, TrainingData

__all__ = ["ANY_INTENT", "DIMENSIONS", "Example", "NluConfig", "Span", "TrainingData"]

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
    # Of answers, questions and people: zones and thresholds are chosen by them.
    costs: Costs = USUAL
    # Whether texts in Latin letters are read with the encoder of English too (the extra `english`).
    english_encoder: bool = False
