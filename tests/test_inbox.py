"""The labelling inbox: what comes into it from the log, that the same is decided once, and that a decision can be taken back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from models.entry import Author, AuthorKind, Message, Rated
from models.examples import Contradiction, Examples, Known, UnusableExample, checked_intent, folded
from models.inbox import Inbox, Item, State, Verdict, Why, doubt
from models.releases import Releases
from models.settings import Settings
from models.tables import inbox as table
from models.teaching import checked
from models.understood import Guess, Understood, written
from models.versions import ModelVersion, Versions
from stream.archive import Archive
from stream.change import Change
from stream.history import History
from stream.log import Log
from stream.store import Store
from tests.client import Customer
from tests.fixtures_api import PASSWORD, Api
from tests.fixtures_store import eventually
from tests.test_archive import engine, log

__all__ = ["engine", "log"]

CUSTOMER, BOT = Author(AuthorKind.CUSTOMER, "u_1"), Author(AuthorKind.BOT)
WEN = Author(AuthorKind.AGENT, "a_wen", "Wen")
UNSURE = (Guess("refund", 0.4, {"en": "I want a refund", "zh": "我要退款"}), Guess("exchange", 0.35))


def item(n: int, text: str, ranking: tuple[Guess, ...] = UNSURE, language: str = "en", why: Why = Why.DOUBT) -> Item:
    return Item(f"c_{n}", n + 1, 1_000 + n, language, text, ranking, why)


@pytest.fixture
def box(sql_engine: Engine) -> Inbox:
    return Inbox(sql_engine)


def test_doubt_is_the_distance_between_the_two_best() -> None:
    assert doubt(()) == 1000
    assert doubt(UNSURE) == 950
    assert doubt((Guess("a", 1.0),)) == 0


@pytest.mark.parametrize("other", ["money back", "Money  back!", "ＭＯＮＥＹ back …", " money back?"])
def test_what_says_the_same_is_one_text(other: str) -> None:
    assert folded(other) == "money back"


@given(st.text(max_size=40))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert folded(folded(text)) == folded(text)


def test_the_same_is_one_group_and_the_most_valuable_is_first(box: Inbox) -> None:
    box.notice([item(0, "money back"), item(1, "Money back!"), item(2, "where is it", (Guess("track", 0.9),))])
    box.notice([item(1, "Money back!"), item(3, "MONEY BACK")])
    first, second = box.groups()
    assert (first.items, first.value, second.items) == (3, 2.85, 1)
    assert {each.text for each in first.samples} == {"money back", "Money back!", "MONEY BACK"}
    assert box.groups(after=(2850, first.id)) == [second]
    assert box.groups(language="zh") == []
    assert box.groups(why="rating") == []
    assert box.open() == 4


def test_what_is_too_long_is_cut_and_holds_up_nothing(box: Inbox) -> None:
    box.notice([item(0, "long " * 100, language="en-" + "x" * 300)])
    (group,) = box.groups(language="en")
    assert (len(group.samples[0].text), len(group.samples[0].language)) == (200, 32)


def test_one_decision_is_for_all_and_can_be_taken_back(box: Inbox, sql_engine: Engine) -> None:
    box.notice([item(0, "money back"), item(1, "Money back!"), item(2, "where is it")])
    places = [("c_0", 1), ("c_1", 2), ("c_9", 9)]
    done = box.decide(places, Verdict.INTENT, "refund", "a_boss")
    assert (done.items, done.examples, done.known) == (2, 1, 0)
    (example,) = Examples(sql_engine).used()
    assert (example.intent, folded(example.text), example.person) == ("refund", "money back", "a_boss")
    assert box.decide(places, Verdict.SKIP, "", "a_li").items == 0, "what was decided stays"
    assert box.undo(done.decision, "a_boss") == 2
    assert Examples(sql_engine).used() == []
    assert box.open() == 3
    with pytest.raises(KeyError):
        box.undo(done.decision, "a_boss")
    again = box.decide(places, Verdict.INTENT, "refund", "a_boss")
    assert (again.items, again.examples) == (2, 1)


def test_entities_are_marked_with_the_label(box: Inbox, sql_engine: Engine) -> None:
    box.notice([item(0, "from LA please"), item(1, "From LA please!"), item(2, "to LA")])
    places = [("c_0", 1), ("c_1", 2), ("c_2", 3)]
    for line in ("from [LA](city)", "FROM [LA](city) please"):
        with pytest.raises(UnusableExample, match="none of these"):
            box.decide(places, Verdict.INTENT, "travel", "a_boss", checked(line))
    assert box.open() == 3
    done = box.decide(places, Verdict.INTENT, "travel", "a_boss", checked("from [LA](city) please"))
    assert (done.items, done.examples) == (3, 2)
    found = {each.text: json.loads(each.entities) for each in Examples(sql_engine).used()}
    assert found.keys() == {"from LA please", "to LA"}
    assert found["to LA"] == []
    (span,) = found["from LA please"]
    assert "city" in json.dumps(span)
    box.notice([item(3, "from LA please")])
    with pytest.raises(Known):
        box.decide([("c_3", 4)], Verdict.INTENT, "travel", "a_boss", checked("[from LA](city) please"))
    assert box.undo(done.decision, "a_boss") == 3
    assert Examples(sql_engine).used() == []


def test_what_is_known_is_not_doubled_and_what_contradicts_is_refused(box: Inbox, sql_engine: Engine) -> None:
    box.notice([item(0, "money back"), item(1, "Money back!"), item(2, "MONEY BACK")])
    box.decide([("c_0", 1)], Verdict.INTENT, "refund", "a_boss")
    done = box.decide([("c_1", 2)], Verdict.INTENT, "refund", "a_boss")
    assert (done.items, done.examples, done.known) == (1, 0, 1)
    with pytest.raises(Contradiction) as caught:
        box.decide([("c_2", 3)], Verdict.INTENT, "exchange", "a_boss")
    assert caught.value.intent == "refund"
    assert box.open() == 1, "nothing of it was done"
    assert box.decide([("c_2", 3)], Verdict.OUTSIDE, "", "a_boss").items == 1
    with sql_engine.connect() as connection:
        states = {row.seq: row.state for row in connection.execute(select(table))}
    assert states == {1: State.LABELLED, 2: State.LABELLED, 3: State.OUTSIDE}


@pytest.mark.parametrize("name", ["", " ", "_x", "a b", "a/b/c", "nlu_fallback", "x" * 101, "<b>", "=1+1"])
def test_names_that_are_no_intents(name: str) -> None:
    with pytest.raises(UnusableExample):
        checked_intent(name)


def test_names_that_are(box: Inbox) -> None:
    assert [checked_intent(each) for each in ("refund", "faq/hours", "退款", " a-1 ")] == [
        "refund",
        "faq/hours",
        "退款",
        "a-1",
    ]


def test_two_who_decide_at_once_decide_once(box: Inbox) -> None:
    box.notice([item(n, "money back") for n in range(20)])
    places = [(f"c_{n}", n + 1) for n in range(20)]

    async def race() -> list[int]:
        verdicts = [asyncio.to_thread(box.decide, places, Verdict.SKIP, "", f"a_{n}") for n in range(4)]
        return [each.items for each in await asyncio.gather(*verdicts)]

    assert sum(asyncio.run(race())) == 20


def test_groups_are_put_together(box: Inbox) -> None:
    box.notice([item(0, "money back"), item(1, "give me my money back")])
    first, second = box.groups()
    box.regroup({second.id: first.id})
    (one,) = box.groups()
    assert one.items == 2
    assert set(box.texts(10)) == {first.id}


async def test_turns_that_went_badly_come_in_from_the_log(
    store: Store, settings: Settings, log: Log, engine: Engine
) -> None:
    box = Inbox(engine)

    def turn(name: str, understood: Understood, **fields: str) -> Change:
        told = {"understood": written(understood), "answered": "1", "language": "en", **fields}
        return Change(name, (Message(BOT, "Hm."),), set=told)

    sure = Understood("where is my order", (Guess("track", 0.99),))
    cases = {
        "sure": turn("sure", sure),
        "doubt": turn("doubt", replace_zone(sure, "ask_back")),
        "failed": turn("failed", Understood("flurb", UNSURE, tries=1)),
        "person": turn("person", sure, holder="queue", reason="not_understood"),
        "wordless": turn("wordless", Understood("", (), tries=1)),
        "rated": turn("rated", sure),
        "happy": turn("happy", sure),
    }
    for name, change in cases.items():
        await log.commit(Change(name, (Message(CUSTOMER, "text", id="m"),), client_id="u_1:m"))
        await log.commit(change)
    await log.commit(Change("rated", (Rated(CUSTOMER, 1),)))
    await log.commit(Change("happy", (Rated(CUSTOMER, 5),)))
    stop = asyncio.Event()
    running = asyncio.create_task(Archive(store, settings, History(engine)).run(stop, lambda: None))

    async def noticed() -> bool:
        return await asyncio.to_thread(box.open) == 4

    await eventually(noticed, "all that should be looked at")
    stop.set()
    await running
    with engine.connect() as connection:
        found = {row.conversation: (row.why, row.seq, row.text) for row in connection.execute(select(table))}
    assert found == {
        "doubt": ("doubt", 1, "where is my order"),
        "failed": ("fallback", 1, "flurb"),
        "person": ("handoff", 1, "where is my order"),
        "rated": ("rating", 1, "where is my order"),
    }


def replace_zone(understood: Understood, zone: str) -> Understood:
    return Understood(understood.text, understood.ranking, zone=zone)


@pytest.fixture
def boss(api: Api) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=api.base, timeout=30) as client:
        given = {"email": "boss@shop.test", "password": PASSWORD}
        token = client.post("/api/login", json=given).raise_for_status().json()["token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


def test_agents_flag_what_a_customer_said(api: Api, boss: httpx.Client) -> None:
    async def said() -> str:
        async with await Customer.visitor(api.base) as customer:
            await customer.say("my parrot ate the voucher")
            await customer.until(lambda: customer.acks, "it is acknowledged")
            assert customer.conversation is not None
            return customer.conversation

    there = {"conversation": asyncio.run(said()), "seq": 1}
    assert boss.post("/api/inbox/flags", json=there).status_code == 204
    assert boss.post("/api/inbox/flags", json={**there, "seq": 2}).status_code == 404
    assert boss.post("/api/inbox/flags", json={**there, "conversation": "c_nobody"}).status_code == 404
    (group,) = boss.get("/api/inbox", params={"why": "flag"}).json()["groups"]
    assert [(each["text"], each["ranking"]) for each in group["samples"]] == [("my parrot ate the voucher", [])]


def test_admins_label_over_rest(api: Api, boss: httpx.Client, settings: Settings) -> None:
    from models.database import open_engine

    sql = open_engine(settings.sql_url)
    Inbox(sql).notice([item(n, f"<b>money</b> {n % 60}", UNSURE) for n in range(90)])
    page = boss.get("/api/inbox", params={"words": "zh", "limit": 50}).raise_for_status().json()
    assert (len(page["groups"]), page["open"]) == (50, 90)
    assert page["groups"][0]["samples"][0]["ranking"][0] == {"intent": "refund", "title": "我要退款", "confidence": 0.4}
    rest = boss.get("/api/inbox", params={"after": page["next"]}).raise_for_status().json()
    assert len(rest["groups"]) == 10
    assert rest["next"] is None
    group = boss.get(f"/api/inbox/{page['groups'][0]['id']}").raise_for_status().json()["items"]
    assert [each["answer"] for each in group] == ["", ""]
    spots = [{"conversation": each["conversation"], "seq": each["seq"]} for each in group]
    assert boss.post("/api/inbox/decisions", json={"items": spots, "verdict": "intent"}).status_code == 422
    assert boss.post("/api/inbox/decisions", json={"items": spots, "verdict": "skip", "intent": "x"}).status_code == 422
    made = boss.post("/api/inbox/decisions", json={"items": spots, "verdict": "intent", "intent": "refund"})
    assert (made.status_code, made.json()["items"], made.json()["examples"]) == (201, 2, 1)
    assert boss.get("/api/inbox").json()["open"] == 88
    assert boss.delete(f"/api/inbox/decisions/{made.json()['id']}").json() == {"items": 2}
    assert boss.delete(f"/api/inbox/decisions/{made.json()['id']}").status_code == 404
    acts = [each["act"] for each in boss.get("/api/audit").json()["acts"]]
    assert acts[:2] == ["inbox.undo", "inbox.intent"]
    sql.dispose()


def test_who_labels_sees_what_the_live_model_knows_and_what_is_new(
    api: Api, boss: httpx.Client, settings: Settings, tmp_path: Path
) -> None:
    from models.database import open_engine

    assert boss.get("/api/intents").json() == {"intents": []}
    sql = open_engine(settings.sql_url)
    described = {
        "refund": {"examples": 40, "titles": {"zh": "我要退款", "en": "I want a refund"}},
        "size": {"examples": 20},
    }
    manifest = json.dumps({"version": "m1", "metrics": {"catalogue": described}})
    file = tmp_path / "model.json"
    file.write_text("{}")
    Versions(sql).add(ModelVersion("m1", "demo", 1, "", "", "d", "c", 2, 0, "", manifest), {"model.json": file})
    Releases(sql).promote("m1", None, "", "trained")
    box = Inbox(sql)
    box.notice([item(0, "money back"), item(1, "do you gift wrap")])
    box.decide([("c_0", 1)], Verdict.INTENT, "refund", "a_boss")
    box.decide([("c_1", 2)], Verdict.INTENT, "gift_wrap", "a_boss")
    found = boss.get("/api/intents", params={"words": "zh"}).json()["intents"]
    assert [tuple(each.values()) for each in found] == [
        ("gift_wrap", "gift wrap", 0, 1, False), ("refund", "我要退款", 40, 1, True), ("size", "size", 20, 0, True),
    ]  # fmt: skip
    sql.dispose()
