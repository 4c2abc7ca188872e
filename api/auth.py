"""Tokens: short-lived HS256 JWTs, made and checked with one key and one algorithm. What a token says of keys is never looked at."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

import jwt

from models.settings import Settings

ALGORITHM = "HS256"
ISSUER = "bellhop"
AUDIENCE = "bellhop"
LEEWAY_SECONDS = 30
REQUIRED = ["exp", "iat", "sub", "aud", "iss", "jti", "typ", "role"]
# Headers that try to choose the key, or that we would have to understand.
REFUSED_HEADERS = frozenset({"kid", "jku", "jwk", "x5u", "x5c", "crit"})


class Role(StrEnum):
    CUSTOMER = "customer"
    AGENT = "agent"
    ADMIN = "admin"


class BadToken(Exception):
    """Missing, wrong, run out or not for this; one answer for all."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a token speaks for. `conversation` is a customer's own; `issued` in seconds since 1970."""

    person: str
    role: Role
    jti: str
    issued: int
    expires: int
    conversation: str = ""
    name: str = ""

    @property
    def staff(self) -> bool:
        return self.role is not Role.CUSTOMER


class Tokens:
    """Makes and reads tokens. `signing`: at least 32 bytes."""

    def __init__(self, signing: bytes, settings: Settings) -> None:
        if len(signing) < 32:
            raise ValueError("the signing key must have at least 32 bytes")
        self._key = signing
        self._life = {
            Role.CUSTOMER: settings.visitor_token,
            Role.AGENT: settings.agent_token,
            Role.ADMIN: settings.agent_token,
        }
        self._refresh = settings.refresh_token

    def access(self, person: str, role: Role, conversation: str = "", name: str = "") -> tuple[str, int]:
        """(token, when it ends in ms since 1970)."""
        claims = {"sub": person, "role": role, "cid": conversation, "name": name}
        return self._made("access", claims, self._life[role])

    def refresh(self, person: str) -> tuple[str, str, int]:
        """(token, its jti, when it ends in ms)."""
        jti = secrets.token_hex(16)
        token, expires = self._made("refresh", {"sub": person, "role": Role.AGENT, "jti": jti}, self._refresh)
        return token, jti, expires

    def _made(self, kind: str, claims: dict[str, Any], life: timedelta) -> tuple[str, int]:
        now = int(time.time())
        expires = now + int(life.total_seconds())
        whole = {
            "jti": secrets.token_hex(16), "typ": kind, "iss": ISSUER, "aud": AUDIENCE, "iat": now, "exp": expires, **claims,
        }  # fmt: skip
        return jwt.encode(whole, self._key, ALGORITHM), expires * 1000

    def read(self, token: str, kind: str = "access") -> Identity:
        """Raises BadToken."""
        try:
            if REFUSED_HEADERS & jwt.get_unverified_header(token).keys():
                raise BadToken("a header that is not taken")
            claims = jwt.decode(
                token, self._key, algorithms=[ALGORITHM], audience=AUDIENCE, issuer=ISSUER, leeway=LEEWAY_SECONDS,
                options={"require": REQUIRED},
            )  # fmt: skip
            if claims["typ"] != kind:
                raise BadToken("another kind of token")
            return Identity(
                person=str(claims["sub"]),
                role=Role(claims["role"]),
                jti=str(claims["jti"]),
                issued=int(claims["iat"]),
                expires=int(claims["exp"]),
                conversation=str(claims.get("cid") or ""),
                name=str(claims.get("name") or ""),
            )
        except (jwt.PyJWTError, ValueError, TypeError, KeyError):
            raise BadToken("the token is not valid") from None
