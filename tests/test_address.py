"""What an address may have: so many sockets at once, so many new customers a minute. A proxy that we believe names the customer's own."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from api.address import Places, counted
from tests.fixtures_api import Api
from tests.fixtures_store import eventually
from tests.test_socket import socket
from tests.test_socket_handshake import raw


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
        ("unknown", "unknown"),
        ("x" * 8_000, "x" * 64),
    ],
)
def test_an_ipv6_network_counts_as_one(host: str, expected: str) -> None:
    assert counted(host) == expected


def test_places_are_given_back() -> None:
    places = Places(2)
    with places.taken("a") as first, places.taken("a") as second, places.taken("a") as third:
        assert (first, second, third) == (True, True, False)
        with places.taken("b") as other:
            assert other
    with places.taken("a") as again:
        assert again
    assert not places._taken, "what is empty is forgotten"


async def test_new_customers_of_an_address_are_limited(make_api: Callable[..., Api]) -> None:
    api = make_api(visitors_per_minute=5)
    async with httpx.AsyncClient(base_url=api.base) as http:
        made = [await http.post("/api/visitors") for _ in range(4)]
        assert {each.status_code for each in made} == {201}
        bearer = {"Authorization": f"Bearer {made[0].json()['token']}"}
        assert (await http.post("/api/conversations", headers=bearer)).status_code == 201
        for again in (await http.post("/api/visitors"), await http.post("/api/conversations", headers=bearer)):
            assert again.status_code == 429
            assert again.json()["code"] == "too_many_tries"
            assert 1 <= int(again.headers["Retry-After"]) <= 12
        elsewhere = {"X-Forwarded-For": "192.0.2.7"}
        assert (await http.post("/api/visitors", headers=elsewhere)).status_code == 201


async def test_a_forwarded_address_is_not_believed_of_anybody(make_api: Callable[..., Api]) -> None:
    api = make_api(visitors_per_minute=2, forwarded_allow_ips="192.0.2.1")
    async with httpx.AsyncClient(base_url=api.base) as http:
        answers = [await http.post("/api/visitors", headers={"X-Forwarded-For": f"192.0.2.{n}"}) for n in range(3)]
    assert [each.status_code for each in answers] == [201, 201, 429]


async def test_handshakes_of_an_address_are_limited(make_api: Callable[..., Api]) -> None:
    """All that it may have can come back at once after a restart."""
    api = make_api(connections_per_address=5, handshakes_per_second=0.5)
    bad = "Authorization: Bearer x"
    assert [(await raw(api, bad))[0] for _ in range(6)] == [401] * 5 + [429]
    refused = (await raw(api, bad))[1].lower()
    assert "retry-after: 2\r\n" in refused or "retry-after: 1\r\n" in refused
    assert (await raw(api, bad, "X-Forwarded-For: 192.0.2.7"))[0] == 401
    assert httpx.get(api.base + "/metrics").text.count('bellhop_refused_handshakes_total{reason="rate"} 2.0') == 1


async def test_sockets_of_an_address_are_limited(
    make_api: Callable[..., Api], caplog: pytest.LogCaptureFixture
) -> None:
    api = make_api(connections_per_address=2, visitors_per_minute=1_000)
    async with httpx.AsyncClient(base_url=api.base) as http:
        tokens = [(await http.post("/api/visitors")).json()["token"] for _ in range(4)]
        async with socket(api, tokens[0]) as first, socket(api, tokens[1]) as second:
            assert "welcome" in str(await first.recv())
            assert "welcome" in str(await second.recv())
            status, answer = await raw(api, f"Authorization: Bearer {tokens[2]}")
            assert status == 429
            assert "retry-after: " in answer.lower()
            proxied = await raw(api, f"Authorization: Bearer {tokens[2]}", "X-Forwarded-For: 192.0.2.9")
            assert proxied[0] == 101
            text = (await http.get("/metrics")).text
            assert 'bellhop_refused_handshakes_total{reason="address"} 1.0' in text
            await second.close()

            async def free() -> bool:
                return (await raw(api, f"Authorization: Bearer {tokens[3]}"))[0] == 101

            await eventually(free, "the place of the one that left")
    assert "Traceback" not in caplog.text
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
