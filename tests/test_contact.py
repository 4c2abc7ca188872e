"""A message that is left because nobody is there: its contact is sealed before anything is written, and seen masked by both sides."""

from __future__ import annotations

import pytest

from models.contact import BadContact, sealed_contact
from models.database import open_engine
from models.entry import Contact, Message, encode_body
from models.sealed import KeyRing
from models.sensitive import open_text
from stream.history import History
from stream.log import Log
from stream.store import Store
from tests.client import Customer
from tests.fixtures_api import Api
from tests.test_socket import agent

RING = KeyRing.generated()


@pytest.mark.parametrize(
    ("text", "name", "reach", "masked", "contact"),
    [
        ("late", "Li", "li@shop.example", "late\n\nLi · l***@shop.example", Contact("l***@shop.example", "Li")),
        ("", "", " 138 0013 8000 ", "138****8000", Contact("138****8000")),
        ("", " Li \n Lei ", "+44 (20) 7946-0018", "Li Lei · 442****0018", Contact("442****0018", "Li Lei")),
        ("or 13912345678", "", "10086", "or 139****5678\n\n*****86", Contact("*****86")),
        (
            "",
            "13912345678",
            "li@shop.example",
            "139****5678 · l***@shop.example",
            Contact("l***@shop.example", "139****5678"),
        ),
    ],
)
def test_what_is_shown_is_masked_and_opens_again(
    text: str, name: str, reach: str, masked: str, contact: Contact
) -> None:
    shown, spans, found = sealed_contact(text, name, reach, RING, "row")
    assert (shown, found) == (masked, contact)
    below = " · ".join(filter(None, (" ".join(name.split()), reach.strip())))
    assert open_text(shown, spans, RING, "row") == (f"{text}\n\n{below}" if text else below)


@pytest.mark.parametrize(
    "reach", ["", "call me", "1234", "+" + "1" * 16, "a@b", "Li <li@shop.example>", "12345678 or so"]
)
def test_what_reaches_nobody_is_refused(reach: str) -> None:
    with pytest.raises(BadContact):
        sealed_contact("hello", "", reach, RING, "row")


async def test_a_message_that_is_left_has_its_contact_sealed(api: Api) -> None:
    """Also a number that no text would be searched for: the form says what it is."""
    left = {"reach": "020 7946", "name": "Li  Lei"}
    async with await Customer.visitor(api.base) as customer, await agent(api) as wen:
        name = customer.conversation or ""
        await customer.acknowledged(await customer.say("hello"))
        await wen.send({"type": "watch", "conversation": name})
        first = await customer.acknowledged(id := await customer.say("my order is late", contact=left))
        await customer.send({"type": "say", "id": id, "text": "my order is late", "contact": left})
        await customer.until(lambda: customer.acks[id].get("duplicate", False), "a duplicate")
        assert customer.acks[id]["seq"] == first["seq"] == 2
        for side in (customer, wen):
            await side.until(lambda side=side: 2 in side.entries, "the message")  # type: ignore[misc]
            assert side.entries[2]["text"] == "my order is late\n\nLi Lei · *****46"
            assert side.entries[2]["contact"] == {"reach": "*****46", "name": "Li Lei"}
        await wen.send({"type": "say", "id": "x", "text": "hi", "conversation": name, "contact": left})
        await wen.until(lambda: bool(wen.errors), "a refusal")
        assert wen.errors[0]["code"] == "bad_contact"
    engine = open_engine(api.settings.sql_url)
    async with Store.open(api.settings.store_url).opened() as store, Log(store, api.settings, History(engine)) as log:
        entries, _ = await log.after(name, 1)
    engine.dispose()
    (body,) = [each.body for each in entries]
    assert isinstance(body, Message)
    assert "7946" not in encode_body(body).decode()
    assert open_text(body.text, body.sealed, api.ring, body.row) == "my order is late\n\nLi Lei · 020 7946"
