"""Canned responses: found by what is typed, filled with names that are known, and never overwritten unseen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine

from models.audit import Audit
from models.canned import CannedResponses, NameTaken, UnusableText, checked, filled
from models.choosing import Outdated
from tests.fixtures_api import Api
from tests.test_api_people import signed_in

ADMIN = "a_boss"


@pytest.mark.parametrize(
    ("text", "customer", "said"),
    [
        ("Hello {customer}, I am {agent}.", "Li Lei", "Hello Li Lei, I am Wen."),
        ("Hello {customer}, I am {agent}.", "", "Hello, I am Wen."),
        ("Hello {customer|there}!", "", "Hello there!"),
        ("{customer|您}好，我是{agent}。", "", "您好，我是Wen。"),
        ("{customer|您}好，我是{agent}。", "李雷", "李雷好，我是Wen。"),
        ("No names.", "Li Lei", "No names."),
        ("{customer}", "{agent}", "{agent}"),
    ],
)
def test_names_are_put_in_and_what_they_are_called_is_no_variable(text: str, customer: str, said: str) -> None:
    assert filled(text, customer, "Wen") == said


@pytest.mark.parametrize(
    ("name", "language", "text"),
    [
        ("", "en", "x"),
        ("two words", "en", "x"),
        ("x" * 41, "en", "x"),
        ("-x", "en", "x"),
        ("ok", "fr", "x"),
        ("ok", "en", " \u200b "),
        ("ok", "en", "x\x1b[2J"),
        ("ok", "en", "x" * 4001),
        ("ok", "en", "Dear {name}"),
        ("ok", "en", "Dear {customer"),
        ("ok", "en", "{{customer}}"),
    ],
)
def test_what_cannot_be_used_is_refused_without_being_repeated(name: str, language: str, text: str) -> None:
    with pytest.raises(UnusableText) as refused:
        checked(name, language, text)
    assert "Dear" not in str(refused.value)


def test_names_are_found_before_texts_and_chinese_inside_of_words(sql_engine: Engine) -> None:
    store = CannedResponses(sql_engine)
    for name, language, text in (
        ("hello", "en", "Hello {customer}"),
        ("refund-how", "en", "We pay it back"),
        ("how", "en", "Like this"),
        ("/How", "zh", "这样做"),
        ("退款", "zh", "七天无理由退货，How 很简单"),
        ("percent", "en", "100% of it_all"),
    ):
        store.add(name, language, text, ADMIN)
    assert [each.name for each in store.found("/HO", "en")] == ["how", "refund-how"]
    assert [(each.name, each.language) for each in store.found("how")] == [
        ("how", "en"), ("how", "zh"), ("refund-how", "en"), ("退款", "zh"),
    ]  # fmt: skip
    assert [each.name for each in store.found("无理由")] == ["退款"]
    assert [each.name for each in store.found("%")] == ["percent"]
    assert [each.name for each in store.found("_")] == ["percent"]
    assert store.found("nothing of it") == []
    assert len(store.found(limit=2)) == 2


def test_who_is_second_is_told_and_all_of_it_is_on_record(sql_engine: Engine) -> None:
    store = CannedResponses(sql_engine)
    made = store.add("hello", "en", "Hello", ADMIN)
    with pytest.raises(NameTaken):
        store.add("HELLO", "en", "again", ADMIN)
    other = store.add("hello", "zh", "您好", ADMIN)
    changed = store.change(made.id, 1, "hi", "en", "Hi", ADMIN)
    assert (changed.version, store.found("hi", "en")) == (2, [changed])
    with pytest.raises(Outdated):
        store.change(made.id, 1, "hi", "en", "Hi again", ADMIN)
    with pytest.raises(NameTaken):
        store.change(other.id, 1, "hi", "en", "Hi", ADMIN)
    with pytest.raises(Outdated):
        store.remove(made.id, 1, ADMIN)
    with pytest.raises(KeyError):
        store.remove("r_none", 1, ADMIN)
    store.remove(made.id, 2, ADMIN)
    assert [each.id for each in store.found()] == [other.id]
    acts = [each.act for each in Audit(sql_engine).page(subject=made.id)]
    assert acts == ["canned.remove", "canned.change", "canned.add"]


def test_there_is_a_most(sql_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.canned.MOST", 1)
    store = CannedResponses(sql_engine)
    store.add("one", "en", "1", ADMIN)
    with pytest.raises(UnusableText, match="already"):
        store.add("two", "en", "2", ADMIN)


@pytest.fixture
def boss(api: Api) -> Iterator[httpx.Client]:
    with signed_in(api, "boss@shop.test") as client:
        yield client


def test_admins_write_and_agents_use_them(api: Api, boss: httpx.Client) -> None:
    new: dict[str, Any] = {"name": "hello", "language": "en", "text": "Hello {customer|there}, I am {agent}"}
    made = boss.post("/api/canned", json=new)
    assert (made.status_code, made.json()["filled"]) == (201, None)
    assert boss.post("/api/canned", json=new).json()["code"] == "name_taken"
    assert boss.post("/api/canned", json={**new, "text": "{nobody}"}).json()["code"] == "invalid"
    visitor = httpx.post(f"{api.base}/api/visitors", json={}).json()
    with signed_in(api, "wen@shop.test") as wen:
        [one] = wen.get("/api/canned", params={"text": "hel", "conversation": visitor["conversation"]}).json()["canned"]
        assert one["filled"] == "Hello there, I am Wen"
        assert wen.get("/api/canned", params={"conversation": "c_none"}).status_code == 404
        assert wen.post("/api/canned", json=new).status_code == 403
        path = f"/api/canned/{one['id']}"
        assert wen.delete(path, params={"version": 1}).status_code == 403
    assert boss.put(path, json={**new, "version": 1, "text": "Hi"}).json()["version"] == 2
    assert boss.put(path, json={**new, "version": 1}).json()["code"] == "outdated"
    assert boss.put("/api/canned/r_none", json={**new, "version": 1}).status_code == 404
    assert boss.delete(path, params={"version": 1}).status_code == 409
    assert boss.delete(path, params={"version": 2}).status_code == 204
    assert boss.get("/api/canned").json() == {"canned": []}
