"""A real API process's server, in a thread of the test: real sockets, real store, real SQL."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
from argon2 import PasswordHasher

from api.server import Server, configured
from models.database import open_engine
from models.people import People, Person
from models.sealed import KeyRing
from models.settings import Settings
from tests.fixtures_sql import migrated
from tests.ports import free_port

PASSWORD = "correct horse battery"
# What is tested here is not how long guessing takes.
CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@dataclass
class Api:
    """`wen` and `li` are agents, `boss` an admin; all have PASSWORD."""

    base: str
    settings: Settings
    ring: KeyRing
    people: People
    wen: Person
    li: Person
    boss: Person
    stop: Callable[[], None]


@pytest.fixture
def make_api(settings: Settings) -> Iterator[Callable[..., Api]]:
    """Starts a server with these settings changed."""
    stops: list[Callable[[], None]] = []
    migrated(settings.sql_url)
    engine = open_engine(settings.sql_url)

    def make(**changed: object) -> Api:
        here = replace(settings, port=free_port(), **changed)  # type: ignore[arg-type]
        ring = KeyRing.load_or_create(here.key_file)
        people = People(engine, hasher=CHEAP)
        named = {each.email: each for each in people.list()} or {
            f"{name}@shop.test": people.add(f"{name}@shop.test", name.title(), role, PASSWORD)
            for name, role in (("wen", "agent"), ("li", "agent"), ("boss", "admin"))
        }
        stop = serving(here)
        stops.append(stop)
        base = f"http://127.0.0.1:{here.port}"
        return Api(
            base, here, ring, people, named["wen@shop.test"], named["li@shop.test"], named["boss@shop.test"], stop
        )

    yield make
    for stop in stops:
        stop()
    engine.dispose()


@pytest.fixture
def api(make_api: Callable[..., Api]) -> Api:
    return make_api()


def serving(settings: Settings) -> Callable[[], None]:
    """Returns when it listens; call what it gives to end it."""
    ready = threading.Event()
    server = Server(configured(settings), ready.set)
    thread = threading.Thread(target=server.run)
    thread.start()
    assert ready.wait(20), "the API does not start"

    def stop() -> None:
        server.should_exit = True
        thread.join(20)

    return stop
