"""What an intent is called is one more example of it, where the name says what the examples say."""

from __future__ import annotations

import numpy as np
import pytest

from bot.nlu import learning
from bot.nlu.data import Example, NluConfig, TrainingData
from bot.nlu.encoder import Encoder
from bot.nlu.features import Vocabulary
from bot.nlu.grams import grams
from bot.nlu.intent_names import said_names, spoken, telling
from bot.nlu.interpreter import Interpreter
from bot.nlu.measure import best_intent

_TEXTS = {
    "dietary_allergies": ["can i eat this", "is it safe for me", "will it make me sick", "i must not have some things"],
    "lost_luggage": [
        "it never came off the belt",
        "the airline has not got it",
        "where did they send it",
        "it is gone",
    ],
    "opening_hours": ["when can i come", "are you there on sunday", "until when is somebody in", "is it late already"],
    "greet": ["hello", "hi there", "good morning", "hey you"],
    "refund_money": ["give it back to me", "i was charged twice", "that is too much on my card", "pay me back"],
    "change_address": ["i moved", "i live elsewhere now", "send it to the new place", "we have a new flat"],
}
PROJECT = TrainingData(
    tuple(
        Example(f"{text}{end}", intent) for intent, texts in _TEXTS.items() for text in texts for end in ("", " please")
    )
)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("account_blocked", "account blocked"),
        ("Alarm/setAlarm", "alarm set alarm"),
        ("Request/餐馆/地址", "request 餐馆 地址"),
        ("__", ""),
    ],
)
def test_a_name_is_said_as_words(name: str, said: str) -> None:
    assert spoken(name) == said


def test_a_name_tells_where_its_own_examples_are_the_nearest() -> None:
    labels = np.repeat(np.arange(len(_TEXTS)), 4)
    vectors = Encoder().vectors([text for texts in _TEXTS.values() for text in texts])
    meant = telling(Encoder().vectors([spoken(name) for name in _TEXTS]), vectors, labels)
    assert meant.sum() >= 4
    swapped = telling(Encoder().vectors([spoken(name) for name in reversed(_TEXTS)]), vectors, labels)
    assert not swapped.any()


def test_a_name_without_a_letter_is_left_out() -> None:
    texts = list(_TEXTS["greet"])
    vocabulary = Vocabulary.of([grams(text, ()) for text in texts])
    encode = Encoder().vectors
    said = said_names(["hello", "__"], encode([*texts, *texts]), np.array([0] * 4 + [1] * 4), vocabulary, encode)
    assert said.labels.tolist() == [0]


def test_what_only_the_name_says_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["i have allergies", "my luggage is lost", "what are your opening hours"]
    meant = ["dietary_allergies", "lost_luggage", "opening_hours"]
    named = [best_intent(each) for each in Interpreter.train(PROJECT, NluConfig()).read(texts)]
    assert named == meant
    monkeypatch.setattr(learning, "said_names", lambda *_: None)
    without = Interpreter.train(PROJECT, NluConfig())
    assert without.classifier.hybrid is not None
    assert [best_intent(each) for each in without.read(texts)] != meant


def test_names_leave_the_words_of_a_project_alone() -> None:
    """Else English names would make a Chinese project one that has English examples, in which English questions are strange."""
    words = Interpreter.train(PROJECT, NluConfig()).classifier.vocabulary.words
    assert "hello" in words
    assert not words & {"allergies", "luggage", "greet"}
