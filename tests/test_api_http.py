"""REST: tokens, roles, bodies, queries. Every route is asked by everybody, and answers problem+json without what was sent."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import jwt
import pytest
from fastapi.routing import APIRoute
from openapi_spec_validator import validate
from ruamel.yaml import YAML

from api.app import create_app
from api.auth import Role, Tokens
from tests.fixtures_api import PASSWORD, Api


@pytest.fixture
def http(api: Api) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=api.base, timeout=20) as client:
        yield client


def visitor(http: httpx.Client) -> dict[str, Any]:
    made: dict[str, Any] = http.post("/api/visitors", json={}).raise_for_status().json()
    return made


def login(http: httpx.Client, who: str = "wen", password: str = PASSWORD) -> httpx.Response:
    return http.post("/api/login", json={"email": f"{who}@shop.test", "password": password})


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_visitor_gets_a_token_for_a_conversation_of_their_own(http: httpx.Client) -> None:
    one, two = visitor(http), visitor(http)
    assert one["conversation"].startswith("c_")
    assert one["customer"].startswith("u_")
    assert one["conversation"] != two["conversation"]
    own = http.get(f"/api/conversations/{one['conversation']}", headers=bearer(one["token"]))
    assert own.status_code == 200
    foreign = http.get(f"/api/conversations/{two['conversation']}", headers=bearer(one["token"]))
    unknown = http.get("/api/conversations/c_nothing", headers=bearer(one["token"]))
    assert (foreign.status_code, foreign.json()) == (404, unknown.json())


def test_signing_in_refreshing_and_signing_out(http: httpx.Client) -> None:
    first = login(http).raise_for_status().json()
    assert first["person"]["name"] == "Wen"
    assert http.get("/api/queue", headers=bearer(first["token"])).status_code == 200
    second = http.post("/api/refresh", json={"refresh": first["refresh"]}).raise_for_status().json()
    assert http.post("/api/refresh", json={"refresh": first["refresh"]}).status_code == 401, "used twice"
    assert http.post("/api/refresh", json={"refresh": second["refresh"]}).status_code == 401, (
        "its whole sign-in is void"
    )
    third, elsewhere = (login(http).raise_for_status().json() for _ in range(2))
    third = http.post("/api/refresh", json={"refresh": third["refresh"]}).raise_for_status().json()
    assert http.get("/api/queue", headers=bearer(third["token"])).status_code == 200
    assert http.post("/api/logout", json={"refresh": third["refresh"]}).status_code == 204
    assert http.post("/api/refresh", json={"refresh": third["refresh"]}).status_code == 401
    assert http.get("/api/queue", headers=bearer(third["token"])).status_code == 401, "what it opened is shut"
    assert http.get("/api/queue", headers=bearer(elsewhere["token"])).status_code == 200, "another sign-in goes on"
    assert http.get("/api/queue", headers=bearer(third["refresh"])).status_code == 401, "a refresh token opens nothing"


def test_a_wrong_password_and_an_unknown_person_are_answered_alike_and_the_sixth_try_waits(http: httpx.Client) -> None:
    wrong, unknown = login(http, "wen", "wrong password"), login(http, "nobody", "wrong password")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()
    for _ in range(4):
        assert login(http, "wen", "wrong password").status_code == 401
    assert login(http, "wen", "wrong password").status_code == 429
    locked = login(http)
    assert locked.status_code == 429, "also the right one"
    assert int(locked.headers["Retry-After"]) > 0


def test_a_disabled_person_is_out_at_once(api: Api, http: httpx.Client) -> None:
    token = login(http).raise_for_status().json()["token"]
    api.people.disable(api.wen.id)
    assert http.get("/api/queue", headers=bearer(token)).status_code == 401


def claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    whole = {
        "sub": "a_1", "role": "admin", "typ": "access", "iss": "bellhop", "aud": "bellhop", "iat": now, "exp": now + 60,
        "jti": "1", "cid": "", "name": "", "sid": "f1",
    }  # fmt: skip
    return {name: value for name, value in (whole | changed).items() if value is not None}


def bad_tokens(api: Api) -> dict[str, str]:
    key, sub = api.ring.signing, api.boss.id
    good = jwt.encode(claims(sub=sub), key, "HS256")
    head, body, mark = good.split(".")

    def unsigned(alg: str) -> str:
        header = base64.urlsafe_b64encode(json.dumps({"alg": alg, "typ": "JWT"}).encode()).decode().rstrip("=")
        return f"{header}.{body}."

    now = int(time.time())
    flipped = body[:-2] + ("A" if body[-2] != "A" else "B") + body[-1]
    return {
        "none": unsigned("none"),
        "None": unsigned("None"),
        "nOnE": unsigned("nOnE"),
        "another key": jwt.encode(claims(sub=sub), "k" * 32, "HS256"),
        "another algorithm": jwt.encode(claims(sub=sub), key, "HS512") if len(key) >= 64 else unsigned("HS512"),
        "kid path": jwt.encode(claims(sub=sub), key, "HS256", headers={"kid": "../../dev/null"}),
        "kid sql": jwt.encode(claims(sub=sub), key, "HS256", headers={"kid": "' UNION SELECT 1"}),
        "jku": jwt.encode(claims(sub=sub), key, "HS256", headers={"jku": "https://evil.test/keys"}),
        "jwk": jwt.encode(claims(sub=sub), key, "HS256", headers={"jwk": {"kty": "oct"}}),
        "x5u": jwt.encode(claims(sub=sub), key, "HS256", headers={"x5u": "https://evil.test"}),
        "crit": jwt.encode(claims(sub=sub), key, "HS256", headers={"crit": ["x"], "x": 1}),
        "run out": jwt.encode(claims(sub=sub, exp=now - 60), key, "HS256"),
        "not yet": jwt.encode(claims(sub=sub, nbf=now + 600), key, "HS256"),
        "no end": jwt.encode(claims(sub=sub, exp=None), key, "HS256"),
        "no id": jwt.encode(claims(sub=sub, jti=None), key, "HS256"),
        "another audience": jwt.encode(claims(sub=sub, aud="x"), key, "HS256"),
        "another issuer": jwt.encode(claims(sub=sub, iss="x"), key, "HS256"),
        "refresh": jwt.encode(claims(sub=sub, typ="refresh"), key, "HS256"),
        "no such role": jwt.encode(claims(sub=sub, role="root"), key, "HS256"),
        "more than the person is": jwt.encode(claims(sub=api.wen.id), key, "HS256"),
        "nobody": jwt.encode(claims(sub="a_nobody"), key, "HS256"),
        "no sign-in": jwt.encode(claims(sub=sub, sid=None), key, "HS256"),
        "another sign-in": jwt.encode(claims(sub=sub, sid="f2"), key, "HS256"),
        "flipped": f"{head}.{flipped}.{mark}",
        "cut": good[:-4],
        "nonsense": "x.y.z",
    }


def test_no_bad_token_opens_anything(api: Api, http: httpx.Client) -> None:
    api.people.save_refresh("j1", api.boss.id, "f1", 2**53)
    assert (
        http.get(
            "/api/queue", headers=bearer(jwt.encode(claims(sub=api.boss.id), api.ring.signing, "HS256"))
        ).status_code
        == 200
    )
    for name, token in bad_tokens(api).items():
        assert http.get("/api/queue", headers=bearer(token)).status_code == 401, name


def test_a_short_signing_key_is_refused(api: Api) -> None:
    with pytest.raises(ValueError, match="32"):
        Tokens(b"short", api.settings)


# What each route answers to: nobody, customer A (whose conversation it is), customer B, an agent, an admin.
MATRIX: dict[str, tuple[int, int, int, int, int]] = {
    "POST /api/visitors": (201, 201, 201, 201, 201),
    "POST /api/conversations": (401, 201, 201, 403, 403),
    "POST /api/login": (422, 422, 422, 422, 422),
    "POST /api/refresh": (422, 422, 422, 422, 422),
    "POST /api/logout": (422, 422, 422, 422, 422),
    "GET /api/conversations": (401, 403, 403, 200, 200),
    "GET /api/conversations/{id}": (401, 200, 404, 200, 200),
    "GET /api/conversations/{id}/messages": (401, 200, 404, 200, 200),
    "GET /api/conversations/{id}/packet": (401, 403, 403, 200, 200),
    "GET /api/conversations/{id}/transcript": (401, 200, 404, 200, 200),
    "POST /api/conversations/{id}/reveal": (401, 403, 403, 422, 422),
    "POST /api/search": (401, 403, 403, 422, 422),
    "GET /api/webhooks": (401, 403, 403, 403, 200),
    "POST /api/webhooks": (401, 403, 403, 403, 422),
    "PUT /api/webhooks/{id}": (401, 403, 403, 403, 422),
    "DELETE /api/webhooks/{id}": (401, 403, 403, 403, 422),
    "POST /api/webhooks/{id}/secret": (401, 403, 403, 403, 404),
    "POST /api/webhooks/{id}/test": (401, 403, 403, 403, 404),
    "GET /api/webhooks/{id}/deliveries": (401, 403, 403, 403, 404),
    "GET /api/tags": (401, 403, 403, 200, 200),
    "POST /api/conversations/{id}/tags": (401, 403, 403, 200, 200),
    "GET /api/conversations/{id}/suggestions": (401, 403, 403, 200, 200),
    "POST /api/conversations/{id}/suggestions": (401, 403, 403, 422, 422),
    "GET /api/canned": (401, 403, 403, 200, 200),
    "POST /api/canned": (401, 403, 403, 403, 422),
    "PUT /api/canned/{id}": (401, 403, 403, 403, 422),
    "DELETE /api/canned/{id}": (401, 403, 403, 403, 422),
    "GET /api/pipeline": (401, 403, 403, 403, 200),
    "GET /api/intents": (401, 403, 403, 403, 200),
    "GET /api/inbox": (401, 403, 403, 403, 200),
    "GET /api/inbox/{group}": (401, 403, 403, 403, 200),
    "POST /api/inbox/decisions": (401, 403, 403, 403, 422),
    "DELETE /api/inbox/decisions/{id}": (401, 403, 403, 403, 404),
    "POST /api/inbox/flags": (401, 403, 403, 422, 422),
    "GET /api/data": (401, 403, 403, 403, 200),
    "POST /api/data/examples/list": (401, 403, 403, 403, 200),
    "POST /api/data/examples": (401, 403, 403, 403, 422),
    "POST /api/data/examples/keep": (401, 403, 403, 403, 422),
    "POST /api/data/check": (401, 403, 403, 403, 422),
    "GET /api/data/findings": (401, 403, 403, 403, 200),
    "GET /api/data/parts/{kind}": (401, 403, 403, 403, 422),
    "PUT /api/data/parts/{kind}": (401, 403, 403, 403, 422),
    "GET /api/data/parts/{kind}/history": (401, 403, 403, 403, 422),
    "POST /api/data/import": (415, 415, 415, 415, 415),
    "GET /api/data/export.zip": (401, 403, 403, 403, 200),
    "PUT /api/data/examples/{id}": (401, 403, 403, 403, 422),
    "POST /api/data/examples/move": (401, 403, 403, 403, 422),
    "POST /api/data/examples/remove": (401, 403, 403, 403, 422),
    "GET /api/data/examples/{id}/history": (401, 403, 403, 403, 404),
    "DELETE /api/data/changes/{id}": (401, 403, 403, 403, 404),
    "POST /api/files": (415, 415, 415, 415, 415),
    "GET /api/files/{id}": (401, 404, 404, 404, 404),
    "GET /api/queue": (401, 403, 403, 200, 200),
    "GET /api/agents": (401, 403, 403, 200, 200),
    "PUT /api/agents/{id}/languages": (401, 403, 403, 403, 422),
    "GET /api/people": (401, 403, 403, 403, 200),
    "POST /api/people": (401, 403, 403, 403, 422),
    "PATCH /api/people/{id}": (401, 403, 403, 403, 422),
    "POST /api/people/{id}/password": (401, 403, 403, 403, 404),
    "POST /api/password": (401, 403, 403, 422, 422),
    "GET /api/reports/{name}.csv": (401, 403, 403, 403, 422),
    "GET /api/reports/{name}": (401, 403, 403, 403, 422),
    "GET /api/settings/{name}": (401, 403, 403, 403, 404),
    "PUT /api/settings/{name}": (401, 403, 403, 403, 422),
    "GET /api/widget-settings": (200, 200, 200, 200, 200),
    "GET /api/models": (401, 403, 403, 403, 200),
    "GET /api/models/{id}": (401, 403, 403, 403, 404),
    "GET /api/models/{id}/report": (401, 403, 403, 403, 404),
    "GET /api/models/{id}/report.html": (401, 403, 403, 403, 404),
    "POST /api/models/rollback": (401, 403, 403, 403, 422),
    "POST /api/models/{id}/promote": (401, 403, 403, 403, 422),
    "POST /api/models/{id}/canary": (401, 403, 403, 403, 422),
    "POST /api/models/{id}/shadow": (401, 403, 403, 403, 422),
    "POST /api/models/{id}/stop": (401, 403, 403, 403, 422),
    "DELETE /api/models/{id}": (401, 403, 403, 403, 404),
    "GET /api/training/jobs": (401, 403, 403, 403, 200),
    "POST /api/training/jobs": (401, 403, 403, 403, 201),
    "GET /api/training/jobs/{id}": (401, 403, 403, 403, 404),
    "POST /api/training/jobs/{id}/cancel": (401, 403, 403, 403, 404),
    "GET /api/audit": (401, 403, 403, 403, 200),
    "GET /webhooks/rest/": (200, 200, 200, 200, 200),
    "POST /webhooks/rest/webhook": (422, 422, 422, 422, 422),
    "GET /healthz": (200, 200, 200, 200, 200),
    "GET /readyz": (200, 200, 200, 200, 200),
    "GET /metrics": (200, 200, 200, 200, 200),
    "GET /asyncapi.yaml": (200, 200, 200, 200, 200),
    "GET /docs": (200, 200, 200, 200, 200),
    "GET /": (200, 200, 200, 200, 200),
    "GET /widget.js": (200, 200, 200, 200, 200),
    "GET /desk": (200, 200, 200, 200, 200),
    "GET /desk/{page:path}": (200, 200, 200, 200, 200),
    "GET /assets/{name}": (404, 404, 404, 404, 404),
}


def routes(api: Api) -> list[str]:
    def flat(routes: Any) -> Iterator[APIRoute]:
        for route in routes:
            if isinstance(route, APIRoute):
                yield route
            elif hasattr(route, "routes") or hasattr(route, "original_router"):
                yield from flat(getattr(route, "routes", None) or route.original_router.routes)

    return sorted(
        f"{method} {route.path}" for route in flat(create_app(api.settings).routes) for method in route.methods or ()
    )


def test_each_route_answers_each_role_as_the_matrix_says(api: Api, http: httpx.Client) -> None:
    assert set(routes(api)) == set(MATRIX), "a route without an entry"
    a, b = visitor(http), visitor(http)
    agent, admin = login(http).json(), login(http, "boss").json()
    who = [{}, *(bearer(each["token"]) for each in (a, b, agent, admin))]
    for name, expected in MATRIX.items():
        method, path = name.split()
        path = path.replace("{id}", a["conversation"]).replace("{name}", "nothing.js")
        answers = [http.request(method, path, headers=h, **({"json": {}} if method == "POST" else {})) for h in who]
        assert tuple(each.status_code for each in answers) == expected, name
        for each in answers:
            assert each.headers["X-Content-Type-Options"] == "nosniff"
            if each.status_code >= 400:
                assert each.headers["content-type"] == "application/problem+json"
                assert {"title", "status", "detail", "code"} <= each.json().keys()


@pytest.mark.parametrize("role", [Role.AGENT, Role.CUSTOMER])
def test_a_token_in_the_url_is_refused_and_not_repeated(http: httpx.Client, role: Role) -> None:
    answer = http.get("/api/queue", params={"token": "s3cret-value", "x": role})
    assert answer.status_code == 400
    assert "s3cret" not in answer.text


def test_bodies_that_are_not_taken(http: httpx.Client) -> None:
    assert (
        http.post("/api/login", content="x" * 1_000_000, headers={"Content-Type": "application/json"}).status_code
        == 413
    )
    chunks = (b"x" * 10_000 for _ in range(20))
    assert http.post("/api/login", content=chunks, headers={"Content-Type": "application/json"}).status_code == 413
    assert (
        http.post(
            "/api/login", content='{"email":"a","password":"b"}', headers={"Content-Type": "text/plain"}
        ).status_code
        == 415
    )
    extra = http.post("/api/login", json={"email": "a@b.cc", "password": "typed-by-a-person", "role": "admin"})
    assert extra.status_code == 422
    assert "typed-by-a-person" not in extra.text
    unknown = http.post("/api/visitors", json={"13800138000": 1})
    assert unknown.status_code == 422
    assert unknown.json()["detail"] == "Not as expected: body.(unknown field)."
    assert http.post("/api/login", content="{", headers={"Content-Type": "application/json"}).status_code == 422


def test_queries_that_are_not_taken(http: httpx.Client) -> None:
    token = bearer(login(http).json()["token"])
    assert http.get("/api/queue?" + "&".join(["a=1"] * 10_000), headers=token).status_code == 400
    for query in ("limit=1000000000", "limit=0", "limit=-1", "state=deleted", "after=x.y"):
        assert http.get(f"/api/conversations?{query}", headers=token).status_code == 422, query
    one = visitor(http)
    for query in ("after=-1", "limit=201", "after=1e9"):
        path = f"/api/conversations/{one['conversation']}/messages?{query}"
        assert http.get(path, headers=bearer(one["token"])).status_code == 422, query


def test_pages_carry_a_policy_without_inline_script(http: httpx.Client) -> None:
    page = http.get("/")
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe-inline" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "<script>" not in page.text
    for asset in [part.split('"')[0] for part in page.text.split('"/assets/')[1:]]:
        assert http.get(f"/assets/{asset}").status_code == 200
    assert http.get("/assets/index.html").status_code == 404
    for strange in ("x" * 300, "\u5b57" * 100, "a%00b", ".vite"):
        assert http.get(f"/assets/{strange}").status_code == 404, strange
    assert http.get("/assets/..%2f..%2fapp.py").status_code == 404


def test_openapi_is_valid_and_the_metrics_name_nobody(http: httpx.Client) -> None:
    validate(http.get("/openapi.json").json())
    one = visitor(http)
    metrics = http.get("/metrics").text
    assert "bellhop_connections" in metrics
    assert one["customer"] not in metrics


def test_asyncapi_has_every_frame_and_every_reference_leads_somewhere(http: httpx.Client) -> None:
    document = YAML(typ="safe").load(http.get("/asyncapi.yaml").text)
    assert document["asyncapi"] == "3.0.0"
    names = {each["name"] for each in document["components"]["messages"].values()}
    assert {"say", "resume", "take", "welcome", "ack", "message", "holder", "pong", "error"} <= names
    assert len(document["operations"]) == len(document["components"]["messages"])

    def references(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            for name, value in node.items():
                if name == "$ref":
                    yield value
                else:
                    yield from references(value)
        elif isinstance(node, list):
            for each in node:
                yield from references(each)

    for reference in references(document):
        at: Any = document
        for part in reference.removeprefix("#/").split("/"):
            at = at[part]
        assert at
