"""Webhooks: what another system is told of, in which words, and how it knows that it was us. Pure; what is told is masked."""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from ipaddress import IPv4Address, IPv6Address
from typing import Any
from urllib.parse import urlsplit

import msgspec

from models.conversation import Holder
from models.entry import Entry, HolderChange, Message, Rated
from models.frames import rfc3339, shown
from models.tables import URL_CHARACTERS

SECRET_BYTES = 32
SIGNATURE = "Bellhop-Signature"


class Kind(StrEnum):
    """What a system can be told of. In the order in which one entry's are told."""

    OPENED = "conversation.opened"
    HANDED_OVER = "conversation.handed_over"
    TAKEN = "conversation.taken"
    CLOSED = "conversation.closed"
    RATED = "conversation.rated"
    MESSAGE = "message"


PING = "ping"
_MOVES = {Holder.QUEUE: Kind.HANDED_OVER, Holder.AGENT: Kind.TAKEN, Holder.NOBODY: Kind.CLOSED}


class UnusableUrl(Exception):
    """The message says why, and never repeats it: it may hold a secret of theirs."""


@dataclass(frozen=True, slots=True)
class Event:
    """`body` is what is sent, byte for byte, each time that it is tried."""

    conversation: str
    seq: int
    kind: str
    at: int
    body: str


def events(entry: Entry) -> Iterator[Event]:
    """What an entry is to others; notes are for agents only."""
    if entry.seq == 1:
        yield _event(entry, Kind.OPENED)
    match entry.body:
        case HolderChange(holder=holder) if holder in _MOVES:
            yield _event(entry, _MOVES[Holder(holder)])
        case Rated():
            yield _event(entry, Kind.RATED)
        case Message():
            yield _event(entry, Kind.MESSAGE)
        case _:
            return


def _event(entry: Entry, kind: Kind) -> Event:
    """`entry` is the frame as a customer gets it: masked, and without what is between agents."""
    body = {
        "kind": kind, "at": rfc3339(entry.at), "conversation": entry.conversation, "seq": entry.seq,
        "entry": msgspec.to_builtins(shown(entry, to_agent=False)),
    }  # fmt: skip
    return Event(entry.conversation, entry.seq, kind, entry.at, msgspec.json.encode(body).decode())


def new_secret() -> str:
    return f"whsec_{secrets.token_urlsafe(SECRET_BYTES)}"


def signature(secret: str, at: int, body: bytes) -> str:
    """Of the header; `at` in seconds since 1970. Over the time too, so that nobody can send an old one again for long."""
    made = hmac.new(secret.encode(), b"%d." % at + body, sha256).hexdigest()
    return f"t={at},v1={made}"


def checked_url(url: str, anywhere: bool) -> str:
    """`anywhere`: also this network, and without TLS. Where a name leads is looked at each time something is sent. Raises UnusableUrl."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise UnusableUrl("This is no address that can be read.") from None
    if len(url) > URL_CHARACTERS or not url.isascii() or any(each.isspace() for each in url):
        raise UnusableUrl(f"An address has at most {URL_CHARACTERS} characters of ASCII, without spaces.")
    if parts.scheme not in (("https", "http") if anywhere else ("https",)) or not host:
        raise UnusableUrl("An address begins with https:// and names a host.")
    if parts.username is not None or parts.fragment:
        raise UnusableUrl(
            "An address has no user, no password and no fragment; what it has to know can stand in the path."
        )
    if not anywhere and not public(host, literal_only=True):
        raise UnusableUrl("This address is in a private network; BELLHOP_WEBHOOK_TARGETS=any allows it.")
    return url


def public(host: str, literal_only: bool = False) -> bool:
    """Whether this IP address is one of the open internet; with `literal_only` a name is let pass."""
    try:
        address: IPv4Address | IPv6Address = ipaddress.ip_address(host)
    except ValueError:
        # 127.1 and 0x7f000001 are no addresses here, but resolvers read them.
        return literal_only and host.rstrip(".").lower() != "localhost"
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1] or _translated(address)
        if inner is not None:
            address = inner
        elif address.is_site_local:
            # fec0::/10 was private until RFC 3879, and still is where somebody uses it; Python holds it for global.
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _translated(address: IPv6Address) -> IPv4Address | None:
    """NAT64, RFC 6052."""
    return IPv4Address(address.packed[-4:]) if address.packed[:12] == bytes.fromhex("0064ff9b") + bytes(8) else None


def ping(at: int) -> dict[str, Any]:
    """For the button that tries it out."""
    return {"kind": PING, "at": rfc3339(at)}
