"""What other sites' pages may read: the widget's script everybody, answers only the origins that are named."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from tests.fixtures_api import Api

SHOP = "https://shop.example"


@pytest.fixture
def base(make_api: Callable[..., Api]) -> str:
    return make_api(allowed_origins=f"{SHOP}, https://other.example").base


def test_a_named_origin_may_ask_and_read(base: str) -> None:
    asked = httpx.options(
        f"{base}/api/visitors", headers={"Origin": SHOP, "Access-Control-Request-Method": "POST"}, timeout=20
    )
    assert asked.status_code == 204
    assert asked.headers["Access-Control-Allow-Origin"] == SHOP
    assert "Authorization" in asked.headers["Access-Control-Allow-Headers"]
    made = httpx.post(f"{base}/api/visitors", json={}, headers={"Origin": SHOP}, timeout=20)
    assert made.status_code == 201
    assert made.headers["Access-Control-Allow-Origin"] == SHOP
    assert made.headers["Vary"] == "Origin"
    assert made.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Access-Control-Allow-Credentials" not in made.headers


@pytest.mark.parametrize(
    "origin", ["https://evil.test", "null", f"{SHOP}.evil.test", "http://shop.example", f"{SHOP}/", ""]
)
def test_others_may_not(base: str, origin: str) -> None:
    for answer in (
        httpx.options(f"{base}/api/visitors", headers={"Origin": origin, "Access-Control-Request-Method": "POST"}),
        httpx.post(f"{base}/api/visitors", json={}, headers={"Origin": origin}),
    ):
        assert not [name for name in answer.headers if name.startswith("access-control")]
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_pages_stay_our_own_also_for_named_origins(base: str) -> None:
    for path in ("/", "/desk", "/openapi.json"):
        answer = httpx.get(f"{base}{path}", headers={"Origin": SHOP})
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_the_script_is_for_every_page_and_asked_for_anew_only_when_it_changed(base: str) -> None:
    script = httpx.get(f"{base}/widget.js", headers={"Origin": "https://any.example"})
    assert script.status_code == 200
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "max-age=300" in script.headers["Cache-Control"]
    again = httpx.get(f"{base}/widget.js", headers={"If-None-Match": script.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
