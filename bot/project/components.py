"""What becomes of the components and policies that `config.yml` names: a team that moves here should see it of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from models.rasa.document import Document, List, Map
from models.rasa.fields import items, text_of


class Fate(StrEnum):
    HONOURED = "honoured"
    REPLACED = "replaced"
    IGNORED = "ignored"


# By the end of the name, which says what a component does; the first that fits counts. Then what is said of it, and the
# parameters that are read (config.py, policies.py).
_KNOWN: tuple[tuple[str, Fate, str, tuple[str, ...]], ...] = (
    ("ResponseSelector", Fate.REPLACED, "answers are chosen by the same classifier as intents", ("retrieval_intent",)),
    ("DucklingEntityExtractor", Fate.REPLACED, "quantities are found in process, without a server", ("dimensions", "timezone")),
    ("DucklingHTTPExtractor", Fate.REPLACED, "quantities are found in process, without a server", ("dimensions", "timezone")),
    ("RegexEntityExtractor", Fate.HONOURED, "with boundaries that work for Chinese too",
        ("case_sensitive", "use_lookup_tables", "use_regexes", "use_word_boundaries")),
    ("EntitySynonymMapper", Fate.HONOURED, "synonyms are read", ()),
    ("FallbackClassifier", Fate.HONOURED, "its thresholds are read", ("threshold", "nlu_threshold", "ambiguity_threshold")),
    ("EntityExtractor", Fate.REPLACED, "entities are learned by the tagger here", ("entity_recognition",)),
    ("DIETClassifier", Fate.REPLACED, "the classifier and the tagger here", ("entity_recognition",)),
    ("Classifier", Fate.REPLACED, "the classifier here", ()),
    ("Tokenizer", Fate.REPLACED, "words and characters are split here", ()),
    ("Featurizer", Fate.REPLACED, "features are made here", ()),
    ("NLP", Fate.REPLACED, "features are made here", ()),
    ("RulePolicy", Fate.HONOURED, "rules go first",
        ("core_fallback_threshold", "core_fallback_action_name", "enable_fallback_prediction", "check_for_contradictions",
            "restrict_rules")),
    ("MemoizationPolicy", Fate.HONOURED, "stories are remembered", ("max_history",)),
    ("UnexpecTEDIntentPolicy", Fate.IGNORED, "left out", ()),
    ("TEDPolicy", Fate.REPLACED, "the learned policy here", ("max_history",)),
    ("FallbackPolicy", Fate.REPLACED, "its thresholds are read",
        ("threshold", "nlu_threshold", "ambiguity_threshold")),
    ("FormPolicy", Fate.REPLACED, "forms run by themselves", ()),
    ("MappingPolicy", Fate.REPLACED, "`triggers` are read as rules", ()),
    ("KerasPolicy", Fate.REPLACED, "the learned policy here", ()),
    ("EmbeddingPolicy", Fate.REPLACED, "the learned policy here", ()),
    ("SklearnPolicy", Fate.REPLACED, "the learned policy here", ()),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Component:
    """One of `pipeline` or `policies`. `kept` are parameters that hold here too, as `name value`; `unused` those that mean nothing here."""

    file: str
    line: int
    name: str
    fate: Fate
    said: str
    kept: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()

    def __str__(self) -> str:
        kept = f"; kept: {', '.join(self.kept)}" if self.kept else ""
        unused = f"; without use: {', '.join(self.unused)}" if self.unused else ""
        return f"{self.file}:{self.line}: {self.name}: {self.said}{kept}{unused}"


def components_of(document: Document) -> Iterator[Component]:
    """In the order of the file. One that is not Rasa's is warned of."""
    for part in ("pipeline", "policies"):
        listed = document.top.get(part)
        for given, line in items(listed) if isinstance(listed, List) else ():
            written = given.get("name") if isinstance(given, Map) else given
            if written and not isinstance(written, Map | List):
                yield _component(document, line, str(written), given if isinstance(given, Map) else Map(line))


def _component(document: Document, line: int, written: str, given: Map) -> Component:
    name = written.rpartition(".")[2]
    known = next((each for each in _KNOWN if name.endswith(each[0])), None)
    if known is None:
        document.warn(line, f"{written} is left out; expected one of Rasa's own components")
        return Component(document.file, line, name, Fate.IGNORED, "left out, for it is not one of Rasa's own")
    _, fate, said, read = known
    kept = tuple(f"{key} {_short(given[key])}" for key in read if given.get(key) is not None)
    unused = tuple(key for key in given if key != "name" and key not in read)
    return Component(document.file, line, name, fate, said, kept, unused)


def _short(value: object) -> str:
    return ", ".join(map(text_of, value)) if isinstance(value, List) else text_of(value)
