"""bot/appraise.py with models that are really trained: a worse one is refused, an equal one passes, and nothing is compared on what one
of the two has learned."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.appraisal.gate import refusal
from bot.appraisal.intents import needed, protected
from bot.appraisal.learned import Learned
from bot.appraise import appraise
from bot.folder import DEMO
from bot.project import load_project
from bot.publishing import publish
from bot.taught import Taught
from bot.train import train
from models.audit import Audit
from models.choosing import Choices
from models.inbox import Inbox, Item, Verdict, Why
from models.model_report import ModelReport
from models.model_reports import ModelReports
from models.release import RefusedRelease
from models.releases import Releases
from models.settings import Settings
from models.versions import Versions
from tests.fixtures_sql import opened

SUBJECTS = ("parcel", "invoice", "password", "coupon", "size", "battery", "garden", "music", "train", "coffee")
ASKING = (
    "where is my {}",
    "I cannot find the {}",
    "tell me about the {}",
    "the {} please",
    "what of the {}",
    "show the {}",
)
HELD = (
    "I lost the {} somewhere",
    "any news about a {}",
    "looking for the {} again",
    "is there a {}",
    "my {} is gone",
    "this {} here",
)
INTENTS = SUBJECTS[:6]

DOMAIN = """\
version: "3.1"
intents: [{intents}, human_handoff]
responses:
{responses}
"""


def write(folder: Path, meant: dict[str, str] | None = None, intents: tuple[str, ...] = INTENTS) -> Path:
    """`meant` labels the examples of a subject as another one; of `intents` alone there are examples."""
    meant = meant or {}
    (folder / "data").mkdir(parents=True, exist_ok=True)
    (folder / "tests").mkdir(exist_ok=True)
    responses = "\n".join(f'  utter_{each}: [{{text: "about {each}"}}]' for each in INTENTS)
    (folder / "domain.yml").write_text(DOMAIN.format(intents=", ".join(INTENTS), responses=responses))
    nlu = {meant.get(each, each): [ask.format(each) for ask in ASKING] for each in INTENTS if each in intents}
    nlu["human_handoff"] = ["a person please", "human agent", "let me talk to somebody"]
    (folder / "data" / "nlu.yml").write_text(examples(nlu))
    rules = "\n".join(f"- rule: {each}\n  steps: [{{intent: {each}}}, {{action: utter_{each}}}]" for each in INTENTS)
    (folder / "data" / "rules.yml").write_text(f'version: "3.1"\nrules:\n{rules}\n')
    held = {each: [ask.format(each) for ask in HELD] for each in INTENTS}
    (folder / "tests" / "heldout.yml").write_text(examples(held))
    talks = "\n".join(
        f"- story: asks for {each}\n  steps:\n  - user: |\n      where is my {each}\n    intent: {each}\n  - action: utter_{each}"
        for each in INTENTS
    )
    (folder / "tests" / "test_talks.yml").write_text(f'version: "3.1"\nstories:\n{talks}\n')
    return folder


def examples(of: dict[str, list[str]]) -> str:
    parts = [
        f"- intent: {name}\n  examples: |\n" + "".join(f"    - {each}\n" for each in texts)
        for name, texts in of.items()
    ]
    return 'version: "3.1"\nnlu:\n' + "".join(parts)


@dataclass
class Shop:
    engine: Engine
    settings: Settings
    folder: Path

    def candidate(self) -> str:
        report = train(self.folder, self.settings.home, quiet, current=False, taught=Taught.of(self.engine), force=True)
        publish(Versions(self.engine), self.settings.home, report.version, "a_boss")
        return report.version

    def appraised(self, *, live: bool = False) -> ModelReport:
        report = appraise(self.engine, self.settings, self.candidate(), quiet)
        if live:
            Releases(self.engine).promote(report.version, None, "a_boss")
        return report

    def refused(self, id: str) -> str:
        version = Versions(self.engine).get(id)
        assert version is not None
        return version.refused


def quiet(what: str, share: float) -> None:
    assert 0 <= share <= 1


@pytest.fixture
def without_plots(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where matplotlib is not installed: drawing takes longer than all else here."""
    monkeypatch.setattr("bot.evaluation.report.can_plot", lambda: False)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    folder = write(tmp_path / "shop")
    with opened(f"sqlite:///{tmp_path / 'bellhop.db'}") as engine:
        yield Shop(engine, replace(Settings(), home=tmp_path / "home", project=folder), folder)


