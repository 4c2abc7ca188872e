from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event, func, select, text

from models import tables
from models.database import open_engine, writing
from models.entry import Author, AuthorKind, Body, Button, Entry, HolderChange, Message, Note, encode_body
from stream.change import Line
from stream.history import PAUSES_SECONDS, ArchiveUnavailable, History, SeqConflict, Summary
from tests.fixtures_sql import opened

AT = 1_700_000_000_000
ANN = Author(AuthorKind.CUSTOMER, "u_ann")
BOT = Author(AuthorKind.BOT)
AMY = Author(AuthorKind.AGENT, "a_amy", "Amy")


def line(conversation: str, seq: int, body: Body | None = None, **state: str) -> Line:
    said = body or Message(BOT, text=f"answer {seq}")
    return Line(f"{AT}-{seq}", Entry(conversation, seq, AT + seq, said), state)


def asked(id: str, text: str = "where is it?", author: Author = ANN) -> Message:
    return Message(author, text=text, id=id, row=f"{author.id}:{id}")


def kept(engine: Engine) -> tuple[list[Any], list[Any]]:
    """All that SQL holds, to compare."""
    with engine.connect() as connection:
        return (
            [tuple(row) for row in connection.execute(select(tables.messages).order_by("conversation", "seq"))],
            [tuple(row) for row in connection.execute(select(tables.conversations).order_by("id"))],
        )


@pytest.fixture
def history(sql_engine: Engine) -> History:
    return History(sql_engine)


FAMILY = "👨🏽‍👩🏽‍👧🏽‍👦🏽"
LONGEST_FAMILY = "🧑🏻‍❤️‍💋‍🧑🏿" + "‍👩🏽‍👧🏽‍👦🏽‍👶🏽" + "👍🏽👍"
TEXTS = {
    "emoji": "😀 bag 𠮷",
    "family": FAMILY,
    "family of 25 code points": LONGEST_FAMILY,
    "combining": "z" + "\u0301" * 1000,
    "right to left": "\u202e abc \u200b",
    "quotes": "'; DROP TABLE messages; -- %s :name {{7*7}} \\ \"",
    "long": "长" * 65_536,
    "64 KiB": "x" * 65_536,
}


@pytest.mark.parametrize("name", TEXTS)
def test_what_was_said_comes_back_as_it_was(history: History, name: str) -> None:
    body = Message(ANN, text=TEXTS[name], id="1", buttons=(Button(FAMILY, "/x"),), custom={"a": [1.5, None, "é"]})
    history.write([line("c_1", 1, body)])
    assert history.after("c_1", 0, 10) == [Entry("c_1", 1, AT + 1, body)]


def test_the_family_has_as_many_code_points_as_it_says() -> None:
    assert len(LONGEST_FAMILY) == 25


def test_every_kind_of_entry_comes_back(history: History, sql_engine: Engine) -> None:
    bodies: list[Body] = [
        asked("m1"),
        Message(BOT, text="it left"),
        HolderChange(holder="queue", verb="ask", author=ANN, reason="asked", asked=AT),
        HolderChange(holder="agent", verb="take", author=AMY, agent=AMY, asked=AT),
        Note(AMY, "angry", id="n1", row="a_amy:n1"),
    ]
    lines = [line("c_1", n, body) for n, body in enumerate(bodies, 1)]
    assert history.write(lines, epoch="e1") == {"c_1": 5}
    assert history.after("c_1", 0, 10) == [each.entry for each in lines]
    columns = tables.messages.c
    with sql_engine.connect() as connection:
        rows = connection.execute(
            select(columns.kind, columns.author_kind, columns.author_id, columns.client_id, columns.epoch)
        ).all()
        bodies_kept = connection.scalars(select(columns.body).order_by(columns.seq)).all()
    assert sorted(map(tuple, rows), key=str) == sorted(
        [
            ("message", "customer", "u_ann", "m1", "e1"),
            ("message", "bot", None, None, "e1"),
            ("holder", "customer", "u_ann", None, "e1"),
            ("holder", "agent", "a_amy", None, "e1"),
            ("note", "agent", "a_amy", "n1", "e1"),
        ],
        key=str,
    )
    assert bodies_kept == [encode_body(body).decode() for body in bodies]


def test_after_answers_a_page_in_order(history: History) -> None:
    history.write([line("c_1", n) for n in (3, 1, 2, 5, 4)] + [line("c_2", 1)])
    assert [entry.seq for entry in history.after("c_1", 1, 3)] == [2, 3, 4]
    assert history.after("c_1", 5, 3) == []
    assert history.after("c_none", 0, 3) == []


