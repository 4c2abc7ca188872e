"""Turns of the bot, with a model trained on a small project: forms, rules, payloads, custom actions, sealed slots, misses."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.dialogue.language import TROUBLE
from bot.dialogue.tracker import Tracker
from bot.nlu.interpreter import Interpreter
from bot.project import ProjectError, load_project
from bot.project.code import name_of
from bot.turn import Bot, Heard, Outcome
from models.sealed import KeyRing
from models.sensitive import seal_text
from tests.small_project import ACTIONS, DOMAIN, write_project

PHONE = "13912345678"


class Talk:
    """One conversation with one bot."""

    def __init__(self, bot: Bot, ring: KeyRing) -> None:
        self.bot = bot
        self.ring = ring
        self.tracker: bytes | None = None
        self.seq = 0

    @property
    def actions(self) -> Any:
        """The module of the project's actions: each folder has one of its own."""
        return sys.modules[name_of(self.bot.project.folder)]

    async def say(self, text: str, payload: str | None = None, after: float = 5) -> Outcome:
        self.seq += 1
        row = f"u_1:{self.seq}"
        masked, sealed = seal_text(text, self.ring, row)
        heard = Heard("c_1", self.seq, masked, 1_000_000 + self.seq * after, payload, sealed=sealed, row=row)
        (reading,) = self.bot.read([heard])
        outcome = await self.bot.turn(heard, reading, self.tracker)
        self.tracker = outcome.tracker
        return outcome


def texts(outcome: Outcome) -> list[str | None]:
    return [reply.text for reply in outcome.replies]


def clear(outcome: Outcome) -> str:
    """All that the tracker says."""
    return str(Tracker.from_bytes(outcome.tracker))


@pytest.fixture
def talk(tmp_path: Path) -> Callable[..., Talk]:
    def make(limit_seconds: float = 5.0, **changed: str) -> Talk:
        project = load_project(write_project(tmp_path / f"p{random.randrange(10**9)}", **changed))
        ring = KeyRing.generated()
        interpreter = Interpreter.train(project.training, project.nlu_config)
        return Talk(Bot(project, interpreter, ring, action_timeout=limit_seconds, rng=random.Random(1)), ring)

    return make


async def test_a_form_asks_validates_and_hands_its_slots_to_the_action(talk: Callable[..., Talk]) -> None:
    one = talk()
    assert texts(await one.say("I want to order")) == ["Which number?"]
    assert texts(await one.say("N404")) == ["No such number", "Which number?"]
    assert texts(await one.say("N5")) == ["Which phone?"]
    asked = await one.say(f"call {PHONE}")
    assert texts(asked) == ["Why N5?"]
    done = await one.say("because I like it")
    assert texts(done) == ["Done N5, we call 139****5678 about it"]
    assert done.actions == ("order_form", "action_tell", "action_listen")
    assert PHONE not in clear(done)


async def test_only_an_action_sees_what_is_sealed(talk: Callable[..., Talk]) -> None:
    one = talk()
    for text in ("order N5", PHONE, "why not"):
        outcome = await one.say(text)
    assert PHONE not in clear(outcome)
    assert [each for each in outcome.understood.slots if each.sealed], "told, and masked"
    assert PHONE not in str(outcome.understood)
    assert "139****5678" in clear(outcome)
    assert PHONE not in str(outcome.replies)
    seen = one.actions.SEEN
    assert {"validated": PHONE} in seen
    assert seen[-1]["phone"] == PHONE


async def test_a_question_in_a_form_is_answered_and_the_form_asks_again(talk: Callable[..., Talk]) -> None:
    one = talk()
    await one.say("I want to order")
    outcome = await one.say("how much")
    assert texts(outcome) == ["It is free", "Which number?"]
    assert texts(await one.say("never mind")) == ["Stopped"]
    assert texts(await one.say("how much")) == ["It is free"]


async def test_a_payload_counts_only_where_a_button_offered_it(talk: Callable[..., Talk]) -> None:
    one = talk()
    forged = await one.say("hello", payload='/order{"number":"N7"}')
    assert texts(forged) == ["Hello"], "read as its text"
    pressed = await one.say("Number", payload='/order{"number":"N7"}')
    assert pressed.actions[0] == "order_form"
    assert texts(pressed) == ["Which phone?"]


async def test_a_condition_beats_a_plain_variation(talk: Callable[..., Talk]) -> None:
    one = talk()
    assert texts(await one.say("hello")) == ["Hello"]
    assert texts(await one.say("I am a member")) == ["Welcome back"]


