"""Reports: what came of conversations, made from what the archive holds, counted by the days of any time zone."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, insert, select

from api.reporting import _cell
from models.database import open_engine, writing
from models.tables import conversations, messages, outcomes
from stream.outcomes import Outcome, Outcomes, Said, outcome
from stream.reports import NAMES, Reports, Span
from tests.fixtures_api import PASSWORD, Api

UTC_ZONE = ZoneInfo("UTC")
DAY_MS = 24 * 3_600_000
BEGAN = round(datetime(2026, 3, 2, 23, 30, tzinfo=UTC).timestamp() * 1000)


def ms(*parts: int) -> int:
    return round(datetime(*parts, tzinfo=UTC).timestamp() * 1000)  # type: ignore[arg-type,misc]


def entry(seq: int, at: int, author: str, kind: str = "message", body: str = "", id: str = "") -> Said:
    return Said(seq, at, kind, author, id, body)


ASK = '{"kind":"holder","holder":"queue","verb":"ask","author":{"kind":"bot"},"reason":"asked"}'
TAKE = '{"kind":"holder","holder":"agent","verb":"take","author":{"kind":"agent","id":"a_wen"},"agent":{"kind":"agent","id":"a_wen"}}'
CLOSE = '{"kind":"holder","holder":"nobody","verb":"close","author":{"kind":"agent","id":"a_wen"}}'
REOPEN = TAKE.replace('"take"', '"reopen"')
STARS = '{"kind":"rating","author":{"kind":"customer","id":"u_1"},"stars":4,"text":"…"}'

WHOLE = [
    entry(1, BEGAN, "customer", id="u_1"),
    entry(2, BEGAN + 100, "bot"),
    entry(3, BEGAN + 1_000, "bot", "holder", ASK),
    entry(4, BEGAN + 5_000, "agent", "holder", TAKE, "a_wen"),
    entry(5, BEGAN + 6_000, "agent", "note", "{}", "a_wen"),
    entry(6, BEGAN + 9_000, "agent", id="a_wen"),
    entry(7, BEGAN + 60_000, "agent", "holder", CLOSE, "a_wen"),
    entry(8, BEGAN + 61_000, "customer", "rating", STARS, "u_1"),
]


def test_what_came_of_a_conversation() -> None:
    assert outcome(Outcome("c_1"), WHOLE) == Outcome(
        "c_1", 8, BEGAN, "asked", BEGAN + 1_000, BEGAN + 5_000, BEGAN + 9_000, BEGAN + 60_000, "a_wen", 1, 1, 1, 4
    )
    again = [*WHOLE, entry(9, BEGAN + 70_000, "agent", "holder", REOPEN, "a_li")]
    assert outcome(Outcome("c_1"), again).closed == 0, "reopened"
    joined = outcome(Outcome("c_1"), [WHOLE[0], WHOLE[3]])
    assert (joined.reason, joined.asked) == ("joined", BEGAN + 5_000)
    alone = outcome(Outcome("c_1"), WHOLE[:2])
    assert (alone.asked, alone.reason, alone.agent) == (0, "", "")


@given(st.lists(st.sampled_from(WHOLE), max_size=20))
def test_whatever_the_entries_are_there_is_an_outcome(entries: list[Said]) -> None:
    made = outcome(Outcome("c_1"), entries)
    assert made.customer_messages + made.bot_messages + made.agent_messages == sum(
        each.kind == "message" for each in entries
    )
    assert bool(made.taken) <= bool(made.asked)
    assert bool(made.answered) <= bool(made.taken)


@given(st.lists(st.sampled_from(WHOLE), max_size=20), st.integers(0, 20))
def test_it_goes_on_from_where_it_was_as_if_made_of_all(entries: list[Said], at: int) -> None:
    begun = outcome(Outcome("c_1"), entries[:at])
    assert outcome(begun, entries[at:]) == outcome(Outcome("c_1"), entries)


def archived(engine: Engine, name: str, entries: Sequence[Said], seq: int | None = None) -> None:
    row = {
        "id": name, "customer": "u_1", "holder": "bot", "agent": "", "agent_name": "", "token": 0, "answered": 0, "asked": 0, "reason": "",
        "language": "", "seq": seq or entries[-1].seq, "last_at": entries[-1].at, "last_text": "", "state": "{}",
    }  # fmt: skip
    with writing(engine) as connection:
        connection.execute(conversations.delete().where(conversations.c.id == name))
        connection.execute(messages.delete().where(messages.c.conversation == name))
        connection.execute(insert(conversations).values(row))
        for each in entries:
            connection.execute(
                insert(messages).values(
                    conversation=name, seq=each.seq, epoch="", at=each.at, kind=each.kind, author_kind=each.author_kind,
                    author_id=each.author or None, client_id=None, stream_id="", body=each.body or '{"text": "x"}',
                )
            )  # fmt: skip


def test_rows_are_made_once_and_again_when_there_is_more(sql_engine: Engine) -> None:
    archived(sql_engine, "c_1", WHOLE[:2])
    archived(sql_engine, "c_2", WHOLE)
    look = Outcomes(sql_engine).look
    assert (look(), look()) == (2, 0)
    archived(sql_engine, "c_1", WHOLE[:4])
    assert look(BEGAN + DAY_MS) == 0, "older than is looked at"
    assert (look(BEGAN), look()) == (1, 0)
    with sql_engine.connect() as connection:
        rows = {row.conversation: row for row in connection.execute(select(outcomes))}
    assert (rows["c_1"].seq, rows["c_1"].taken, rows["c_2"].stars) == (4, BEGAN + 5_000, 4)
    assert (rows["c_1"].began, rows["c_1"].customer_messages, rows["c_1"].bot_messages) == (BEGAN, 1, 1)


def filled(engine: Engine, rows: Sequence[dict[str, Any]], prefix: str = "c") -> None:
    plain = {name: getattr(Outcome(""), name) for name in Outcome.__slots__} | {"customer_messages": 1}
    with writing(engine) as connection:
        for first in range(0, len(rows), 5_000):
            some = rows[first : first + 5_000]
            connection.execute(
                insert(outcomes),
                [{**plain, "conversation": f"{prefix}_{first + n}", **each} for n, each in enumerate(some)],
            )


def test_days_are_those_of_the_time_zone_and_numbers_are_right(sql_engine: Engine) -> None:
    late = ms(
        2026, 3, 1, 17, 0
    )  # the second of March in Shanghai, half past ten in the evening of the first in Kolkata
    waits = [10, 20, 30, 40, 100]
    rows: list[dict[str, Any]] = [
        {"began": late, "asked": late, "taken": late, "answered": late + w * 1_000, "closed": late + w * 2_000, "reason": "asked",
         "agent": "a_wen", "agent_messages": 2, "stars": star}
        for w, star in zip(waits, (5, 5, 4, 0, 1), strict=True)
    ]  # fmt: skip
    rows += [{"began": late + DAY_MS}, {"began": late + DAY_MS, "asked": late + DAY_MS, "reason": "not_understood"}]
    rows += [{"began": late, "customer_messages": 0}]
    filled(sql_engine, rows)
    reports = Reports(sql_engine)

    def rows_of(name: str, zone: str = "Asia/Shanghai", hourly: bool = False) -> Any:
        span = Span(ms(2026, 2, 1), ms(2026, 4, 1), ZoneInfo(zone), hourly)
        return NAMES[name](reports, span).rows

    assert rows_of("volume") == (("2026-03-02", 6, 5, 5), ("2026-03-03", 2, 1, 0))
    assert rows_of("volume", "Asia/Kolkata") == (("2026-03-01", 6, 5, 5), ("2026-03-02", 2, 1, 0))
    assert rows_of("volume", hourly=True) == (("01:00", 8, 6, 5),)
    assert rows_of("containment") == (("2026-03-02", 5, 0, 0.0), ("2026-03-03", 2, 1, 0.5))
    assert rows_of("reasons") == (("asked", 5, 0.8333), ("not_understood", 1, 0.1667))
    assert rows_of("response") == (("2026-03-02", 5, 30.0, 100.0),)
    assert rows_of("resolution") == (("2026-03-02", 5, 60.0, 200.0),)
    assert rows_of("csat") == (("2026-03-02", 4, 3.75, 1, 0, 0, 1, 2),)
    assert rows_of("agents") == (("a_wen", "", 5, 10, 30.0, 60.0, 4, 3.75),)
    nothing = Span(ms(2025, 1, 1), ms(2025, 1, 2), UTC_ZONE)
    assert all(make(reports, nothing).rows == () for make in NAMES.values())


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＠SUM(A1)", "  =1"])
def test_no_cell_is_taken_for_a_formula(cell: str) -> None:
    assert _cell(cell) == f"'{cell}"
    assert _cell("Wen") == "Wen"
    assert _cell(-1) == -1


def test_admins_read_reports_and_take_them_away(api: Api) -> None:
    with httpx.Client(base_url=api.base, timeout=20) as http:
        token = http.post("/api/login", json={"email": "boss@shop.test", "password": PASSWORD}).json()["token"]
        http.headers["Authorization"] = f"Bearer {token}"
        made = http.post("/api/people", json={"email": "x@shop.test", "name": "=HYPERLINK(1)"}).json()["person"]["id"]
        engine = open_engine(api.settings.sql_url)
        now = time.time_ns() // 1_000_000
        filled(engine, [{"began": now, "asked": now, "answered": now + 1_000, "agent": made, "reason": "asked"}])
        engine.dispose()
        for name in NAMES:
            answer = http.get(f"/api/reports/{name}")
            assert answer.status_code == 200, name
            assert {len(row) for row in answer.json()["rows"]} <= {len(answer.json()["columns"])}
        day = datetime.now(ZoneInfo("Asia/Tokyo")).date().isoformat()
        one = http.get("/api/reports/volume", params={"from": day, "to": day, "zone": "Asia/Tokyo"}).json()
        assert one["rows"] == [[day, 1, 1, 0]]
        sheet = http.get("/api/reports/agents.csv")
        assert sheet.headers["content-type"].startswith("text/csv")
        assert sheet.headers["content-disposition"].startswith('attachment; filename="agents-')
        rows = list(csv.reader(io.StringIO(sheet.text.removeprefix("\ufeff"))))
        assert rows[0][:3] == ["agent", "name", "conversations"]
        assert rows[1][:3] == [made, "'=HYPERLINK(1)", "1"]
        for query in (
            "from=2026-02-02&to=2026-02-01",
            "from=2020-01-01&to=2026-01-01",
            "zone=Nowhere",
            "from=x",
            "by=week",
        ):
            assert http.get(f"/api/reports/volume?{query}").status_code == 422, query
        assert http.get("/api/reports/nothing").status_code == 404
