"""Whom a shop signs: the same person on every machine, and nobody by a token that is anything but the shop's own."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from api.identity import Identities, NotSigned
from models.database import open_engine
from models.settings import SettingsError
from stream.history import History
from stream.log import Log
from stream.store import Store
from tests.client import Customer
from tests.fixtures_api import Api
from tests.fixtures_store import archived

SECRET = "the shop's secret, 32 bytes or more"
KEY = b"k" * 32


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "identity"
    path.write_text(f"{SECRET}\nsecond line\n")
    return path


def signed(secret: str = SECRET, headers: dict[str, Any] | None = None, algorithm: str = "HS256", **claims: Any) -> str:
    now = int(time.time())
    whole = {"sub": "customer-7", "name": "Li Lei", "aud": "bellhop", "iat": now, "exp": now + 300} | claims
    return jwt.encode({k: v for k, v in whole.items() if v is not None}, secret, algorithm, headers)


def unsigned(algorithm: str) -> str:
    head, body, _ = signed().split(".")
    head = base64.urlsafe_b64encode(json.dumps({"alg": algorithm, "typ": "JWT"}).encode()).rstrip(b"=").decode()
    return f"{head}.{body}."


def test_the_same_customer_is_the_same_person_and_tells_not_which(file: Path) -> None:
    shop = Identities(file, KEY)
    one, again, other = shop.read(signed()), shop.read(signed(name=None)), shop.read(signed(sub="customer-8"))
    assert one.person == again.person != other.person
    assert (one.name, again.name) == ("Li Lei", "")
    assert "customer-7" not in one.person
    assert Identities(file, b"j" * 32).read(signed()).person != one.person


BAD: dict[str, Callable[[], str]] = {
    "nothing": lambda: "",
    "no token": lambda: "abc",
    "alg none": lambda: unsigned("none"),
    "alg None": lambda: unsigned("None"),
    "alg nOnE": lambda: unsigned("nOnE"),
    "HS512": lambda: signed(SECRET * 2, algorithm="HS512"),
    "another secret": lambda: signed("another secret that is also 32 bytes long"),
    "kid": lambda: signed(headers={"kid": "../../dev/null"}),
    "jku": lambda: signed(headers={"jku": "https://evil.test/keys"}),
    "crit": lambda: signed(headers={"crit": ["x"]}),
    "over": lambda: signed(exp=int(time.time()) - 60),
    "not yet": lambda: signed(nbf=int(time.time()) + 600),
    "no end": lambda: signed(exp=None),
    "no beginning": lambda: signed(iat=None),
    "for ever": lambda: signed(exp=int(time.time()) + 10**8),
    "for others": lambda: signed(aud="another"),
    "for nobody": lambda: signed(aud=None),
    "no subject": lambda: signed(sub=None),
    "an empty subject": lambda: signed(sub=""),
    "a long subject": lambda: signed(sub="x" * 201),
    "a changed bit": lambda: (token := signed())[:-10] + ("A" if token[-10] != "A" else "B") + token[-9:],
}


@pytest.mark.parametrize("name", BAD)
def test_what_the_shop_has_not_signed_is_nobody(file: Path, name: str) -> None:
    with pytest.raises(NotSigned):
        Identities(file, KEY).read(BAD[name]())


def test_names_are_masked_and_have_an_end(file: Path) -> None:
    shop = Identities(file, KEY)
    assert shop.read(signed(name="Li 13912345678")).name == "Li 139****5678"
    assert len(shop.read(signed(name="x" * 500)).name) == 60
    assert [shop.read(signed(name=odd)).name for odd in ("\u200b", "a\0b", 7, ["Li"], "")] == [""] * 5


def test_a_secret_that_can_be_guessed_is_refused_at_start(tmp_path: Path) -> None:
    short = tmp_path / "short"
    short.write_text("too short")
    with pytest.raises(SettingsError, match="32"):
        Identities(short, KEY)
    with pytest.raises(SettingsError, match="read"):
        Identities(tmp_path / "missing", KEY)
    with pytest.raises(NotSigned):
        Identities(Path(), KEY).read(signed())


async def test_a_signed_customer_goes_on_on_another_machine(make_api: Callable[..., Api], file: Path) -> None:
    api = make_api(identity_secret_file=file)

    async def arrives(**body: Any) -> httpx.Response:
        async with httpx.AsyncClient(base_url=api.base, timeout=20) as http:
            return await http.post("/api/visitors", json=body)

    first = (await arrives(identity=signed(), language="zh")).json()
    assert first["name"] == "Li Lei"
    engine = open_engine(api.settings.sql_url)
    async with (
        Customer(api.base, first["token"], first["conversation"]) as customer,
        Store.open(api.settings.store_url).opened() as store,
        Log(store, api.settings, History(engine)) as log,
    ):
        assert (state := await log.state(first["conversation"])) is not None
        assert state.language == "zh"
        await customer.acknowledged(await customer.say("hello"))
        await archived(api.settings.redis_url, log, 1, first["conversation"])
        second = (await arrives(identity=signed())).json()
        assert (second["customer"], second["conversation"]) == (first["customer"], first["conversation"])
        other = (await arrives(identity=signed(sub="customer-8"))).json()
        assert other["customer"] != first["customer"]
        await customer.send({"type": "close", "conversation": first["conversation"]})
        await customer.until(lambda: 2 in customer.entries, "closed")
        third = (await arrives(identity=signed())).json()
        assert third["customer"] == first["customer"]
        assert third["conversation"] != first["conversation"]
    engine.dispose()
    refused = await arrives(identity=signed("another secret that is also 32 bytes long"))
    assert (refused.status_code, refused.json()["code"]) == (401, "identity")
    for odd in ({"language": "<b>"}, {"identity": "x" * 5000}, {"role": "admin"}, {"customer": "u_1"}):
        assert (await arrives(**odd)).status_code == 422
