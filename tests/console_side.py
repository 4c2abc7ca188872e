"""What an admin's pages have to show: two weeks of conversations as the archive would have counted them."""

from __future__ import annotations

import json
import random
import secrets
import time
from typing import Any

import httpx
from sqlalchemy import insert
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from models.database import open_engine, writing
from models.hooks import Webhooks
from models.sealed import KeyRing
from models.tables import deliveries, outcomes
from stream.outcomes import Outcome
from tests.fixtures_api import PASSWORD, Api

DAYS = 14
DAY_MS = 24 * 3_600_000
REASONS = ("asked", "asked", "asked", "not_understood", "not_understood", "action", "bot_failed", "joined")


def remember(api: Api, days: int = DAYS) -> int:
    """The last `days` days; how many conversations began in them. The same each time."""
    rng, today = random.Random(4), time.time_ns() // 1_000_000 // DAY_MS * DAY_MS
    rows = [
        _conversation(rng, today - day * DAY_MS, n, (api.wen.id, api.li.id))
        for day in range(days)
        for n in range(rng.randint(18, 42) // (2 if day % 7 > 4 else 1))
    ]
    engine = open_engine(api.settings.sql_url)
    with writing(engine) as connection:
        connection.execute(insert(outcomes), rows)
    engine.dispose()
    return len(rows)


def _conversation(rng: random.Random, day: int, n: int, agents: tuple[str, ...]) -> dict[str, Any]:
    began = day + min(DAY_MS - 1, max(0, round(rng.gauss(6.5, 3) * 3_600_000)))
    alone = Outcome("", 4, began, customer_messages=rng.randint(1, 5), bot_messages=rng.randint(1, 5))
    values = {name: getattr(alone, name) for name in Outcome.__slots__}
    if rng.random() < 0.35:
        asked = began + rng.randint(20, 90) * 1000
        answered = asked + round(rng.expovariate(1 / 70)) * 1000 + 8_000
        values |= {
            "reason": rng.choice(REASONS), "asked": asked, "taken": answered - 5_000, "answered": answered, "agent": rng.choice(agents),
            "closed": answered + rng.randint(120, 1_500) * 1000, "agent_messages": rng.randint(2, 9),
        }  # fmt: skip
    if rng.random() < 0.3:
        values["stars"] = rng.choice((5, 5, 5, 4, 4, 3, 1))
    return values | {"conversation": f"c_{day}_{n}"}


def delivered(api: Api, kind: str, tries: int, status: int) -> None:
    """What the archive would have noted of one event that the only webhook refused until it was given up."""
    engine, now = open_engine(api.settings.sql_url), time.time_ns() // 1_000_000
    hook = Webhooks(engine, KeyRing.load_or_create(api.settings.key_file)).list()[0].id
    row = dict.fromkeys(("next_at", "place"), 0) | dict.fromkeys(("at", "first_at", "done_at"), now)
    row |= {"seq": 1, "tries": tries, "status": status}
    texts = {
        "id": "d_1",
        "webhook": hook,
        "conversation": "c_1",
        "kind": kind,
        "body": "{}",
        "state": "failed",
        "error": "",
    }
    with writing(engine) as connection:
        connection.execute(insert(deliveries), row | texts)
    engine.dispose()


def kept(api: Api, name: str) -> dict[str, Any]:
    """What a setting is now."""
    value: dict[str, Any] = _asked(api, "GET", name)["value"]
    return value


def put(api: Api, name: str, value: dict[str, Any]) -> None:
    """As another admin does it."""
    _asked(api, "PUT", name, {"version": _asked(api, "GET", name)["version"], "value": value})


def _asked(api: Api, method: str, name: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    login = {"email": "boss@shop.test", "password": PASSWORD}
    token = httpx.post(f"{api.base}/api/login", json=login, timeout=20).raise_for_status().json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    answer = httpx.request(method, f"{api.base}/api/settings/{name}", json=body, headers=headers, timeout=20)
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


def ask(api: Api, text: str) -> str:
    """A new customer says something; their conversation."""
    made = httpx.post(f"{api.base}/api/visitors", json={}, timeout=20).raise_for_status().json()
    offered = [Subprotocol("bellhop.v1"), Subprotocol(f"bearer.{made['token']}")]
    with connect(api.base.replace("http", "ws") + "/chat", subprotocols=offered, open_timeout=20) as socket:
        socket.send(json.dumps({"type": "say", "id": secrets.token_hex(8), "text": text}))
        while json.loads(socket.recv(timeout=20))["type"] != "ack":
            pass
    return str(made["conversation"])
