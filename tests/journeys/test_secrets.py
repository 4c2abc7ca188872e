"""What is sensitive is found in clear nowhere that we write: store, SQL, logs, metrics. The search itself is proven on a planted one."""

from __future__ import annotations

from pathlib import Path

import httpx
from sqlalchemy import create_engine

from bot.dialogue.tracker import Tracker
from stream.history import History
from tests.client import Customer
from tests.fixtures_product import Product
from tests.fixtures_store import wait_until
from tests.journeys.checking import rows

PHONE = "13912345678"
CARD = "6222021234567894"
ID_CARD = "11010519491231002X"
EMAIL = "zhang.san.1949@example.org"
SECRETS = (PHONE, CARD, ID_CARD, EMAIL)
MASKS = ("139****5678", "6222", "110105********002X", "z***@example.org")


def found(home: Path, more: str = "") -> list[str]:
    """Where a secret stands in clear, below `home` or in `more`."""
    places = [
        f"{secret[:4]}… in {path.relative_to(home)}"
        for path in home.rglob("*")
        if path.is_file()
        for secret in SECRETS
        if secret.encode() in path.read_bytes()
    ]
    return places + [f"{secret[:4]}… in metrics" for secret in SECRETS if secret in more]


def tracked(url: str, conversation: str) -> bytes:
    """The tracker as SQL has it; it is packed, so the search of the files does not see into it."""
    engine = create_engine(url)
    try:
        base = History(engine).base(conversation)
    finally:
        engine.dispose()
    assert base is not None
    return base["tracker"].encode()


async def test_nothing_sensitive_is_written_in_clear(product: Product) -> None:
    async with await Customer.visitor(product.base) as customer:
        await customer.ask("我要退款")
        await customer.ask("A1003")
        await customer.ask("杯子碎了")
        await customer.ask(f"我的手机号是 {PHONE}")
        await customer.ask(f"银行卡号 {CARD}，身份证号 {ID_CARD}")
        await customer.ask(f"write to {EMAIL} please")
        assert any("139****5678" in text for text in customer.texts("customer"))
        assert not any(PHONE in text for text in customer.texts("customer") + customer.texts("bot"))
        conversation = customer.conversation or ""
        said = len(customer.entries)
    async with httpx.AsyncClient(base_url=product.base, timeout=30) as http:
        sent = await http.post("/webhooks/rest/webhook", json={"sender": "s1", "message": f"call me at {PHONE}"})
        assert sent.status_code == 200
        assert PHONE not in sent.text
        metrics = (await http.get("/metrics")).text
    database = f"sqlite:///{product.home / 'bellhop.db'}"
    wait_until(lambda: len(rows(database).get(conversation, ())) >= said, "SQL has the conversation")
    stored = " ".join(str(body) for _, body in rows(database)[conversation])
    for mask in MASKS:
        assert mask in stored
    tracker = str(Tracker.from_bytes(tracked(database, conversation)))
    assert MASKS[0] in tracker
    assert not any(secret in tracker for secret in SECRETS)
    assert found(product.home, metrics) == []

    # The search sees what it should: one planted where each kind of file lies.
    planted = [
        product.home / "valkey" / "planted.aof",
        product.home / "planted.db",
        product.home / "logs" / "planted.log",
    ]
    for path in planted:
        path.write_bytes(b"x\0" + PHONE.encode() + b"\0y")
    assert len(found(product.home, f'bellhop_messages{{text="{CARD}"}} 1')) == 4