def codes(report: ModelReport) -> list[str]:
    return [each.code for each in report.verdict.reasons]


@pytest.mark.usefixtures("without_plots")
def test_the_first_model_has_nothing_to_be_compared_with(shop: Shop) -> None:
    report = shop.appraised(live=True)
    assert report.verdict.passed
    assert [each.code for each in report.verdict.notes] == ["no_live", "few_texts"]
    assert (report.test_set.texts, report.test_set.live, report.live_curves) == (36, None, None)
    assert (report.conversations.total, report.conversations.passed, report.conversations.live_passed) == (6, 6, None)
    again = appraise(shop.engine, shop.settings, report.version, quiet)
    assert again.verdict.notes[0].code == "is_live"


@pytest.mark.usefixtures("without_plots")
def test_a_worse_candidate_is_refused_and_a_written_reason_overrules_it(shop: Shop) -> None:
    first = shop.appraised(live=True)
    write(shop.folder, {"parcel": "invoice", "invoice": "parcel"})
    before, home = Path.cwd(), os.environ.get("BELLHOP_HOME")
    report = shop.appraised()
    assert (Path.cwd(), os.environ.get("BELLHOP_HOME")) == (before, home)
    assert (report.live, report.verdict.compared, report.verdict.passed) == (first.version, True, False)
    assert codes(report) == ["conversations", "accuracy"]
    assert {each.name for each in report.conversations.lost} == {"asks for parcel", "asks for invoice"}
    assert report.test_set.difference is not None
    assert report.test_set.difference.lost >= 8
    assert report.changes.worse >= 8
    assert report.changes.messages[0].kind == "worse"
    refused = shop.refused(report.version)
    assert refused == refusal(report.verdict)
    assert "asks for" in refused
    releases = Releases(shop.engine)
    for act in (releases.promote, lambda *given: releases.canary(given[0], 10, *given[1:])):
        with pytest.raises(RefusedRelease, match="refused"):
            act(report.version, None, "a_boss")
    releases.promote(report.version, None, "a_boss", "the names were swapped on purpose")
    acts = [(each.act, each.reason) for each in Audit(shop.engine).page(subject=report.version)]
    assert acts[0] == ("model.promote", "the names were swapped on purpose")
    assert acts[1][0] == "model.refuse"
    assert shop.refused(report.version) == ""


@pytest.mark.usefixtures("without_plots")
def test_the_same_again_with_a_little_more_passes(shop: Shop) -> None:
    shop.appraised(live=True)
    nlu = shop.folder / "data" / "nlu.yml"
    nlu.write_text(nlu.read_text().replace("    - human agent\n", "    - human agent\n    - an agent\n"))
    report = shop.appraised()
    assert report.verdict.passed, report.verdict.reasons
    assert shop.refused(report.version) == ""


@pytest.mark.usefixtures("without_plots")
def test_a_protected_intent_refuses_by_itself(shop: Shop) -> None:
    """Of one intent as many are lost as of another are gained."""
    write(shop.folder, {"coupon": "size", "size": "coupon"})
    shop.appraised(live=True)
    write(shop.folder, {"parcel": "invoice", "invoice": "parcel"})
    (shop.folder / "tests" / "test_talks.yml").unlink()
    equal = shop.appraised()
    assert codes(equal) == []
    Choices(shop.engine).put("gate", 0, {"protected": ["parcel"], "usual": False}, "a_boss")
    report = appraise(shop.engine, shop.settings, equal.version, quiet)
    assert shop.refused(report.version)
    assert codes(report) == ["intent"]
    assert report.verdict.reasons[0].intent == "parcel"
    assert [each.name for each in report.intents if each.protected] == ["parcel"]
    Choices(shop.engine).put("gate", 1, {"protected": [], "usual": False}, "a_boss")
    appraise(shop.engine, shop.settings, equal.version, quiet)
    assert shop.refused(report.version) == "", "what it was refused for holds no more"


