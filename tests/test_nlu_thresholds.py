"""From which confidence an intent is answered: what held-out texts say of it, and what they do not."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.nlu.data import NluConfig
from bot.nlu.errors import ModelRefused
from bot.nlu.interpreter import Interpreter
from bot.nlu.reading import Guess, Zone
from bot.nlu.thresholds import Guessed, Thresholds, common_threshold, thresholds_of
from bot.nlu.zones import USUAL, Costs, zone_of
from tests.nlu_data import SHOP

NAMES = ("sure", "proud", "modest", "rare")
TEXTS = 300


def guessed(shares: dict[str, float], confidence: float = 0.8, texts: int = TEXTS) -> Guessed:
    """Of each intent so many texts, all read with one confidence, of which a share is right."""
    best, meant = [], []
    for name, share in shares.items():
        own = NAMES.index(name)
        other = (own + 1) % len(NAMES)
        for i in range(texts):
            best.append((own, other))
            meant.append(own if i < share * texts else other)
    confidences = np.tile([confidence, (1 - confidence) / 2], (len(best), 1))
    return Guessed(np.array(best), confidences, np.array(meant))


def test_an_intent_that_is_right_less_often_than_it_says_is_answered_later_and_one_that_is_right_more_often_sooner() -> (
    None
):
    found = thresholds_of(guessed({"sure": 0.8, "proud": 0.6, "modest": 0.95}), NAMES, USUAL)
    assert set(found.own) == {"proud", "modest"}, "what is as right as it says has the common one"
    assert found.own["modest"] < found.common < found.own["proud"]
    assert (found.of("sure"), found.of("rare"), found.texts) == (found.common, found.common, 3 * TEXTS)


def test_few_texts_say_nothing_however_wrong_they_are() -> None:
    assert not thresholds_of(guessed({"proud": 0.0}, texts=9), NAMES, USUAL).own
    assert thresholds_of(guessed({"proud": 0.0}, texts=40), NAMES, USUAL).own


def test_there_may_be_one_intent_or_no_text_at_all() -> None:
    alone = Guessed.of(np.ones((20, 1)), np.zeros(20, dtype=np.int64))
    assert alone.confidences.tolist()[0] == [1.0, 0.0]
    nothing = Guessed.of(np.zeros((0, 3)), np.zeros(0, dtype=np.int64))
    assert not thresholds_of(nothing, NAMES[:3], USUAL).own


@pytest.mark.parametrize("costs", [USUAL, Costs(wrong=20), Costs(asked=3), Costs(handed=1.5), Costs(2, 5, 4)])
@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_from_the_common_threshold_on_an_answer_costs_least(costs: Costs, share: float) -> None:
    limit = common_threshold(costs, share)

    def zone(first: float) -> Zone:
        return zone_of([Guess("a", first), Guess("b", share * (1 - first))], costs)

    assert zone(min(1.0, limit + 0.01)) is Zone.ANSWER
    if limit > 0.01:
        assert zone(limit - 0.01) is not Zone.ANSWER


def test_a_threshold_of_its_own_decides_about_the_answer_alone() -> None:
    own = {"refund": 0.95, "greet": 0.3}
    assert zone_of([Guess("refund", 0.94), Guess("greet", 0.05)], USUAL, own) is Zone.ASK_BACK
    assert zone_of([Guess("refund", 0.95), Guess("greet", 0.05)], USUAL, own) is Zone.ANSWER
    assert zone_of([Guess("greet", 0.3), Guess("refund", 0.1)], USUAL, own) is Zone.ANSWER
    assert zone_of([Guess("refund", 0.2), Guess("greet", 0.1)], USUAL, own) is Zone.HAND_OFF
    assert zone_of([Guess("other", 0.94), Guess("greet", 0.05)], USUAL, own) is Zone.ANSWER


def test_what_was_learned_is_kept_in_the_model_and_read_by(tmp_path: Path) -> None:
    trained = Interpreter.train(SHOP, NluConfig(costs=Costs(wrong=8)))
    strict = dict.fromkeys(trained.classifier.intents, 1.01)
    changed = replace(
        trained, classifier=replace(trained.classifier, thresholds=Thresholds(0.9, strict, trained.thresholds.texts))
    )
    text = SHOP.examples[0].text
    assert trained.read([text])[0].zone is Zone.ANSWER
    assert changed.read([text])[0].zone is not Zone.ANSWER
    changed.save(tmp_path)
    loaded = Interpreter.load(tmp_path)
    assert loaded.thresholds == changed.thresholds
    assert loaded.reader.rules.config.costs == Costs(wrong=8)
    assert loaded.read([text]) == changed.read([text])

    words = json.loads((tmp_path / "model.json").read_text())
    del words["thresholds"]
    (tmp_path / "model.json").write_text(json.dumps(words))
    with pytest.raises(ModelRefused):
        Interpreter.load(tmp_path)


def test_where_a_person_costs_little_more_is_handed_off() -> None:
    cheap = Interpreter.train(SHOP, NluConfig(costs=Costs(handed=0.01)))
    assert {each.zone for each in cheap.read(["xyzzy", "quux"])} == {Zone.HAND_OFF}


def test_what_is_told_is_short() -> None:
    assert Thresholds(0.78).told() == "Answered from a confidence of about 0.78 on, the same for every intent."
    many = Thresholds(0.78, {f"i{n:02}": n / 20 for n in range(12)}, 100)
    assert "i11 0.55, i10 0.50" in many.told()
    assert many.told().endswith("and 2 more.")