def test_ids_that_differ_only_in_case_are_two(history: History) -> None:
    history.write([line("c_a", 1, asked("x"), customer="u_a"), line("c_A", 1, asked("x"), customer="u_A")])
    history.write([line("c_a", 2, asked("X")), line("c_a", 3, asked("x", author=Author(AuthorKind.CUSTOMER, "u_ANN")))])
    assert [len(history.after(id, 0, 9)) for id in ("c_a", "c_A")] == [3, 1]
    assert [each.id for each in history.conversations(customer="u_A", limit=9)] == ["c_A"]


def test_a_base_is_the_hash_as_the_commits_left_it(history: History) -> None:
    assert history.base("c_1") is None
    history.write([line("c_1", 1, asked("1"), customer="u_ann", language="zh"), line("c_1", 2)])
    history.write([line("c_1", 3, answered="3", tracker='{"slots":{"品":"茶 😀"}}'), line("c_1", 4, language="en")])
    assert history.base("c_1") == {
        "customer": "u_ann",
        "language": "en",
        "answered": "3",
        "tracker": '{"slots":{"品":"茶 😀"}}',
        "last_at": str(AT + 4),
        "seq": "4",
        "archived": "4",
    }


def test_an_older_batch_again_takes_nothing_back(history: History, sql_engine: Engine) -> None:
    older = [line("c_1", 1, asked("1"), holder="bot"), line("c_1", 2, holder="queue", asked="5")]
    newer = [line("c_1", 3, asked("2", "hello?")), line("c_1", 4, holder="agent", agent="a_amy")]
    assert history.write(older) == {"c_1": 2}
    assert history.write(newer) == {"c_1": 4}
    before = kept(sql_engine)
    assert history.write(older) == {"c_1": 4}
    assert history.write(older + newer) == {"c_1": 4}
    assert kept(sql_engine) == before


def test_nothing_is_written_for_nothing(history: History) -> None:
    assert history.write([]) == {}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_batches_cut_anyhow_in_any_order_make_the_same(tmp_path: Path, data: st.DataObject) -> None:
    with fresh(tmp_path) as plain, fresh(tmp_path) as shuffled:
        lines = story()
        History(plain).write(lines)
        size = data.draw(st.integers(1, len(lines)))
        batches = [lines[start : start + size] for start in range(0, len(lines), size)]
        again = data.draw(st.lists(st.sampled_from(batches), max_size=4))
        for batch in data.draw(st.permutations(batches + again)):
            History(shuffled).write(data.draw(st.permutations(batch)))
        assert kept(shuffled) == kept(plain)


@pytest.mark.mysql
def test_batches_in_any_order_make_the_same_on_mysql(mysql_engine: Engine, sqlite_engine: Engine) -> None:
    lines = story()
    History(sqlite_engine).write(lines)
    batches = [lines[start : start + 5] for start in range(0, len(lines), 5)]
    for batch in random.sample(batches * 3, len(batches) * 3):
        History(mysql_engine).write(random.sample(batch, len(batch)))
    assert kept(mysql_engine) == kept(sqlite_engine)


def test_two_writers_at_once_lose_nothing(sql_engine: Engine, tmp_path: Path) -> None:
    """An old owner of a partition that is late, and the new one: the same lines, cut differently, each writer in its own order."""
    lines = [line(f"c_{c}", seq, None, **{f"f{seq}": "x"}) for seq in range(1, 9) for c in range(20)]

    def work(size: int) -> None:
        batches = [lines[start : start + size] for start in range(0, len(lines), size)]
        for batch in random.sample(batches, len(batches)):
            History(sql_engine).write(batch)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, (7, 11, 20, 40)))
    with fresh(tmp_path) as plain:
        History(plain).write(lines)
        assert kept(sql_engine) == kept(plain)


def test_a_message_sent_again_after_the_log_forgot_its_id_is_there_once(history: History) -> None:
    history.write([line("c_1", 1, asked("m1"), answered="1")])
    again = asked("m1")
    assert history.write([line("c_1", 2, again, answered="2"), line("c_1", 3)]) == {"c_1": 3}
    assert [entry.seq for entry in history.after("c_1", 0, 9)] == [1, 3]
    assert (history.base("c_1") or {})["answered"] == "2"


def test_other_words_under_a_used_id_are_kept(history: History, sql_engine: Engine) -> None:
    history.write([line("c_1", 1, asked("m1"))])
    again = [line("c_1", 2, asked("m1", "something else"))]
    for _ in range(2):
        history.write(again)
        assert [entry.body for entry in history.after("c_1", 0, 9)] == [asked("m1"), asked("m1", "something else")]
    with sql_engine.connect() as connection:
        ids = connection.scalars(select(tables.messages.c.client_id).order_by("seq")).all()
    assert ids == ["m1", None]


