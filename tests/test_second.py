"""Messages that mean two things, in conversations: what is understood is given."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import msgspec
import pytest

from bot.dialogue.tracker import Tracker
from bot.nlu.reading import Clause, Entity, Guess, Reading, Zone
from bot.project import load_project
from bot.turn import Bot, Heard, Outcome
from models.sealed import KeyRing
from models.sensitive import seal_text
from tests.small_project import ACTIONS, DOMAIN, RULES, write_project

RING = KeyRing.generated()
TWO_FORMS = RULES.replace(
    "{intent: vip}, {action: utter_greet}", "{intent: vip}, {action: return_form}, {active_loop: return_form}"
)


class Understood:
    """`faq + order N7` means faq and order, and N7 is the number. A part with a question mark is in doubt."""

    titles: ClassVar[dict[str, dict[str, str]]] = {
        "order": {"en": "I want to order", "zh": "我要下单"},
        "faq": {"en": "What does it cost?"},
        "tell": {"en": "Tell me"},
    }

    def read(self, texts: Sequence[str]) -> list[Reading]:
        return [self._whole(text) for text in texts]

    def _whole(self, text: str) -> Reading:
        first, joint, second = text.partition(" + ")
        entities = tuple(
            Entity("number", word, text.index(word), text.index(word) + len(word))
            for word in text.split()
            if word.startswith("N")
        )
        reading = msgspec.structs.replace(self._part(text), entities=entities)
        if not joint:
            return reading
        start = len(first + joint)
        return msgspec.structs.replace(
            reading, clauses=(Clause(0, self._part(first)), Clause(start, self._part(second)))
        )

    def _part(self, text: str) -> Reading:
        guess = Guess(text.split(" ")[0].strip("?"), 0.6 if "?" in text else 0.95)
        return Reading(text, guess, (guess,), zone=Zone.ASK_BACK if "?" in text else Zone.ANSWER)


# Other tests look for what the actions of this project have seen: these see nothing.
UNSEEING = ACTIONS.replace('SEEN.append({"validated": value})', "pass")


class Talk:
    def __init__(self, folder: Path, **changed: str) -> None:
        self.bot = Bot(
            load_project(write_project(folder, actions=UNSEEING, **changed)), Understood(), RING, rng=random.Random(1)
        )
        self.tracker: bytes | None = None
        self.seq = 0
        self.at = 1000.0

    async def say(self, text: str, payload: str | None = None, after: float = 1.0) -> Outcome:
        self.seq += 1
        self.at += after
        row = f"u_1:{self.seq}"
        masked, sealed = seal_text(text, RING, row)
        heard = Heard("c_1", self.seq, masked, self.at, payload, sealed=sealed, row=row, message_id="m")
        outcome = await self.bot.turn(heard, self.bot.read([heard])[0], self.tracker)
        self.tracker = outcome.tracker
        return outcome

    @property
    def held(self) -> Tracker:
        return Tracker.from_bytes(self.tracker)


@pytest.fixture
def talk(tmp_path: Path) -> Talk:
    return Talk(tmp_path)


def said(outcome: Outcome) -> list[str | None]:
    return [reply.text for reply in outcome.replies]


def offered(outcome: Outcome) -> list[tuple[str, str]]:
    return [(button.title, button.payload) for button in outcome.replies[-1].buttons]


async def test_two_questions_get_two_answers_in_one_turn(talk: Talk) -> None:
    outcome = await talk.say("greet + faq")
    assert said(outcome) == ["Hello", "It is free"]
    assert outcome.actions == ("utter_greet", "action_listen", "utter_faq", "action_listen")


async def test_the_events_are_those_of_two_messages(talk: Talk) -> None:
    await talk.say("greet + faq N7")
    first, second = (each for each in talk.held.events if each["event"] == "user")
    assert (first["text"], second["text"]) == ("greet + faq N7", "faq N7")
    assert (first["parse_data"]["intent"]["name"], second["parse_data"]["intent"]["name"]) == ("greet", "faq")
    assert [each["name"] for each in first["parse_data"]["intent_ranking"]] == ["greet", "faq"]
    (number,) = second["parse_data"]["entities"]
    assert second["text"][number["start"] : number["end"]] == "N7"
    keys = [each["parse_data"]["metadata"]["idempotency_key"] for each in (first, second)]
    assert (keys, [each["parse_data"]["message_id"] for each in (first, second)]) == (
        ["c_1:1", "c_1:1:2"],
        ["m", "m:2"],
    )


@pytest.mark.parametrize("text", ["faq + order", "order + faq"])
async def test_a_form_comes_last_so_that_its_question_is_the_last_thing_said(talk: Talk, text: str) -> None:
    assert said(await talk.say(text)) == ["It is free", "Which number?"]
    assert talk.held.loop_name == "order_form"


async def test_what_the_second_part_names_fills_the_form(talk: Talk) -> None:
    assert said(await talk.say("faq + order N7")) == ["It is free", "Which phone?"]
    assert talk.held.slots["number"] == "N7"


async def test_a_sealed_value_in_the_second_part_opens(talk: Talk) -> None:
    outcome = await talk.say("greet + order N7 13912345678")
    assert said(outcome) == ["Hello", "Why N7?"]
    assert "13912345678" not in str(talk.held)
    done = await talk.say("because")
    assert said(done)[0] == "Done N7, we call 139****5678 about it"


async def test_of_two_forms_the_second_waits_and_is_offered_when_the_first_is_done(tmp_path: Path) -> None:
    domain = DOMAIN.replace("forms:\n", "forms:\n  return_form: {required_slots: [number]}\n")
    talk = Talk(tmp_path, domain=domain, rules=TWO_FORMS)
    assert said(await talk.say("vip + order")) == ["Which number?"]
    assert talk.held.loop_name == "return_form"
    done = await talk.say("tell N7")
    assert talk.held.loop_name is None
    assert said(done)[-1] == "You also asked about this:"
    assert offered(done) == [("I want to order", "/order")]
    assert said(await talk.say("I want to order", "/order")) == ["Which phone?"]
    assert said(await talk.say("13912345678")) == ["Why N7?"]


async def test_of_two_forms_the_second_starts_where_the_first_was_done_at_once(tmp_path: Path) -> None:
    domain = DOMAIN.replace("forms:\n", "forms:\n  return_form: {required_slots: [number]}\n")
    talk = Talk(tmp_path, domain=domain, rules=TWO_FORMS)
    assert said(await talk.say("vip N7 + order")) == ["Which phone?"]
    assert talk.held.loop_name == "order_form"


async def test_what_is_in_doubt_is_offered_after_what_is_clear(talk: Talk) -> None:
    for text in ("greet + ?faq", "?faq + greet"):
        outcome = await talk.say(text)
        assert said(outcome) == ["Hello", "You also asked about this:"]
        assert offered(outcome) == [("What does it cost?", "/faq")]


async def test_what_no_rule_knows_is_not_answered_with_a_miss(talk: Talk) -> None:
    outcome = await talk.say("greet + nothing")
    assert (said(outcome), talk.held.misses) == (["Hello"], 0)


@pytest.mark.parametrize("text", ["faq + human_handoff", "human_handoff + order"])
async def test_a_wish_for_a_person_is_all_that_counts(talk: Talk, text: str) -> None:
    outcome = await talk.say(text)
    assert (outcome.handoff, said(outcome), talk.held.later) == ("asked", [], "")


async def test_a_key_of_a_retrieval_intent_is_asked_back_as_a_question_of_its_own(tmp_path: Path) -> None:
    domain = DOMAIN.replace(
        'utter_faq: [{text: "It is free"}]',
        'utter_faq/cost: [{text: "It is free"}]\n  utter_faq/time: [{text: "A day"}]',
    )
    keys = (Guess("faq/cost", 0.55), Guess("faq/time", 0.45))
    doubtful = Reading("?", Guess("faq", 0.9), (Guess("faq", 0.9), Guess("tell", 0.01)), zone=Zone.ASK_BACK)
    talk = Talk(tmp_path, domain=domain)
    talk.bot._titles = {"faq/cost": {"en": "What is it?"}, "faq/time": {"en": "How long?"}}
    heard = Heard("c_1", 1, "?", 1.0)
    asked = await talk.bot.turn(heard, msgspec.structs.replace(doubtful, retrieval={"faq": keys}), None)
    assert offered(asked)[:2] == [("What is it?", "/faq/cost"), ("How long?", "/faq/time")]
    answered = await talk.bot.turn(Heard("c_1", 2, "How long?", 2.0, "/faq/time"), doubtful, asked.tracker)
    assert said(answered) == ["A day"]


async def test_to_a_form_the_whole_message_is_the_answer(talk: Talk) -> None:
    await talk.say("order N7 13912345678")
    assert talk.held.requested_slot == "reason"
    await talk.say("because + faq")
    assert talk.held.loop_name is None
    assert "because + faq" in [event.get("value") for event in talk.held.events if event.get("name") == "reason"]


async def test_what_was_asked_again_meanwhile_is_not_offered(talk: Talk) -> None:
    assert offered(await talk.say("greet + ?faq")) == [("What does it cost?", "/faq")]
    await talk.say("order + ?faq")
    assert talk.held.later == "faq"
    assert said(await talk.say("faq")) == ["It is free", "Which number?"]
    assert talk.held.later == ""


async def test_what_waits_is_offered_when_the_form_is_left_and_forgotten_with_the_session(talk: Talk) -> None:
    await talk.say("order + ?faq")
    assert said(await talk.say("stop")) == ["Stopped", "You also asked about this:"]
    await talk.say("order + ?faq")
    assert talk.held.later == "faq"
    await talk.say("greet", after=2 * 60 * 60)
    assert (talk.held.later, talk.held.loop_name) == ("", None)


async def test_an_action_that_fails_keeps_the_second_for_later(talk: Talk) -> None:
    outcome = await talk.say("break_it + faq")
    assert "went wrong" in str(said(outcome)[0])
    assert offered(outcome) == [("What does it cost?", "/faq")]
