"""The demo shop's database: orders to look up, and what customers asked for. Made and filled at first use.

A phone number or e-mail address is never written here: it lies sealed in the conversation that a request names.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from uuid import uuid4

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    NullPool,
    String,
    Table,
    create_engine,
    func,
    select,
)
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.schema import CreateTable

from .orders_at_first import ORDERS_AT_FIRST

TEXT_CHARACTERS_MOST = 500
# A number of 7 digits or more that stands in a reason or an address is somebody's phone or card.
_LONG_NUMBER = re.compile(r"\d(?:[ -]?\d){6,}[Xx]?")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# Digits stand alone too: many customers leave the A out.
_NUMBER = re.compile(r"(?<![A-Za-z0-9-])[Aa]?(\d{4})(?!\d)")

_METADATA = MetaData()
_ORDERS = Table(
    "orders",
    _METADATA,
    Column("number", String(5), primary_key=True),
    Column("status", String(20), nullable=False),
    Column("item", String(60), nullable=False),
    Column("item_zh", String(60), nullable=False),
    Column("carrier", String(40)),
    Column("carrier_zh", String(40)),
    Column("tracking", String(20)),
    # Relative to the day of the question, so that the demo never grows old.
    Column("days", Integer),
)
_REQUESTS = Table(
    "requests",
    _METADATA,
    Column("id", Integer, primary_key=True),
    # The message that caused it: a turn that is done twice asks once.
    Column("cause", String(120), nullable=False, unique=True),
    Column("kind", String(10), nullable=False),
    Column("order_number", String(5), nullable=False),
    Column("conversation", String(60), nullable=False),
    Column("detail", String(TEXT_CHARACTERS_MOST), nullable=False),
)


class Status(StrEnum):
    AWAITING_PAYMENT = "awaiting_payment"
    PACKING = "packing"
    SHIPPED = "shipped"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


PAID = frozenset({Status.PACKING, Status.SHIPPED, Status.OUT_FOR_DELIVERY, Status.DELIVERED})
NOT_SHIPPED = frozenset({Status.AWAITING_PAYMENT, Status.PACKING})


@dataclass(frozen=True)
class Order:
    """`day`: when it is expected, or was delivered. Carrier and tracking are there once it has shipped."""

    number: str
    status: Status
    item: str
    item_zh: str
    carrier: str | None
    carrier_zh: str | None
    tracking: str | None
    day: date | None


def order_number_in(text: str) -> str | None:
    """The first order number in the text, as the table writes it."""
    found = _NUMBER.search(text)
    return f"A{found[1]}" if found else None


async def find_order(number: str) -> Order | None:
    return await asyncio.to_thread(_find, number)


async def file_request(kind: str, order_number: str, conversation: str, cause: str | None, detail: str) -> str:
    """The reference to tell the customer. The same `cause` gets the same one again."""
    detail = without_contacts(detail)[:TEXT_CHARACTERS_MOST]
    cause = f"{conversation}:{cause or uuid4().hex}"
    return await asyncio.to_thread(_file, kind, order_number, conversation, cause, detail)


def without_contacts(text: str) -> str:
    return _EMAIL.sub("***", _LONG_NUMBER.sub("***", text))


def _find(number: str) -> Order | None:
    with _shop() as connection:
        row = connection.execute(select(_ORDERS).where(_ORDERS.c.number == number)).one_or_none()
    if row is None:
        return None
    day = None if row.days is None else date.today() + timedelta(days=row.days)
    status = Status(row.status)
    return Order(row.number, status, row.item, row.item_zh, row.carrier, row.carrier_zh, row.tracking, day)


def _file(kind: str, order_number: str, conversation: str, cause: str, detail: str) -> str:
    row = {
        "cause": cause,
        "kind": kind,
        "order_number": order_number,
        "conversation": conversation,
        "detail": detail,
    }
    with _shop() as connection:
        connection.execute(insert(_REQUESTS).values(row).on_conflict_do_nothing(index_elements=["cause"]))
        number = connection.execute(select(_REQUESTS.c.id).where(_REQUESTS.c.cause == cause)).scalar_one()
    # With a dash, so that nobody, nor the bot, takes it for an order number.
    return f"{kind[:3].upper()}-{number:04d}"


@contextmanager
def _shop() -> Iterator[Connection]:
    """One transaction."""
    path = Path(os.environ.get("BELLHOP_HOME") or "var") / "demo" / "orders.db"
    if not path.exists():
        # Also where somebody removed it meanwhile.
        _opened.cache_clear()
    with _opened(path).begin() as connection:
        yield connection


@cache
def _opened(path: Path) -> Engine:
    """An engine remembers how its statements are compiled, which takes ten times as long as to run them. Several bot processes may come
    at once, the first time too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    with engine.begin() as connection:
        for table in _METADATA.sorted_tables:
            connection.execute(CreateTable(table, if_not_exists=True))
        if not connection.execute(select(func.count()).select_from(_ORDERS)).scalar_one():
            connection.execute(insert(_ORDERS).on_conflict_do_nothing(), [row._asdict() for row in ORDERS_AT_FIRST])
    return engine
