"""A shop's word on who its customer is: a JWT that the shop's server signs with a secret that only it and we know. HS256, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import jwt

from api.auth import ALGORITHM, KEY_BYTES, LEEWAY_SECONDS, REFUSED_HEADERS
from models.frames import plain, visible
from models.sensitive import redact
from models.settings import SettingsError

AUDIENCE = "bellhop"
SUBJECT_CHARACTERS = 200
NAME_CHARACTERS = 60
PERSON_BYTES = 16
# A token that is good for longer was not made for one visit.
LIFE_SECONDS = 24 * 3600


class NotSigned(Exception):
    """Not a token of this shop, or one whose time is over; one answer for all."""


@dataclass(frozen=True, slots=True)
class Signed:
    """`person` is the same for the same customer on every machine, and tells nobody which one of the shop's it is."""

    person: str
    name: str


class Identities:
    """Of one shop. Without a secret nobody is signed."""

    def __init__(self, file: Path, key: bytes) -> None:
        """Raises SettingsError where the file cannot be used. `key` makes our ids of the shop's."""
        self._secret = _secret(file) if file.name else b""
        self._key = key[:64]

    def read(self, token: str) -> Signed:
        """Raises NotSigned."""
        if not self._secret:
            raise NotSigned("no shop signs here")
        try:
            if REFUSED_HEADERS & jwt.get_unverified_header(token).keys():
                raise NotSigned("a header that is not taken")
            claims = jwt.decode(
                token, self._secret, algorithms=[ALGORITHM], audience=AUDIENCE, leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "sub", "aud"]},
            )  # fmt: skip
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError):
            raise NotSigned("the token is not valid") from None
        return self._signed(claims)

    def _signed(self, claims: dict[str, Any]) -> Signed:
        subject, name = claims["sub"], claims.get("name")
        if not isinstance(subject, str) or not 0 < len(subject) <= SUBJECT_CHARACTERS:
            raise NotSigned("no subject")
        if claims["exp"] - claims["iat"] > LIFE_SECONDS + LEEWAY_SECONDS:
            raise NotSigned("good for too long")
        person = blake2b(subject.encode("utf-8", "surrogatepass"), digest_size=PERSON_BYTES, key=self._key).hexdigest()
        shown = (
            redact(name.strip())[:NAME_CHARACTERS] if isinstance(name, str) and plain(name) and visible(name) else ""
        )
        return Signed(f"u_{person}", shown)


def _secret(file: Path) -> bytes:
    try:
        secret = file.read_bytes().split(b"\n", 1)[0].strip()
    except OSError as reason:
        raise SettingsError(f"identity_secret_file cannot be read: {reason.strerror}") from None
    if len(secret) < KEY_BYTES:
        raise SettingsError(f"the secret in identity_secret_file must have at least {KEY_BYTES} bytes")
    return secret
