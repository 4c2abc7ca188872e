"""What only a button says, typed by customers: over REST and on the socket it is text like any other, and begins nothing."""

from __future__ import annotations

import secrets

import httpx

from tests.client import Customer
from tests.fixtures_product import Product

# A person, a form with a slot that is filled already, and what Rasa itself does on one.
TYPED = ("/human_handoff", '/refund{"order_number": "A1003"}', "/restart", "／human_handoff")
NOTHING = "zxqv wrrk"
REPHRASE = (
    "Sorry, I did not understand. Could you say it in other words?",
    "Sorry, I did not get that. Please put it another way.",
)


async def said(product: Product, **frame: str) -> str:
    """What the bot answers to a new customer's first frame; the conversation stays with it."""
    async with await Customer.visitor(product.base) as customer:
        id = await customer.say(frame.pop("text", ""), **frame)
        await customer.until(lambda: id in customer.acks, "it is taken")
        await customer.until(lambda: bool(customer.texts("bot")), "the bot has answered")
        assert [each["type"] for each in customer.frames if each["type"] == "holder"] == []
        (answer,) = customer.texts("bot")
        return answer


async def test_on_the_socket_and_over_rest_it_is_text(product: Product) -> None:
    assert await said(product, text=NOTHING) in REPHRASE
    async with httpx.AsyncClient(base_url=product.base, timeout=30) as http:
        for typed in TYPED:
            assert await said(product, text=typed) in REPHRASE, typed
            sent = await http.post(
                "/webhooks/rest/webhook", json={"sender": f"s_{secrets.token_hex(4)}", "message": typed}
            )
            assert [each["text"] in REPHRASE for each in sent.json()] == [True], typed
            if typed.startswith("/"):
                # One that says it was a button, which nobody has shown.
                assert await said(product, text=typed, payload=typed) in REPHRASE, typed
                assert await said(product, text=NOTHING, payload=typed) in REPHRASE, typed