def test_another_entry_at_a_taken_place_is_an_error_and_changes_nothing(history: History, sql_engine: Engine) -> None:
    history.write([line("c_1", 1), line("c_1", 2, asked("m1", "canary"))])
    before = kept(sql_engine)
    lost = Line("other-1", Entry("c_1", 2, AT, asked("m2", "after the loss, canary")), {"holder": "queue"})
    with pytest.raises(SeqConflict, match="c_1") as raised:
        history.write([line("c_2", 1), lost, line("c_1", 3)])
    assert raised.value.places == [("c_1", 2)]
    assert "canary" not in str(raised.value)
    assert kept(sql_engine) == before


def test_the_same_entry_from_a_log_that_was_built_again_is_no_conflict(history: History) -> None:
    history.write([line("c_1", 1)])
    assert history.write([Line("other-1", line("c_1", 1).entry)]) == {"c_1": 1}


def test_a_long_value_cuts_only_the_column(history: History) -> None:
    long = {"agent_name": "名" * 500, "reason": "r" * 500, "language": "l" * 99, "holder": "agent"}
    history.write([line("c_1", 1, asked("1", "词" * 500), **long)])
    base = history.base("c_1") or {}
    assert {name: base[name] for name in long} == long
    (summary,) = history.conversations(limit=9)
    assert (len(summary.agent_name), len(summary.reason), len(summary.language)) == (200, 200, 32)
    assert summary.last_text == "词" * 200


