"""Agents and admins: who they are, and how they prove it. An unknown e-mail costs and answers the same as a wrong password."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import time
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from threading import BoundedSemaphore
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import Connection, Engine, Insert, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from models import audit
from models.database import writing
from models.tables import EMAIL_CHARACTERS, NAME_CHARACTERS, login_failures, people, refresh_tokens

FAILURES = 5
FAILURES_WITHIN = timedelta(minutes=15)
LANGUAGES = 20
CAPACITY = 100
GENERATED_BYTES = 18  # of a generated password: 24 characters of base64
_LANGUAGE = re.compile("[a-z]{2,3}")
PASSWORD_CHARACTERS = (8, 1024)
# One hash takes 155 ms of a core and 64 MiB: more at once would be a way to stop the machine.
HASHES_AT_ONCE = 2 * (os.cpu_count() or 1)

_FAILURES_WITHIN_MS = int(FAILURES_WITHIN.total_seconds() * 1000)
_FORGOTTEN_MS = 24 * 3600 * 1000


class Role(StrEnum):
    AGENT = "agent"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Person:
    """Times are ms since 1970. Tokens issued before `tokens_valid_after` are refused. `languages` in which they answer; none: in all.
    `capacity` is how many conversations they may hold; 0: as many as all others.
    """

    id: str
    email: str
    name: str
    role: Role
    disabled: bool
    tokens_valid_after: int
    created: int
    languages: tuple[str, ...] = ()
    capacity: int = 0


class PeopleError(Exception):
    """What a person did that cannot be; the messages are plain sentences without what was typed."""


class EmailTaken(PeopleError):
    pass


class UnusableEntry(PeopleError):
    """An e-mail, name or password that cannot be taken."""


class LastAdmin(PeopleError):
    """Nobody could change anything any more."""


class TooManyTries(PeopleError):
    """The account is locked, also for the right password, for `retry_seconds` more."""

    def __init__(self, retry_seconds: int) -> None:
        super().__init__(f"Too many wrong passwords. Try again in {retry_seconds} seconds.")
        self.retry_seconds = retry_seconds


class RefreshRefused(PeopleError):
    """The refresh token is unknown, run out, or its person is disabled."""


class RefreshReused(RefreshRefused):
    """It was used before, so somebody has a copy: all tokens of `person` are void now."""

    def __init__(self, person: str) -> None:
        super().__init__("This sign-in was used twice. Please sign in again.")
        self.person = person


def wall_ms() -> int:
    return time.time_ns() // 1_000_000


class People:
    """Synchronous, and hashing takes 0.2 s: call it through asyncio.to_thread. `clock` answers ms since 1970."""

    def __init__(
        self, engine: Engine, clock: Callable[[], int] = wall_ms, hasher: PasswordHasher | None = None
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._hasher = hasher or PasswordHasher()
        self._hashing = BoundedSemaphore(HASHES_AT_ONCE)
        self._nobody = self._hasher.hash(secrets.token_hex(16))

    def add(
        self, email: str, name: str, role: Role | str, password: str, languages: Collection[str] = (), by: str = ""
    ) -> Person:
        """`by` is who adds them; empty: the command line. Raises EmailTaken, UnusableEntry; ValueError for another role."""
        id, spoken, now = f"a_{secrets.token_hex(16)}", _languages(languages), self._clock()
        person = Person(id, _email(email), _name(name), Role(role), False, 0, now, spoken)
        row = {name: getattr(person, name) for name in Person.__slots__} | {"languages": " ".join(spoken) or None}
        hashed = self._hash(password)
        try:
            with writing(self._engine) as connection:
                connection.execute(insert(people).values(**row, password_hash=hashed))
                audit.write(connection, by, "people.add", id)
        except IntegrityError:
            raise EmailTaken("There is a person with this e-mail already.") from None
        return person

    def by_email(self, email: str) -> Person | None:
        return self._one(people.c.email == _folded(email))

    def by_id(self, id: str) -> Person | None:
        return self._one(people.c.id == id)

    def list(self) -> list[Person]:
        """All, by e-mail."""
        with self._engine.connect() as connection:
            return [_person(row) for row in connection.execute(select(people).order_by(people.c.email))]

    def set_password(self, id: str, password: str, by: str = "") -> None:
        """Signs the person out everywhere, and lifts a lock. Raises UnusableEntry."""
        hashed = self._hash(password)
        with writing(self._engine) as connection:
            email = connection.scalar(select(people.c.email).where(people.c.id == id))
            connection.execute(update(people).where(people.c.id == id).values(password_hash=hashed))
            connection.execute(delete(login_failures).where(login_failures.c.account == _account(email or "")))
            self._sign_out(connection, id)
            audit.write(connection, by, "people.password", id)

    def set_languages(self, id: str, languages: Collection[str], by: str = "") -> tuple[str, ...]:
        """In what form they are kept: `zh`, `en`, each once. Raises UnusableEntry."""
        return self.change(id, by, languages=languages).languages

    def disable(self, id: str, by: str = "") -> None:
        """Signs the person out everywhere, until they are let in again. Raises LastAdmin."""
        self.change(id, by, disabled=True)

    def change(
        self,
        id: str,
        by: str = "",
        *,
        name: str | None = None,
        role: Role | str | None = None,
        disabled: bool | None = None,
        languages: Collection[str] | None = None,
        capacity: int | None = None,
    ) -> Person:
        """What is None stays. Who is disabled, or given another role, is signed out everywhere.

        Raises UnusableEntry, LastAdmin; KeyError where there is nobody with this id.
        """
        wanted: dict[str, Any] = {
            "name": None if name is None else _name(name),
            "role": None if role is None else Role(role),
            "disabled": disabled,
            "languages": None if languages is None else " ".join(_languages(languages)),
            "capacity": None if capacity is None else _capacity(capacity),
        }
        with writing(self._engine) as connection:
            # All admins are locked, in one order: two who disable each other at once would leave nobody.
            known = select(people).where((people.c.role == Role.ADMIN) | (people.c.id == id)).order_by(people.c.id)
            rows = {row.id: row for row in connection.execute(known.with_for_update())}
            before = rows[id]._asdict()
            changed = {field: each for field, each in wanted.items() if each is not None and each != before[field]}
            after = before | changed
            others = any(row.role == Role.ADMIN and not row.disabled for row in rows.values() if row.id != id)
            if _is_admin(before) and not _is_admin(after) and not others:
                raise LastAdmin("This is the last admin who can log in: make somebody else an admin first.")
            if changed:
                connection.execute(update(people).where(people.c.id == id).values(**changed))
            if changed.keys() & {"role", "disabled"}:
                self._sign_out(connection, id)
            for field in sorted(changed):
                audit.write(connection, by, _ACTS.get((field, changed[field]), f"people.{field}"), id)
            return _person(connection.execute(select(people).where(people.c.id == id)).one())

    def verify(self, email: str, password: str) -> Person | None:
        """The person, or None for an unknown e-mail, a wrong password or a disabled person. Raises TooManyTries."""
        email = _folded(email)
        self._count(email)
        with self._engine.connect() as connection:
            row = connection.execute(select(people).where(people.c.email == email)).one_or_none()
        right = self._matches(row.password_hash if row else self._nobody, password)
        if row is None or not right or row.disabled:
            return None
        with writing(self._engine) as connection:
            connection.execute(delete(login_failures).where(login_failures.c.account == _account(email)))
        return _person(row)

    def save_refresh(self, jti: str, person: str, family: str, expires: int) -> None:
        """The first refresh token of a sign-in (`family`); those of the person that ran out are forgotten."""
        with writing(self._engine) as connection:
            known = refresh_tokens.c
            old = delete(refresh_tokens).where(known.person == person, known.expires <= self._clock())
            connection.execute(old)
            connection.execute(_saved(jti, person, family, expires))

    def use_refresh(self, jti: str, successor: str, expires: int) -> tuple[Person, str]:
        """Uses it up and puts `successor` in its place, in one step: whose, and the family. Raises RefreshRefused, RefreshReused."""
        with writing(self._engine) as connection:
            known = refresh_tokens.c
            token = connection.execute(select(refresh_tokens).where(known.jti == jti).with_for_update()).one_or_none()
            row = connection.execute(select(people).where(people.c.id == token.person)).one_or_none() if token else None
            if token is None or row is None or row.disabled or token.expires <= self._clock():
                raise RefreshRefused("Please sign in again.")
            if not token.used:
                connection.execute(update(refresh_tokens).where(known.jti == jti).values(used=True))
                connection.execute(_saved(successor, token.person, token.family, expires))
                return _person(row), str(token.family)
            connection.execute(delete(refresh_tokens).where(known.family == token.family))
            self._void_tokens(connection, token.person)
        raise RefreshReused(token.person)

    def end_family(self, jti: str) -> None:
        """Signing out: the refresh token and all of its sign-in are void."""
        with writing(self._engine) as connection:
            family = connection.scalar(select(refresh_tokens.c.family).where(refresh_tokens.c.jti == jti))
            connection.execute(delete(refresh_tokens).where(refresh_tokens.c.family == family))

    def open_families(self, families: Collection[str]) -> frozenset[str]:
        """Those of these sign-ins that have not ended."""
        known = refresh_tokens.c
        with self._engine.connect() as connection:
            asked = select(known.family).where(known.family.in_(families), known.expires > self._clock())
            return frozenset(connection.scalars(asked))

    def _one(self, condition: Any) -> Person | None:
        with self._engine.connect() as connection:
            row = connection.execute(select(people).where(condition)).one_or_none()
        return _person(row) if row else None

    def _hash(self, password: str) -> str:
        least, most = PASSWORD_CHARACTERS
        if not least <= len(password) <= most:
            raise UnusableEntry(f"A password has {least} to {most} characters.")
        with self._hashing:
            return self._hasher.hash(password)

    def _matches(self, hashed: str, password: str) -> bool:
        # Argon2 reads all of it: one that is too long to have been set is cut, and is wrong all the same.
        tried = password[: PASSWORD_CHARACTERS[1] + 1].encode(errors="replace")
        try:
            with self._hashing:
                return self._hasher.verify(hashed, tried)
        except (VerifyMismatchError, InvalidHashError):
            return False

    def _count(self, email: str) -> None:
        """Counts this try as failed before it is made, so that many at once get no more than one after the other."""
        account, now = _account(email), self._clock()
        self._open_account(account, now)
        with writing(self._engine) as connection:
            known = select(login_failures.c.failures).where(login_failures.c.account == account).with_for_update()
            text = connection.scalar(known)
            failures = [at for at in json.loads(text or "[]") if at > now - _FAILURES_WITHIN_MS]
            if len(failures) >= FAILURES:
                raise TooManyTries(-(-(failures[0] + _FAILURES_WITHIN_MS - now) // 1000))
            connection.execute(
                update(login_failures)
                .where(login_failures.c.account == account)
                .values(failures=json.dumps([*failures, now]), last=now)
            )

    def _open_account(self, account: str, now: int) -> None:
        """Makes the row that _count locks. Old rows go, but none that another may be about to lock."""
        known = login_failures.c
        try:
            with writing(self._engine) as connection:
                if connection.scalar(select(known.account).where(known.account == account)) is None:
                    connection.execute(delete(login_failures).where(known.last < now - _FORGOTTEN_MS))
                    connection.execute(insert(login_failures).values(account=account, failures="[]", last=now))
        except IntegrityError:
            return  # another try of the same account was faster

    def _sign_out(self, connection: Connection, person: str) -> None:
        connection.execute(delete(refresh_tokens).where(refresh_tokens.c.person == person))
        self._void_tokens(connection, person)

    def _void_tokens(self, connection: Connection, person: str) -> None:
        connection.execute(update(people).where(people.c.id == person).values(tokens_valid_after=self._clock()))


def _person(row: Row[Any]) -> Person:
    return Person(
        row.id,
        row.email,
        row.name,
        Role(row.role),
        row.disabled,
        row.tokens_valid_after,
        row.created,
        tuple((row.languages or "").split()),
        row.capacity,
    )


# What they are called on record where the name of the field does not say it.
_ACTS = {
    ("disabled", True): "people.disable",
    ("disabled", False): "people.enable",
    ("role", Role.ADMIN): "people.make_admin",
    ("role", Role.AGENT): "people.make_agent",
}


def _is_admin(row: dict[str, Any]) -> bool:
    return row["role"] == Role.ADMIN and not row["disabled"]


def _languages(languages: Collection[str]) -> tuple[str, ...]:
    kept = tuple(dict.fromkeys(each.strip().lower() for each in languages))
    if len(kept) > LANGUAGES or not all(_LANGUAGE.fullmatch(each) for each in kept):
        raise UnusableEntry(f"Languages are codes of two or three letters, like zh or en, and at most {LANGUAGES}.")
    return kept


def _capacity(capacity: int) -> int:
    if not 0 <= capacity <= CAPACITY:
        raise UnusableEntry(f"An agent may hold 1 to {CAPACITY} conversations; 0: as many as all others.")
    return capacity


def _saved(jti: str, person: str, family: str, expires: int) -> Insert:
    return insert(refresh_tokens).values(jti=jti, person=person, family=family, expires=expires, used=False)


def _folded(email: str) -> str:
    """One person, one spelling. Lone surrogates cannot be sent to SQL."""
    return email.strip().lower().encode(errors="replace").decode()


def _account(email: str) -> str:
    """Failures are counted for unknown e-mails too, which are nobody's business to keep in clear."""
    return hashlib.sha256(email.encode()).hexdigest()


def _email(email: str) -> str:
    folded = _folded(email)
    name, at, host = folded.rpartition("@")
    if not (name and at and host) or len(folded) > EMAIL_CHARACTERS or not folded.isprintable() or " " in folded:
        raise UnusableEntry("This is not an e-mail address.")
    return folded


def _name(name: str) -> str:
    if not 1 <= len(name.strip()) <= NAME_CHARACTERS or any(
        unicodedata.category(each) in ("Cc", "Cs") for each in name
    ):
        raise UnusableEntry(f"A name has 1 to {NAME_CHARACTERS} characters, and none that control a terminal.")
    return name.strip()
