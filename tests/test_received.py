"""bot/received.py: a picture without words is neither misunderstood nor lost; bot/telling.py tells people of it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from api.words import summary
from bot.dialogue.exchange import Heard, Outcome
from bot.jobs import heard_in
from models.conversation import Conversation, Holder
from models.entry import Author, AuthorKind, Entry, File, Message
from stream.change import Line
from tests.dialogue_talk import Talk, written

DOMAIN = """
intents: [ask, refund, human_handoff]
slots:
  number:
    type: text
    mappings: [{type: from_text, conditions: [{active_loop: refund_form, requested_slot: number}]}]
forms:
  refund_form: {required_slots: [number]}
responses:
  utter_ask_number: [{text: Which number}]
  utter_open: [{text: We are open}]
"""
RULES = """
rules:
- {rule: ask, steps: [{intent: ask}, {action: utter_open}]}
- {rule: refund, steps: [{intent: refund}, {action: refund_form}, {active_loop: refund_form}]}
"""


async def send(talk: Talk, files: int = 1) -> Outcome:
    talk.seq += 1
    talk.at += 5
    heard = Heard("c_1", talk.seq, "", talk.at, files=files)
    (reading,) = talk.bot.read([heard])
    talk.outcome = await talk.bot.turn(heard, reading, talk.tracker_bytes)
    talk.tracker_bytes = talk.outcome.tracker
    return talk.outcome


@pytest.fixture
def talk(tmp_path: Path) -> Talk:
    return Talk(written(tmp_path / "p", DOMAIN, rules=RULES))


async def test_it_is_acknowledged_and_asked_about_once(talk: Talk) -> None:
    first = await send(talk)
    assert talk.texts == ["I have your file, but I cannot look into it. Could you tell me in words what it is about?"]
    assert first.handoff is None
    second = await send(talk)
    assert talk.texts == ["I have this one too."]
    third = await send(talk)
    assert {second.handoff, third.handoff} == {None}, "nobody was misunderstood"


async def test_it_is_said_in_the_language_of_the_conversation(talk: Talk) -> None:
    await talk.say("refund|我要退款")
    await send(talk)
    assert (talk.texts[0] or "").startswith("文件收到了")


async def test_a_form_asks_again_and_takes_the_picture_for_no_answer(talk: Talk) -> None:
    await talk.say("refund")
    await send(talk)
    assert talk.texts[1:] == ["Which number"]
    assert talk.tracker.slots["number"] is None
    await talk.say("refund|A1001")
    assert talk.tracker.slots["number"] == "refund|A1001"


async def test_a_project_may_say_it_in_its_own_words(tmp_path: Path) -> None:
    own = DOMAIN + '  utter_got_file: [{text: "Thanks for the picture"}]\n'
    talk = Talk(written(tmp_path / "q", own, rules=RULES))
    await send(talk)
    assert talk.texts == ["Thanks for the picture"]


async def test_people_who_take_over_are_told_of_it(talk: Talk) -> None:
    await talk.say("ask|are you open")
    await send(talk, files=2)
    await send(talk)
    await talk.say("human_handoff|a person")
    handed = talk.outcome
    assert handed is not None
    assert handed.handoff == "asked"
    assert handed.understood.files == 3
    state = Conversation("c_1", holder=Holder.QUEUE, reason="asked")
    assert "files sent without words: 3" in summary(state, handed.understood, "en")
    assert "没有文字说明的文件：3 个" in summary(state, handed.understood, "zh")
    assert "files" not in summary(state, msgspec.structs.replace(handed.understood, files=0), "en")


def test_what_came_along_is_read_from_the_log() -> None:
    picture = File("f_1", "a.png", "image/png", 10)
    said = Message(Author(AuthorKind.CUSTOMER, "u_1"), "", files=(picture,))
    heard = heard_in(Line("1-0", Entry("c_1", 1, 1000, said)))
    assert heard is not None
    assert heard.wordless
    with_words = heard_in(Line("1-0", Entry("c_1", 1, 1000, msgspec.structs.replace(said, text="look"))))
    assert with_words is not None
    assert not with_words.wordless
