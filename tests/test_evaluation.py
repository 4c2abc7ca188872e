"""An evaluation: every figure counted by hand, on texts whose reading is made up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
import pytest

from bot.evaluation.crossing import crossed
from bot.evaluation.curves import BINS, curves_of, surest
from bot.evaluation.evaluation import About, Evaluation, Kind, evaluated
from bot.evaluation.facts import facts
from bot.evaluation.page import page
from bot.evaluation.scores import confused_of, entities_of, total
from bot.evaluation.words import CHINESE, ENGLISH, words_of
from bot.nlu.data import Example, NluConfig, Span, TrainingData
from bot.nlu.errors import Untrainable
from bot.nlu.measure import Judged, judge
from bot.nlu.reading import Entity, Guess, Reading, Zone
from bot.nlu.thresholds import Thresholds
from bot.nlu.zones import USUAL
from tests.nlu_data import SHOP

ANSWER, ASK, HAND = Zone.ANSWER, Zone.ASK_BACK, Zone.HAND_OFF


def reading(
    text: str, first: tuple[str, float], second: tuple[str, float] = ("other", 0.0), zone: Zone = ANSWER
) -> Reading:
    ranking = (Guess(*first), Guess(*second))
    return Reading(text, ranking[0], ranking, zone=zone)


EXAMPLES = (
    Example("where is it", "status"),
    Example("track <b>it</b>", "status"),
    Example("退款 $5", "refund"),
    Example("give it back", "refund"),
    Example("hm", "refund"),
)
READINGS = (
    reading("where is it", ("status", 0.9)),
    reading("track <b>it</b>", ("refund", 0.8), ("status", 0.1)),
    reading("退款 $5", ("refund", 0.99)),
    reading("give it back", ("status", 0.5), ("refund", 0.4), ASK),
    reading("hm", ("status", 0.3), ("greet", 0.2), HAND),
)


def about(kind: Kind = Kind.TEST_SET, **changed: object) -> About:
    given = About(
        kind=kind, project="shop", model="m1", costs=USUAL, thresholds=Thresholds(0.8, {"refund": 0.95}), source="t.yml"
    )
    return msgspec.structs.replace(given, **changed)


def small(readings: Sequence[Reading] = READINGS) -> Evaluation:
    return evaluated(about(), EXAMPLES, readings)


def test_what_a_message_came_to_is_by_the_zone_it_fell_into() -> None:
    judged = [judge(*each) for each in zip(EXAMPLES, READINGS, strict=True)]
    assert [each.cost(USUAL) for each in judged] == [0, 6, 0, 1, 3], "what is asked back offers the second guess"
    assert judged[4].cost(USUAL, ASK) == 4, "neither was meant: a question and then a person"
    found = small()
    assert found.cost == pytest.approx(2.0)
    assert found.answered_always == pytest.approx(18 / 5)
    assert found.zones[ANSWER].share == pytest.approx(3 / 5)
    assert found.zones[ANSWER].right == pytest.approx(2 / 3)
    assert (found.zones[HAND].share, found.zones[HAND].right) == (pytest.approx(1 / 5), 0)


def test_of_each_intent_the_weakest_first_with_its_threshold() -> None:
    found = small()
    assert [(each.name, each.meant, each.read, each.right) for each in found.intents] == [
        ("refund", 3, 2, 1), ("status", 2, 3, 1),
    ]  # fmt: skip
    refund, status = found.intents
    assert (refund.precision, refund.recall, refund.f1) == (1 / 2, 1 / 3, 2 / 5)
    assert (refund.threshold, status.threshold) == (0.95, 0.8)
    assert found.measured.accuracy == pytest.approx(2 / 5)


def test_pairs_that_are_confused_come_with_their_texts() -> None:
    first, second = small().confused
    assert (first.meant, first.read, first.count, first.texts) == ("refund", "status", 2, ("give it back", "hm"))
    assert (second.meant, second.read) == ("status", "refund")
    many = [Judged(text=f"{i}", meant="a", read="b", confidence=1) for i in range(9)]
    assert (confused_of(many)[0].count, len(confused_of(many)[0].texts)) == (9, 5)


def test_a_key_of_a_retrieval_intent_has_its_share_and_its_sister_is_the_second() -> None:
    guesses = (Guess("faq", 0.9), Guess("greet", 0.1))
    keys = {"faq": (Guess("faq/hours", 0.7), Guess("faq/fines", 0.3))}
    judged = judge(Example("open?", "faq/hours"), Reading("open?", guesses[0], guesses, retrieval=keys))
    assert (judged.read, judged.second, judged.right) == ("faq/hours", "faq/fines", True)
    assert (judged.confidence, judged.second_confidence) == (pytest.approx(0.63), pytest.approx(0.27))


def test_where_the_fallback_fired_the_real_guess_is_judged() -> None:
    ranking = (Guess("nlu_fallback", 0.7), Guess("status", 0.3), Guess("refund", 0.2))
    judged = judge(EXAMPLES[0], Reading("where is it", ranking[0], ranking))
    assert (judged.read, judged.confidence, judged.second, judged.fallback) == ("status", 0.3, "refund", True)


def test_entities_are_right_where_span_name_role_and_group_are() -> None:
    example = Example("from A to B", "go", (Span(5, 6, "city", "A", "from"), Span(10, 11, "city", "B", "to")))
    found = (
        Entity("city", "A", 5, 6, "from"),
        Entity("city", "B", 10, 11, "from"),
        Entity("number", "5", 0, 1),  # nobody annotates numbers
    )
    (city,) = entities_of([(example, found)])
    assert (city.name, city.meant, city.read, city.right) == ("city", 2, 2, 1)
    assert entities_of([(Example("hi", "go"), found)]) == ()
    assert total([city, city]).f1 == city.f1 == 1 / 2


def test_curves_count_every_text_once() -> None:
    judged = [
        Judged(text=f"{i}", meant="a", read="a" if i >= 30 else "b", confidence=i / 100, second="a") for i in range(100)
    ]
    curves = curves_of(judged, USUAL)
    assert len(curves.bins) == BINS
    assert sum(each.right + each.wrong for each in curves.bins) == 100
    assert sum(each.wrong for each in curves.bins) == 30
    assert (curves.coverage[-1].share, curves.coverage[-1].accuracy) == (1.0, pytest.approx(0.7))
    assert curves.coverage[69].accuracy == 1.0, "the surest 70 are right"
    assert surest(judged, 0.9) == pytest.approx(70 / 90)
    by_limit = {each.limit: each for each in curves.prices}
    assert (by_limit[0.0].wrong, by_limit[0.0].unanswered) == (0.3, 0.0)
    assert by_limit[0.0].cost == pytest.approx(6 * 0.3)
    assert (by_limit[0.3].wrong, by_limit[0.3].unanswered) == (0.0, 0.3)
    assert by_limit[0.3].cost < by_limit[0.0].cost


def test_it_can_be_written_and_read_again() -> None:
    found = small()
    assert msgspec.json.decode(msgspec.json.encode(found), type=Evaluation) == found


def test_cross_validation_reads_every_example_once_by_a_model_that_has_not_seen_it() -> None:
    lonely = TrainingData((*SHOP.examples, Example("quite another matter", "alone")))
    shares: list[float] = []
    found = crossed(lonely, NluConfig(), 2, shares.append)
    assert found.examples == SHOP.examples, "in their order; the only one of its intent cannot be held out"
    assert found.alone == 1
    assert [each.text for each in found.readings] == [each.text for each in found.examples]
    assert len({each.model for each in found.readings}) == 2, "of two folds"
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    seen = {(each.text, each.model) for each in found.readings}
    assert len(seen) == len(found.readings)


def test_where_nothing_can_be_held_out_that_is_said() -> None:
    with pytest.raises(Untrainable, match="No intent has two examples"):
        crossed(TrainingData((Example("a", "a"), Example("b", "b"))), NluConfig(), 5, lambda _: None)


@pytest.mark.parametrize("words", [ENGLISH, CHINESE])
def test_the_page_stands_alone_and_escapes_what_the_project_says(words: object) -> None:
    assert isinstance(words, type(ENGLISH))
    hostile = tuple(msgspec.structs.replace(each, text="<script>alert(1)</script>") for each in READINGS)
    examples = [Example("<script>alert(1)</script>", each.intent) for each in EXAMPLES]
    found = evaluated(about(project="<i>shop</i>"), examples, hostile)
    shown = page([found], [{"coverage": b"\x89PNG"}], words, datetime(2026, 11, 27, tzinfo=UTC), lacks_font=False)
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown
    assert "<i>" not in shown
    assert not re.search(r"""(?:src|href)="(?!data:|#)""", shown), "nothing is loaded"
    assert 'src="data:image/png;base64,' in shown
    assert words.intents in shown
    assert f'lang="{words.code}"' in shown
    assert words.no_font not in shown
    assert "0.95*" in shown


def test_both_languages_say_the_same_facts() -> None:
    english, chinese = (list(facts(small(), words)) for words in (ENGLISH, CHINESE))
    assert len(english) == len(chinese)
    assert ("accuracy", "40.0% (en 25.0%, zh 100.0%)") in english
    assert (words_of("zh_CN.UTF-8"), words_of("C.UTF-8"), words_of("")) == (CHINESE, ENGLISH, ENGLISH)
    assert ENGLISH.plots.keys() == CHINESE.plots.keys()
