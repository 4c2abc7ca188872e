"""decide(): rules, forms and defaults, on rules as they are written in a project."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.dialogue.decide import By, Decision, decide
from bot.dialogue.rulebook import Rulebook
from bot.dialogue.situation import Moment
from bot.dialogue.tracker import Loop, Tracker
from bot.project import load_project
from tests.small_project import RULES, write_project

LISTEN = "action_listen"
Decide = Callable[..., Decision]


@pytest.fixture
def decided(tmp_path: Path) -> Callable[[str], Decide]:
    """Rules beside those of the small project; then a state, then what is decided. `!form`: it rejected. `was`: the form before."""

    def with_rules(rules: str) -> Decide:
        project = load_project(write_project(tmp_path, rules=RULES + rules))
        book = Rulebook(project.rules, project.domain)

        def ask(
            intent: str | None,
            did: Sequence[str] = (),
            entities: Sequence[dict[str, Any]] = (),
            loop: str | None = None,
            was: str | None = None,
            before: Sequence[str] = (),
            turns: int = 2,
            followup: str | None = None,
            rejected: frozenset[str] = frozenset(),
            **slots: Any,
        ) -> Decision:
            tracker = Tracker(
                slots={**project.domain.first_slots(), **slots},
                latest_message={"intent": {"name": intent}, "entities": list(entities)},
                loop=None if loop is None else Loop(loop.lstrip("!"), rejected=loop.startswith("!")),
                followup_action=followup,
                turns=turns,
                spoken_before=list(before),
            )
            loops = [was or tracker.loop_name, *(tracker.loop_name for _ in did)]
            moments = [Moment(name, at, tracker.slots) for name, at in zip((LISTEN, *did), loops, strict=True)]
            return decide(project.domain, book, tracker, moments, rejected)

        return ask

    return with_rules


@pytest.fixture
def plain(decided: Callable[[str], Decide]) -> Decide:
    return decided("")


def test_a_rule_answers_its_intent_and_then_listens(plain: Decide) -> None:
    assert plain("greet").action == "utter_greet"
    assert plain("greet", ["utter_greet"]).action == LISTEN


def test_a_restart_is_heard_while_a_form_is_on(plain: Decide) -> None:
    assert plain("restart", loop="some_form").action == "action_restart"
    assert plain("greet", loop="some_form").action == "some_form"


def test_what_no_rule_answers_is_a_miss_and_a_wish_for_a_person_is_none(plain: Decide) -> None:
    assert plain("nlu_fallback") == Decision("action_default_fallback", miss=True, by=By.FALLBACK)
    assert plain("human_handoff") == Decision("action_handoff")
    assert plain("restart") == Decision("action_restart")
    assert plain(None).miss


def test_a_rule_for_what_was_not_understood_is_followed_and_still_a_miss(decided: Callable[[str], Decide]) -> None:
    ask = decided("- rule: lost\n  steps: [{intent: nlu_fallback}, {action: utter_faq}]\n")
    assert (ask("nlu_fallback").action, ask("nlu_fallback").miss) == ("utter_faq", True)
    assert not ask("nlu_fallback", ["utter_faq"]).miss


def test_a_form_goes_first_and_listens_after_it(plain: Decide) -> None:
    assert plain("faq", loop="order_form").action == "order_form"
    assert plain("faq", ["order_form"], loop="order_form").action == LISTEN


def test_a_form_that_has_no_use_for_it_lets_rules_answer_and_asks_again(plain: Decide) -> None:
    assert plain("faq", loop="!order_form").action == "utter_faq"
    assert plain("faq", ["utter_faq"], loop="!order_form").action == "order_form"


def test_a_rule_about_the_form_decides_whether_it_asks_again(decided: Callable[[str], Decide]) -> None:
    ask = decided(
        "- rule: silent\n  condition: [{active_loop: order_form}]\n  steps: [{intent: vip}, {action: utter_faq}]\n"
    )
    assert ask("vip", loop="!order_form").action == "utter_faq"
    assert ask("vip", ["utter_faq"], loop="!order_form").action == LISTEN


def test_a_form_is_left_by_its_rule_only_while_it_is_on(plain: Decide) -> None:
    assert plain("stop", loop="!order_form").action == "action_deactivate_loop"
    assert plain("stop").miss


def test_what_follows_a_form_waits_until_it_is_done(plain: Decide) -> None:
    assert plain("tell", ["order_form"], was="order_form").action == "action_tell"
    assert plain("greet", ["order_form"], loop="order_form").action == LISTEN, "it is on"
    assert plain("greet", ["order_form"]).action == LISTEN, "it was not on before"


def test_a_follow_up_goes_before_everything(plain: Decide) -> None:
    assert plain("greet", followup="action_tell", loop="order_form").action == "action_tell"


def test_what_was_rejected_is_not_proposed_again(plain: Decide) -> None:
    assert plain("greet", rejected=frozenset({"utter_greet"})).action == "action_default_fallback"


@pytest.mark.parametrize(
    ("slots", "expected"),
    [({"vip": True}, "utter_stopped"), ({"vip": False}, "utter_greet"), ({"vip": None}, "utter_greet")],
)
def test_the_stricter_rule_wins(decided: Callable[[str], Decide], slots: dict[str, Any], expected: str) -> None:
    ask = decided(
        "- rule: strict\n  condition: [{slot_was_set: [{vip: true}]}]\n  steps: [{intent: greet}, {action: utter_stopped}]\n"
    )
    assert ask("greet", **slots).action == expected


def test_a_slot_may_be_asked_to_be_set_or_to_be_empty(decided: Callable[[str], Decide]) -> None:
    ask = decided(
        "- rule: set\n  condition: [{slot_was_set: [number]}]\n  steps: [{intent: hang}, {action: utter_stopped}, {action: utter_faq}]\n"
        "- rule: empty\n  condition: [{slot_was_set: [{number: null}]}]\n  steps: [{intent: hang}, {action: utter_unknown}]\n"
    )
    assert ask("hang", number="N1").action == "utter_stopped"
    assert ask("hang", number=None).action == "utter_unknown"


def test_of_an_entity_only_counts_that_it_is_there(decided: Callable[[str], Decide]) -> None:
    ask = decided(
        "- rule: any\n  steps: [{intent: tell, entities: [number]}, {action: utter_faq}]\n"
        "- rule: one\n  steps: [{intent: vip, entities: [{number: N1}]}, {action: utter_faq}]\n"
    )
    found = {"entity": "number", "value": "N1"}
    assert ask("tell", entities=[found]).action == "utter_faq"
    assert ask("tell").action == "action_tell"
    assert ask("vip", entities=[found]).action == "utter_faq"
    assert ask("vip", entities=[{**found, "value": "N2"}]).action == "utter_faq", "as Rasa's policies see it"
    assert ask("vip").action == "utter_greet"


def test_or_stands_for_each_of_its_intents(decided: Callable[[str], Decide]) -> None:
    ask = decided("- rule: either\n  steps: [{or: [{intent: restart}, {intent: out_of_scope}]}, {action: utter_faq}]\n")
    assert ask("restart").action == ask("out_of_scope").action == "utter_faq"


def test_a_rule_for_the_start_is_for_the_first_message_only(decided: Callable[[str], Decide]) -> None:
    ask = decided("- rule: first\n  conversation_start: true\n  steps: [{intent: greet}, {action: utter_stopped}]\n")
    assert ask("greet", turns=1).action == "utter_stopped"
    assert ask("greet", turns=2).action == "utter_greet"


def test_a_rule_that_does_not_wait_leaves_what_follows_to_others(decided: Callable[[str], Decide]) -> None:
    ask = decided(
        "- rule: go on\n  wait_for_user_input: false\n  steps: [{intent: out_of_scope}, {action: utter_stopped}]\n"
        "- rule: after\n  steps: [{action: utter_stopped}, {action: utter_faq}]\n"
    )
    assert ask("out_of_scope", ["utter_stopped"]).action == "utter_faq"


def test_dots_stand_for_whatever_came_before(decided: Callable[[str], Decide]) -> None:
    ask = decided('- rule: dots\n  steps: ["...", {action: utter_unknown}, {action: utter_faq}]\n')
    assert ask("greet", ["utter_stopped", "utter_unknown"]).action == "utter_faq"
    assert ask("greet", ["utter_unknown", "utter_stopped"]).action == LISTEN


def test_an_answer_counts_after_the_question_it_answers(decided: Callable[[str], Decide]) -> None:
    ask = decided("- rule: answer\n  steps: [{action: utter_faq}, {intent: vip}, {action: utter_stopped}]\n")
    assert ask("vip", before=["utter_greet", "utter_faq"]).action == "utter_stopped"
    assert ask("vip", before=["utter_faq", "utter_greet"]).action == "utter_greet"


def test_a_retrieval_intent_counts_under_both_names(decided: Callable[[str], Decide]) -> None:
    ask = decided("- rule: one\n  steps: [{intent: faq/price}, {action: utter_stopped}]\n")
    assert ask("faq").action == "utter_faq"
    assert ask("faq/price").action == "utter_stopped"
