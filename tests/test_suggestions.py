"""Suggestions to agents: what the bot would say and canned responses that fit; never to an answered message, and counted once."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from zoneinfo import ZoneInfo

import httpx
import msgspec
import pytest
from sqlalchemy import Engine

from bot.arms import Registry
from bot.nlu.reading import Guess, Reading
from bot.project.domain import HANDOFF_INTENT
from bot.proposing import alike, merged
from bot.turn import Bot, Heard, Outcome
from handoff import desk
from models.canned import CannedResponses
from models.conversation import Holder
from models.database import open_engine
from models.entry import Message
from models.settings import Settings, Switch
from models.suggestions import Proposal, Proposed, SuggestionKind, Suggestions
from stream.change import Change
from stream.history import History
from stream.log import Log
from stream.proposals import Proposals
from stream.reports import Reports, Span
from stream.store import Store
from tests.client import Customer
from tests.fixtures_api import Api
from tests.fixtures_store import eventually
from tests.test_api_people import signed_in
from tests.test_socket import agent
from tests.test_worker import CUSTOMER, WEN, Poisoned, answered, answers, bot, engine, entries, log, say, working

__all__ = ["bot", "engine", "log"]

ANSWER, CANNED = SuggestionKind.ANSWER, SuggestionKind.CANNED
FREE = "It is free"


def proposed(bot: Bot, intent: str, *more: Guess) -> list[str]:
    heard = Heard("c_1", 1, "whatever it was", time.time())
    ranking = (Guess(intent, 0.6), *more)
    return [each.text for each in bot.proposals(heard, Reading(heard.text, ranking[0], ranking), None)]


def test_what_the_bot_says_at_once_is_proposed_and_nothing_else(bot: Poisoned) -> None:
    assert proposed(bot, "faq") == [FREE]
    assert proposed(bot, "order") == [], "a form"
    assert proposed(bot, "tell") == [], "an action"
    assert proposed(bot, HANDOFF_INTENT) == [], "that is known"
    assert proposed(bot, "nlu_fallback", Guess("greet", 0.3), Guess("faq", 0.2)) == ["Hello", FREE]
    assert proposed(bot, "nlu_fallback", Guess("greet", 0.3), Guess("faq", 0.1)) == ["Hello"], "hardly likely"
    assert proposed(bot, "faq", Guess("faq", 0.3)) == [FREE], "each once"


def test_the_best_three_of_both_kinds() -> None:
    made = [Proposal(ANSWER, "a", "a", 0.9), Proposal(ANSWER, "b", "b", 0.2)]
    canned = [Proposal(CANNED, "c", "", 0.9), Proposal(CANNED, "d", "", 0.3)]
    assert [each.name for each in merged(made, canned)] == ["c", "a", "d"]
    assert alike({"faq": 0.5, "greet": 0.5}, [Guess("faq", 0.8), Guess("order", 0.2)]) == pytest.approx(0.4)
    assert alike({}, [Guess("faq", 1.0)]) == 0


async def taken(log: Log, conversation: str = "c_1") -> None:
    state = await log.state(conversation)
    assert state is not None
    await log.commit(desk.take(state, WEN, time.time_ns() // 1_000_000))


async def held(log: Log) -> None:
    """Wen has it before anything is asked."""
    await log.commit(Change("c_1", (Message(CUSTOMER, "hi"),), set={"customer": "u_1"}))
    await taken(log)


@pytest.fixture
def kept(store: Store, log: Log) -> Proposals:
    return Proposals(store, log)


async def suggested(kept: Proposals, seq: int) -> Proposed:
    found: list[Proposed] = []

    async def there() -> bool:
        now = await kept.now("c_1")
        found[:] = [now] if now is not None and now.seq == seq else []
        return bool(found)

    await eventually(there, f"suggested to {seq}")
    return found[0]


async def test_who_has_it_is_suggested_what_the_bot_would_say_while_the_bot_is_silent(
    store: Store, settings: Settings, log: Log, bot: Poisoned, kept: Proposals
) -> None:
    await held(log)
    async with working(store, settings, log, bot):
        first = await suggested(kept, await say(log, "what does it cost"))
        assert [(each.kind, each.name, each.text) for each in first.proposals] == [(ANSWER, "utter_faq", FREE)]
        seq = await say(log, "hello")
        assert [each.name for each in (await suggested(kept, seq)).proposals] == ["utter_greet"]
        await log.commit(Change("c_1", (Message(WEN, "Hello, I am Wen"),)))
        assert await kept.now("c_1") is None, "answered"
        await suggested(kept, await say(log, "what does it cost"))
        nothing = await say(log, "\N{THUMBS UP SIGN}")
        last = await say(log, "hello")
        await suggested(kept, last)
        assert nothing < last
    assert answers(await entries(log)) == []
    assert bot.turns == 0


class Giving(Poisoned):
    """It answers, and passes on whatever is said."""

    async def turn(self, heard: Heard, reading: Reading, tracker: bytes | None) -> Outcome:
        outcome = await super().turn(heard, reading, tracker)
        return msgspec.structs.replace(outcome, handoff="asked", replies=() if "one" in heard.text else outcome.replies)


async def test_what_a_conversation_was_passed_on_with_is_suggested_to_who_takes_it(
    store: Store, settings: Settings, log: Log, bot: Poisoned, kept: Proposals
) -> None:
    bot.__class__ = Giving
    async with working(store, settings, log, bot):
        # One after the other: when something is proposed to the second, the first was looked at too.
        await answered(log, await say(log, "what does it cost", "c_2"), "c_2")
        found = await suggested(kept, await say(log, "what does one cost"))
    state = await log.state("c_1")
    assert state is not None
    assert state.holder is Holder.QUEUE
    assert [each.text for each in found.proposals] == [FREE]
    assert await kept.now("c_2") is None, "the bot has said it itself"


async def test_nothing_is_suggested_where_it_is_off(
    store: Store, settings: Settings, log: Log, bot: Poisoned, kept: Proposals
) -> None:
    await held(log)
    async with working(store, replace(settings, suggestions=Switch.OFF), log, bot):
        seq = await say(log, "what does it cost")
        await say(log, "what does it cost", "c_2")

        async def other_is_answered() -> bool:
            state = await log.state("c_2")
            return state is not None and state.answered > 0

        await eventually(other_is_answered, "the worker is behind both")
    assert seq == 3
    assert await kept.now("c_1") is None


async def test_canned_responses_that_are_about_the_same_are_suggested(
    store: Store, settings: Settings, log: Log, bot: Poisoned, kept: Proposals, engine: Engine
) -> None:
    shelf = CannedResponses(engine)
    fits = shelf.add("what-does-it-cost", "en", "You pay nothing, {customer|dear customer}.", "a_boss")
    shelf.add("what-does-it-cost", "zh", "免费", "a_boss")
    shelf.add("hello", "en", "Hello!", "a_boss")
    await held(log)
    async with working(store, settings, log, bot, Registry(engine, settings.home)):
        found = await suggested(kept, await say(log, "what does it cost"))
    assert [(each.kind, each.name, each.text) for each in found.proposals] == [
        (CANNED, fits.id, ""),
        (ANSWER, "utter_faq", FREE),
    ]


def test_each_is_counted_once(sql_engine: Engine) -> None:
    kept = Suggestions(sql_engine)
    kept.shown("c_1", 4, "a_wen", [ANSWER, CANNED])
    kept.shown("c_1", 4, "a_wen", [ANSWER])
    kept.shown("c_1", 9, "a_wen", [CANNED])
    kept.shown("c_1", 9, "a_li", [CANNED])
    assert kept.used("c_1", 4, "a_wen", ANSWER, edited=False)
    assert kept.used("c_1", 4, "a_wen", CANNED, edited=True), "known, and counted already"
    assert kept.used("c_1", 9, "a_li", CANNED, edited=True)
    assert not kept.used("c_1", 5, "a_wen", ANSWER, edited=False), "never shown"
    now = time.time_ns() // 1_000_000
    span = Span(now - 3_600_000, now + 3_600_000, ZoneInfo("UTC"))
    reports = Reports(sql_engine)
    by_day = reports.suggestions(span)
    assert by_day.columns == ("day", "shown", "unchanged", "edited", "share")
    assert [sum(int(row[n] or 0) for row in by_day.rows) for n in (1, 2, 3)] == [3, 1, 1]
    assert reports.helped(span).rows == (
        ("a_li", "", "canned", 1, 0, 1),
        ("a_wen", "", "answer", 1, 1, 0),
        ("a_wen", "", "canned", 2, 0, 0),
    )
    assert reports.suggestions(Span(0, 1, ZoneInfo("UTC"))).rows == ()


async def test_only_agents_read_them_and_only_their_own_count(api: Api, store: Store, settings: Settings) -> None:
    sql = open_engine(settings.sql_url)
    shelf = CannedResponses(sql)
    price = shelf.add("price", "en", "It costs nothing, {customer|dear customer}. {agent}", "a_boss")
    gone = shelf.add("gone", "en", "Gone", "a_boss")
    async with (
        Log(store, api.settings, History(sql)) as log,
        await Customer.visitor(api.base) as own,
        await agent(api) as wen,
    ):
        await own.acknowledged(await own.say("what does it cost"))
        id = own.conversation or ""
        path = f"/api/conversations/{id}/suggestions"
        await wen.send({"type": "take", "conversation": id})
        await wen.until(lambda: any(each["type"] == "holder" and each.get("at") for each in wen.frames), "taken")
        proposals = [
            Proposal(CANNED, price.id, "", 0.9),
            Proposal(CANNED, gone.id, "", 0.8),
            Proposal(ANSWER, "utter_faq", FREE, 0.5),
        ]
        await Proposals(store, log).put(id, 1, proposals)
        await wen.until(
            lambda: any(each == {"type": "suggested", "conversation": id, "seq": 1} for each in wen.frames), "told"
        )
        shelf.remove(gone.id, gone.version, "a_boss")

        def asked() -> None:
            with signed_in(api, "wen@shop.test") as http:
                found = http.get(path).raise_for_status().json()
                assert found == {
                    "seq": 1,
                    "suggestions": [
                        {"kind": "canned", "title": "price", "text": "It costs nothing, dear customer. Wen"},
                        {"kind": "answer", "title": "", "text": FREE},
                    ],
                }
                use = {"seq": 1, "kind": "canned", "edited": False}
                assert http.post(path, json=use).status_code == 204
                assert http.post(path, json=use).status_code == 204
                assert http.post(path, json={**use, "seq": 2}).status_code == 404
                assert http.post(path, json={**use, "kind": "x"}).status_code == 422
                assert http.get("/api/conversations/c_none/suggestions").status_code == 404
            with signed_in(api, "li@shop.test") as http:
                assert http.get(path).json()["seq"] == 1
                assert http.post(path, json=use).status_code == 404, "it was not hers to answer"
            with httpx.Client(base_url=api.base, headers={"Authorization": f"Bearer {own.token}"}) as http:
                assert http.get(path).status_code == 403

        await asyncio.to_thread(asked)
        assert not any(each["type"] == "suggested" for each in own.frames)
        await wen.send({"type": "say", "id": "w1", "conversation": id, "text": "It costs nothing"})
        await wen.until(lambda: any(each["type"] == "ack" for each in wen.frames), "said")
        assert await Proposals(store, log).now(id) is None
    rows = Reports(sql).helped(Span(0, 2**50, ZoneInfo("UTC"))).rows
    assert [row[1:] for row in rows] == [("Wen", "answer", 1, 0, 0), ("Wen", "canned", 1, 1, 0)]
    sql.dispose()
