"""Tokens: short-lived HS256 JWTs, made and checked with one key and one algorithm. What a token says of keys is never looked at."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

import jwt

from models.entry import Author, AuthorKind
from models.settings import Settings

ALGORITHM = "HS256"
ISSUER = "bellhop"
AUDIENCE = "bellhop"
LEEWAY_SECONDS = 30
KEY_BYTES = 32
REQUIRED = ["exp", "iat", "sub", "aud", "iss", "jti", "typ", "role"]
# Headers that would choose the key for us, or that we would have to understand.
REFUSED_HEADERS = frozenset({"kid", "jku", "jwk", "x5u", "x5c", "crit"})


class Role(StrEnum):
    CUSTOMER = "customer"
    AGENT = "agent"
    ADMIN = "admin"


class Kind(StrEnum):
    """What a token is for; one is never taken for the other."""

    ACCESS = "access"
    REFRESH = "refresh"


class BadToken(Exception):
    """Missing, wrong, run out or not for this; one answer for all."""


class Disabled(BadToken):
    """The person may not come in any more."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a token speaks for. `conversation` is a customer's own, `family` the sign-in of staff; `signed`: the shop has said who it is.
    Times in ms since 1970."""

    person: str
    role: Role
    jti: str
    issued: int
    expires: int
    conversation: str = ""
    name: str = ""
    family: str = ""
    signed: bool = False

    @property
    def staff(self) -> bool:
        return self.role is not Role.CUSTOMER

    @property
    def kind(self) -> AuthorKind:
        return AuthorKind.AGENT if self.staff else AuthorKind.CUSTOMER

    @property
    def author(self) -> Author:
        return Author(self.kind, self.person, self.name or None)


class Tokens:
    """Makes and reads tokens. `signing`: at least 32 bytes."""

    def __init__(self, signing: bytes, settings: Settings) -> None:
        if len(signing) < KEY_BYTES:
            raise ValueError(f"the signing key must have at least {KEY_BYTES} bytes")
        self._key = signing
        self._settings = settings

    def access(
        self, person: str, role: Role, conversation: str = "", name: str = "", family: str = "", signed: bool = False
    ) -> tuple[str, int]:
        """(token, when it ends in ms since 1970)."""
        life = self._settings.visitor_token if role is Role.CUSTOMER else self._settings.agent_token
        claims = {"sub": person, "role": role, "cid": conversation, "name": name, "sid": family} | (
            {"shop": True} if signed else {}
        )
        return self._made(Kind.ACCESS, claims, life)

    def refresh(self, person: str, role: Role) -> tuple[str, str, int]:
        """(token, its jti, when it ends in ms)."""
        jti = secrets.token_hex(16)
        claims = {"sub": person, "role": role, "jti": jti}
        token, expires = self._made(Kind.REFRESH, claims, self._settings.refresh_token)
        return token, jti, expires

    def _made(self, kind: Kind, claims: dict[str, Any], life: timedelta) -> tuple[str, int]:
        # With milliseconds: a token made just after everything was revoked must not look older than that.
        now = round(time.time(), 3)
        expires = int(now + life.total_seconds())
        whole = {
            "jti": secrets.token_hex(16), "typ": kind, "iss": ISSUER, "aud": AUDIENCE, "iat": now, "exp": expires, **claims,
        }  # fmt: skip
        return jwt.encode(whole, self._key, ALGORITHM), expires * 1000

    def read(self, token: str, kind: Kind = Kind.ACCESS) -> Identity:
        """Raises BadToken."""
        try:
            if REFUSED_HEADERS & jwt.get_unverified_header(token).keys():
                raise BadToken("a header that is not taken")
            claims = jwt.decode(
                token, self._key, algorithms=[ALGORITHM], audience=AUDIENCE, issuer=ISSUER, leeway=LEEWAY_SECONDS,
                options={"require": REQUIRED},
            )  # fmt: skip
            identity = _identity(claims)
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError):
            raise BadToken("the token is not valid") from None
        if claims["typ"] != kind:
            raise BadToken("another kind of token")
        if kind is Kind.ACCESS and identity.staff == bool(identity.conversation):
            raise BadToken("customers have a conversation, agents have none")
        return identity


def _identity(claims: dict[str, Any]) -> Identity:
    return Identity(
        person=str(claims["sub"]),
        role=Role(claims["role"]),
        jti=str(claims["jti"]),
        issued=round(claims["iat"] * 1000),
        expires=round(claims["exp"] * 1000),
        conversation=str(claims.get("cid") or ""),
        name=str(claims.get("name") or ""),
        family=str(claims.get("sid") or ""),
        signed=claims.get("shop") is True,
    )
