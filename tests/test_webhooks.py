"""Webhooks: told at least once, of each conversation in order, by us and nobody else, and never into our own network."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256

import httpx
import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import OperationalError

import stream.deliveries
from models.audit import Audit
from models.choosing import Outdated
from models.database import open_engine
from models.entry import Author, AuthorKind, Body, Entry, HolderChange, Message, Note, Rated
from models.hooks import Hook, TooMany, Webhooks
from models.sealed import KeyRing
from models.settings import Targets
from models.tables import deliveries as deliveries_table
from models.tables import webhooks as webhooks_table
from models.webhooks import Kind, UnusableUrl, checked_url, events, public, signature
from stream.archive import Archive
from stream.change import Line
from stream.deliveries import DISABLE_AFTER_MS, Deliveries
from stream.history import History
from stream.posting import NotSent, Poster
from stream.store import Store
from tests.client import Customer
from tests.fixtures_api import Api
from tests.fixtures_store import eventually
from tests.test_api_people import signed_in
from tests.test_socket import agent

CUSTOMER, WEN = Author(AuthorKind.CUSTOMER, "u_1", "ABCD"), Author(AuthorKind.AGENT, "a_1", "Wen")
URL = "https://crm.example/hook"


@dataclass
class Receiver:
    """A server that answers what `answer` says of each request; `got` are headers and bodies."""

    url: str = ""
    answer: Callable[[int], int] = lambda _: 200
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.tasks.add(task)
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (each.partition(": ") for each in head[1:] if each)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.got.append((headers, body))
        if status := self.answer(len(self.got)):
            writer.write(f"HTTP/1.1 {status} X\r\nLocation: {self.url}again\r\nContent-Length: 0\r\n\r\n".encode())
        # Until the other side has had enough.
        await reader.read()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    async with server:
        yield receiver
        await asyncio.gather(*receiver.tasks)


def entry(seq: int, body: Body, conversation: str = "c_1") -> Entry:
    return Entry(conversation, seq, 1_700_000_000_000 + seq, body)


def said(text: str) -> Message:
    return Message(CUSTOMER, text)


def test_what_happens_is_told_in_its_order_and_notes_are_not() -> None:
    told = {
        1: said("hello"),
        2: HolderChange("queue", "ask", CUSTOMER, reason="asked"),
        3: HolderChange("agent", "take", WEN, agent=WEN),
        4: Note(WEN, "for us"),
        5: HolderChange("bot", "give_back", WEN),
        6: HolderChange("nobody", "close", WEN),
        7: Rated(CUSTOMER, 5),
    }
    found = [(event.seq, event.kind) for seq, body in told.items() for event in events(entry(seq, body))]
    assert found == [
        (1, "conversation.opened"), (1, "message"), (2, "conversation.handed_over"), (3, "conversation.taken"),
        (6, "conversation.closed"), (7, "conversation.rated"),
    ]  # fmt: skip
    [_, message] = events(entry(1, said("call 139****5678")))
    body = json.loads(message.body)
    assert (body["kind"], body["conversation"], body["seq"], body["entry"]["text"]) == (
        "message",
        "c_1",
        1,
        "call 139****5678",
    )


def test_a_signature_is_over_the_time_and_the_bytes() -> None:
    made = signature("whsec_x", 1_700_000_000, b'{"a": 1}')
    expected = hmac.new(b"whsec_x", b'1700000000.{"a": 1}', sha256).hexdigest()
    assert made == f"t=1700000000,v1={expected}"


PRIVATE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "::1", "::",
    "fe80::1", "fec0::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:a00:1", "64:ff9b::a00:1", "2002:7f00:1::", "192.0.2.1",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_no_private_address_is_public(address: str) -> None:
    assert not public(address)
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(UnusableUrl):
        checked_url(f"https://{host}/hook", anywhere=False)


@pytest.mark.parametrize(
    "url",
    [
        "http://crm.example/hook", "ftp://crm.example", "https://", "https://user:secret@crm.example", "https://crm.example/#x", "https://localhost/x",
        "https://LOCALHOST./x", "https://crm.example:99999/", "https://crm.example/a b",
        "https://crm.example/\n", "https://crm.example/" + "x" * 500,
        "https://[::1/", "//crm.example", "https://例子.example/",
    ],
)  # fmt: skip
def test_what_is_no_address_of_the_open_internet_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(UnusableUrl) as refused:
        checked_url(url, anywhere=False)
    assert "secret" not in str(refused.value)


def test_public_addresses_are_taken_and_private_ones_where_it_is_allowed() -> None:
    for url in (URL, "https://8.8.8.8:8443/x?y=1", "https://[2606:4700::1111]/"):
        assert checked_url(url, anywhere=False) == url
    assert checked_url("http://127.0.0.1:1/x", anywhere=True)


async def test_nothing_is_sent_into_our_own_network_also_not_by_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stream.posting.TIMEOUT_SECONDS", 0.5)
    async with receiving() as receiver, Poster(anywhere=False) as guarded, Poster(anywhere=True) as poster:
        for url in (
            receiver.url,
            receiver.url.replace("127.0.0.1", "localhost"),
            receiver.url.replace("127.0.0.1", "127.1"),
        ):
            with pytest.raises(NotSent, match="private"):
                await guarded.post(url, {}, b"x")
        assert receiver.got == []
        receiver.answer = lambda _: 302
        assert await poster.post(receiver.url, {"A": "b"}, b"body") == 302
        assert len(receiver.got) == 1, "redirects are not followed"
        assert receiver.got[0][1] == b"body"
        receiver.answer = lambda _: 0
        with pytest.raises(NotSent, match="seconds"):
            await poster.post(receiver.url, {}, b"x")
        for url in ("http://127.0.0.1:1/", "http://no-such-name.invalid/"):
            with pytest.raises(NotSent, match="No connection"):
                await poster.post(url, {}, b"x")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The time of deliveries, to be moved."""
    now = [1_800_000_000_000]
    monkeypatch.setattr(stream.deliveries, "_now", lambda: now[0])
    return now


