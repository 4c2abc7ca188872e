"""What an action server may answer, and what must never come of it. The server is a script."""

from __future__ import annotations

import json
import logging
import traceback
import zlib
from typing import Any

import pytest

from bot import remote_server
from bot.action_answer import ActionFailed, ActionRejected, Ran
from bot.project.endpoints import ActionEndpoint
from bot.remote_breaker import FAILURES_MOST, OPEN_SECONDS, RETRIES_MOST, Breaker, RetryBudget
from bot.remote_server import RemoteServer
from tests.action_server import Scripted, http
from tests.ports import free_port
from tests.test_actions import tracker

SECRET = "s3cret-of-the-server"
LIMIT_SECONDS = 10.0
DOMAIN = {"responses": {"utter_greet": [{"text": "Hi"}]}}
FINE = http(b'{"events": [{"event": "slot", "name": "a", "value": 1}], "responses": [{"text": "Hi"}]}')
GONE = http(b"", 503)


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_server, "BACK_OFF_SECONDS", 0.001)


async def asked(script: Scripted, times: int = 1, limit: float = LIMIT_SECONDS, **endpoint: Any) -> Ran:
    """The last answer."""
    async with script.running():
        server = RemoteServer(ActionEndpoint(script.url, **endpoint), DOMAIN)
        try:
            for _ in range(times - 1):
                await server.run("action_one", tracker(), limit)
            return await server.run("action_one", tracker(), limit)
        finally:
            await server.close()


async def test_the_whole_request_is_as_rasa_sends_it() -> None:
    script = Scripted(FINE)
    assert (await asked(script)).events == [{"event": "slot", "name": "a", "value": 1}]
    head, _, body = script.requests[0].partition(b"\r\n\r\n")
    sent = json.loads(body)
    assert head.startswith(b"POST /webhook HTTP/1.1\r\n")
    assert (sent["next_action"], sent["sender_id"], sent["domain"]) == ("action_one", "c_1", DOMAIN)
    assert sent["tracker"] == tracker()
    assert len(sent["domain_digest"]) == 64
    assert sent["version"].startswith("3.")


async def test_what_the_project_says_of_its_server_goes_along() -> None:
    script = Scripted(FINE)
    await asked(
        script, headers={"X-Shop": "7", "content-type": "text/odd"}, parameters={"token": SECRET}, basic=("me", SECRET)
    )
    head = script.requests[0].partition(b"\r\n\r\n")[0].lower()
    assert head.startswith(f"post /webhook?token={SECRET} http/1.1\r\n".encode())
    assert b"\r\nx-shop: 7\r\n" in head
    assert b"\r\nauthorization: basic " in head
    assert head.count(b"content-type: ") == head.count(b"content-type: application/json") == 1


async def test_a_body_is_packed_where_that_is_wanted() -> None:
    script = Scripted(FINE)
    await asked(script, compressed=True)
    head, _, body = script.requests[0].partition(b"\r\n\r\n")
    assert b"content-encoding: deflate" in head.lower()
    assert json.loads(zlib.decompress(body))["next_action"] == "action_one"


@pytest.mark.parametrize("body", [b"{}", b'{"events": null, "responses": null}', b'{"events": [{"name": "a"}, {}]}'])
async def test_nothing_is_an_answer_too(body: bytes) -> None:
    assert await asked(Scripted(http(body))) == Ran([], [])


GARBAGE = {
    "null": b"null",
    "no JSON": b"<html>" + SECRET.encode(),
    "nothing": b"",
    "not UTF-8": b'{"events": [{"event": "\xff"}]}',
    "half a character": b'{"responses": [{"text": "\\ud800"}]}',
    "a number that is none": b'{"events": [{"event": "slot", "name": "a", "value": NaN}]}',
    "a list": b"[]",
    "events that are no list": b'{"events": {}}',
    "events that are no maps": b'{"events": ["slot"]}',
    "an event of no kind": b'{"events": [{"event": 5}]}',
    "a slot without a name": b'{"events": [{"event": "slot", "value": 5}]}',
    "a message that is none": b'{"events": [{"event": "user", "parse_data": {"intent": "greet"}}]}',
    "buttons that are no list": b'{"responses": [{"buttons": 5}]}',
    "a custom part that is no map": b'{"responses": [{"custom": [1]}]}',
    "a name that is none": b'{"responses": [{"response": {}}]}',
    "far too deep": b'{"responses": ' + b"[" * 100_000,
    "too deep": b'{"responses": [{"attachment": ' + b"[" * 200 + b"]" * 200 + b"}]}",
}


