"""Rasa's REST channel and /metrics are for the machine itself, for who brings the secret, or for whom the operator has opened them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from models.settings import Access, Settings, SettingsError
from tests.fixtures_api import Api

SECRET = "correct-horse-battery-staple"
# A proxy on this machine that says who is behind it, in each of the ways there are.
ELSEWHERE = [
    {"X-Forwarded-For": "192.0.2.7"},
    {"X-Forwarded-For": "127.0.0.1"},
    {"Forwarded": "for=192.0.2.7"},
    {"X-Real-IP": "192.0.2.7"},
    {"Via": "1.1 proxy"},
]
DOORS = {"metrics": "/metrics", "rest_channel": "/webhooks/rest/"}


def status(api: Api, path: str, **headers: str) -> int:
    return httpx.get(api.base + path, headers=headers).status_code


@pytest.mark.parametrize("setting", DOORS)
def test_by_itself_it_is_for_this_machine_only(api: Api, setting: str) -> None:
    path = DOORS[setting]
    assert status(api, path) == 200
    for forwarded in ELSEWHERE:
        refused = httpx.get(api.base + path, headers=forwarded)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden"), forwarded
        assert f"BELLHOP_{setting.upper()}" in refused.json()["detail"]
        assert httpx.get(api.base + path, headers={**forwarded, "Authorization": "Bearer"}).status_code == 403


@pytest.mark.parametrize("setting", DOORS)
def test_who_brings_the_secret_comes_in_from_anywhere(
    make_api: Callable[..., Api], tmp_path: Path, setting: str
) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    api = make_api(**{f"{setting}_token_file": tmp_path / "secret"})
    away, path = {"X-Forwarded-For": "192.0.2.7"}, DOORS[setting]
    assert status(api, path) == 200, "this machine needs none"
    assert status(api, path, Authorization=f"Bearer {SECRET}", **away) == 200
    for wrong in ("", "Bearer", f"Bearer {SECRET}x", f"Basic {SECRET}", "Bearer 字"):
        answer = httpx.get(api.base + path, headers={**away, "Authorization": wrong.encode()})
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer"), wrong
    other = next(each for name, each in DOORS.items() if name != setting)
    assert status(api, other, Authorization=f"Bearer {SECRET}", **away) == 403, "each has its own"


@pytest.mark.parametrize("setting", DOORS)
def test_it_can_be_opened_and_shut(make_api: Callable[..., Api], setting: str) -> None:
    opened, shut = make_api(**{setting: Access.OPEN}), make_api(**{setting: Access.OFF})
    assert status(opened, DOORS[setting], **ELSEWHERE[0]) == 200
    assert status(shut, DOORS[setting]) == 404


@pytest.mark.parametrize("text", [None, "", "short\n"])
def test_a_secret_that_cannot_be_used_is_said_at_start(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "secret"
    if text is not None:
        path.write_text(text)
    with pytest.raises(SettingsError, match="BELLHOP_METRICS_TOKEN_FILE"):
        create_app(Settings(metrics_token_file=path))
