"""Very large projects: what is learned from is bounded, and no intent is lost."""

from __future__ import annotations

from collections import Counter

import pytest

from bench.big import made
from bot.nlu import interpreter as interpreter_module
from bot.nlu import sample as sample_module
from bot.nlu.data import NluConfig, TrainingData
from bot.nlu.features import Vocabulary
from bot.nlu.interpreter import Interpreter
from bot.nlu.measure import best_intent
from bot.nlu.sample import LEAST_EXAMPLES, MOST_CELLS, MOST_EXAMPLES, sample


def test_what_is_few_is_all_learned() -> None:
    assert sample(["a"] * 9 + ["b"]) == list(range(10))


def test_of_many_the_rare_intents_stay_whole() -> None:
    intents = ["common"] * 90_000 + ["usual"] * 60_000 + ["rare"] * 7
    chosen = sample(intents)
    assert chosen == sorted(set(chosen))
    assert len(chosen) == MOST_EXAMPLES
    counted = Counter(intents[i] for i in chosen)
    assert counted["rare"] == 7
    assert abs(counted["common"] - counted["usual"]) <= 1


def test_many_intents_have_fewer_examples_each() -> None:
    assert len(sample([f"intent_{i % 500}" for i in range(60_000)])) == MOST_CELLS // 500
    assert len(sample([f"intent_{i % 3_000}" for i in range(60_000)])) == LEAST_EXAMPLES
    assert len(set(sample([f"intent_{i}" for i in range(6_000)]))) == 6_000, "each has one"


def test_rare_n_grams_go_where_there_are_too_many() -> None:
    texts = [(["often", "twice"], [], [], []), (["often", "twice"], [], [], []), (["once", "often"], [], [], [])]
    assert Vocabulary.of(texts).blocks[0] == ("often", "twice", "once")
    assert Vocabulary.of(texts, least=2).blocks[0] == ("often", "twice")
    assert Vocabulary.of(texts, most=1).blocks[0] == ("often",)


def test_a_large_project_is_learned_from_a_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []

    def counted(intents: list[str]) -> list[int]:
        told.append(len(chosen := sample(intents)))
        return chosen

    monkeypatch.setattr(sample_module, "MOST_EXAMPLES", 600)
    monkeypatch.setattr(interpreter_module, "sample", counted)
    texts = list(made(2_000, 6))
    interpreter = Interpreter.train(TrainingData(tuple(texts[200:])), NluConfig())
    assert told == [600]
    right = sum(
        best_intent(reading) == each.intent
        for reading, each in zip(interpreter.read([each.text for each in texts[:200]]), texts[:200], strict=True)
    )
    assert right > 170
