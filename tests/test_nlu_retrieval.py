from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.nlu.data import Example, NluConfig, TrainingData
from bot.nlu.interpreter import Interpreter
from bot.nlu.measure import best_intent
from bot.nlu.retrieval import Retrieval

_TEXTS = {
    "greet": ["hello", "hi there", "good morning", "hey you"],
    "faq/hours": ["when are you open", "opening hours please", "at what time do you open", "until when are you open"],
    "faq/fines": ["what does a late book cost", "how high is the fine", "fines for late books", "do late books cost"],
    "chat/joke": ["tell me a joke", "say something funny", "make me laugh", "do you know a joke"],
}
LIBRARY = TrainingData(
    tuple(Example(text, intent) for intent, texts in _TEXTS.items() for text in texts), retrieval=("chat", "faq")
)


def test_keys_are_gathered_under_their_intents_only_where_the_project_says_so() -> None:
    learned = np.array([[0.1, 0.5, 0.3, 0.1]])
    names = ("a", "faq/x", "faq/y", "other/z")
    retrieval = Retrieval.of(names, ("faq",))
    assert retrieval.intents == ("a", "faq", "other/z")
    assert retrieval.confidences(learned).tolist() == [[0.1, 0.8, 0.1]]
    assert [(each.name, each.confidence) for each in retrieval.selected(learned[0])["faq"]] == [
        ("faq/x", 0.625),
        ("faq/y", 0.375),
    ]
    assert Retrieval.of(names, ()).confidences(learned) is learned


def test_a_key_that_is_not_likely_at_all_has_no_share() -> None:
    keys = Retrieval.of(("a", "faq/x"), ("faq",)).selected(np.array([1.0, 0.0]))["faq"]
    assert [(each.name, each.confidence) for each in keys] == [("faq/x", 0.0)]


@pytest.mark.parametrize(
    ("text", "full"),
    [("when do you open", "faq/hours"), ("how much is the fine", "faq/fines"), ("a joke please", "chat/joke")],
)
def test_the_ranking_has_the_intent_and_the_retrieval_its_keys(text: str, full: str) -> None:
    (reading,) = Interpreter.train(LIBRARY, NluConfig()).read([text])
    assert best_intent(reading) == full
    assert {guess.name for guess in reading.ranking} <= {"greet", "faq", "chat", "nlu_fallback"}
    assert set(reading.retrieval) == {"faq", "chat"}
    assert sum(key.confidence for key in reading.retrieval["faq"]) == pytest.approx(1, abs=0.001)


def test_a_saved_model_knows_its_retrieval_intents(tmp_path: Path) -> None:
    trained = Interpreter.train(LIBRARY, NluConfig())
    trained.save(tmp_path)
    assert Interpreter.load(tmp_path).read(["when do you open"]) == trained.read(["when do you open"])


def test_without_retrieval_intents_a_name_with_a_stroke_is_a_name() -> None:
    plain = TrainingData(LIBRARY.examples)
    (reading,) = Interpreter.train(plain, NluConfig()).read(["when do you open"])
    assert reading.retrieval == {}
    assert best_intent(reading) == "faq/hours"
