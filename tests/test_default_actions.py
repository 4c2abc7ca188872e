"""bot/default_actions.py, as far as Rasa 3.6.21 cannot be asked: its own action fails there, or is of Rasa Pro. The others: radio."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.dialogue.events import heard
from bot.project import ProjectError
from tests.dialogue_talk import Talk, written

DOMAIN = """
intents: [greet, mean, speak]
responses:
  utter_greet: [{text: Hello}]
  utter_ask_rephrase: [{text: Say it otherwise}]
"""
RULES = """
rules:
- {rule: greet, steps: [{intent: greet}, {action: utter_greet}]}
- {rule: unclear, steps: [{intent: nlu_fallback}, {action: action_default_ask_rephrase}]}
- {rule: clear, steps: [{intent: mean}, {action: action_revert_fallback_events}, {action: utter_greet}]}
"""


async def test_a_clear_message_takes_the_place_of_the_unclear_ones_before_it(tmp_path: Path) -> None:
    talk = Talk(written(tmp_path / "p", DOMAIN, rules=RULES))
    await talk.say("greet")
    assert await talk.say("nlu_fallback") == ["action_default_ask_rephrase"]
    assert await talk.say("mean") == ["action_revert_fallback_events"] * 2 + ["utter_greet"], (
        "heard once more, and once only"
    )
    said = [event["text"] for event in talk.tracker.events if event["event"] == "user"]
    assert said == ["greet", "nlu_fallback", "mean", "mean"], "nothing is lost"
    assert [event["text"] for event in heard(talk.tracker.events)] == ["greet", "mean"]


def test_an_action_of_rasa_pro_is_refused_in_a_rule_and_named(tmp_path: Path) -> None:
    rules = RULES + "- {rule: speak, steps: [{intent: speak}, {action: action_send_text}]}\n"
    with pytest.raises(ProjectError, match=r"data/rules\.yml:7: unknown action 'action_send_text'"):
        written(tmp_path / "p", DOMAIN, rules=rules)


async def test_one_that_the_domain_lists_has_no_code_and_the_turn_says_so(tmp_path: Path) -> None:
    rules = RULES + "- {rule: speak, steps: [{intent: speak}, {action: action_send_text}]}\n"
    project = written(tmp_path / "p", DOMAIN + "actions: [action_send_text]\n", rules=rules)
    talk = Talk(project)
    assert any("action 'action_send_text' is not implemented" in str(each) for each in project.warnings)
    await talk.say("speak")
    assert talk.texts == ["Sorry, something went wrong on my side. Please try once more in a moment."]
