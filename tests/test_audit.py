"""Who did what: kept with what was done, newest first, a page at a time, and without anything sensitive."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import Engine

from models import audit
from models.audit import COMMAND_LINE, Audit
from models.database import writing
from tests.fixtures_api import PASSWORD, Api


def test_acts_come_newest_first_in_pages_and_can_be_narrowed(sql_engine: Engine) -> None:
    acts = Audit(sql_engine)
    for n in range(7):
        acts.write(f"a_{n % 2}", "settings.change" if n % 3 else "people.add", f"s{n}", f"because {n}")
    first = acts.page(limit=4)
    second = acts.page(first[-1].id, limit=4)
    assert sorted(each.subject for each in (*first, *second)) == [f"s{n}" for n in range(7)]
    ids = [each.id for each in (*first, *second)]
    assert ids == sorted(ids, reverse=True)
    assert {each.subject for each in acts.page(person="a_1")} == {"s1", "s3", "s5"}
    assert {each.subject for each in acts.page(act="people.add")} == {"s0", "s3", "s6"}
    assert [each.reason for each in acts.page(subject="s5")] == ["because 5"]
    acts.write(COMMAND_LINE, "people.password", "a_1")
    assert [each.act for each in acts.page(person=COMMAND_LINE)] == ["people.password"]


def test_acts_of_one_millisecond_keep_their_order(sqlite_engine: Engine) -> None:
    with writing(sqlite_engine) as connection:
        for n in range(200):
            audit.write(connection, "a_1", "people.name", f"a_{n}")
    found = [each.subject for each in Audit(sqlite_engine).page(limit=200)]
    assert found == [f"a_{n}" for n in reversed(range(200))]


def test_what_is_not_done_is_not_on_record(sql_engine: Engine) -> None:
    def fails() -> None:
        with writing(sql_engine) as connection:
            audit.write(connection, "a_1", "settings.change", "hours")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert Audit(sql_engine).page() == []


def test_a_reason_is_bounded_and_holds_nothing_sensitive(sqlite_engine: Engine) -> None:
    acts = Audit(sqlite_engine)
    acts.write("a_1", "message.reveal", "c_1", "asked to call 13800138000 back" + "x" * 1_000)
    (kept,) = acts.page()
    assert "13800138000" not in kept.reason
    assert len(kept.reason) <= 500
    with pytest.raises(ValueError, match="short name"):
        acts.write("a_1", "x" * 65)


def test_admins_look_it_up_with_names(api: Api) -> None:
    with httpx.Client(base_url=api.base, timeout=20) as http:
        answer = http.post("/api/login", json={"email": "boss@shop.test", "password": PASSWORD}).json()
        http.headers["Authorization"] = f"Bearer {answer['token']}"
        languages = {"languages": ["zh"]}
        assert http.put(f"/api/agents/{api.wen.id}/languages", json=languages).status_code == 200
        (act,) = http.get("/api/audit?act=people.languages").json()["acts"]
        assert (act["name"], act["act"], act["subject"]) == ("Boss", "people.languages", api.wen.id)
        assert act["at"].endswith("Z")
        http.put(f"/api/agents/{api.li.id}/languages", json=languages)
        page = http.get("/api/audit?limit=1").json()
        assert page["acts"][0]["subject"] == api.li.id
        rest = http.get("/api/audit", params={"limit": 1, "after": page["next"]}).json()
        assert rest["acts"] == [act]
        by_hand = http.get("/api/audit?act=people.add").json()["acts"]
        assert {(each["person"], each["name"]) for each in by_hand} == {("", "")}, "the command line adds people too"
        assert http.get("/api/audit?subject=nothing").json() == {"acts": [], "next": None}
        assert http.get("/api/audit?limit=0").status_code == 422
