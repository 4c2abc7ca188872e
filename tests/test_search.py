"""The search: every place once, newest first, in pages without hole or repeat; only what was said, as it is masked."""

from __future__ import annotations

from collections.abc import Sequence

import httpx
import pytest
from sqlalchemy import Engine, insert

import stream.search
from models.database import open_engine, writing
from models.entry import Author, AuthorKind, Body, HolderChange, Message, Note, Rated, encode_body
from models.tables import messages
from stream.search import Place, Search
from tests.fixtures_api import Api
from tests.test_api_people import signed_in

CUSTOMER = Author(AuthorKind.CUSTOMER, "u_text", "ABCD")


def written(engine: Engine, bodies: Sequence[tuple[int, str, Body]]) -> None:
    """(at, conversation, body); seq counts through."""
    rows = [
        {
            "conversation": conversation, "seq": seq, "epoch": "", "at": at, "kind": body.__struct_config__.tag,
            "author_kind": "customer", "author_id": None, "client_id": None, "stream_id": "1-1", "body": encode_body(body).decode(),
        }
        for seq, (at, conversation, body) in enumerate(bodies, 1)
    ]  # fmt: skip
    with writing(engine) as connection:
        connection.execute(insert(messages), rows)


def said(text: str) -> Message:
    return Message(CUSTOMER, text)


def places(search: Search, text: str, limit: int = 50) -> list[tuple[str, int]]:
    """All pages."""
    found: list[Place] = []
    end, pages = None, 0
    while True:
        done = search.find(text, end, limit)
        assert len(done.hits) <= limit
        found += [each.place for each in done.hits]
        end, pages = done.next, pages + 1
        if end is None:
            assert found == sorted(found, reverse=True)
            return [(each.conversation, each.seq) for each in found]
        assert pages < 1000


def test_what_was_said_is_found_newest_first_and_nothing_else(sql_engine: Engine) -> None:
    agent = Author(AuthorKind.AGENT, "a_1", "Wen")
    written(sql_engine, [
        (1, "c_1", said("我要退款，订单 A1001")),
        (2, "c_1", Note(agent, "他要退款")),
        (3, "c_2", Rated(CUSTOMER, 1, "退款太慢")),
        (4, "c_2", HolderChange("queue", "ask", CUSTOMER, reason="退款")),
        (5, "c_3", Message(CUSTOMER, "press", payload="/退款")),
        (6, "c_3", said('Say "Refund" 100% \\ now_\nplease')),
    ])  # fmt: skip
    search = Search(sql_engine)
    assert places(search, "退款") == [("c_2", 3), ("c_1", 2), ("c_1", 1)]
    assert places(search, "款") == places(search, "退款")
    assert places(search, "REFUND") == [("c_3", 6)]
    for text in ('"refund"', "100%", "\\ now_", "_\nplease"):
        assert places(search, text) == [("c_3", 6)], text
    for text in ("text", "author", "u_text", "ABCD", "%", "now1", "A1002"):
        assert places(search, text) == ([("c_3", 6)] if text == "%" else []), text


def test_pages_and_windows_have_no_hole_and_no_repeat(sql_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    many = [(at // 3, f"c_{at % 7}", said(f"word {'yes' if at % 2 else 'no'} text")) for at in range(300)]
    written(sql_engine, many)
    whole = places(Search(sql_engine), "yes")
    assert len(whole) == 150
    for window, rows, budget in ((7, 3, 9.0), (7, 3, 0.0), (1, 1, 0.0), (1000, 200, 9.0)):
        monkeypatch.setattr(stream.search, "WINDOW", window)
        monkeypatch.setattr(stream.search, "ROWS", rows)
        monkeypatch.setattr(stream.search, "BUDGET_SECONDS", budget)
        assert places(Search(sql_engine), "yes", 4) == whole
        assert places(Search(sql_engine), "author", 4) == []


def test_the_snippet_is_around_the_first_place_and_marks_all_in_it(sqlite_engine: Engine) -> None:
    written(sqlite_engine, [(1, "c_1", said("😀" * 300 + "Key one key" + "字" * 300)), (2, "c_1", said("key"))])
    one, other = reversed(Search(sqlite_engine).find("key").hits)
    assert [one.snippet[start:end] for start, end in one.marks] == ["Key", "key"]
    assert len(one.snippet) == 120
    assert (other.snippet, other.marks) == ("key", ((0, 3),))


def test_agents_get_pages_and_a_number_is_looked_for_as_it_is_masked(api: Api) -> None:
    engine = open_engine(api.settings.sql_url)
    written(engine, [(at, "c_1", said(f"call 139****5678 {at}")) for at in range(1, 6)])
    engine.dispose()
    with signed_in(api, "wen@shop.test") as http:
        seqs, after = [], ""
        while True:
            body = {"text": " 13912345678 ", "limit": 2, "after": after}
            page = http.post("/api/search", json=body).raise_for_status().json()
            seqs += [each["seq"] for each in page["found"]]
            for each in page["found"]:
                assert each["snippet"][slice(*each["marks"][0])] == "139****5678"
                assert (each["kind"], each["author"], each["conversation"]) == ("message", "customer", "c_1")
            after = page["next"]
            if after is None:
                break
        assert seqs == [5, 4, 3, 2, 1]
        for bad in (
            {"text": " "},
            {"text": "x" * 101},
            {"text": "a\x00"},
            {"text": "x", "after": "1.x.c"},
            {"text": "x", "limit": 0},
        ):
            assert http.post("/api/search", json=bad).status_code == 422, bad
    assert httpx.post(f"{api.base}/api/search", json={"text": "x"}).status_code == 401