@pytest.fixture
def hooks(sql_engine: Engine) -> Webhooks:
    return Webhooks(sql_engine, KeyRing.generated())


def lines(*entries: Entry) -> list[Line]:
    return [Line(f"1-{each.seq}", each) for each in entries]


def heads(outbox: Deliveries) -> list[tuple[str, int, str]]:
    return sorted((each.delivery.conversation, each.delivery.seq, each.delivery.kind) for each in outbox.due())


def test_of_each_conversation_the_first_is_told_first_and_what_comes_again_is_there_once(
    sql_engine: Engine, hooks: Webhooks, clock: list[int]
) -> None:
    outbox = Deliveries(sql_engine)
    hook, _ = hooks.add(URL, [Kind.OPENED, Kind.MESSAGE], "a_boss")
    both = lines(entry(1, said("one")), entry(2, said("two")), entry(1, said("other"), "c_2"))
    outbox.write([hook], both[1:])
    outbox.write([hook], both)
    outbox.write([hook], both)
    assert len(outbox.page(hook.id)) == 5
    assert heads(outbox) == [("c_1", 1, "conversation.opened"), ("c_2", 1, "conversation.opened")]
    [one, other] = sorted(outbox.due(), key=lambda each: each.delivery.conversation)
    outbox.missed(one, 400, "no")
    outbox.delivered(other, 200)
    assert heads(outbox) == [("c_2", 1, "message")], "one that is refused holds up its own conversation only"
    clock[0] += 10_000
    assert heads(outbox) == [("c_1", 1, "conversation.opened"), ("c_2", 1, "message")]
    outbox.missed(outbox.due()[0], 503, "down")
    assert heads(outbox) == [], "a server that is down is left alone"
    clock[0] += 30_000
    for _ in range(10):
        for each in outbox.due():
            assert json.loads(each.body)["conversation"] == each.delivery.conversation
            outbox.delivered(each, 200)
    assert {each.state for each in outbox.page(hook.id)} == {"done"}
    [kept] = hooks.list()
    assert (kept.failures, kept.failing_since, kept.paused_until) == (0, 0, 0)
    clock[0] += 8 * 24 * 3_600_000
    outbox.sweep()
    assert outbox.page(hook.id) == []


def test_an_event_that_alone_is_refused_is_given_up_after_a_day(
    sql_engine: Engine, hooks: Webhooks, clock: list[int]
) -> None:
    outbox = Deliveries(sql_engine)
    hook, _ = hooks.add(URL, [Kind.MESSAGE], "a_boss")
    outbox.write([hook], lines(entry(2, said("poison")), entry(3, said("after"))))
    for _ in range(40):
        outbox.write([hook], lines(entry(2, said("fine"), f"c_{clock[0]}")))
        for each in outbox.due():
            if each.delivery.seq == 2 and each.delivery.conversation == "c_1":
                outbox.missed(each, 413, "too large")
            else:
                outbox.delivered(each, 200)
        clock[0] += 3_700_000
    states = {each.seq: each.state for each in outbox.page(hook.id, limit=200) if each.conversation == "c_1"}
    assert states == {2: "failed", 3: "done"}
    assert not hooks.list()[0].disabled


