"""End-to-end steps: what a story tells word for word is followed where exactly that is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dialogue_talk import Talk, written

DOMAIN = """
intents: [ask, thank]
responses:
  utter_answer: [{text: "An answer"}]
  utter_bye: [{text: "Bye"}]
"""
RULES = """
rules:
- rule: ask
  steps: [{intent: ask}, {action: utter_answer}]
"""
STORIES = """
stories:
- story: a joke
  steps:
  - user: "ask|Tell me a JOKE"
  - bot: "Why did the hen cross?"
  - user: "ask|no idea"
  - bot: "To get to the other side."
  - action: utter_bye
"""


@pytest.fixture
def talk(tmp_path: Path) -> Talk:
    return Talk(written(tmp_path / "p", DOMAIN, rules=RULES, stories=STORIES))


async def test_the_words_of_a_story_go_before_the_rule_of_the_intent(talk: Talk) -> None:
    await talk.say("ask|tell me  a joke")
    assert talk.texts == ["Why did the hen cross?"]
    await talk.say("ask|No idea")
    assert talk.texts == ["To get to the other side.", "Bye"]


async def test_other_words_of_the_same_intent_follow_the_rule(talk: Talk) -> None:
    assert await talk.say("ask|something else") == ["utter_answer"]


async def test_words_count_where_the_story_has_them(talk: Talk) -> None:
    """The second text begins no story, but as Rasa's memory does it is remembered from anywhere only with what was before it."""
    await talk.say("ask|tell me a joke")
    await talk.say("ask|something else")
    assert talk.texts == ["An answer"]
