"""Training data over REST: what the page of admins asks for, and each refusal with a code and a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from models.database import open_engine
from models.examples import fingerprint
from models.markup import Span
from models.project_data import Line, Part, ProjectData, publish
from models.versions import ModelVersion, Versions
from tests.fixtures_api import Api
from tests.test_inbox import boss

__all__ = ["boss"]

LINES = [
    Line("greet", "Hi"),
    Line("greet", "您好", language="zh"),
    Line("track", "where is order A-17", (Span(15, 19, "order_id", "A-17"),)),
    Line("track", "where is my parcel?"),
    *(Line("refund", f"<b>money</b> back {n}") for n in range(60)),
]
PARTS = {
    Part.INTENT: {
        "greet": {"ruled": True, "titles": {}},
        "track": {"ruled": True, "titles": {}},
        "refund": {"ruled": False, "titles": {}},
    },
    Part.ENTITY: {"order_id": {"roles": [], "groups": []}},
    Part.HELD_OUT: {"m": ["Where is MY parcel", "track"], "n": ["is it my parcel, where?", "track"]},
}


@pytest.fixture(autouse=True)
def shop(api: Api) -> None:
    engine = open_engine(api.settings.sql_url)
    publish(engine, ProjectData("shop", LINES, PARTS))
    engine.dispose()


def test_admins_see_what_is_learned_and_change_it(boss: httpx.Client) -> None:
    found = boss.get("/api/data").raise_for_status().json()
    assert [(each["name"], each["examples"], each["ruled"]) for each in found["intents"]] == [
        ("greet", 2, True),
        ("refund", 60, False),
        ("track", 2, True),
    ]
    assert found["intents"][0]["languages"] == {"en": 1, "zh": 1}
    assert found["entities"] == [{"name": "order_id", "roles": [], "groups": []}]
    page = boss.post("/api/data/examples/list", json={"intent": "refund"}).json()
    rest = boss.post("/api/data/examples/list", json={"intent": "refund", "after": page["next"]}).json()
    assert (len(page["examples"]), len(rest["examples"]), page["total"], rest["next"]) == (50, 10, 60, None)
    (track,) = boss.post("/api/data/examples/list", json={"intent": "track", "text": "order"}).json()["examples"]
    assert (track["line"], track["source"], track["at"]) == ("where is order [A-17](order_id)", "file", None)

    made = boss.post(
        "/api/data/examples", json={"intent": "gift", "line": "wrap it as a gift", "reason": "asked often"}
    )
    assert made.status_code == 201
    changed = boss.put(
        f"/api/data/examples/{track['id']}", json={"intent": "track", "line": "where is [A-18](order_id)"}
    )
    (id,) = changed.raise_for_status().json()["ids"]
    events = boss.get(f"/api/data/examples/{id}/history").json()["events"]
    assert [(each["act"], each["line"]) for each in events] == [
        ("changed", "where is [A-18](order_id)"),
        ("filed", "where is order [A-17](order_id)"),
    ]
    gift = next(each for each in boss.get("/api/data").json()["intents"] if each["name"] == "gift")
    assert (gift["examples"], gift["filed"], gift["ruled"]) == (1, False, False)
    moved = boss.post("/api/data/examples/move", json={"ids": made.json()["ids"], "intent": "greet"}).raise_for_status()
    removed = boss.post("/api/data/examples/remove", json={"ids": moved.json()["ids"]}).raise_for_status()
    assert removed.json()["ids"] == []
    boss.delete(f"/api/data/changes/{removed.json()['change']}").raise_for_status()
    assert boss.post("/api/data/examples/list", json={"source": "desk"}).json()["total"] == 2
    acts = [each["act"] for each in boss.get("/api/audit").json()["acts"]]
    assert acts[:5] == ["example.undo", "example.remove", "example.move", "example.change", "example.add"]


def test_each_refusal_has_a_code(boss: httpx.Client) -> None:
    def refused(answer: httpx.Response) -> tuple[int, str]:
        assert "13800138000" not in answer.text
        return answer.status_code, answer.json()["code"]

    (hi,) = boss.post("/api/data/examples/list", json={"text": "hi", "intent": "greet"}).json()["examples"]
    add = "/api/data/examples"
    assert refused(boss.post(add, json={"intent": "greet", "line": "hi!"})) == (409, "known")
    assert refused(boss.post(add, json={"intent": "track", "line": "hi!"})) == (409, "contradiction")
    assert refused(boss.post(add, json={"intent": "track", "line": "call 13800138000"})) == (422, "sensitive")
    assert refused(boss.post(add, json={"intent": "<b>", "line": "x"})) == (422, "invalid")
    assert refused(boss.post(add, json={"intent": "track", "line": "x" * 4001})) == (422, "invalid")
    assert refused(boss.post(add, json={"intent": "track", "line": "x" * 70_000})) == (413, "too_large")
    boss.put(f"{add}/{hi['id']}", json={"intent": "greet", "line": "hi all"}).raise_for_status()
    assert refused(boss.put(f"{add}/{hi['id']}", json={"intent": "greet", "line": "hi you"})) == (409, "outdated")
    assert refused(boss.post(f"{add}/remove", json={"ids": [hi["id"]]})) == (409, "outdated")
    assert refused(boss.post(f"{add}/move", json={"ids": ["e_none"], "intent": "greet"})) == (404, "not_found")
    assert refused(boss.get(f"{add}/e_none/history")) == (404, "not_found")
    assert refused(boss.delete("/api/data/changes/t_none")) == (404, "not_found")
    assert refused(boss.post(f"{add}/list", json={"after": "1:2"})) == (422, "invalid")


def test_a_line_is_checked_while_it_is_typed(boss: httpx.Client) -> None:
    def notes(line: str, intent: str = "track", id: str = "") -> list[tuple[str, str]]:
        answer = boss.post("/api/data/check", json={"line": line, "intent": intent, "id": id}).raise_for_status()
        return [(each["kind"], each["intent"]) for each in answer.json()["notes"]]

    (hi,) = boss.post("/api/data/examples/list", json={"text": "hi", "intent": "greet"}).json()["examples"]
    assert notes("a new one") == []
    assert notes("HI!") == [("twice", "greet")]
    assert notes("HI!", "greet") == [("known", "")]
    assert notes("HI!", "greet", hi["id"]) == []
    assert notes("my parcel, where is it?") == [("held_out", "")]
    assert notes("call 13800138000") == [("sensitive", "")]
    assert notes("[a]{entity}") == [("unreadable", "")]


def test_what_may_be_wrong_is_listed_and_settled(boss: httpx.Client, api: Api, tmp_path: Path) -> None:
    engine = open_engine(api.settings.sql_url)
    told = [
        ("hi", "greet", "refund", 0.93),
        ("nobody says this", "greet", "refund", 0.9),
        ("您好", "refund", "greet", 0.9),
    ]
    suspects = [
        {"mark": fingerprint(text), "meant": meant, "read": read, "confidence": sure}
        for text, meant, read, sure in told
    ]
    manifest = json.dumps({"version": "m1", "metrics": {"suspects": suspects}})
    (tmp_path / "model.json").write_text("{}")
    Versions(engine).add(
        ModelVersion("m1", "shop", 1, "", "", "d", "c", 2, 0, "", manifest), {"model.json": tmp_path / "model.json"}
    )
    engine.dispose()
    found = boss.get("/api/data/findings").raise_for_status().json()
    assert [(each["kind"], [one["name"] for one in each["intents"]], each["count"]) for each in found["findings"]] == [
        ("held_out", ["track"], 1),
        ("few", ["greet"], 2),
        ("few", ["track"], 2),
        ("many", ["refund"], 60),
    ]
    (suspect,) = found["suspects"]
    assert (suspect["example"]["text"], suspect["read"]["name"], suspect["confidence"]) == ("Hi", "refund", 0.93)
    kept = boss.post("/api/data/examples/keep", json={"ids": [suspect["example"]["id"]]}).raise_for_status().json()
    assert boss.get("/api/data/findings").json()["suspects"] == []
    assert boss.get(f"/api/data/examples/{kept['ids'][0]}/history").json()["events"][0]["act"] == "kept"
    boss.delete(f"/api/data/changes/{kept['change']}").raise_for_status()
    assert len(boss.get("/api/data/findings").json()["suspects"]) == 1
