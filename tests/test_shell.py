"""bot/rehearsal.py, bellhop/rehearsed_view.py and bellhop/shell.py: what somebody sees who tries a bot in a terminal."""

from __future__ import annotations

import io
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from bellhop.rehearsed_view import CHINESE, ENGLISH, Words, said, short, why
from bellhop.shell import Shell
from bellhop.supervisor import SOURCE
from bot.dialogue.exchange import Button, Reply
from bot.project import load_project
from bot.rehearsal import Rehearsal
from bot.turn import Bot
from models.sealed import KeyRing
from tests.dialogue_talk import Literal
from tests.small_project import write_project

AT = 1_000_000.0
PHONE = "13800138000"


@pytest.fixture
def ring() -> KeyRing:
    return KeyRing.generated()


@pytest.fixture
def bot(tmp_path: Path, ring: KeyRing) -> Bot:
    return Bot(load_project(write_project(tmp_path)), Literal(), ring, rng=random.Random(1))


async def lines(talk: Rehearsal, text: str, words: Words = ENGLISH) -> str:
    return "\n".join(why(await talk.say(text, AT), words, AT))


async def test_reading_decision_and_actions_are_told(bot: Bot, ring: KeyRing) -> None:
    told = await lines(Rehearsal(bot, ring), "greet@0.8")
    assert "greet 0.80" in told
    assert "sure: answers" in told
    assert "rule “" in told
    assert "→ utter_greet" in told
    assert "utter_greet, action_listen" in told


async def test_a_form_its_question_and_the_slots_that_changed_are_told(bot: Bot, ring: KeyRing) -> None:
    talk = Rehearsal(bot, ring)
    assert "order_form, asks for number" in await lines(talk, "order")
    told = await lines(talk, 'order{"number":"N7"}')
    assert "number: None → N7" in told
    assert "order_form, asks for phone" in told
    assert talk.slots()["number"] == "N7"


async def test_what_is_sensitive_is_masked_wherever_it_is_shown(bot: Bot, ring: KeyRing) -> None:
    talk = Rehearsal(bot, ring)
    await talk.say('order{"number":"N7"}', AT)
    turn = await talk.say(f"order|{PHONE}", AT)
    told = "\n".join(why(turn, ENGLISH, AT))
    assert "phone: None → 138****8000" in told
    shown = told + repr(turn) + repr(talk.slots())
    assert PHONE not in shown
    pressed = await talk.press(Button(PHONE, f'/order{{"phone":"{PHONE}"}}'), AT)
    assert PHONE not in repr(pressed)


async def test_a_button_says_what_was_meant_and_only_what_the_project_knows(bot: Bot, ring: KeyRing) -> None:
    talk = Rehearsal(bot, ring)
    await talk.say("greet", AT)
    assert [each.title for each in talk.buttons] == ["Order", "Number"]
    pressed = await talk.press(talk.buttons[1], AT)
    assert pressed.reading is None
    assert pressed.changed["number"] == (None, "N7")
    assert (await talk.press(Button("/nothing_of_ours", "/nothing_of_ours"), AT)).reading is not None


async def test_a_new_customer_knows_nothing_of_the_last(bot: Bot, ring: KeyRing) -> None:
    talk = Rehearsal(bot, ring)
    await talk.say('order{"number":"N7"}', AT)
    talk.restart()
    assert talk.slots() == {}
    assert talk.buttons == ()
    assert (await talk.say("greet", AT)).loop is None


async def test_a_hand_over_is_told_with_its_reason(bot: Bot, ring: KeyRing) -> None:
    talk = Rehearsal(bot, ring)
    assert "A person would take over now (asked)" in await lines(talk, "human_handoff")


async def test_a_form_that_had_no_use_for_it_is_told(bot: Bot, ring: KeyRing) -> None:
    talk = Rehearsal(bot, ring)
    await talk.say("order", AT)
    told = await lines(talk, "faq")
    assert "form → order_form (had no use for it)" in told
    assert "→ utter_faq\n" in told


async def test_both_languages_say_the_same_things(bot: Bot, ring: KeyRing) -> None:
    told = await lines(Rehearsal(bot, ring), "order", CHINESE)
    assert "order_form, 正在询问 number" in told
    assert "有把握" in told
    for words in (ENGLISH, CHINESE):
        assert set(words.zones) == {"answer", "ask_back", "hand_off"}
        assert set(words.by) == set(ENGLISH.by)
        assert words.handoff.count("{}") == 1


def test_an_answer_has_its_pictures_and_numbered_buttons() -> None:
    reply = Reply("One\nTwo", (Button("A", "/a"),), image="https://x/y.png", quick_replies=(Button("B", "/b"),))
    assert list(said(reply, 3)) == [
        "bot: One", "bot: Two", "bot: [picture] https://x/y.png", "    3) A  /a", "    4) B  /b",
    ]  # fmt: skip
    assert len(short("x" * 5000)) == 201


async def test_lines_are_commands_buttons_or_messages(bot: Bot, ring: KeyRing) -> None:
    written = io.StringIO()
    shell = Shell(bot, ring, Console(file=written, width=200), ENGLISH)
    for line in ("/slots", "/greet", "7", "2", "/slots", "/restart", "/slots", "/help"):
        await shell.take(line)
    shown = written.getvalue()
    assert shown.count("No slot is set.") == 2
    assert "There is no button 7." in shown
    assert "button    Number" in shown
    assert "  number: N7" in shown
    assert "A new conversation begins." in shown
    assert "/quit ends" in shown


async def test_nothing_that_somebody_wrote_moves_the_cursor(bot: Bot, ring: KeyRing) -> None:
    written = io.StringIO()
    shell = Shell(bot, ring, Console(file=written, width=200), ENGLISH)
    await shell.take("/greet|\x1b[2J[red]hello")
    assert "\x1b" not in written.getvalue()


def called(home: Path, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("BELLHOP_")}
    environment = inherited | {"PYTHONPATH": str(SOURCE), "BELLHOP_HOME": home.name, "LC_ALL": "C.UTF-8"}
    return subprocess.run(
        [sys.executable, "-P", "-m", "bellhop", "shell", *words],
        env=environment, input=typed, capture_output=True, text=True, check=False, cwd=home.parent,
    )  # fmt: skip


def test_the_command_trains_a_model_to_try_and_then_uses_it_with_a_home_that_is_relative(tmp_path: Path) -> None:
    project = tmp_path / "shop"
    project.mkdir()
    write_project(project)
    first = called(tmp_path / "home", "shop", typed="/order\n/quit\nnever\n")
    assert first.returncode == 0, first.stderr
    assert "Trained to be tried; nothing went live." in first.stdout
    assert "bot: Which number?" in first.stdout
    assert not (tmp_path / "home" / "models").exists()
    again = called(tmp_path / "home", "shop", "--language", "zh", typed="/order\n")
    assert "已训练一个" not in again.stdout
    assert "决定" in again.stdout
    assert "bot: Which number?" in again.stdout
    assert again.stderr == ""


def test_a_folder_that_is_not_there_and_a_broken_project_are_one_sentence(tmp_path: Path) -> None:
    missing = called(tmp_path / "home", "nowhere")
    assert missing.returncode == 2
    assert "There is no folder nowhere." in missing.stderr
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "domain.yml").write_text("intents: [")
    broken = called(tmp_path / "home", "broken")
    assert broken.returncode == 2
    assert "domain.yml" in broken.stderr
    assert "Traceback" not in broken.stderr
