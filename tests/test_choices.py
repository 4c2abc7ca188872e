"""What admins choose: taken only where it can be honoured, never overwritten unseen, and known everywhere within seconds."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, update

from models.audit import Audit
from models.choices import HoursChoice, UnusableChoice, WidgetChoice, contrast_with_white, taken
from models.choosing import Choices, Chosen, Outdated
from models.database import writing
from models.tables import choices
from tests.fixtures_api import PASSWORD, Api
from tests.fixtures_store import wait_until

SHANGHAI: dict[str, Any] = {
    "zone": "Asia/Shanghai",
    "week": {"Mo": ["09:00-12:00", "13:00-18:00"], "Sa": []},
    "dates": [
        {"first": "2026-10-05", "last": "2026-10-05"},
        {"first": "2026-10-10", "last": "2026-10-10", "spans": ["10:00-11:00"]},
    ],
}


def test_hours_are_those_of_the_week_except_on_days_that_are_otherwise() -> None:
    choice = taken("hours", SHANGHAI)
    assert isinstance(choice, HoursChoice)
    hours = choice.hours()
    assert hours.open(datetime(2026, 10, 12, 1, 30, tzinfo=UTC)), "a Monday, half past nine there"
    assert not hours.open(datetime(2026, 10, 12, 4, 30, tzinfo=UTC)), "noon"
    assert not hours.open(datetime(2026, 10, 5, 1, 30, tzinfo=UTC)), "a holiday"
    assert hours.open(datetime(2026, 10, 10, 2, 30, tzinfo=UTC)), "a Saturday that is worked"
    always = taken("hours", {})
    assert isinstance(always, HoursChoice)
    assert always.hours().open(datetime(2026, 10, 5, tzinfo=UTC))


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("hours", {"zone": "Nowhere/City", "week": {"Mo": ["09:00-10:00"]}}, "no such time zone"),
        ("hours", {"zone": "../etc", "week": {}}, "value.zone"),
        ("hours", {"week": {"Mo": ["09:00-10:00"]}}, "time zone"),
        ("hours", {"zone": "UTC"}, "no hours are given"),
        ("hours", {"zone": "UTC", "week": {"Mo": ["10:00-09:00"]}}, "in order"),
        ("hours", {"zone": "UTC", "week": {"Mo": ["09:00-12:00; Tu off"]}}, "value.week"),
        ("hours", {"zone": "UTC", "week": {"Monday": []}}, "value"),
        ("hours", {"zone": "UTC", "dates": [{"first": "2026-10-02", "last": "2026-10-01"}]}, "in order"),
        ("widget", {"accent": "red"}, "value.accent"),
        ("widget", {"accent": "#ffffff"}, "cannot be read"),
        ("widget", {"accent": "#000000\n"}, "value.accent"),
        ("widget", {"accent": "url(javascript:alert(1))"}, "value.accent"),
        ("widget", {"suggestions": {"en": ["a", "b", "c", "d"]}}, "value.suggestions"),
        ("widget", {"greeting": {"fr": "bonjour"}}, "value"),
        ("widget", {"typed-by-a-person": 1}, "value"),
    ],
)
def test_what_cannot_be_honoured_is_refused_without_repeating_it(name: str, value: Any, sentence: str) -> None:
    with pytest.raises(UnusableChoice) as raised:
        taken(name, value)
    assert sentence in str(raised.value)
    assert "typed-by-a-person" not in str(raised.value)
    assert "javascript" not in str(raised.value)


def test_contrast_is_as_wcag_has_it() -> None:
    assert contrast_with_white("#000000") == pytest.approx(21)
    assert contrast_with_white("#ffffff") == pytest.approx(1)
    assert contrast_with_white("#767676") == pytest.approx(4.54, abs=0.01)


def test_of_two_who_change_the_same_at_once_one_is_told(sql_engine: Engine) -> None:
    store, start = Choices(sql_engine), Barrier(4)

    def change(version: int, n: int) -> bool:
        start.wait()
        try:
            store.put("widget", version, {"title": {"en": f"Title {n}"}}, f"a_{n}")
        except Outdated:
            return False
        return True

    for version in range(3):
        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(change, [version] * 4, range(4))) == 1
    kept = store.all()["widget"]
    assert kept.version == 3
    assert kept.person in {each.person for each in Audit(sql_engine).page()}
    assert len(Audit(sql_engine).page()) == 3, "who was refused has changed nothing"


def test_what_is_refused_is_not_kept_and_what_a_newer_program_wrote_is_left_alone(sqlite_engine: Engine) -> None:
    store = Choices(sqlite_engine)
    with pytest.raises(UnusableChoice):
        store.put("widget", 0, {"accent": "red"}, "a_1")
    assert store.all() == {}
    assert Audit(sqlite_engine).page() == []
    store.put("widget", 0, {"side": "left"}, "a_1")
    with writing(sqlite_engine) as connection:
        connection.execute(update(choices).values(value='{"side": "above"}'))
    assert store.all() == {}


async def test_a_process_sees_a_change_without_a_restart(sqlite_engine: Engine) -> None:
    store = Choices(sqlite_engine)
    chosen = Chosen(store)
    await chosen.look()
    assert chosen.get(WidgetChoice) is None
    store.put("widget", 0, {"side": "left"}, "a_1")
    await chosen.look()
    assert chosen.get(WidgetChoice) is None, "looked just now"
    chosen._looked -= 10
    await chosen.look()
    assert chosen.get(WidgetChoice) == WidgetChoice(side="left")
    assert chosen.kept("hours").version == 0
    chosen.heard("hours", store.put("hours", 0, {"zone": "Asia/Shanghai", "week": {"Mo": ["09:00-18:00"]}}, "a_1"))
    assert chosen.kept("hours").version == 1, "chosen here: at once"
    assert chosen.get(WidgetChoice) == WidgetChoice(side="left")


def test_admins_choose_and_every_page_sees_the_look(api: Api) -> None:
    with httpx.Client(base_url=api.base, timeout=20) as http:
        answer = http.post("/api/login", json={"email": "boss@shop.test", "password": PASSWORD}).json()
        admin = {"Authorization": f"Bearer {answer['token']}"}
        before = http.get("/api/settings/widget", headers=admin).json()
        assert (before["version"], before["at"], before["value"]["side"]) == (0, None, "right")
        value = {
            "accent": "#5c22d6",
            "side": "left",
            "greeting": {"zh": "您好"},
            "suggestions": {"zh": ["退款多久到账？"]},
        }
        changed = http.put("/api/settings/widget", headers=admin, json={"version": 0, "value": value})
        assert (changed.status_code, changed.json()["version"]) == (200, 1)
        late = http.put("/api/settings/widget", headers=admin, json={"version": 0, "value": value})
        assert (late.status_code, late.json()["code"]) == (409, "outdated")
        refused = http.put("/api/settings/widget", headers=admin, json={"version": 1, "value": {"side": "up"}})
        assert (refused.status_code, refused.json()["detail"]) == (422, "Not as expected: value.side.")
        wait_until(lambda: http.get("/api/widget-settings").json()["side"] == "left", "pages see it")
        look = http.get("/api/widget-settings").json()
        assert (look["accent"], look["greeting"]) == ("#5c22d6", {"zh": "您好"})
        (act,) = http.get("/api/audit?act=settings.change", headers=admin).json()["acts"]
        assert (act["subject"], act["name"]) == ("widget", "Boss")
        assert http.put("/api/settings/nothing", headers=admin, json={"version": 0, "value": {}}).status_code == 404