def test_where_nothing_is_taken_for_a_day_the_webhook_is_disabled_and_nothing_is_lost(
    sql_engine: Engine, hooks: Webhooks, clock: list[int]
) -> None:
    outbox = Deliveries(sql_engine)
    hook, _ = hooks.add(URL, [Kind.MESSAGE], "a_boss")
    outbox.write([hook], lines(entry(2, said("one")), entry(3, said("two"))))
    status = 404
    for _ in range(60):
        for each in outbox.due():
            outbox.missed(each, status, "gone")
        clock[0] += 3_700_000
    [now] = hooks.list()
    assert now.disabled
    assert heads(outbox) == []
    [act] = Audit(sql_engine).page(act="webhook.disable")
    assert (act.subject, act.person) == (hook.id, "")
    assert clock[0] - now.failing_since > DISABLE_AFTER_MS
    again = hooks.change(hook.id, now.version, URL, now.kinds, False, "a_boss")
    assert not again.disabled
    for _ in range(2):
        [each] = outbox.due()
        outbox.delivered(each, 204)
    assert [each.state for each in outbox.page(hook.id)] == ["done", "done"]


def test_secrets_are_sealed_and_who_is_second_is_told(
    sql_engine: Engine, hooks: Webhooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook, secret = hooks.add(URL, [Kind.RATED], "a_boss")
    assert secret.startswith("whsec_")
    assert hooks.get(hook.id) == (hook, secret)
    with sql_engine.connect() as connection:
        assert secret not in str(connection.execute(select(webhooks_table)).all())
    assert hooks.renew(hook.id, "a_boss") != secret
    changed = hooks.change(hook.id, 1, URL, [Kind.OPENED], True, "a_boss")
    with pytest.raises(Outdated):
        hooks.change(hook.id, 1, URL, [Kind.OPENED], False, "a_boss")
    with pytest.raises(KeyError):
        hooks.renew("w_none", "a_boss")
    with pytest.raises(Outdated):
        hooks.remove(hook.id, 1, "a_boss")
    Deliveries(sql_engine).write([hook], lines(entry(7, Rated(CUSTOMER, 1))))
    hooks.remove(hook.id, changed.version, "a_boss")
    assert hooks.list() == []
    with sql_engine.connect() as connection:
        assert connection.execute(select(deliveries_table)).all() == []
    monkeypatch.setattr("models.hooks.MOST", 0)
    with pytest.raises(TooMany):
        hooks.add(URL, [Kind.RATED], "a_boss")


def test_secrets_are_sealed_anew_under_a_new_key_and_then_the_old_one_may_go(sql_engine: Engine) -> None:
    old = KeyRing.generated()
    hook, secret = Webhooks(sql_engine, old).add(URL, [Kind.RATED], "a_boss")
    both = old.rotated()
    assert Webhooks(sql_engine, both).reseal() == (1, 0)
    assert Webhooks(sql_engine, both).reseal() == (0, 0)
    alone = both.without(1)
    assert Webhooks(sql_engine, alone).get(hook.id) == (hook, secret)
    assert Webhooks(sql_engine, KeyRing.generated()).reseal() == (0, 1)


@pytest.fixture
def boss(make_api: Callable[..., Api]) -> Iterator[tuple[Api, httpx.Client]]:
    api = make_api(webhook_targets=Targets.ANY)
    with signed_in(api, "boss@shop.test") as client:
        yield api, client


async def test_a_conversation_is_told_signed_in_order_and_again_until_it_is_taken(
    boss: tuple[Api, httpx.Client], store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stream.deliveries.FIRST_PAUSE_MS", 10)
    api, http = boss
    async with receiving() as receiver, await Customer.visitor(api.base) as own, await agent(api) as wen:
        receiver.answer = lambda n: 500 if n in (1, 3, 4) else 200
        made = await asyncio.to_thread(http.post, "/api/webhooks", json={"url": receiver.url, "kinds": list(Kind)})
        hook, secret = made.json()["webhook"], made.json()["secret"]
        await own.acknowledged(await own.say("call 13912345678"))
        await wen.send({"type": "take", "conversation": own.conversation})
        await wen.send({"type": "note", "id": "n1", "conversation": own.conversation, "text": "between us"})
        await wen.send({"type": "close", "conversation": own.conversation})
        await own.until(lambda: any(each.get("holder") == "nobody" for each in own.frames), "closed")
        engine, stop = open_engine(api.settings.sql_url), asyncio.Event()
        archive = Archive(store, api.settings, History(engine), api.ring)
        running = asyncio.create_task(archive.run(stop, lambda: None))

        async def all_told() -> bool:
            listed = await asyncio.to_thread(http.get, f"/api/webhooks/{hook['id']}/deliveries")
            return [each["state"] for each in listed.json()["deliveries"]] == ["done"] * 4

        await eventually(all_told, "all is told")
        stop.set()
        await running
        engine.dispose()
    taken = [each for n, each in enumerate(receiver.got, 1) if receiver.answer(n) == 200]
    kinds = [json.loads(body)["kind"] for _, body in taken]
    assert kinds == ["conversation.opened", "message", "conversation.taken", "conversation.closed"]
    for headers, body in receiver.got:
        parts = dict(part.split("=", 1) for part in headers["bellhop-signature"].split(","))
        expected = hmac.new(secret.encode(), parts["t"].encode() + b"." + body, sha256).hexdigest()
        assert hmac.compare_digest(parts["v1"], expected)
        assert headers["bellhop-event"] == json.loads(body)["kind"]
        assert b"13912345678" not in body
        assert b"between us" not in body
    assert receiver.got[0][0]["bellhop-delivery"] == receiver.got[1][0]["bellhop-delivery"], "the same, once more"
    assert receiver.got[0][1] == receiver.got[1][1]


async def test_what_the_outbox_could_not_take_stays_in_the_log_until_it_can(
    boss: tuple[Api, httpx.Client], store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    api, http = boss
    write, refused = Deliveries.write, []

    def down(outbox: Deliveries, hooks: Sequence[Hook], found: Sequence[Line]) -> None:
        if len(refused) < 3:
            refused.append(len(found))
            raise OperationalError("INSERT", {}, Exception("gone away"))
        write(outbox, hooks, found)

    monkeypatch.setattr(Deliveries, "write", down)
    async with receiving() as receiver, await Customer.visitor(api.base) as own:
        await asyncio.to_thread(http.post, "/api/webhooks", json={"url": receiver.url, "kinds": ["message"]})
        for n in range(3):
            await own.acknowledged(await own.say(f"number {'abc'[n]}"))
        engine, stop = open_engine(api.settings.sql_url), asyncio.Event()
        archive = Archive(store, api.settings, History(engine), api.ring)
        running = asyncio.create_task(archive.run(stop, lambda: None))

        async def all_told() -> bool:
            return len(receiver.got) == 3

        await eventually(all_told, "all is told")
        stop.set()
        await running
        engine.dispose()
    assert len(refused) == 3
    assert [json.loads(body)["seq"] for _, body in receiver.got] == [1, 2, 3], "each once, in order"


async def test_admins_try_it_out_and_see_the_secret_once(boss: tuple[Api, httpx.Client]) -> None:
    _, http = boss
    async with receiving() as receiver:
        made = await asyncio.to_thread(http.post, "/api/webhooks", json={"url": receiver.url, "kinds": ["message"]})
        assert made.status_code == 201
        path, secret = f"/api/webhooks/{made.json()['webhook']['id']}", made.json()["secret"]
        assert secret not in http.get("/api/webhooks").text
        tried = (await asyncio.to_thread(http.post, f"{path}/test")).json()
        assert (tried["ok"], tried["status"], tried["error"]) == (True, 200, "")
        assert json.loads(receiver.got[0][1])["kind"] == "ping"
        receiver.answer = lambda _: 418
        tried = (await asyncio.to_thread(http.post, f"{path}/test")).json()
        assert (tried["ok"], tried["status"]) == (False, 418)
    tried = (await asyncio.to_thread(http.post, f"{path}/test")).json()
    assert (tried["ok"], tried["status"]) == (False, None)
    assert tried["error"].startswith("No connection")
    assert http.post(f"{path}/secret").json()["secret"] != secret
    change = {"version": 1, "url": "https://crm.example/x", "kinds": ["message", "message"], "disabled": True}
    changed = http.put(path, json=change).json()
    assert (changed["version"], changed["kinds"], changed["disabled"]) == (2, ["message"], True)
    assert http.put(path, json=change).json()["code"] == "outdated"
    for bad in ({"kinds": []}, {"kinds": ["note"]}, {"url": "nonsense", "kinds": ["message"]}):
        assert http.post("/api/webhooks", json={"url": "https://crm.example/x", **bad}).status_code == 422
    assert http.delete(path, params={"version": 2}).status_code == 204
    assert http.get("/api/webhooks").json() == {"webhooks": []}


def test_by_itself_no_webhook_leads_into_our_network(api: Api) -> None:
    with signed_in(api, "boss@shop.test") as http:
        for url in ("http://127.0.0.1:8080/", "https://169.254.169.254/latest", "https://localhost/"):
            answer = http.post("/api/webhooks", json={"url": url, "kinds": ["message"]})
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
        made = http.post("/api/webhooks", json={"url": "https://127.1/", "kinds": ["message"]}).json()["webhook"]
        tried = http.post(f"/api/webhooks/{made['id']}/test").json()
        assert (tried["ok"], tried["error"]) == (False, "The address leads into a private network.")
