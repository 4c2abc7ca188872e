"""The demo shop, trained, in conversations: two things in one message, and what is in doubt is asked back."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bot.dialogue.tracker import Tracker
from bot.nlu.interpreter import Interpreter
from bot.nlu.reading import Zone
from bot.project import load_project
from bot.turn import Bot, Heard, Outcome
from models.sealed import KeyRing

DEMO = Path(__file__).parent.parent / "bot" / "demo"
# However the model changes, not all of these are clear.
IN_DOUBT = {
    "en": ("is size M in stock", "I've moved house, update where my order goes", "my package money", "change order"),
    "zh": ("能不能改成寄到我单位", "老板我的裤子寄了没，都三天了", "退款 换货 怎么办", "改一下订单"),
}
NONE_OF_THESE = {"en": "None of these", "zh": "都不是"}


@pytest.fixture(scope="module")
def bot() -> Bot:
    project = load_project(DEMO)
    interpreter = Interpreter.train(project.training, project.nlu_config)
    return Bot(project, interpreter, KeyRing.generated(), rng=random.Random(1))


class Talk:
    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self.tracker: bytes | None = None
        self.seq = 0

    async def say(self, text: str, payload: str | None = None) -> list[str]:
        """What the bot did, without listening."""
        outcome = await self.hear(text, payload)
        return [name for name in outcome.actions if name != "action_listen"]

    async def hear(self, text: str, payload: str | None = None) -> Outcome:
        self.seq += 1
        heard = Heard("c_1", self.seq, text, 1000.0 + self.seq, payload)
        outcome = await self.bot.turn(heard, self.bot.read([heard])[0], self.tracker)
        self.tracker = outcome.tracker
        return outcome


@pytest.mark.parametrize(
    ("text", "actions"),
    [
        ("What does shipping cost and how can I pay?", ["utter_shipping_fee", "utter_payment_methods"]),
        ("请问运费多少钱？另外可以用什么方式付款", ["utter_shipping_fee", "utter_payment_methods"]),
        ("I want a refund please, also do you have gift cards?", ["utter_gift_card", "refund_form"]),
        ("我要退款，顺便问一下运费多少", ["utter_shipping_fee", "refund_form"]),
        (
            "Where is my order A1001 and can I get an invoice?",
            ["order_status_form", "action_order_status", "invoice_form"],
        ),
    ],
)
async def test_two_things_are_answered_in_one_turn(bot: Bot, text: str, actions: list[str]) -> None:
    assert await Talk(bot).say(text) == actions


async def test_the_second_request_is_offered_when_the_first_is_done(bot: Bot) -> None:
    talk = Talk(bot)
    assert await talk.say("我的订单到哪了，另外怎么开发票") == ["order_status_form"]
    done = await talk.hear("A1001")
    assert done.replies[-1].text == "您刚才还问到："
    (button,) = done.replies[-1].buttons
    assert button.payload == "/invoice"
    assert await talk.say(button.title, button.payload) == ["invoice_form"]


@pytest.mark.parametrize("text", ["你好，我想退货", "Hi, where is my order", "好的，谢谢，我要退款"])
async def test_a_greeting_before_a_question_is_no_second_thing(bot: Bot, text: str) -> None:
    assert len(await Talk(bot).say(text)) == 1


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_what_is_in_doubt_is_asked_back_in_words_that_customers_know(bot: Bot, language: str) -> None:
    heard = [Heard("c_1", 1, text, 1.0) for text in IN_DOUBT[language]]
    readings = zip(heard, bot.read(heard), strict=True)
    doubtful = next(each.text for each, reading in readings if reading.zone is Zone.ASK_BACK and not reading.clauses)
    talk = Talk(bot)
    (asked,) = (await talk.hear(doubtful)).replies
    *guesses, none = asked.buttons
    assert 1 <= len(guesses) <= 3
    assert none.title == NONE_OF_THESE[language]
    assert all("_" not in each.title and each.title != each.payload for each in guesses)
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in each.title) == (language == "zh") for each in guesses)
    intent = guesses[0].payload.removeprefix("/")
    assert any(intent in action or "form" in action for action in await talk.say(guesses[0].title, guesses[0].payload))


@pytest.mark.parametrize(
    ("looked_up", "wish", "yes", "other", "named", "question"),
    [
        ("where is my order A1001", "I want a refund", "yes", "no", "A1003", "Is this about order A1001?"),
        ("我的订单 A1001 到哪了", "我要退款", "是的", "不是", "A1003", "是订单 A1001 吗？"),
    ],
)
async def test_an_order_that_was_looked_up_is_asked_about_before_a_refund(
    bot: Bot, looked_up: str, wish: str, yes: str, other: str, named: str, question: str
) -> None:
    async def asked() -> Talk:
        talk = Talk(bot)
        await talk.say(looked_up)
        assert [each.text for each in (await talk.hear(wish)).replies] == [question]
        return talk

    talk = await asked()
    await talk.hear(yes)
    assert slots_of(talk) == ("A1001", "refund_reason")
    talk = await asked()
    await talk.hear(other, payload="/deny")
    assert slots_of(talk) == (None, "order_number")
    await talk.hear(named)
    assert slots_of(talk) == (named, "refund_reason")
    talk = await asked()
    await talk.hear(named)
    assert slots_of(talk) == (named, "refund_reason"), "a number is as good as a no"


@pytest.mark.parametrize("wish", ["I want a refund", "我要退款"])
async def test_the_number_of_an_order_is_no_reason_for_a_refund(bot: Bot, wish: str) -> None:
    talk = Talk(bot)
    await talk.say(wish)
    await talk.hear("A1003")
    for number in ("A1003", "1001"):
        await talk.hear(number)
        held = Tracker.from_bytes(talk.tracker)
        assert (held.slots["refund_reason"], held.requested_slot) == (None, "refund_reason")


def slots_of(talk: Talk) -> tuple[str | None, str | None]:
    """Order and what is asked for."""
    held = Tracker.from_bytes(talk.tracker)
    return held.slots["order_number"], held.requested_slot
