"""bot/appraisal/gate.py: what refuses a candidate, what only is said, and that every sentence can be said in Chinese too."""

from __future__ import annotations

import re

import pytest

from bot.appraisal.gate import Facts, is_live, judged, no_live, other_project, refusal, unusable_live
from bot.appraisal.noise import difference, saving
from bot.appraisal.words import CHINESE, ENGLISH
from models.model_report import FindingCode, ReportDifference
from models.tables import REASON_CHARACTERS


def lost(count: int, texts: int = 60) -> ReportDifference:
    found = difference([True] * texts, [False] * count + [True] * (texts - count))
    assert found is not None
    return found


def codes(facts: Facts) -> list[str]:
    return [each.code for each in judged(facts).reasons]


def test_one_that_is_as_good_passes_without_a_word() -> None:
    verdict = judged(Facts(texts=60, whole=lost(0), live_right=60, needed={"a"}, known={"a"}, live_known={"a"}))
    assert (verdict.passed, verdict.compared, verdict.reasons, verdict.notes) == (True, True, [], [])
    assert refusal(verdict) == ""


def test_each_reason_refuses_by_itself() -> None:
    assert codes(Facts(texts=60, whole=lost(9), live_right=60)) == ["accuracy"]
    dear = saving([0.0] * 60, [3.0] * 20 + [0.0] * 40)
    assert codes(Facts(texts=60, whole=lost(0), live_right=60, saving=dear)) == ["cost"]
    assert codes(Facts(texts=60, intents={"refund": lost(9)}, intents_right={"refund": 60})) == ["intent"]
    assert codes(Facts(texts=60, lost=["a"])) == ["conversations"]
    assert codes(Facts(texts=60, needed={"a"}, live_known={"a"})) == ["missing"]


def test_what_is_within_noise_passes() -> None:
    facts = Facts(texts=60, whole=lost(4), live_right=60, intents={"refund": lost(2, 12)}, intents_right={"refund": 12})
    assert judged(facts).passed


def test_numbers_are_said_and_kept() -> None:
    (reason,) = judged(Facts(texts=60, whole=lost(9), live_right=60)).reasons
    assert "51 of 60" in reason.text
    assert (reason.lost, reason.gained, reason.live, reason.candidate) == (9, 0, 1.0, pytest.approx(0.85))


@pytest.mark.parametrize("unlike", [no_live(), is_live(), other_project(), unusable_live()])
def test_without_a_model_to_compare_with_it_passes_and_says_so(unlike: object) -> None:
    verdict = judged(Facts(unlike=unlike, texts=60, needed={"a"}, lost=[]))  # type: ignore[arg-type]
    assert (verdict.passed, verdict.compared) == (True, False)
    assert [each.code for each in verdict.notes] == [unlike.code, "without_examples"]  # type: ignore[attr-defined]


def test_what_no_model_ever_knew_refuses_nothing() -> None:
    """Intents that only buttons mean have no examples, and every training would be refused."""
    verdict = judged(Facts(texts=60, needed={"by_button"}, known={"a"}, live_known={"a"}))
    assert verdict.passed
    assert [each.code for each in verdict.notes] == ["without_examples"]


def test_small_sets_and_what_was_left_out_are_said() -> None:
    notes = [each.code for each in judged(Facts(texts=10, left_out=3, conversations=2, ran=False)).notes]
    assert notes == ["few_texts", "seen", "not_run"]
    assert [each.code for each in judged(Facts()).notes] == ["no_texts"]


def test_a_refusal_is_whole_sentences_and_fits() -> None:
    many = {f"intent_{n:02}": lost(9) for n in range(20)}
    verdict = judged(Facts(texts=60, intents=many, intents_right=dict.fromkeys(many, 60), lost=["x" * 190] * 4))
    kept = refusal(verdict)
    assert len(kept) <= REASON_CHARACTERS
    assert kept.endswith("More is in its report.")
    alone = refusal(judged(Facts(texts=60, lost=["x" * 600] * 4)))
    assert len(alone) <= REASON_CHARACTERS


def test_every_finding_is_said_in_chinese_with_the_same_numbers() -> None:
    assert set(CHINESE.findings) == set(FindingCode)
    facts = Facts(
        texts=9, left_out=3, saving=saving([0.5] * 60, [3.0] * 20 + [0.5] * 40), live_cost=0.5,
        whole=lost(0), live_right=60, intents={"refund": lost(9)}, intents_right={"refund": 60},
        conversations=4, lost=["one", "two", "three", "four"], ran=False, needed={"a", "b"}, live_known={"a"}, known=(),
    )  # fmt: skip
    verdict = judged(facts)
    wrong = judged(Facts(texts=60, whole=lost(9), live_right=60, unlike=None)).reasons
    for each in (*verdict.reasons, *verdict.notes, *wrong, *judged(Facts(unlike=no_live())).notes):
        assert ENGLISH.finding(each) == each.text
        said = CHINESE.finding(each)
        assert "{" not in said
        assert set(re.findall(r"\d+", said)) <= set(re.findall(r"\d+", each.text)) | {str(each.count)}
