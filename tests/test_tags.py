"""Tags: the same word once, on record, told to who watches, and no place for anybody's number."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from sqlalchemy import Engine

from models.audit import Audit
from models.tags import MOST, Tags, UnusableTag, cleaned
from tests.client import Customer
from tests.fixtures_api import Api
from tests.test_api_people import signed_in
from tests.test_socket import agent


@pytest.mark.parametrize(
    ("typed", "kept"), [(" VIP ", "vip"), ("ＶＩＰ", "vip"), ("退款", "退款"), ("two\t words", "two words")]
)
def test_the_same_word_is_the_same_tag(typed: str, kept: str) -> None:
    assert cleaned(typed) == kept


@pytest.mark.parametrize("typed", ["", "  ", "\u200b", "x" * 41, "bell \a", "13800138000", "wen@shop.example"])
def test_what_cannot_be_a_tag_is_refused_and_not_repeated(typed: str) -> None:
    with pytest.raises(UnusableTag) as refused:
        cleaned(typed)
    assert "138" not in str(refused.value)


def test_tags_are_put_on_and_off_once_each_and_on_record(sql_engine: Engine) -> None:
    tags = Tags(sql_engine)
    assert tags.change("c_1", ["vip", "Refund", "VIP"], [], "a_1") == ("refund", "vip")
    assert tags.change("c_1", ["vip"], ["refund", "never there"], "a_2") == ("vip",)
    assert tags.change("c_2", ["vip", "other"], [], "a_1") == ("other", "vip")
    assert tags.of(["c_1", "c_2", "c_3"]) == {"c_1": ("vip",), "c_2": ("other", "vip")}
    assert tags.known() == [("vip", 2), ("other", 1)]
    acts = [(each.person, each.act, each.reason) for each in Audit(sql_engine).page(subject="c_1")]
    assert acts == [("a_2", "tag.remove", "refund"), ("a_1", "tag.add", "vip"), ("a_1", "tag.add", "refund")]
    with pytest.raises(UnusableTag, match="at most"):
        tags.change("c_1", [f"t{'abcdefghijklmnopqrstuvwxyz'[n]}" for n in range(MOST)], [], "a_1")
    assert tags.of(["c_1"]) == {"c_1": ("vip",)}


def test_two_who_put_the_same_tag_on_at_once_put_it_on_once(sql_engine: Engine) -> None:
    tags = Tags(sql_engine)
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda n: tags.change("c_1", ["vip", f"of {'abcdefgh'[n]}"], [], "a_1"), range(8)))
    assert all("vip" in each for each in done)
    assert len(tags.of(["c_1"])["c_1"]) == 9


async def test_who_watches_is_told_and_lists_can_be_asked_by_tag(api: Api) -> None:
    async with (
        await Customer.visitor(api.base) as own,
        await Customer.visitor(api.base) as other,
        await agent(api) as wen,
    ):
        for each in (own, other):
            await each.acknowledged(await each.say("first"))
            await wen.send({"type": "take", "conversation": each.conversation})
            await each.until(lambda who=each: who.frames[-1].get("holder") == "agent", "taken")  # type: ignore[misc]
        with signed_in(api, "wen@shop.test") as http:
            path = f"/api/conversations/{own.conversation}/tags"
            assert http.post(path, json={"add": ["VIP"]}).json() == {"tags": ["vip"]}
            await wen.until(
                lambda: wen.frames[-1] == {"type": "tags", "conversation": own.conversation, "tags": ["vip"]}, "told"
            )
            assert http.post(path, json={"add": ["13800138000"]}).json()["code"] == "invalid"
            assert http.post("/api/conversations/c_none/tags", json={"add": ["vip"]}).status_code == 404
            one = http.get(f"/api/conversations/{own.conversation}").json()
            assert one["tags"] == ["vip"]
            assert http.get("/api/tags").json() == {"tags": [{"tag": "vip", "conversations": 1}]}
        mine = httpx.get(
            f"{api.base}/api/conversations/{own.conversation}", headers={"Authorization": f"Bearer {own.token}"}
        )
        assert mine.json()["tags"] == [], "customers see none"
        await own.send({"type": "ping"})
        await own.until(lambda: own.frames[-1]["type"] == "pong", "all has come")
        assert not [each for each in own.frames if each["type"] == "tags"]