async def test_two_misses_in_a_row_and_a_wish_for_a_person_hand_off(talk: Callable[..., Talk]) -> None:
    one = talk()
    first = await one.say("xqzj vvkp")
    assert first.handoff is None
    assert len(first.replies) == 1
    assert (await one.say("hello")).handoff is None
    assert (await one.say("xqzj vvkp")).handoff is None, "not in a row"
    second = await one.say("wwqq zzkk")
    assert second.handoff == "not_understood"
    other = talk()
    await other.say("hello")
    asked = await other.say("a person please")
    assert (asked.handoff, asked.topic) == ("asked", "greet")
    assert (asked.understood.text, asked.understood.ranking[0].intent, asked.understood.tries) == ("hello", "greet", 0)
    assert (second.understood.text, second.understood.tries) == ("wwqq zzkk", 2)


async def test_an_action_that_raises_is_said_and_its_words_are_not_logged(
    talk: Callable[..., Talk], caplog: pytest.LogCaptureFixture
) -> None:
    one = talk()
    outcome = await one.say("make it fail")
    assert len(outcome.replies) == 1
    assert outcome.handoff is None
    assert "make it fail" not in caplog.text
    assert "ValueError" in caplog.text
    assert (await one.say("make it fail")).handoff == "bot_failed", "twice in a row a person is asked for"


async def test_an_action_that_hangs_is_given_up(talk: Callable[..., Talk]) -> None:
    outcome = await talk(limit_seconds=0.2).say("hang forever")
    assert "wrong" in (outcome.replies[0].text or "")


async def test_a_silent_hour_begins_a_new_session(talk: Callable[..., Talk]) -> None:
    one = talk()
    await one.say("I want to order")
    outcome = await one.say("how much", after=10_000)
    assert texts(outcome) == ["It is free"], "the form is off"


async def test_a_long_conversation_keeps_its_tracker_small(talk: Callable[..., Talk]) -> None:
    one = talk()
    for _ in range(60):
        outcome = await one.say("how much " + "x" * 500)
    assert len(outcome.tracker) < 8 * 1024
    assert len(clear(outcome)) < 64 * 1024


def test_broken_actions_are_named_by_file_and_line(tmp_path: Path) -> None:
    for actions, expected in (
        (ACTIONS + "\ndef broken(:\n", "actions.py:"),
        ("raise SystemExit(3)\n", "actions.py:1"),
    ):
        project = load_project(write_project(tmp_path / expected[:8].strip("."), actions=actions))
        with pytest.raises(ProjectError, match=expected.replace(".", r"\.")):
            Bot(project, Interpreter.train(project.training, project.nlu_config), None)


async def test_an_action_without_code_is_warned_of_and_the_turn_says_that_it_could_not(
    talk: Callable[..., Talk],
) -> None:
    one = talk(actions=ACTIONS.replace('return "action_tell"', 'return "action_other"'))
    assert ["action_tell" in each.expected for each in one.bot.project.warnings] == [True]
    outcome = await one.say("tell me")
    assert outcome.actions == ("action_tell", "action_listen")
    assert texts(outcome) == [TROUBLE["en"]]


def test_a_library_that_is_not_there_is_warned_of(tmp_path: Path) -> None:
    project = load_project(write_project(tmp_path, actions="import no_such_package_anywhere\n" + ACTIONS))
    Bot(project, Interpreter.train(project.training, project.nlu_config), None)
    assert "actions.py:1: cannot import 'no_such_package_anywhere'" in str(project.warnings[0])


async def test_a_response_that_was_never_written_says_nothing(talk: Callable[..., Talk]) -> None:
    one = talk(
        domain=DOMAIN.replace("  utter_stopped:", "  utter_other:").replace("actions: [", "actions: [utter_stopped, ")
    )
    await one.say("order please")
    outcome = await one.say("stop it")
    assert outcome.actions[-2:] == ("utter_stopped", "action_listen")
    assert outcome.replies == ()


async def test_quantities_are_found_as_of_when_it_was_said_but_not_in_what_is_masked(talk: Callable[..., Talk]) -> None:
    one = talk(
        config="language: en\npipeline:\n- {name: DucklingEntityExtractor, timezone: UTC, dimensions: [time, number]}\n"
    )
    masked, sealed = seal_text(f"call {PHONE} tomorrow", one.ring, "u_1:1")
    (reading,) = one.bot.read([Heard("c_1", 1, masked, 1_000_000, None, sealed=sealed, row="u_1:1")])
    assert [(each.entity, each.value) for each in reading.entities] == [
        ("time", "1970-01-13T00:00:00.000+00:00"),
        ("phone", "139****5678"),
    ]
