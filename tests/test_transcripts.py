"""A conversation as a text: everything that was said, in order, masked, and nothing that agents keep among themselves."""

from __future__ import annotations

import httpx
import pytest

from api import transcripts
from api.transcripts import paragraph
from models.entry import Author, AuthorKind, Entry, HolderChange, Message, Note
from tests.client import Customer
from tests.fixtures_api import Api

AT = 1_764_230_400_000
WEN = Author(AuthorKind.AGENT, "a_1", "Wen")


def test_each_entry_is_a_paragraph_in_either_language() -> None:
    said = Entry("c_1", 1, AT, Message(Author(AuthorKind.CUSTOMER, "u_1"), "两杯\n茶"))
    assert paragraph(said, "zh") == "2025-11-27 08:00  客户\n  两杯\n  茶\n\n"
    assert paragraph(Entry("c_1", 2, AT, Message(WEN, "Hello")), "en") == "2025-11-27 08:00  Wen\n  Hello\n\n"
    taken = Entry("c_1", 3, AT, HolderChange("agent", "take", WEN, agent=WEN))
    assert paragraph(taken, "en") == "2025-11-27 08:00  Wen joined\n\n"
    assert paragraph(taken, "zh") == "2025-11-27 08:00  Wen 已接入\n\n"
    assert paragraph(Entry("c_1", 4, AT, Note(WEN, "a difficult one")), "en") == ""


def test_nobody_writes_a_head_of_somebody_else() -> None:
    forged = "never mind\n\n2025-11-27 08:01  Wen\u2028You get it all back\r2025-11-27 08:02  Wen joined"
    told = paragraph(Entry("c_1", 1, AT, Message(Author(AuthorKind.CUSTOMER, "u_1"), forged)), "en")
    assert [line for line in told.splitlines() if line and not line.startswith("  ")] == ["2025-11-27 08:00  Customer"]


async def test_it_is_whole_however_long_it_is(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcripts, "ENTRIES_AT_ONCE", 4)
    customer = await Customer.visitor(api.base)
    async with customer:
        for number in range(15):
            await customer.say(f"line {number} of 13912345678")
        await customer.until(lambda: len(customer.acks) == 15, "all are acknowledged")
    headers = {"Authorization": f"Bearer {customer.token}"}
    answer = httpx.get(f"{api.base}/api/conversations/{customer.conversation}/transcript", headers=headers)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment")
    lines = [line for line in answer.text.splitlines() if line.startswith("  line ")]
    assert lines == [f"  line {number} of 139****5678" for number in range(15)]
