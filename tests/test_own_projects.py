"""Six projects as one finds them in public, written for this: their test conversations pass, with everything run."""

from __future__ import annotations

import pytest

from bot.dialogue.exchange import Heard
from bot.dialogue.incomplete import incomplete
from bot.project_tests import run_tests
from tests.rasa_projects.comparison import bot, held

NAMES = ("bookshop", "clinic", "garage", "hotel", "museum", "radio")

pytestmark = [
    # rasa_sdk warns of a slot that `required_slots` adds and no method extracts, and of what Rasa 2 called a response.
    pytest.mark.filterwarnings("ignore::UserWarning:rasa_sdk.forms"),
    pytest.mark.filterwarnings("ignore:Please pass the parameter:FutureWarning"),
]


@pytest.mark.parametrize("name", NAMES)
async def test_its_conversations_go_as_they_are_written(name: str) -> None:
    ours = bot(name)
    assert [str(each) for each in ours.project.warnings] == []
    assert incomplete(ours.project.domain, ours.project.rules) == []
    results = await run_tests(ours, ours.project)
    assert {each.name: each.differences for each in results} == {each.name: [] for each in results}
    assert all(each.actions_ran for each in results)


async def said(name: str, *texts: str) -> list[list[str | None]]:
    """What the bot says to each."""
    return [[each["text"] for each in turn["bot"]] for turn in await held(bot(name), list(texts))]


async def test_museum_answers_from_its_knowledge_base() -> None:
    turns = await said(
        "museum", "list the paintings by Vermeer", "what is the year of the first one", "what is the room of it"
    )
    assert turns[0] == ["Found the following objects of type 'painting':", "1: The Milkmaid", "2: The Love Letter"]
    assert turns[1:] == [["'The Milkmaid' has the value '1658' for attribute 'year'."],
        ["'The Milkmaid' has the value 'blue' for attribute 'room'."]]  # fmt: skip


async def test_museum_fills_what_it_can_and_leaves_what_it_cannot() -> None:
    turns = await said("museum", "price of a ticket", "my member card")
    assert turns == [["A ticket costs {price}"], ["A friend of the house, with {braces}", "Welcome back"]]


async def test_clinic_refuses_with_its_reason_and_asks_again() -> None:
    turns = await said("clinic", "a visit please", "it is a parrot", "my cat", "12 of them", "3 of them")
    assert turns[1:] == [
        ["We do not treat a parrot", "Which animal?"], ["How many of them?"], ["At most 4", "How many of them?"],
        ["Which day for the cat?"],
    ]  # fmt: skip


async def test_garage_keeps_what_an_old_form_filled_and_forgets_it_when_told() -> None:
    turns = await held(bot("garage"), ["my car is broken", "it is AB-123", "the engine smokes", "no"])
    assert turns[-1]["slots"] == {"repaired": "AB-123"}
    assert [each["text"] for each in turns[-1]["bot"]] == ["AB-123 will be mended: the engine smokes"]


async def test_hotel_tells_two_roles_of_one_entity_apart() -> None:
    (turn,) = await held(bot("hotel"), ["a single room for 4 nights and 1 more"])
    assert (turn["slots"]["nights"], turn["slots"]["more_nights"]) in ((4.0, 1.0), ("4", "1"))


async def test_bookshop_finds_words_and_numbers_without_spaces() -> None:
    turns = await held(bot("bookshop"), ["我要订一本书", "书名是三国演义", "到东店取", "不用了"])
    assert turns[2]["slots"] == {"title": "三国演义", "shop": "城东店"}
    assert [each["text"] for each in turns[3]["bot"]] == ["《三国演义》在城东店等您。"]
    (found,) = bot("bookshop").read([Heard("c_1", 1, "单号是SD20240101", 1.0)])
    assert [(each.entity, each.value, each.start, each.end) for each in found.entities] == [
        ("单号", "SD20240101", 3, 13)
    ]


async def test_radio_begins_each_session_in_its_own_way() -> None:
    turns = await said("radio", "hello radio", "start over", "good evening")
    assert turns == [["You are on the air", "Night radio, hello"], ["From the top", "You are on the air"],
        ["Night radio, hello"]]  # fmt: skip
