"""What stands for the components and policies that `config.yml` names: a team that moves here should see what became of each."""

from __future__ import annotations

from collections.abc import Iterator

from bot.project.document import Document, List, Map
from bot.project.fields import items
from bot.project.problems import Problem

# By the end of the name, which says what a component does; the first that fits counts.
_STAND_INS = (
    ("ResponseSelector", "answers are chosen by the same classifier as intents"),
    ("DucklingEntityExtractor", "quantities are found in process, without a server"),
    ("DucklingHTTPExtractor", "quantities are found in process, without a server"),
    ("RegexEntityExtractor", "read, with boundaries that work for Chinese too"),
    ("EntitySynonymMapper", "read"),
    ("FallbackClassifier", "read"),
    ("EntityExtractor", "entities are learned by the tagger here"),
    ("DIETClassifier", "the classifier and the tagger here"),
    ("Classifier", "the classifier here"),
    ("Tokenizer", "words and characters are split here"),
    ("Featurizer", "features are made here"),
    ("NLP", "features are made here"),
    ("RulePolicy", "read"),
    ("MemoizationPolicy", "read"),
    ("TEDPolicy", "the learned policy here"),
    ("UnexpecTEDIntentPolicy", "left out"),
    ("FallbackPolicy", "its thresholds are read"),
    ("FormPolicy", "forms run by themselves"),
    ("MappingPolicy", "`triggers` are read as rules"),
    ("KerasPolicy", "the learned policy here"),
    ("EmbeddingPolicy", "the learned policy here"),
    ("SklearnPolicy", "the learned policy here"),
)  # fmt: skip
_READ = "read"


def replacements(document: Document) -> Iterator[Problem]:
    """One for each component that something else stands for. One that is not Rasa's is warned of."""
    for part in ("pipeline", "policies"):
        listed = document.top.get(part)
        for component, line in items(listed) if isinstance(listed, List) else ():
            written = component.get("name") if isinstance(component, Map) else component
            name = str(written or "").rpartition(".")[2]
            stand_in = next((said for end, said in _STAND_INS if name.endswith(end)), None)
            if name and stand_in is None:
                document.warn(line, f"{written} is left out; expected one of Rasa's own components")
            elif name and stand_in is not None and not stand_in.startswith(_READ):
                yield Problem(document.file, line, f"{name}: {stand_in}")