@pytest.mark.parametrize(
    "answer",
    [
        *(pytest.param(http(body), id=name) for name, body in GARBAGE.items()),
        pytest.param(http(b"{}", 500), id="500"),
        pytest.param(http(b'{"error": "no such action"}', 404), id="404"),
        pytest.param(http(b'{"error": "Invalid body request"}', 400), id="400 of no action"),
        pytest.param(http(b"{}" + b" " * 10_000_000), id="10 MB"),
        pytest.param(b"HTTP/1.1 200 X\r\n\r\n{}" + b" " * 10_000_000, id="10 MB of no told length"),
        pytest.param(http(b"\x1f\x8b", headers="Content-Encoding: gzip\r\n"), id="packed"),
        pytest.param(b"HTTP/1.1 200 X\r\nContent-Length: 99\r\n\r\n{", id="cut off"),
        pytest.param(b"220 mail server ready\r\n", id="no HTTP"),
        pytest.param(b"", id="hangs up"),
    ],
)
async def test_what_is_no_answer_is_a_failure_that_names_the_action_and_nothing_else(
    answer: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    script = Scripted(answer)
    with pytest.raises(ActionFailed) as raised:
        await asked(script, parameters={"token": SECRET}, headers={"X-Key": SECRET}, basic=("me", SECRET))
    assert len(script.requests) == 1
    assert "action_one failed: " in caplog.text
    assert str(raised.value) == "action_one"
    assert SECRET not in caplog.text + "".join(traceback.format_exception(raised.value))


async def test_a_redirect_is_not_followed_and_its_address_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    elsewhere = Scripted(FINE)
    async with elsewhere.running():
        location = f"Location: {elsewhere.url}?token={SECRET}\r\n"
        with pytest.raises(ActionFailed):
            await asked(Scripted(http(b"", 307, location)), parameters={"token": SECRET})
    assert elsewhere.requests == []
    assert SECRET not in caplog.text


async def test_no_cookie_goes_from_one_conversation_into_the_next() -> None:
    script = Scripted(http(b"{}", headers="Set-Cookie: who=first\r\n"))
    await asked(script, times=2)
    assert len(script.requests) == 2
    assert b"cookie" not in script.requests[1].lower()


async def test_an_action_may_refuse_and_that_is_no_failure_of_the_server() -> None:
    script = Scripted(http(b'{"error": "no", "action_name": "action_one"}', 400))
    async with script.running():
        server = RemoteServer(ActionEndpoint(script.url), DOMAIN)
        for _ in range(FAILURES_MOST + 2):
            with pytest.raises(ActionRejected):
                await server.run("action_one", tracker(), LIMIT_SECONDS)
        await server.close()
    assert len(script.requests) == FAILURES_MOST + 2


@pytest.mark.parametrize("status", [449, 502, 503, 504])
async def test_what_passes_is_asked_again(status: int) -> None:
    script = Scripted(http(b"{}", status), FINE)
    assert (await asked(script)).events
    assert len(script.requests) == 2
    assert script.requests[0] == script.requests[1]


async def test_a_server_that_is_not_there_is_left_alone_after_a_while(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server = RemoteServer(
        ActionEndpoint(f"http://127.0.0.1:{free_port()}/webhook", parameters={"token": SECRET}), DOMAIN
    )
    for _ in range(FAILURES_MOST + 1):
        with pytest.raises(ActionFailed):
            await server.run("action_one", tracker(), LIMIT_SECONDS)
    await server.close()
    assert caplog.text.count("was not asked for") == 1
    assert SECRET not in caplog.text


async def test_retries_never_multiply_the_load_on_a_server_that_goes_under() -> None:
    script = Scripted(GONE)
    async with script.running():
        server = RemoteServer(ActionEndpoint(script.url), DOMAIN)
        for _ in range(30):
            server._breaker.succeeded()
            with pytest.raises(ActionFailed):
                await server.run("action_one", tracker(), LIMIT_SECONDS)
        await server.close()
    assert len(script.requests) <= 30 + RETRIES_MOST + 3


def test_the_breaker_lets_one_call_through_when_its_time_is_up() -> None:
    breaker = Breaker()
    for _ in range(FAILURES_MOST):
        assert breaker.allows(0.0)
        breaker.failed(0.0)
    assert not breaker.allows(OPEN_SECONDS - 0.1)
    assert breaker.allows(OPEN_SECONDS)
    assert not breaker.allows(OPEN_SECONDS)
    breaker.succeeded()
    assert breaker.allows(OPEN_SECONDS)


def test_a_probe_that_gets_lost_is_followed_by_another() -> None:
    breaker = Breaker()
    for _ in range(FAILURES_MOST):
        breaker.failed(0.0)
    assert breaker.allows(OPEN_SECONDS)
    assert breaker.allows(2 * OPEN_SECONDS)


def test_good_calls_fill_the_budget_of_retries() -> None:
    budget = RetryBudget()
    assert sum(budget.take() for _ in range(100)) == RETRIES_MOST
    for _ in range(11):
        budget.call_made()
    assert budget.take()
    assert not budget.take()
