"""Who comes in where nobody signs in: the machine itself, who brings a shared secret, or anybody; as the operator has said."""

from __future__ import annotations

import hmac
from ipaddress import ip_address
from pathlib import Path

from fastapi import Depends, Request

from api.problems import UNAUTHORIZED, Problem
from models.settings import Access, Settings, SettingsError, variable

SECRET_CHARACTERS = 16
# Who came through a proxy is not this machine, whatever the proxy's address is.
FORWARDED = ("x-forwarded-for", "x-real-ip", "forwarded", "via")
SECURITY_SCHEME = {
    "type": "http",
    "scheme": "bearer",
    "description": "The secret of BELLHOP_REST_CHANNEL_TOKEN_FILE; not needed on the machine itself",
}


class Door:
    """`setting` names the field that says who comes in; the file of its secret is `setting`_token_file."""

    def __init__(self, setting: str, settings: Settings) -> None:
        """Raises SettingsError."""
        self._variable = variable(setting)
        self._access: Access = getattr(settings, setting)
        self._secret = _secret(variable(f"{setting}_token_file"), getattr(settings, f"{setting}_token_file"))

    def let_in(self, request: Request) -> None:
        """Raises Problem."""
        if self._access is Access.OFF:
            raise Problem(404, "not_found", "There is no such page.")
        if self._access is Access.OPEN or _is_local(request) or self._knows(request):
            return
        if self._secret:
            raise Problem(*UNAUTHORIZED[:2], "Bring the secret as a bearer token.", UNAUTHORIZED[3])
        raise Problem(403, "forbidden", f"This is for the machine itself; {self._variable} says who else may.")

    def _knows(self, request: Request) -> bool:
        scheme, _, brought = request.headers.get("authorization", "").partition(" ")
        known = hmac.compare_digest(brought.strip().encode(), self._secret)
        return bool(self._secret) and scheme.lower() == "bearer" and known


class Doors:
    """Read at start, so that a secret that cannot be read is said then."""

    def __init__(self, settings: Settings) -> None:
        self.rest_channel = Door("rest_channel", settings)
        self.metrics = Door("metrics", settings)


def _secret(named: str, path: Path) -> bytes:
    """b"" where there is none."""
    if not path.name:
        return b""
    try:
        secret = path.read_text().partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"{named} names a file that cannot be read") from None
    if len(secret) < SECRET_CHARACTERS:
        raise SettingsError(f"{named} must hold a secret of at least {SECRET_CHARACTERS} characters")
    return secret.encode()


def _is_local(request: Request) -> bool:
    if any(name in request.headers for name in FORWARDED):
        return False
    if request.client is None:
        return True  # a unix socket
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _rest_channel(request: Request) -> None:
    request.state.doors.rest_channel.let_in(request)


def _metrics(request: Request) -> None:
    request.state.doors.metrics.let_in(request)


RestChannelDoor = Depends(_rest_channel)
MetricsDoor = Depends(_metrics)
