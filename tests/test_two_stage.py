"""The two-stage fallback and other default actions, on rules alone: what is understood is given."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.dialogue.tracker import Tracker
from bot.nlu.reading import Guess, Reading, Zone
from bot.project import load_project
from bot.turn import Bot, Heard, Outcome
from tests.small_project import DOMAIN, RULES, write_project

TWO_STAGE = """\
- rule: two stages
  steps: [{intent: nlu_fallback}, {action: action_two_stage_fallback}, {active_loop: action_two_stage_fallback}]
"""
BACK = """\
- rule: back
  steps: [{intent: back}, {action: action_back}]
"""


class Understood:
    """A text is the name of its intent."""

    def __init__(self) -> None:
        self.titles = {"greet": {"en": "hello", "zh": "你好"}, "faq": {"en": "how much"}}

    def read(self, texts: Sequence[str]) -> list[Reading]:
        return [self._read(text) for text in texts]

    def _read(self, text: str) -> Reading:
        guesses = (Guess("greet", 0.3), Guess("faq", 0.2))
        if text.startswith("~"):
            likely = (Guess(text.removeprefix("~"), 0.6), Guess("faq", 0.3), Guess("tell", 0.08), Guess("vip", 0.02))
            return Reading(text, likely[0], likely, zone=Zone.ASK_BACK)
        if text.startswith("?"):
            unclear = Guess("nlu_fallback", 0.7)
            return Reading(text, unclear, (unclear, *guesses))
        return Reading(text, Guess(text, 0.9), (Guess(text, 0.9),))


class Talk:
    def __init__(self, folder: Path, **changed: str) -> None:
        project = load_project(write_project(folder, **changed))
        self.bot = Bot(project, Understood(), None, rng=random.Random(1))
        self.tracker: bytes | None = None
        self.seq = 0

    async def say(self, text: str, payload: str | None = None) -> Outcome:
        self.seq += 1
        heard = Heard("c_1", self.seq, text, 1000.0 + self.seq, payload)
        outcome = await self.bot.turn(heard, self.bot.read([heard])[0], self.tracker)
        self.tracker = outcome.tracker
        return outcome


def texts(outcome: Outcome) -> list[str | None]:
    return [reply.text for reply in outcome.replies]


@pytest.fixture
def staged(tmp_path: Path) -> Talk:
    return Talk(tmp_path, rules=RULES + TWO_STAGE)


async def test_a_guess_is_asked_about_by_an_example_and_the_yes_is_answered(staged: Talk) -> None:
    asked = await staged.say("? what")
    assert texts(asked) == ['Did you mean "hello"?']
    assert [button.payload for button in asked.replies[0].buttons] == ["/greet", "/out_of_scope"]
    meant = await staged.say("Yes", payload="/greet")
    assert texts(meant) == ["Hello"]
    assert meant.handoff is None
    assert Tracker.from_bytes(staged.tracker).loop is None


async def test_a_customer_who_says_no_is_asked_for_other_words(staged: Talk) -> None:
    await staged.say("? what")
    assert "other words" in str(texts(await staged.say("No", payload="/out_of_scope")))
    assert texts(await staged.say("faq")) == ["It is free"]


async def test_two_that_are_not_understood_go_to_a_person(staged: Talk) -> None:
    await staged.say("? what")
    second = await staged.say("? how")
    assert second.handoff == "not_understood"
    assert Tracker.from_bytes(second.tracker).loop is None


async def test_without_a_rule_the_bot_asks_which_of_its_guesses_is_meant(tmp_path: Path) -> None:
    talk = Talk(tmp_path)
    asked = await talk.say("? what")
    assert [button.title for button in asked.replies[0].buttons] == ["hello", "how much", "None of these"]
    assert texts(await talk.say("how much", payload="/faq")) == ["It is free"]


async def test_what_is_in_doubt_is_asked_back_and_the_button_is_answered(tmp_path: Path) -> None:
    talk = Talk(tmp_path)
    asked = await talk.say("~greet")
    assert [(b.title, b.payload) for b in asked.replies[0].buttons] == [
        ("hello", "/greet"), ("how much", "/faq"), ("None of these", "/out_of_scope"),
    ]  # fmt: skip
    assert texts(await talk.say("how much", payload="/faq")) == ["It is free"]


async def test_doubt_is_asked_about_once_then_the_best_guess_is_answered(tmp_path: Path) -> None:
    talk = Talk(tmp_path)
    assert texts(await talk.say("~greet")) == ["Which of these did you mean?"]
    assert texts(await talk.say("~greet")) == ["Hello"]
    assert texts(await talk.say("~greet")) == ["Which of these did you mean?"]


async def test_a_smile_after_the_bot_asked_back_brings_no_person(tmp_path: Path) -> None:
    talk = Talk(tmp_path)
    assert texts(await talk.say("~greet")) == ["Which of these did you mean?"]
    for wordless in ("?👍", "??!", "?…"):
        assert (await talk.say(wordless)).handoff is None
    assert texts(await talk.say("how much", payload="/faq")) == ["It is free"]
    await talk.say("? what")
    assert (await talk.say("? how")).handoff == "not_understood"


async def test_a_guess_without_a_title_is_answered_and_a_person_is_not_held_up(tmp_path: Path) -> None:
    talk = Talk(tmp_path)
    assert "action_tell" in (await talk.say("~tell")).actions
    assert (await talk.say("~human_handoff")).handoff == "asked"


async def test_in_a_form_nothing_is_asked_back(tmp_path: Path) -> None:
    talk = Talk(tmp_path)
    await talk.say("order")
    assert texts(await talk.say("~greet")) == ["Hello", "Which number?"]


async def test_going_back_undoes_what_was_said_before(tmp_path: Path) -> None:
    talk = Talk(tmp_path, rules=RULES + BACK)
    await talk.say("vip")
    assert Tracker.from_bytes(talk.tracker).slots["vip"] is True
    await talk.say("back")
    assert Tracker.from_bytes(talk.tracker).slots["vip"] is False


async def test_a_form_whose_slots_are_known_is_done_at_once_and_its_submit_rule_follows(tmp_path: Path) -> None:
    domain = DOMAIN.replace("[number, phone, reason]", "[vip]")
    talk = Talk(tmp_path, domain=domain)
    done = await talk.say("order")
    assert done.actions == ("order_form", "action_tell", "action_listen")


async def test_a_payload_of_an_intent_that_is_gone_is_read_as_its_text(tmp_path: Path) -> None:
    button = '- title: "x"\n      payload: "/gone"'
    domain = DOMAIN.replace(
        'utter_faq: [{text: "It is free"}]', f"utter_faq:\n  - text: It is free\n    buttons:\n    {button}"
    )
    talk = Talk(tmp_path, domain=domain)
    await talk.say("faq")
    assert texts(await talk.say("greet", payload="/gone")) == ["Hello"]
