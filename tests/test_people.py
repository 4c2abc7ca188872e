from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Literal

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, select

from models import tables
from models.people import (
    FAILURES,
    FAILURES_WITHIN,
    EmailTaken,
    People,
    RefreshRefused,
    RefreshReused,
    Role,
    TooManyTries,
    UnusableEntry,
)

PASSWORD = "correct horse 电池"
WITHIN_MS = int(FAILURES_WITHIN.total_seconds() * 1000)


class Clock:
    def __init__(self) -> None:
        self.now = 1_700_000_000_000

    def __call__(self) -> int:
        return self.now


class CountingHasher(PasswordHasher):
    """Argon2id with the least cost; it counts what it was asked to verify."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.verified: list[str] = []

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        self.verified.append(hash.decode() if isinstance(hash, bytes) else hash)
        return super().verify(hash, password)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hasher() -> CountingHasher:
    return CountingHasher()


@pytest.fixture
def people(sql_engine: Engine, clock: Clock, hasher: CountingHasher) -> People:
    return People(sql_engine, clock, hasher)


def test_a_person_is_found_again(people: People, clock: Clock) -> None:
    added = people.add(" Ann@Example.com ", "安 👩‍🚀", "agent", PASSWORD)
    assert (added.email, added.role, added.created) == ("ann@example.com", Role.AGENT, clock.now)
    assert added.id.startswith("a_")
    assert people.by_id(added.id) == people.by_email("ANN@example.COM") == added
    assert people.by_email("bob@example.com") is None
    other = people.add("aaa@example.com", "First", Role.ADMIN, PASSWORD)
    assert people.list() == [other, added]


def test_an_email_belongs_to_one_person(people: People) -> None:
    people.add("ann@example.com", "Ann", Role.AGENT, PASSWORD)
    with pytest.raises(EmailTaken):
        people.add("ANN@example.com", "Another", Role.ADMIN, PASSWORD)


UNUSABLE = [
    ("", "Ann", PASSWORD),
    ("ann", "Ann", PASSWORD),
    ("@example.com", "Ann", PASSWORD),
    ("ann@", "Ann", PASSWORD),
    ("a b@example.com", "Ann", PASSWORD),
    ("ann\x00@example.com", "Ann", PASSWORD),
    ("a" * 250 + "@example.com", "Ann", PASSWORD),
    ("ann@example.com", " ", PASSWORD),
    ("ann@example.com", "A" * 201, PASSWORD),
    ("ann@example.com", "Ann\x1b[2J", PASSWORD),
    ("ann@example.com", "Ann", "short"),
    ("ann@example.com", "Ann", "p" * 1025),
]


def test_what_cannot_be_a_person_is_refused(people: People) -> None:
    for email, name, password in UNUSABLE:
        with pytest.raises(UnusableEntry):
            people.add(email, name, Role.AGENT, password)
    assert people.list() == []


def test_passwords_are_kept_as_argon2id(sql_engine: Engine) -> None:
    People(sql_engine).add("ann@example.com", "Ann", Role.AGENT, PASSWORD)
    with sql_engine.connect() as connection:
        kept = connection.scalar(select(tables.people.c.password_hash))
    assert str(kept).startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_only_the_right_password_is_right(people: People) -> None:
    ann = people.add("ann@example.com", "Ann", Role.AGENT, PASSWORD)
    assert people.verify("Ann@example.com", PASSWORD) == ann
    for wrong in ("", PASSWORD + " ", PASSWORD.upper(), "x" * 5000, "\ud800"):
        assert people.verify("ann@example.com", wrong) is None
        people.set_password(ann.id, PASSWORD)


def test_a_cut_password_is_not_the_longest_one(people: People) -> None:
    people.add("ann@example.com", "Ann", Role.AGENT, "p" * 1024)
    assert people.verify("ann@example.com", "p" * 1025) is None
    assert people.verify("ann@example.com", "p" * 1024)


def test_an_unknown_email_costs_the_same_work(people: People, hasher: CountingHasher) -> None:
    people.add("ann@example.com", "Ann", Role.AGENT, PASSWORD)
    assert people.verify("bob@example.com", PASSWORD) is None
    assert people.verify("ann@example.com", "wrong password") is None
    cost = [each.split("$")[1:4] for each in hasher.verified]
    assert len(cost) == 2
    assert cost[0] == cost[1]


@pytest.mark.parametrize("email", ["ann@example.com", "unknown@example.com"])
def test_five_failures_lock_the_account_even_for_the_right_password(people: People, clock: Clock, email: str) -> None:
    people.add("ann@example.com", "Ann", Role.AGENT, PASSWORD)
    for _ in range(FAILURES):
        assert people.verify(email, "wrong password") is None
        clock.now += 1000
    with pytest.raises(TooManyTries) as raised:
        people.verify(email.upper(), PASSWORD)
    assert raised.value.retry_seconds == WITHIN_MS // 1000 - FAILURES
    clock.now += WITHIN_MS - FAILURES * 1000
    assert bool(people.verify(email, PASSWORD)) == email.startswith("ann")


def test_tries_while_locked_do_not_lock_for_longer(people: People, clock: Clock) -> None:
    people.add("ann@example.com", "Ann", Role.AGENT, PASSWORD)
    for _ in range(FAILURES):
        people.verify("ann@example.com", "wrong password")
    clock.now += WITHIN_MS - 1
    with pytest.raises(TooManyTries) as raised:
        people.verify("ann@example.com", PASSWORD)
    assert raised.value.retry_seconds == 1
    clock.now += 1
    assert people.verify("ann@example.com", PASSWORD)


def test_a_right_password_forgets_the_failures_before(people: People) -> None:
    ann = people.add("ann@example.com", "Ann", Role.AGENT, PASSWORD)
    for _ in range(3):
        for _ in range(FAILURES - 1):
            assert people.verify("ann@example.com", "wrong password") is None
        assert people.verify("ann@example.com", PASSWORD) == ann


def test_many_tries_at_once_are_no_more_than_five(people: People, hasher: CountingHasher) -> None:
    threads = 8
    together = Barrier(threads)

    def tried(email: str) -> bool:
        together.wait()
        try:
            return people.verify(email, "wrong password") is None
        except TooManyTries:
            return False

    with ThreadPoolExecutor(threads) as pool:
        for n in range(6):
            email = f"{n}@example.com"
            assert people.verify(email, "wrong password") is None
            assert sum(pool.map(tried, [email] * threads)) == FAILURES - 1
    assert len(hasher.verified) == 6 * FAILURES


def test_old_failures_are_swept(people: People, clock: Clock, sql_engine: Engine) -> None:
    people.verify("one@example.com", PASSWORD)
    clock.now += 2 * 24 * 3600 * 1000
    people.verify("two@example.com", PASSWORD)
    with sql_engine.connect() as connection:
        assert connection.scalars(select(tables.login_failures.c.last)).all() == [clock.now]


def test_a_disabled_person_is_refused_and_signed_out(people: People, clock: Clock) -> None:
    ann = people.add("ann@example.com", "Ann", Role.AGENT, PASSWORD)
    people.save_refresh("j1", ann.id, "f1", clock.now + 1000)
    clock.now += 5
    people.disable(ann.id)
    assert people.verify("ann@example.com", PASSWORD) is None
    with pytest.raises(RefreshRefused):
        people.use_refresh("j1", "j2", clock.now + 1000)
    kept = people.by_id(ann.id)
    assert kept
    assert (kept.disabled, kept.tokens_valid_after) == (True, clock.now)


def test_a_new_password_ends_all_that_the_old_one_opened(people: People, clock: Clock) -> None:
    ann = people.add("ann@example.com", "Ann", Role.AGENT, PASSWORD)
    people.save_refresh("j1", ann.id, "f1", clock.now + 1000)
    clock.now += 5
    people.set_password(ann.id, "another password")
    with pytest.raises(RefreshRefused):
        people.use_refresh("j1", "j2", clock.now + 1000)
    assert people.verify("ann@example.com", PASSWORD) is None
    kept = people.verify("ann@example.com", "another password")
    assert kept
    assert kept.tokens_valid_after == clock.now


def test_refresh_tokens_follow_each_other(people: People, clock: Clock) -> None:
    ann = people.add("ann@example.com", "Ann", Role.AGENT, PASSWORD)
    people.save_refresh("j1", ann.id, "f1", clock.now + 1000)
    assert people.use_refresh("j1", "j2", clock.now + 2000) == (ann, "f1")
    clock.now += 1500
    assert people.use_refresh("j2", "j3", clock.now + 1000) == (ann, "f1")
    clock.now += 1000
    with pytest.raises(RefreshRefused):
        people.use_refresh("j3", "j4", clock.now + 1000)
    with pytest.raises(RefreshRefused):
        people.use_refresh("unknown", "j5", clock.now + 1000)


def test_a_token_used_twice_ends_the_sign_in_of_thief_and_owner(people: People, clock: Clock) -> None:
    ann = people.add("ann@example.com", "Ann", Role.AGENT, PASSWORD)
    people.save_refresh("j1", ann.id, "f1", clock.now + 1000)
    people.save_refresh("elsewhere", ann.id, "f2", clock.now + 1000)
    people.use_refresh("j1", "j2", clock.now + 1000)
    clock.now += 5
    with pytest.raises(RefreshReused) as raised:
        people.use_refresh("j1", "j3", clock.now + 1000)
    assert raised.value.person == ann.id
    for void in ("j1", "j2", "j3"):
        with pytest.raises(RefreshRefused):
            people.use_refresh(void, "j4", clock.now + 1000)
    kept = people.by_id(ann.id)
    assert kept
    assert kept.tokens_valid_after == clock.now
    assert people.use_refresh("elsewhere", "j6", clock.now + 1000)


def test_one_of_many_uses_at_once_is_the_first(people: People, clock: Clock) -> None:
    ann = people.add("ann@example.com", "Ann", Role.AGENT, PASSWORD)
    people.save_refresh("j1", ann.id, "f1", clock.now + 1000)

    def used(n: int) -> bool:
        try:
            return people.use_refresh("j1", f"next{n}", clock.now + 1000) == (ann, "f1")
        except RefreshRefused:
            return False

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(used, range(8))) == 1


def test_signing_out_ends_the_sign_in(people: People, clock: Clock) -> None:
    ann = people.add("ann@example.com", "Ann", Role.AGENT, PASSWORD)
    people.save_refresh("j1", ann.id, "f1", clock.now + 1000)
    people.use_refresh("j1", "j2", clock.now + 1000)
    people.save_refresh("elsewhere", ann.id, "f2", clock.now + 1000)
    assert people.open_families(["f1", "f2", "f3"]) == {"f1", "f2"}
    people.end_family("j1")
    assert people.open_families(["f1", "f2"]) == {"f2"}
    clock.now += 1000
    assert people.open_families(["f2"]) == frozenset(), "ran out"
    clock.now -= 1000
    with pytest.raises(RefreshRefused):
        people.use_refresh("j2", "j3", clock.now + 1000)


def test_tokens_that_ran_out_are_forgotten(people: People, clock: Clock, sql_engine: Engine) -> None:
    ann = people.add("ann@example.com", "Ann", Role.AGENT, PASSWORD)
    people.save_refresh("j1", ann.id, "f1", clock.now + 1000)
    clock.now += 1000
    people.save_refresh("j2", ann.id, "f2", clock.now + 1000)
    with sql_engine.connect() as connection:
        assert connection.scalars(select(tables.refresh_tokens.c.jti)).all() == ["j2"]
