"""bot/misses.py and what leads there: typed payloads, what is clear and has no answer, a no where nothing was asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.hearing import Hearing
from bot.nlu.reading import Guess, Reading, Zone
from bot.payload import is_payload
from bot.project.domain import Domain, Intent
from tests.dialogue_talk import Talk, written

DOMAIN = """
intents: [greet, order, stop, deny, affirm, weather, human_handoff]
slots:
  number:
    type: text
    mappings: [{type: from_text, conditions: [{active_loop: order_form, requested_slot: number}], not_intent: [stop, deny]}]
forms:
  order_form: {required_slots: [number], ignored_intents: [stop, deny]}
responses:
  utter_greet: [{text: Hello, buttons: [{title: Order, payload: /order}]}]
  utter_ask_number: [{text: Which number}]
  utter_sure: [{text: Sure}]
  utter_left: [{text: Left}]
"""
RULES = """
rules:
- {rule: greet, steps: [{intent: greet}, {action: utter_greet}]}
- {rule: order, steps: [{intent: order}, {action: order_form}, {active_loop: order_form}]}
"""
STORIES = """
stories:
- story: left
  steps:
  - intent: order
  - action: order_form
  - active_loop: order_form
  - intent: stop
  - action: utter_sure
  - intent: deny
  - action: action_deactivate_loop
  - active_loop: null
  - action: utter_left
"""
TWO_STAGE = (
    RULES
    + """
- rule: two stages
  steps: [{intent: nlu_fallback}, {action: action_two_stage_fallback}, {active_loop: action_two_stage_fallback}]
"""
)
REPHRASE = "Sorry, I did not understand. Could you say it in other words?"


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("/faq", True), ("／faq", True), (" /faq/price ", True), ('/order{"number": "N7"}', True), ("/order@0.5", True),
        ("/怎么退款", False), ("/ what is this", False), ("/s I was joking", False), ("1/2", False), ("a/b", False), ("//", False),
    ],
)  # fmt: skip
def test_a_payload_is_told_from_words_with_a_slash(text: str, typed: bool) -> None:
    assert is_payload(text) is typed


async def test_a_typed_payload_is_not_understood_whatever_it_resembles(tmp_path: Path) -> None:
    talk = Talk(written(tmp_path / "p", DOMAIN, rules=RULES))
    await talk.say("greet")
    assert await talk.say("/order") == ["action_default_fallback"], "offered, but typed and not pressed"
    assert talk.texts == [REPHRASE]
    await talk.say("greet")
    assert talk.texts == ["Hello"]
    await talk.say('/order{"number": "N7"}')
    assert talk.tracker.slots["number"] is None


async def test_an_intent_of_the_project_that_is_typed_in_its_own_letters_is_no_word_either() -> None:
    hearing = Hearing.__new__(Hearing)
    hearing._domain = Domain(intents={"退款": Intent("退款")})
    assert hearing._names_intent("/退款")
    assert not hearing._names_intent("/怎么退款")
    assert not hearing._names_intent("退款")


async def test_two_stages_ask_for_other_words_where_there_is_nothing_to_guess(tmp_path: Path) -> None:
    talk = Talk(written(tmp_path / "p", DOMAIN, rules=TWO_STAGE))
    assert await talk.say("/faq") == ["action_two_stage_fallback"]
    assert talk.texts == [REPHRASE]


@pytest.mark.parametrize(
    ("said", "sentence", "title"),
    [
        ("weather|how is the weather", "I cannot help with that myself. Ask me something else, or talk to a person.", "Talk to a person"),
        ("weather|今天天气怎么样", "这件事我这里办不了。您可以问我别的，也可以转人工客服。", "转人工"),
    ],
)  # fmt: skip
async def test_what_is_clear_and_has_no_answer_is_not_asked_about(
    tmp_path: Path, said: str, sentence: str, title: str
) -> None:
    talk = Talk(written(tmp_path / "p", DOMAIN, rules=RULES))
    talk.bot._titles = {"weather": {"en": "how is the weather", "zh": "天气怎么样"}}
    assert await talk.say(said) == ["action_default_fallback"]
    assert talk.texts == [sentence]
    assert talk.outcome is not None
    assert [(each.title, each.payload) for each in talk.outcome.replies[0].buttons] == [(title, "/human_handoff")]
    await talk.say(said)
    assert talk.outcome.handoff == "not_understood", "the second time in a row a person takes over"


async def test_a_project_says_its_own_default(tmp_path: Path) -> None:
    talk = Talk(written(tmp_path / "p", DOMAIN + "  utter_default: [{text: Not here}]\n", rules=RULES))
    await talk.say("weather")
    assert talk.texts == ["Not here"]


async def test_doubt_is_still_asked_about(tmp_path: Path) -> None:
    talk = Talk(written(tmp_path / "p", DOMAIN, rules=RULES))
    talk.bot._titles = {"weather": {"en": "how is the weather"}, "greet": {"en": "hi"}}
    talk.bot._interpreter = Doubtful()
    await talk.say("weather or a greeting")
    assert talk.texts == ["Which of these did you mean?"]


class Doubtful:
    def read(self, texts: object) -> list[Reading]:
        guesses = (Guess("weather", 0.5), Guess("greet", 0.4))
        return [Reading("weather or a greeting", guesses[0], guesses, zone=Zone.ASK_BACK)]


async def test_a_no_where_nothing_was_asked_leaves_no_form(tmp_path: Path) -> None:
    """What was only learned of a form says nothing outside of it."""
    talk = Talk(written(tmp_path / "p", DOMAIN, rules=RULES, stories=STORIES))
    assert await talk.say("deny") == ["action_default_fallback"]
    await talk.say("greet")
    assert await talk.say("deny") == ["action_default_fallback"]
    await talk.say("order")
    assert await talk.say("stop") == ["utter_sure"]
    assert await talk.say("deny") == ["action_deactivate_loop", "utter_left"]