def test_conversations_are_listed_newest_first_in_pages(history: History) -> None:
    for n in range(5):
        state = {"customer": f"u_{n % 2}", "holder": "agent" if n % 2 else "queue", "agent": "a_amy" if n % 2 else ""}
        history.write([line(f"c_{n}", 1, None, **state), line(f"c_{n}", 2 + n // 2, Note(AMY, "not shown"))])
    every = history.conversations(limit=9)
    assert [(each.id, each.last_at - AT) for each in every] == [
        ("c_4", 4),
        ("c_3", 3),
        ("c_2", 3),
        ("c_1", 2),
        ("c_0", 2),
    ]
    assert all(each.last_text == "answer 1" for each in every)
    pages, before = [], None
    while page := history.conversations(before=before, limit=2):
        pages += page
        before = (page[-1].last_at, page[-1].id)
    assert pages == every
    assert [each.id for each in history.conversations(holder="queue", limit=9)] == ["c_4", "c_2", "c_0"]
    assert [each.id for each in history.conversations(agent="a_amy", limit=9)] == ["c_3", "c_1"]
    assert [each.id for each in history.conversations(customer="u_1", holder="queue", limit=9)] == []
    assert history.conversations(customer="u_1", limit=1) == [
        Summary("c_3", "u_1", "agent", "a_amy", "", 3, AT + 3, "", "answer 1", 0, "")
    ]


def test_a_batch_takes_few_round_trips(sql_engine: Engine) -> None:
    sent: list[str] = []
    event.listen(sql_engine, "before_cursor_execute", lambda *args: sent.append(args[2]))
    lines = [line(f"c_{n % 100}", 1 + n // 100, asked(str(n))) for n in range(500)]
    History(sql_engine).write(lines)
    assert len(sent) <= 6, sent


@pytest.mark.mysql
def test_many_rows_go_in_one_statement(mysql_engine: Engine) -> None:
    """PyMySQL only does so for texts that it recognises; else each row is a round trip."""
    lines = [line(f"c_{n % 100}", 1 + n // 100, asked(str(n))) for n in range(500)]
    before, same = session(mysql_engine)
    History(mysql_engine).write(lines)
    after, connection = session(mysql_engine)
    assert connection == same
    assert after - before < 20


@pytest.mark.mysql
def test_a_deadlock_is_tried_again_as_a_whole(mysql_engine: Engine) -> None:
    history = History(mysql_engine)
    history.write([line("c_a", 1), line("c_b", 1)])
    codes = failures(mysql_engine)
    with ThreadPoolExecutor(1) as threads, writing(mysql_engine) as other:
        # InnoDB ends the transaction that has written less.
        rows = [{"name": f"n{n}", "value": "x" * 1000} for n in range(300)]
        other.execute(tables.deployment.insert(), rows)
        other.execute(lock("c_b"))
        writer = threads.submit(history.write, [line("c_a", 2, holder="queue"), line("c_b", 2, holder="queue")])
        until_waiting(mysql_engine, writer)
        other.execute(lock("c_a"))
        other.commit()
        assert writer.result() == {"c_a": 2, "c_b": 2}
    assert codes == [1213]
    assert [(history.base(id) or {})["holder"] for id in ("c_a", "c_b")] == ["queue", "queue"]


def test_a_writer_waits_for_a_short_lock(sql_engine: Engine) -> None:
    history = History(sql_engine)
    history.write([line("c_a", 1)])
    with ThreadPoolExecutor(1) as threads:
        with writing(sql_engine) as other:
            other.execute(tables.conversations.update().where(tables.conversations.c.id == "c_a").values(reason="held"))
            writer = threads.submit(history.write, [line("c_a", 2)])
        assert writer.result() == {"c_a": 2}


@pytest.mark.mysql
def test_a_lock_that_does_not_end_is_given_up_without_partial_effect(mysql_engine: Engine) -> None:
    history = History(mysql_engine)
    history.write([line("c_a", 1)])
    event.listen(mysql_engine, "begin", lambda c: c.exec_driver_sql("SET SESSION innodb_lock_wait_timeout = 1"))
    codes = failures(mysql_engine)
    with writing(mysql_engine) as other:
        other.execute(lock("c_a"))
        with pytest.raises(ArchiveUnavailable):
            history.write([line("c_0", 1), line("c_a", 2)])
    assert codes == [1205] * (len(PAUSES_SECONDS) + 1)
    assert history.after("c_0", 0, 9) == []
    assert history.write([line("c_0", 1), line("c_a", 2)]) == {"c_0": 1, "c_a": 2}


def test_a_busy_sqlite_file_is_given_up_without_partial_effect(sqlite_engine: Engine) -> None:
    event.listen(sqlite_engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout = 1"))
    sqlite_engine.dispose()
    history = History(sqlite_engine)
    with writing(sqlite_engine), pytest.raises(ArchiveUnavailable):
        history.write([line("c_1", 1)])
    assert history.after("c_1", 0, 9) == []
    assert history.write([line("c_1", 1)]) == {"c_1": 1}


def test_a_database_that_is_gone_is_unavailable() -> None:
    engine = open_engine("mysql://root@127.0.0.1:1/none")
    history = History(engine)
    for call in (
        lambda: history.write([line("c_1", 1)]),
        lambda: history.base("c_1"),
        lambda: history.after("c_1", 0, 1),
        lambda: history.conversations(limit=1),
    ):
        with pytest.raises(ArchiveUnavailable):
            call()
    engine.dispose()


def test_a_file_that_cannot_be_written_is_unavailable(sqlite_engine: Engine) -> None:
    event.listen(sqlite_engine, "connect", lambda connection, _: connection.execute("PRAGMA query_only = ON"))
    sqlite_engine.dispose()
    with pytest.raises(ArchiveUnavailable):
        History(sqlite_engine).write([line("c_1", 1)])


def story() -> list[Line]:
    """Three conversations, woven into each other, with fields that change and fields that do not."""
    lines = []
    for seq in range(1, 9):
        for c in range(3):
            state = {"holder": ("bot", "queue", "agent", "bot")[seq % 4], "token": str(seq)} if seq % 2 else {}
            state |= {"customer": f"u_{c}"} if seq == 1 else {}
            state |= {"tracker": f'{{"n":{seq}}}'} if seq % 3 == c else {}
            body = asked(f"m{seq}", f"question {seq}") if seq % 2 else Message(BOT, text=f"answer {seq} 😀")
            lines.append(line(f"c_{c}", seq, body, **state))
    return lines


_numbers = iter(range(1_000_000))


@contextmanager
def fresh(folder: Path) -> Iterator[Engine]:
    with opened(f"sqlite:///{folder / f'fresh{next(_numbers)}.db'}") as engine:
        yield engine


def lock(id: str) -> Any:
    return (
        select(func.count()).select_from(tables.conversations).where(tables.conversations.c.id == id).with_for_update()
    )


def failures(engine: Engine) -> list[int]:
    """The error codes of MySQL from now on."""
    codes: list[int] = []
    event.listen(engine, "handle_error", lambda context: codes.append(context.original_exception.args[0]))
    return codes


def session(engine: Engine) -> tuple[int, int]:
    """(statements that this connection has sent, its id); the pool has no other while nothing runs at once."""
    with engine.connect() as connection:
        sent = connection.execute(text("SHOW SESSION STATUS LIKE 'Questions'")).one()[1]
        return int(sent), int(connection.scalar(text("SELECT connection_id()")) or 0)


def until_waiting(engine: Engine, writer: Future[Any]) -> None:
    """Until the writer waits for a lock."""
    waiting = text(
        "SELECT count(*) FROM information_schema.innodb_trx t JOIN information_schema.processlist p"
        " ON p.id = t.trx_mysql_thread_id WHERE t.trx_state = 'LOCK WAIT' AND p.db = database()"
    )
    with engine.connect() as connection:
        while not connection.scalar(waiting):
            # InnoDB renews this table only where nobody has read it for 0.1 s.
            assert not wait([writer], timeout=0.15).done
            connection.rollback()
