"""Who may come in: added, changed, shut out and let in again by admins, with what each may not do; a password is shown once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine

from models.audit import Audit
from models.people import LastAdmin, People, Role
from tests.fixtures_api import CHEAP, PASSWORD, Api


@contextmanager
def signed_in(api: Api, email: str, password: str = PASSWORD) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=api.base, timeout=20) as client:
        answer = client.post("/api/login", json={"email": email, "password": password})
        client.headers["Authorization"] = f"Bearer {answer.raise_for_status().json()['token']}"
        yield client


@pytest.fixture
def boss(api: Api) -> Iterator[httpx.Client]:
    with signed_in(api, "boss@shop.test") as client:
        yield client


def acts(boss: httpx.Client, subject: str) -> list[str]:
    return [each["act"] for each in boss.get("/api/audit", params={"subject": subject}).json()["acts"]][::-1]


def test_somebody_new_logs_in_with_the_password_that_was_shown_once(api: Api, boss: httpx.Client) -> None:
    new = {"email": "Mei@shop.test", "name": "梅", "languages": ["zh", "EN"]}
    made = boss.post("/api/people", json=new)
    assert made.status_code == 201
    person, password = made.json()["person"], made.json()["password"]
    assert (person["email"], person["role"], person["languages"]) == ("mei@shop.test", "agent", ["zh", "en"])
    assert len(password) >= 24
    listed = boss.get("/api/people")
    assert password not in listed.text
    assert "password" not in listed.text
    assert person in listed.json()["people"]
    with signed_in(api, "mei@shop.test", password) as mei:
        assert mei.get("/api/queue").status_code == 200
        wrong = mei.post("/api/password", json={"current": "not this one", "password": "a new long one"})
        assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong_password")
        assert mei.post("/api/password", json={"current": password, "password": "short"}).status_code == 422
        changed = mei.post("/api/password", json={"current": password, "password": "a new long one"})
        assert changed.status_code == 204
        assert mei.get("/api/queue").status_code == 401, "signed out everywhere, here too"
    with signed_in(api, "mei@shop.test", "a new long one") as mei:
        assert mei.get("/api/queue").status_code == 200
    twice = boss.post("/api/people", json=new)
    assert (twice.status_code, twice.json()["code"]) == (409, "email_taken")
    assert acts(boss, person["id"]) == ["people.add", "people.password"]


def test_who_is_disabled_is_out_until_let_in_again(api: Api, boss: httpx.Client) -> None:
    path = f"/api/people/{api.wen.id}"
    with signed_in(api, "wen@shop.test") as wen:
        assert boss.patch(path, json={"disabled": True}).json()["disabled"] is True
        assert wen.get("/api/queue").status_code == 401
    assert httpx.post(f"{api.base}/api/login", json={"email": "wen@shop.test", "password": PASSWORD}).status_code == 401
    assert boss.patch(path, json={"disabled": False}).json()["disabled"] is False
    with signed_in(api, "wen@shop.test") as wen:
        assert boss.patch(path, json={"role": "admin", "name": "Wen Li"}).json()["role"] == "admin"
        assert wen.get("/api/people").status_code == 401, "another role: sign in anew"
    with signed_in(api, "wen@shop.test") as wen:
        assert wen.get("/api/people").status_code == 200
    assert boss.patch(path, json={"name": "Wen Li"}).status_code == 200
    found = acts(boss, api.wen.id)
    assert found == ["people.add", "people.disable", "people.enable", "people.name", "people.make_admin"]


def test_a_capacity_of_ones_own_counts_at_once(api: Api, boss: httpx.Client) -> None:
    assert boss.patch(f"/api/people/{api.wen.id}", json={"capacity": 3}).json()["capacity"] == 3
    holds = {each["id"]: each["capacity"] for each in boss.get("/api/agents").json()["agents"]}
    assert holds[api.wen.id] == 3
    assert holds[api.boss.id] == 8
    assert "people.capacity" in acts(boss, api.wen.id)
    assert boss.patch(f"/api/people/{api.wen.id}", json={"capacity": 0}).json()["capacity"] == 0
    assert {each["capacity"] for each in boss.get("/api/agents").json()["agents"]} == {8}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"role": "root"}, 422),
        ({"name": ""}, 422),
        ({"name": "a\u001b[2J"}, 422),
        ({"email": "other@shop.test"}, 422),
        ({"password": "chosen by the admin"}, 422),
        ({"languages": ["Chinese"]}, 422),
        ({"capacity": 101}, 422),
        ({"capacity": -1}, 422),
        ({"role": "agent"}, 409),
        ({"disabled": True}, 409),
    ],
)
def test_what_cannot_be_changes_nothing(api: Api, boss: httpx.Client, body: dict[str, Any], status: int) -> None:
    before = boss.get("/api/people").json()
    assert boss.patch(f"/api/people/{api.boss.id}", json=body).status_code == status
    assert boss.get("/api/people").json() == before
    assert acts(boss, api.boss.id) == ["people.add"]
    assert boss.patch("/api/people/a_nobody", json={"name": "X"}).status_code == 404


def test_a_lost_password_is_replaced_and_the_lock_lifted(api: Api, boss: httpx.Client) -> None:
    for _ in range(6):
        httpx.post(f"{api.base}/api/login", json={"email": "li@shop.test", "password": "forgotten it"})
    password = boss.post(f"/api/people/{api.li.id}/password").json()["password"]
    with signed_in(api, "li@shop.test", password) as li:
        assert li.post(f"/api/people/{api.boss.id}/password").status_code == 403
    assert acts(boss, api.li.id)[-1] == "people.password"


def test_two_admins_who_disable_each_other_at_once_leave_one(sql_engine: Engine) -> None:
    people = People(sql_engine, hasher=CHEAP)
    both = [people.add(f"{each}@shop.test", each, Role.ADMIN, PASSWORD).id for each in ("one", "two")]
    start = Barrier(2)

    def disable(mine: str, other: str) -> bool:
        start.wait()
        try:
            people.disable(other, by=mine)
        except LastAdmin:
            return False
        return True

    for _ in range(5):
        with ThreadPoolExecutor(2) as pool:
            done = list(pool.map(disable, both, both[::-1]))
        assert sorted(done) == [False, True]
        assert sum(not each.disabled for each in people.list()) == 1
        for each in both:
            people.change(each, disabled=False)
    assert {each.act for each in Audit(sql_engine).page()} == {"people.add", "people.disable", "people.enable"}