@pytest.mark.usefixtures("without_plots")
def test_what_is_kept_back_of_the_inbox_is_measured_and_never_learned(shop: Shop) -> None:
    box = Inbox(shop.engine)
    said = [f"{each} {other} parcel" for each in SUBJECTS for other in SUBJECTS[:4]]
    box.notice([Item("c_1", n, n, "en", text, (), Why.FALLBACK) for n, text in enumerate(said, 1)])
    for n in range(1, len(said) + 1):
        box.decide([("c_1", n)], Verdict.INTENT, "parcel", "a_boss")
    report = shop.appraised(live=True)
    assert report.test_set.inbox > 2
    assert (report.test_set.files, report.test_set.left_out) == (36, 0)
    assert report.test_set.texts == report.test_set.inbox + 36
    written = Versions(shop.engine).get(report.version)
    assert written is not None
    learned = Learned.of(json.loads(written.manifest)["learned"])
    assert sum(each in learned for each in said) == len(said) - report.test_set.inbox
    assert shop.appraised().test_set.hash == report.test_set.hash


@pytest.mark.usefixtures("without_plots")
def test_an_intent_that_rules_need_may_not_go(shop: Shop) -> None:
    shop.appraised(live=True)
    write(shop.folder, intents=INTENTS[1:])
    report = shop.appraised()
    assert codes(report)[0] == "missing"
    assert report.verdict.reasons[0].names == ["parcel"]


@pytest.mark.usefixtures("without_plots")
def test_a_live_model_of_another_project_is_none(shop: Shop, tmp_path: Path) -> None:
    shop.appraised(live=True)
    shop.folder = write(tmp_path / "another", {"parcel": "invoice", "invoice": "parcel"})
    shop.settings = replace(shop.settings, project=shop.folder)
    report = shop.appraised()
    assert report.verdict.passed
    assert report.verdict.notes[0].code == "other_project"


@pytest.mark.usefixtures("without_plots")
def test_what_one_of_the_two_has_learned_is_not_compared(shop: Shop) -> None:
    write(shop.folder)
    held = shop.folder / "tests" / "heldout.yml"
    held.write_text(examples({"parcel": ["a box from you", "this box", "that box"], "invoice": ["bill", "a bill"]}))
    nlu = (shop.folder / "data" / "nlu.yml").read_text()
    (shop.folder / "data" / "more.yml").write_text(examples({"parcel": ["a box from you", "this box"]}))
    first = shop.appraised(live=True)
    assert first.test_set.texts == 3
    (shop.folder / "data" / "more.yml").unlink()
    (shop.folder / "data" / "nlu.yml").write_text(nlu)
    report = shop.appraised()
    assert (report.test_set.texts, report.test_set.files, report.test_set.left_out) == (3, 5, 2)
    assert "seen" in [each.code for each in report.verdict.notes]


def test_what_was_labelled_is_replayed_and_what_is_out_of_scope_drawn(shop: Shop) -> None:
    shop.appraised(live=True)
    box = Inbox(shop.engine)
    texts = ["my PARCEL, call 13800138000", "parcel parcel", "sing me something"]
    box.notice([Item("c_1", n, n, "en", text, (), Why.FALLBACK) for n, text in enumerate(texts, 1)])
    box.decide([("c_1", 1), ("c_1", 2)], Verdict.INTENT, "parcel", "a_boss")
    box.decide([("c_1", 3)], Verdict.OUTSIDE, "", "a_boss")
    report = shop.appraised()
    assert report.replay.turns == 3
    assert report.replay.live_right is not None
    assert report.curves.outside
    assert {each.source for each in report.changes.messages} <= {"test_set", "inbox"}
    written = ModelReports(shop.engine).get(report.version)
    page = ModelReports(shop.engine).page(report.version)
    assert written is not None
    assert page is not None
    assert b"13800138000" not in written
    assert "13800138000" not in page
    assert ModelReport.model_validate_json(written) == report
    assert page.startswith("<!doctype html>")
    assert page.count('src="data:image/png;base64,') == 6
    assert "src=" not in page.replace('src="data:image/png;base64,', "")


def test_which_intents_the_demo_cannot_do_without() -> None:
    demo = load_project(DEMO)
    assert protected(demo) == {
        "affirm", "deny", "inform", "stop", "human_handoff", "order_status", "refund", "change_address", "invoice",
    }  # fmt: skip
    assert protected(demo) <= needed(demo)
    assert not needed(demo) & {"nlu_fallback", "out_of_scope"}
